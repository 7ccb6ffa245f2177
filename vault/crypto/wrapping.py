"""A key sealed under another key, bound to its owner, use, version and generation.

::

    wrapped = nonce(12) || AES-256-GCM(HKDF(GK_g, "habeas/wrap/v1"), nonce, key,
                aad = LP("habeas/wrap/v1", vault_id, owner, use, u32 key_version, u32 g))

Rules kept here:
- A wrapped key moved to another owner, use, version, generation or vault does not unwrap.
- A wrapped key is 60 bytes: nonce, 32 bytes of key, tag.

Use::

    under = wrapping_key(generation_key)
    unwrap(under, place, wrap(under, place, key))       # key
"""

from dataclasses import dataclass

from vault.crypto.primitives import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    aes256gcm_open,
    aes256gcm_seal,
    hkdf_sha512,
    length_prefixed,
    random_bytes,
)
from vault.errors import Damaged

WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES

_LABEL = b"habeas/wrap/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Whose key it is and what for: both ids 16 bytes, ``key_version`` and ``g`` u32."""

    vault_id: bytes
    owner: bytes
    use: str
    key_version: int
    g: int


def wrapping_key(generation_key: bytes) -> bytes:
    """The 32-byte key that wraps under a generation key."""
    return hkdf_sha512(generation_key, _LABEL, KEY_BYTES)


def wrap(under: bytes, place: KeyPlace, key: bytes) -> bytes:
    """``key`` (32 bytes) wrapped for ``place``: 60 bytes."""
    return _wrap(under, place, key, nonce=random_bytes(NONCE_BYTES))


def unwrap(under: bytes, place: KeyPlace, wrapped: bytes) -> bytes:
    """The key in ``wrapped``, if it was wrapped for ``place``; else ``Damaged``."""
    if len(wrapped) != WRAPPED_BYTES:
        raise Damaged("a wrapped key is not 60 bytes long")
    nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    return aes256gcm_open(key=under, nonce=nonce, sealed=sealed, aad=_associated(place))


def _wrap(under: bytes, place: KeyPlace, key: bytes, *, nonce: bytes) -> bytes:
    # Random nonces under one key are safe to 2^32 wraps (SP 800-38D section 8.3); a generation of a
    # hundred million people stays below a tenth of that.
    return nonce + aes256gcm_seal(key=under, nonce=nonce, plain=key, aad=_associated(place))


def _associated(place: KeyPlace) -> bytes:
    return length_prefixed(
        _LABEL,
        place.vault_id,
        place.owner,
        place.use.encode(),
        place.key_version.to_bytes(4, "big"),
        place.g.to_bytes(4, "big"),
    )
