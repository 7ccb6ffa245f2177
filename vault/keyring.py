"""Every owner's own keys: made, handed out for a moment, destroyed.

Rules kept here:
- Four keys for each owner (a consumer, a company, the vault itself), each wrapped under a
  generation key, in a store that is never archived. The key rows are committed before the owner's
  main row.
- No key is handed out unless the root key opened the generations within the lease (5 s): disabling
  the root key makes every read fail closed, at any load.
- A destroyed key is gone here at once, and in other processes when their hold (5 s) ends.
- No key shows in a repr, a message or a log. No key source is asked inside a transaction.

Use::

    keyring.create(consumer)
    keyring.keys([consumer], KeyUse.DATA)[consumer]     # VersionedKey(version=1)
    keyring.destroy(consumer, [KeyUse.DATA])
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from enum import StrEnum

from sqlmodel import col, delete, select

from vault.clock import Clock
from vault.crypto.primitives import KEY_BYTES, random_bytes
from vault.crypto.signing import SigningKey
from vault.crypto.versioned_key import VersionedKey
from vault.crypto.wrapping import KeyPlace, unwrap, wrap
from vault.database import Database
from vault.errors import Damaged
from vault.generations import LEASE_MS, Generation, Generations
from vault.identifiers import ConsumerId
from vault.key_cache import KeyCache
from vault.key_rotation import rotate_generation
from vault.key_sources.protocol import KeySource
from vault.key_tables import ConsumerKey
from vault.vault_keys import PublicKey, VaultKeys, VaultKeyUse

CACHED_OWNERS = 20_000

_PAGE = 500


class KeyUse(StrEnum):
    """What a key of an owner is for."""

    DATA = "data"
    """CDK: seals values and texts; its destruction erases them."""
    LOG = "log"
    """LK: seals the entries of the owner's chain."""
    EVIDENCE = "evidence"
    """EV: seals what a duty keeps after erasure."""
    REINSERTION = "reinsertion"
    """RK: keys the hashes that recognise a value seen before."""


