"""Finding a value without storing it: a keyed hash, truncated where values shall collide.

::

    bidx = trunc_b(HMAC-SHA-256(HKDF(BK, "habeas/bidx/v1"
               || LP(vault_id, scope, field, index, u32 norm_version, u32 key_version)), value))

Rules kept here:
- A key for every index: the hash of one value in two scopes or fields has nothing in common.
- ``bits`` leading bits stay. Only an index that proposes one person alone has 128.
- The index only proposes: whoever asks opens the value and compares.
- Whoever holds BK and the rows can guess values, hundreds of thousands a second.

Use::

    blind_index(key, place, b"rosa@example.org", bits=128)
"""

from dataclasses import dataclass

from vault.crypto.primitives import hkdf_sha512, hmac_sha256, length_prefixed
from vault.crypto.versioned_key import VersionedKey

MAX_BITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPlace:
    """Which index: ``scope`` is a company's id or empty, ``norm_version`` how it compares."""

    vault_id: bytes
    scope: str
    field: str
    index: str
    norm_version: int


def blind_index(key: VersionedKey, place: IndexPlace, value: bytes, *, bits: int) -> bytes:
    """The hash of a normalised value: ``bits`` (1 to 128) bits in whole bytes, the rest zero."""
    if not 0 < bits <= MAX_BITS:
        raise ValueError("a blind index has 1 to 128 bits")
    digest = hmac_sha256(_index_key(key, place), value)
    width = -(-bits // 8)
    spare = 8 * width - bits
    return (int.from_bytes(digest[:width], "big") >> spare << spare).to_bytes(width, "big")


def _index_key(key: VersionedKey, place: IndexPlace) -> bytes:
    info = b"habeas/bidx/v1" + length_prefixed(
        place.vault_id,
        place.scope.encode(),
        place.field.encode(),
        place.index.encode(),
        place.norm_version.to_bytes(4, "big"),
        key.version.to_bytes(4, "big"),
    )
    return hkdf_sha512(key.key, info, 32)
