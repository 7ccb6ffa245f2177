"""The ground floor: bytes and keys. It knows no company and no consent; a source is an opaque id.

Floor plan, in the order of a visit:

- ``errors``, ``clock``, ``identifiers``: leaves, they import nothing of the house.
- ``crypto/``: the only cryptography, from primitives to the sealed field value.
- ``database``: one store, SQLite or PostgreSQL (``sqlite_engine``, ``postgresql_engine``,
  ``bulk_insert``).
- ``tables``, ``key_tables``: rows of the main store and of the key store.
- ``identity``: which vault this is.
- ``key_sources/``: who holds the root key.
- ``generations``: generation keys under the root key, leased; ``key_rotation`` moves to the next.
- ``keyring``: consumers' keys and the vault's own (``vault_keys``) under those, held for seconds
  (``key_cache``).
- ``fields``: the catalogue of what a profile may hold (``field_catalogue``, ``field_definition``,
  ``field_types/``).
- ``profiles``: sealed values in and out (``versions`` decides, ``sealing`` seals, ``profile_rows``
  reads).
- ``sealed_texts``: texts that are no fields. ``lookup``: from a value to people.
"""