class Keyring:
    """The keys of one vault. Shared by threads; owns the lease and the hold of keys."""

    def __init__(
        self,
        keys: Database,
        source: KeySource,
        clock: Clock,
        vault_id: bytes,
        *,
        lease_ms: int = LEASE_MS,
        cached_owners: int = CACHED_OWNERS,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._vault_id = vault_id
        self._generations = Generations(
            keys=keys, source=source, clock=clock, vault_id=vault_id, lease_ms=lease_ms
        )
        self._cache = KeyCache(clock=clock, cap=cached_owners, hold_ms=lease_ms)
        self._vault_keys = VaultKeys(
            keys=keys,
            generations=self._generations,
            clock=clock,
            vault_id=vault_id,
            cache=KeyCache(clock=clock, cap=1, hold_ms=lease_ms),
        )

    # --- the vault as a whole -----------------------------------------------------------------

    def establish(self) -> None:
        """Make what a new vault needs: generation 1 and the vault's own keys. Safe to repeat.

        Only for a vault without people: over a lost key store it would hide the loss.
        """
        self._generations.establish()
        self._vault_keys.establish()

    def start(self) -> None:
        """Prove that the root key opens every generation; ``OperatorMustAct`` says what to do."""
        self._generations.start()

    def check_lease(self) -> None:
        """``Unready`` unless the root key opened the generations within the lease."""
        self._generations.check_lease()

    def vault_key(self, use: VaultKeyUse) -> VersionedKey:
        """The newest key of the vault for ``use``."""
        return self._vault_keys.versions(use)[-1]

    def vault_key_versions(self, use: VaultKeyUse) -> tuple[VersionedKey, ...]:
        """All live versions, oldest first: while two live, both are written and looked up."""
        return self._vault_keys.versions(use)

    def signing_key(self, use: VaultKeyUse) -> SigningKey:
        """The newest Ed25519 key for ``use``, ready to sign."""
        return self._vault_keys.signing_key(use)

    def public_keys(self, use: VaultKeyUse) -> list[PublicKey]:
        """Public halves of all versions, oldest first, retired ones too. Needs no root key."""
        return self._vault_keys.public_keys(use)

    def renew_vault_key(self, use: VaultKeyUse) -> VersionedKey:
        """Make the next version of a key of the vault; the older ones are retired, not gone."""
        return self._vault_keys.renew(use)

    def rotate_generation(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Move every key under a fresh generation and delete the old ones; the number of the new.

        Online and resumable, see ``key_rotation``. ``progress(done, total)`` counts keys.
        """
        return rotate_generation(self._keys, self._generations, self._vault_id, progress)

    def rewrap_generations(self) -> set[int]:
        """Wrap the generation keys under the newest root key; the root versions no longer in use.

        What it returns may be destroyed at the source.
        """
        return self._generations.rewrap()

    # --- the owners' keys ---------------------------------------------------------------------

    def create(self, owner: ConsumerId) -> None:
        """``create_many`` of one."""
        self.create_many([owner])

    def create_many(self, owners: Sequence[ConsumerId]) -> None:
        """Make the four keys of new owners, and commit them, before any main row is written.

        A crash after this leaves keys without an owner: ``owners_made_before`` finds them.
        """
        self._make([(owner, use) for owner in owners for use in KeyUse], version=1)

    def add_version(self, owner: ConsumerId, use: KeyUse) -> VersionedKey:
        """Make the next version of one key of an owner; the older ones still open."""
        version = max(key.version for key in self._versions([owner], use)[owner]) + 1
        self._make([(owner, use)], version=version)
        self._cache.drop([owner], [use])
        return self.keys([owner], use)[owner]

    def keys(self, owners: Collection[ConsumerId], use: KeyUse) -> dict[ConsumerId, VersionedKey]:
        """The newest key of each owner; an owner whose key was destroyed is missing."""
        return {owner: held[-1] for owner, held in self._versions(owners, use).items()}

    def key(self, owner: ConsumerId, use: KeyUse, version: int) -> VersionedKey | None:
        """One version of an owner's key, such as the one a record names; None when destroyed."""
        held = self._versions([owner], use).get(owner, ())
        return next((key for key in held if key.version == version), None)

    def keys_named(
        self, named: Sequence[tuple[ConsumerId, int]], use: KeyUse
    ) -> list[VersionedKey]:
        """The key of each (owner, version), as records name them; ``Damaged`` if one is gone."""
        held = self._versions({owner for owner, _ in named}, use)
        found = {(owner, key.version): key for owner, keys in held.items() for key in keys}
        try:
            return [found[name] for name in named]
        except KeyError:
            raise Damaged("a record names a key that was destroyed or never was") from None

    def warm(self, owners: Collection[ConsumerId], uses: Collection[KeyUse]) -> None:
        """Fetch what is not held, for all ``uses`` in one query, before anything is locked."""
        self._generations.check_lease()
        held = [self._cache.get(use, owners) for use in uses]
        missing = [owner for owner in owners if not all(owner in found for found in held)]
        self._fetch(missing, uses)

    def destroy(self, owner: ConsumerId, uses: Collection[KeyUse]) -> bool:
        """Destroy all versions of these keys; whether their bytes are out of the store's log too.

        False on SQLite while a reader holds the log: stay in ``erasing`` and repeat; it is safe to.
        """
        with self._keys.transaction() as inside:
            inside.exec(
                delete(ConsumerKey).where(
                    col(ConsumerKey.consumer_id) == owner, col(ConsumerKey.use).in_(uses)
                )
            )
        # A crash here leaves the keys destroyed, their bytes perhaps in the log: ``scrub``.
        self._cache.drop([owner], uses)
        return self.scrub()

    def scrub(self) -> bool:
        """Whether the bytes of all destroyed keys are out of the store's log.

        False on SQLite while a reader holds the log: repeat.
        """
        return self._keys.truncate_log()

    def holding(self, owners: Collection[ConsumerId], uses: Collection[KeyUse]) -> set[ConsumerId]:
        """Of these owners, those of whom any of these keys exists; none is unwrapped."""
        statement = (
            select(ConsumerKey.consumer_id)
            .where(col(ConsumerKey.consumer_id).in_(owners), col(ConsumerKey.use).in_(uses))
            .distinct()
        )
        with self._keys.reading() as inside:
            return {ConsumerId(bytes(owner)) for owner in inside.exec(statement)}

    def owners_made_before(self, ms: int, *, after: bytes = b"") -> Iterator[list[ConsumerId]]:
        """Owners of keys older than ``ms``, by pages: those without a main row are orphans.

        The caller, who knows the main rows, destroys them (all uses). ``after``: the last owner
        that was looked at, to go on behind.
        """
        while page := self._page_of_owners(after, ms):
            yield page
            after = page[-1]

    def _page_of_owners(self, after: bytes, ms: int) -> list[ConsumerId]:
        statement = (
            select(ConsumerKey.consumer_id)
            .where(col(ConsumerKey.consumer_id) > after, col(ConsumerKey.made_at) < ms)
            .distinct()
            .order_by(col(ConsumerKey.consumer_id))
            .limit(_PAGE)
        )
        with self._keys.reading() as inside:
            return [ConsumerId(owner) for owner in inside.exec(statement)]

    def _versions(
        self, owners: Collection[ConsumerId], use: KeyUse
    ) -> dict[ConsumerId, tuple[VersionedKey, ...]]:
        self._generations.check_lease()
        held = self._cache.get(use, owners)
        if missing := [owner for owner in owners if owner not in held]:
            held |= self._fetch(missing, [use])[use]
        return held

    def _fetch(
        self, owners: Sequence[ConsumerId], uses: Collection[KeyUse]
    ) -> dict[KeyUse, dict[ConsumerId, tuple[VersionedKey, ...]]]:
        """Read and unwrap, then hold what nobody destroyed meanwhile."""
        ticket = self._cache.ticket()
        found: dict[KeyUse, dict[ConsumerId, tuple[VersionedKey, ...]]] = defaultdict(dict)
        for start in range(0, len(owners), _PAGE):
            for row in self._rows(owners[start : start + _PAGE], uses):
                owner, use = ConsumerId(row.consumer_id), KeyUse(row.use)
                found[use][owner] = (*found[use].get(owner, ()), self._opened(row))
        for use, fetched in found.items():
            self._cache.put(use, fetched, ticket=ticket)
        return found

    def _rows(
        self, owners: Sequence[ConsumerId], uses: Collection[KeyUse]
    ) -> Sequence[ConsumerKey]:
        statement = (
            select(ConsumerKey)
            .where(col(ConsumerKey.consumer_id).in_(owners), col(ConsumerKey.use).in_(uses))
            .order_by(col(ConsumerKey.key_version))
        )
        with self._keys.reading() as inside:
            return inside.exec(statement).all()

    def _opened(self, row: ConsumerKey) -> VersionedKey:
        generation = self._generations.opening(row.g)
        place = KeyPlace(
            vault_id=self._vault_id,
            owner=row.consumer_id,
            use=row.use,
            key_version=row.key_version,
            g=row.g,
        )
        return VersionedKey(row.key_version, unwrap(generation.wrapping_key, place, row.wrapped))

    def _make(self, keys: Sequence[tuple[ConsumerId, KeyUse]], *, version: int) -> None:
        def rows_under(generation: Generation) -> list[dict[str, object]]:
            return [self._fresh(owner, use, version, generation) for owner, use in keys]

        self._generations.write_under(ConsumerKey, rows_under)

    def _fresh(
        self, owner: ConsumerId, use: KeyUse, version: int, generation: Generation
    ) -> dict[str, object]:
        place = KeyPlace(
            vault_id=self._vault_id, owner=owner, use=use, key_version=version, g=generation.g
        )
        return {
            "consumer_id": owner,
            "use": use.value,
            "key_version": version,
            "g": generation.g,
            "wrapped": wrap(generation.wrapping_key, place, random_bytes(KEY_BYTES)),
            "made_at": self._clock.now_ms(),
        }
