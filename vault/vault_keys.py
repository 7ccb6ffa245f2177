"""The vault's own keys: the blind index, secrets of companies and accounts, and what signs.

Rules kept here:
- Wrapped like a person's keys, under a generation key, with the vault as the owner.
- The newest version signs and seals; older ones verify and open until their rows go.
- A public half is a row's plain column: showing it needs no root key.

Use, through ``Keyring``::

    keyring.signing_key(VaultKeyUse.LOG_SIGNING).sign(note)
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from vault.clock import Clock
from vault.crypto import primitives
from vault.crypto.signing import SigningKey
from vault.crypto.versioned_key import VersionedKey
from vault.crypto.wrapping import KeyPlace, unwrap, wrap
from vault.database import Database
from vault.errors import OperatorMustAct
from vault.generations import Generation, Generations
from vault.identifiers import ConsumerId
from vault.key_cache import KeyCache
from vault.key_tables import VaultKey


class VaultKeyUse(StrEnum):
    """What a key of the vault is for."""

    BLIND_INDEX = "blind_index"
    """BK: keys the hashes by which people are found."""
    SECRETS = "secrets"
    """SK: seals secrets of companies and accounts."""
    LOG_SIGNING = "log_signing"
    """Ed25519: signs checkpoints."""
    PROMISE_SIGNING = "promise_signing"
    """Ed25519: signs promises."""
    TOKEN_SIGNING = "token_signing"  # noqa: S105 - a use, not a secret
    """ES256: signs access tokens; the key is a P-256 scalar."""
    RECEIPT_SIGNING = "receipt_signing"
    """ES256: signs consent receipts; the key is a P-256 scalar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public half: 32 bytes of Ed25519, or x and y of P-256, 32 bytes each."""

    version: int
    public: bytes
    retired_at: int | None
    """Milliseconds UTC since when it signs nothing new; it still verifies what it signed."""


_ED25519 = {VaultKeyUse.LOG_SIGNING, VaultKeyUse.PROMISE_SIGNING}
_ES256 = {VaultKeyUse.TOKEN_SIGNING, VaultKeyUse.RECEIPT_SIGNING}


class VaultKeys:
    """Made and held by ``Keyring``."""

    def __init__(
        self,
        *,
        keys: Database,
        generations: Generations,
        clock: Clock,
        vault_id: bytes,
        cache: KeyCache,
    ) -> None:
        self._keys = keys
        self._generations = generations
        self._clock = clock
        self._owner = ConsumerId(vault_id)
        self._cache = cache
        self._signers: dict[tuple[VaultKeyUse, int], SigningKey] = {}

    def establish(self) -> None:
        """Make version 1 of every key that has none. Safe to repeat after a crash in between."""
        with self._keys.reading() as inside:
            present = set(inside.exec(select(VaultKey.use)))
        for use in VaultKeyUse:
            if use not in present:
                self._make(use, version=1)

    def versions(self, use: VaultKeyUse) -> tuple[VersionedKey, ...]:
        """All live versions, oldest first; ``OperatorMustAct`` when there is none."""
        self._generations.check_lease()
        held = self._cache.get(use, (self._owner,)).get(self._owner)
        return held or self._fetch(use)

    def signing_key(self, use: VaultKeyUse) -> SigningKey:
        """The newest Ed25519 key for ``use``; loaded once, as loading costs more than signing."""
        newest = self.versions(use)[-1]
        signer = self._signers.get((use, newest.version))
        if signer is None:
            signer = self._signers[use, newest.version] = SigningKey(newest.key)
        return signer

    def public_keys(self, use: VaultKeyUse) -> list[PublicKey]:
        """Public halves of all versions, oldest first."""
        with self._keys.reading() as inside:
            rows = inside.exec(_rows(use)).all()
        return [
            PublicKey(version=row.key_version, public=row.public, retired_at=row.retired_at)
            for row in rows
            if row.public is not None
        ]

    def renew(self, use: VaultKeyUse) -> VersionedKey:
        """Make the next version and retire the older ones."""
        version = self.versions(use)[-1].version + 1
        self._make(use, version=version)
        # A crash here leaves older versions unretired: they sign nothing new all the same.
        older = col(VaultKey.key_version) < version
        with self._keys.transaction() as inside:
            inside.exec(
                update(VaultKey)
                .where(col(VaultKey.use) == use, older, col(VaultKey.retired_at).is_(None))
                .values(retired_at=self._clock.now_ms())
            )
        self._cache.drop([self._owner], [use])
        return self.versions(use)[-1]

    def _fetch(self, use: VaultKeyUse) -> tuple[VersionedKey, ...]:
        ticket = self._cache.ticket()
        with self._keys.reading() as inside:
            rows = inside.exec(_rows(use)).all()
        if not rows:
            raise OperatorMustAct(
                f"the key store holds no key of the vault for {use}. Nothing was changed: put back "
                "the key store this vault was made with."
            )
        found = tuple(self._opened(row) for row in rows)
        self._cache.put(use, {self._owner: found}, ticket=ticket)
        return found

    def _opened(self, row: VaultKey) -> VersionedKey:
        under = self._generations.opening(row.g).wrapping_key
        place = self._place(row.use, row.key_version, row.g)
        return VersionedKey(row.key_version, unwrap(under, place, row.wrapped))

    def _make(self, use: VaultKeyUse, *, version: int) -> None:
        key, public = _fresh(use)

        def row_under(generation: Generation) -> list[dict[str, object]]:
            place = self._place(use, version, generation.g)
            row: dict[str, object] = {
                "use": use.value,
                "key_version": version,
                "g": generation.g,
                "wrapped": wrap(generation.wrapping_key, place, key),
                "public": public,
                "made_at": self._clock.now_ms(),
                "retired_at": None,
            }
            return [row]

        self._generations.write_under(VaultKey, row_under)

    def _place(self, use: str, version: int, g: int) -> KeyPlace:
        return KeyPlace(vault_id=self._owner, owner=self._owner, use=use, key_version=version, g=g)


def _rows(use: VaultKeyUse) -> SelectOfScalar[VaultKey]:
    return select(VaultKey).where(VaultKey.use == use).order_by(col(VaultKey.key_version))


def _fresh(use: VaultKeyUse) -> tuple[bytes, bytes | None]:
    """A fresh key of the right kind and its public half, if it has one."""
    if use in _ES256:
        scalar = primitives.p256_generate()
        return scalar, primitives.p256_public(scalar)
    key = primitives.random_bytes(primitives.KEY_BYTES)
    return key, primitives.ed25519_public(key) if use in _ED25519 else None
