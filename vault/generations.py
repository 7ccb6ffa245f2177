"""Generation keys: few, wrapped by the root key, leased for seconds; every other key is below.

Rules kept here:
- The root key is asked once per lease (5 s), whatever the load. Once it is disabled or gone, reads
  fail closed when the lease ends: ``Unready``, from then on.
- A failing source is not asked again at once: it may be failing because it is asked too much.
- Only the key store's rows say which generations live. The newest one wraps what is new.

Use::

    generations.start()                 # OperatorMustAct when the root key opens nothing
    generations.check_lease()           # before every use of a key that is held already
    generations.opening(g)              # the key that unwraps what is under generation g
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from vault.clock import Clock
from vault.crypto.primitives import length_prefixed
from vault.crypto.wrapping import wrapping_key
from vault.database import Database
from vault.errors import Conflict, Damaged, OperatorMustAct, Unready
from vault.key_sources.protocol import KeySource, WrappedByRoot
from vault.key_tables import GenerationKey, KeyStoreRow

LEASE_MS = 5_000
RETRY_MS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A generation and the key that wraps under it."""

    g: int
    wrapping_key: bytes = field(repr=False)


RowsUnder: TypeAlias = Callable[[Generation], list[dict[str, object]]]


class Generations:
    """The live generations, leased. Shared by threads; owns the lease."""

    def __init__(
        self,
        *,
        keys: Database,
        source: KeySource,
        clock: Clock,
        vault_id: bytes,
        lease_ms: int = LEASE_MS,
    ) -> None:
        self._keys = keys
        self._source = source
        self._clock = clock
        self._vault_id = vault_id
        self._lease_ms = lease_ms
        self._renewing = threading.Lock()
        self._leased: dict[int, Generation] = {}
        self._until = self._retry_at = clock.monotonic_ms()

    def establish(self) -> None:
        """Make generation 1 where there is none: the first act of a new vault, safe to repeat."""
        with self._keys.reading() as inside:
            exists = inside.exec(select(GenerationKey.g)).first() is not None
        if not exists:
            self._make(1)

    def start(self) -> None:
        """Prove that the root key opens every generation; ``OperatorMustAct`` says what to do."""
        with self._renewing:
            self._renew()

    def check_lease(self) -> None:
        """``Unready`` unless the root key opened the generations within the lease."""
        if self._clock.monotonic_ms() < self._until:
            return
        with self._renewing:
            if self._clock.monotonic_ms() >= self._until:  # nobody else renewed meanwhile
                self._renew_or_unready()

    def newest(self) -> Generation:
        """The generation that wraps what is new."""
        self.check_lease()
        leased = self._leased  # one look: another thread may renew
        return leased[max(leased)]

    def opening(self, g: int) -> Generation:
        """Generation ``g``; ``Damaged`` when its key was deleted, and with it what is under it."""
        self.check_lease()
        if g not in self._leased:
            self.renew()  # another process may have made it since
        try:
            return self._leased[g]
        except KeyError:
            raise Damaged(f"generation {g} is gone, and the keys under it") from None

    def add(self) -> None:
        """Make the next generation; every process wraps what is new under it within its lease."""
        self._make(self.newest().g + 1)
        self.renew()

    def renew(self) -> None:
        """Begin a new lease now, because the rows changed; ``Unready`` when it cannot be."""
        with self._renewing:
            self._renew_or_unready()

    def write_under(self, table: type[KeyStoreRow], rows_under: RowsUnder) -> None:
        """Insert and commit rows of keys wrapped under the newest generation.

        ``rows_under`` gives the rows for a generation; it is asked again if that one was deleted
        meanwhile. The generation is locked, so it cannot go before the rows under it are committed.
        """
        while not self._written(table, rows_under):
            self.renew()

    def _written(self, table: type[KeyStoreRow], rows_under: RowsUnder) -> bool:
        generation = self.newest()
        rows = rows_under(generation)
        own = select(GenerationKey.g).where(GenerationKey.g == generation.g)
        with self._keys.transaction() as inside:
            lives = inside.exec(own.with_for_update(read=True)).first() is not None
            if lives:
                inside.execute(insert(table), rows)
        return lives

    def rewrap(self) -> set[int]:
        """Wrap every generation key under the newest root key; the root versions then not in use.

        One transaction over a handful of rows: a crash leaves all of them as they were.
        """
        with self._keys.transaction() as inside:
            rows = inside.exec(select(GenerationKey).with_for_update()).all()
            before = {row.root_version for row in rows}
            for row in rows:
                by_root = self._source.wrap(self._unwrap(row), self._context(row.g))
                row.root_version, row.wrapped = by_root.root_version, by_root.wrapped
            return before - {row.root_version for row in rows}

    def _make(self, g: int) -> None:
        by_root = self._source.generate(self._context(g)).by_root
        row = GenerationKey(
            g=g,
            root_version=by_root.root_version,
            wrapped=by_root.wrapped,
            made_at=self._clock.now_ms(),
        )
        try:
            with self._keys.transaction() as inside:
                inside.add(row)
        except IntegrityError:
            raise Conflict(f"another process made generation {g} just now: try again") from None
        # A crash here leaves a generation with nothing under it: rotation goes on into it.

    def _renew_or_unready(self) -> None:
        if self._clock.monotonic_ms() < self._retry_at:
            raise Unready("the root key did not open the generation keys a moment ago")
        try:
            self._renew()
        except (OperatorMustAct, Unready) as error:
            self._retry_at = self._clock.monotonic_ms() + RETRY_MS
            raise Unready("the root key does not open the generation keys") from error

    def _renew(self) -> None:
        began = self._clock.monotonic_ms()  # the lease counts from before the source was asked
        with self._keys.reading() as inside:
            rows = inside.exec(select(GenerationKey).order_by(col(GenerationKey.g))).all()
        if not rows:
            raise OperatorMustAct(
                "the key store holds no generation key, so nothing opens. Nothing was changed: put "
                "back the key store this vault was made with."
            )
        self._leased = {
            row.g: Generation(g=row.g, wrapping_key=wrapping_key(self._unwrap(row))) for row in rows
        }
        self._until = began + self._lease_ms

    def _unwrap(self, row: GenerationKey) -> bytes:
        by_root = WrappedByRoot(root_version=row.root_version, wrapped=row.wrapped)
        try:
            return self._source.unwrap(by_root, self._context(row.g))
        except Damaged:
            raise OperatorMustAct(
                f"root key version {row.root_version} does not open generation {row.g}: it "
                "is another vault's, or the key store is. Nothing was changed: put back the right"
                " one."
            ) from None

    def _context(self, g: int) -> bytes:
        """What a source binds a generation key to; no person's id ever reaches it."""
        return length_prefixed(self._vault_id, b"generation", g.to_bytes(4, "big"))
