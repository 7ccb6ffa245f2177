"""The ground floor: bytes and keys. It knows no company and no consent; a source is an opaque id.

Floor plan, in the order of a visit:

- ``errors``, ``clock``, ``identifiers``: leaves, they import nothing of the house.
- ``crypto/``: the only cryptography, from primitives to the sealed field value.
- ``database``: one store, SQLite or PostgreSQL (``sqlite_engine``, ``postgresql_engine``).
- ``tables``, ``key_tables``: rows of the main store and of the key store.
- ``identity``: which vault this is.
- ``key_sources/``: who holds the root key.
- ``generations``, ``keyring``: generation keys under the root key, consumers' keys under those.
- ``fields``: the catalogue of what a profile may hold.
- ``profiles``, ``sealed_texts``, ``lookup``: sealed values in and out; finding people.
"""
