"""The two secrets of a chain, pinned when it is opened.

The nonce of its first link and its tag key.

Known only to the bearer and the vault: they stand in the head's row, sealed under the log key, and
in the
bearer's own bundle. Destroying the log key destroys them.
"""

from dataclasses import dataclass, field

from vault.crypto.primitives import (
    NONCE_BYTES,
    aes256gcm_open,
    aes256gcm_seal,
    length_prefixed,
    random_bytes,
)
from vault.crypto.versioned_key import VersionedKey
from vault.errors import Damaged

_WIDTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSecrets:
    """nonce_c and tk_c, 32 random bytes each."""

    nonce: bytes = field(repr=False)
    tag_key: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> "ChainSecrets":
        """Two new secrets for a new chain."""
        return cls(nonce=random_bytes(_WIDTH), tag_key=random_bytes(_WIDTH))

    def seal(self, *, vault_id: bytes, slot: int, lk: VersionedKey) -> bytes:
        """Both secrets under the log key, bound to vault and slot."""
        nonce = random_bytes(NONCE_BYTES)
        place = _place(vault_id, slot, lk)
        plain = self.nonce + self.tag_key
        return nonce + aes256gcm_seal(key=lk.key, nonce=nonce, plain=plain, aad=place)

    @classmethod
    def open(cls, sealed: bytes, *, vault_id: bytes, slot: int, lk: VersionedKey) -> "ChainSecrets":
        """The secrets of a head's row; ``Damaged`` unless it was sealed for exactly this place."""
        plain = aes256gcm_open(
            key=lk.key,
            nonce=sealed[:NONCE_BYTES],
            sealed=sealed[NONCE_BYTES:],
            aad=_place(vault_id, slot, lk),
        )
        if len(plain) != 2 * _WIDTH:
            raise Damaged("a chain's secrets have another length")
        return cls(nonce=plain[:_WIDTH], tag_key=plain[_WIDTH:])


def _place(vault_id: bytes, slot: int, lk: VersionedKey) -> bytes:
    return length_prefixed(
        b"habeas/chain-secrets/v1", vault_id, slot.to_bytes(8, "big"), lk.version.to_bytes(4, "big")
    )
