"""The only cryptography of the house, one promise per file.

- ``primitives``: the one door to the ``cryptography`` package, called by intent.
- ``canonical``: one byte form for every JSON value (RFC 8785), and a strict JSON reader.
- ``padding``: a length that says little about what is inside.
- ``envelope``: a sealed field value, format 1, bound to its person, field and version.
- ``wrapping``: a key sealed under another key, bound to its owner and use.
- ``blind_index``: finding a value without storing it.
- ``signing``: Ed25519 keys that sign, and checking what they signed.
- ``versioned_key``: a symmetric key and its version number.
"""
