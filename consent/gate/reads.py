"""The gate's way out for companies.

Many requests, one transaction, nothing released before the record.

The steps of one batch, numbered as in the ledger's order of durable steps and repeated in the code:

0. Resolve pairwise ids, unwrap log keys, check the key lease: no key-source call while locks are
   held.
1. Lock the heads in slot order, as the first statement.
2. Read grants, restrictions, earlier requests and refusals as they stand under the lock; take the
   replay keys.
3. Decide in order, each decision seeing the counts of those before it.
4. Of the sealed values read in the same trip, keep those of Allowed parts, still ciphertext.
5. Append one entry a part, advance heads, note request ids.
6. COMMIT, durable. From here it is on the record.
7. Unwrap data keys, check commitments, open, mask. A failure appends ``undelivered``, which gives
   the count back.
8. The promise over the entries: one signature a batch.

A crash before 6 leaves nothing; between 6 and the answer a recorded, undelivered read: harmless.
The reverse order
would leave an unrecorded one. More than two seconds between 6 and the answer: the permission is
looked at again.

Bad data in one request does not sink its batch: on a data error the batch is rolled back and run
singly.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg

from consent.decision import Allowed, Denied, Reason
from consent.gate.answers import key_of, marks, opened_of, outcome, waves
from consent.gate.asks import Answered, Outcome, ReadAnswer, ReadRequest, TurnedAway
from consent.gate.batch import Batch, Decider, Part
from consent.gate.late import give_back, still_allowed, undelivered
from consent.gate.opening import Opener
from consent.gate.people import People
from consent.gate.recall import Recaller
from consent.ledger.health import LogHealth
from consent.ledger.log import Appended, ChainClosed, ChainKey, Chains, Composed, Log
from consent.ledger.openings import Opening
from consent.ledger.promises import Promise, PromiseSigner
from consent.statements.rows import Statements
from vault.clock import Clock
from vault.database import Database
from vault.errors import Damaged
from vault.identifiers import ConsumerId, raw
from vault.keyring import Keyring, KeyUse

LATE_MS = 2_000
_TRIES = 3
_DATA_ERRORS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    sqlite3.IntegrityError,
    Damaged,
    ValueError,  # BadInput; text that is no text, JSON that is no JSON
)


class _Moved(Exception):
    """A record was joined or erased between step 0 and the lock: resolve again."""


class ReadGate:
    """Reads of companies."""

    def __init__(  # noqa: PLR0913 - each is a part that bootstrap hands in by name
        self,
        *,
        main: Database,
        statements: Statements[Any],
        log: Log,
        keyring: Keyring,
        people: People,
        opener: Opener,
        promises: PromiseSigner,
        health: LogHealth,
        clock: Clock,
        vault_id: bytes,
    ) -> None:
        self._main = main
        self._statements = statements
        self._log = log
        self._keyring = keyring
        self._people = people
        self._opener = opener
        self._promises = promises
        self._health = health
        self._clock = clock
        self._vault_id = vault_id

    def read(self, requests: Sequence[ReadRequest]) -> list[ReadAnswer]:
        """Answer requests, in their order.

        ``Unready`` when the log lags or a store does not answer.
        """
        self._health.require_sound()
        answers: dict[int, ReadAnswer] = {}
        for wave in waves(requests):
            answers |= zip(wave, self._serve([requests[at] for at in wave]), strict=True)
        return [answers[at] for at in range(len(requests))]

    def _serve(self, requests: Sequence[ReadRequest]) -> list[ReadAnswer]:
        """One batch; on a data error each request singly, so that one cannot sink the others.

        Only what comes before the commit is tried again: behind it the proofs are used up.
        """
        try:
            batch, chains, composed = self._recorded(requests)  # 0 - 6
        except (_Moved, *_DATA_ERRORS):
            if len(requests) == 1:
                return [TurnedAway(why="failed")]
            return [self._serve([request])[0] for request in requests]
        return self._answer(requests, batch, chains, composed.appended)  # 7, 8

    def _recorded(self, requests: Sequence[ReadRequest]) -> tuple[Batch, Chains, Composed]:
        for _ in range(_TRIES):
            parts = self._parts(requests)  # 0
            bearers = {part.bearer for part in parts}
            self._keyring.warm(bearers, (KeyUse.LOG, KeyUse.DATA))
            try:
                return self._record(requests, parts, self._log.unlock(bearers))  # 1 - 6
            except (_Moved, ChainClosed):
                self._people.forget(bearers)
        raise _Moved

    # --- 0 -------------------------------------------------------------------------------------

    def _parts(self, requests: Sequence[ReadRequest]) -> list[Part]:
        wanted = [(request.company, ask.consumer) for request in requests for ask in request.asks]
        known = self._people.resolve(wanted)
        parts = []
        for at, request in enumerate(requests):
            company = ConsumerId(raw(request.company))
            for ask in request.asks:
                # A person the token does not name is answered like nobody, on the company's own
                # chain.
                person = (
                    None if ask.in_token is None else known.get((request.company, ask.consumer))
                )
                parts.append(Part(request=at, ask=ask, person=person, bearer=person or company))
        return parts

    # --- 1 to 6 --------------------------------------------------------------------------------

    def _record(
        self,
        requests: Sequence[ReadRequest],
        parts: list[Part],
        keys: dict[ConsumerId, ChainKey],
    ) -> tuple[Batch, Chains, Composed]:
        asks = [key_of(part, requests[part.request]) for part in parts]
        proofs = {r.proof.key: r.proof.keep_until_ms for r in requests if r.proof is not None}
        with self._main.hot() as connection:
            try:
                facts = self._statements.begin_read(  # 1, 2
                    connection, [key.slot for key in keys.values()], asks, sorted(proofs.items())
                )
                chains = self._log.chains(facts.heads, keys)
                self._require_unmoved(parts, chains)
                now = self._clock.now_ms()
                recall = Recaller(
                    statements=self._statements,
                    connection=connection,
                    chains=chains,
                    vault_id=self._vault_id,
                )
                batch = Decider(  # 3, 4
                    requests, parts, facts, chains, recall=recall, now_ms=now
                ).decide()
                composed = self._log.compose(chains, batch.entries, now_ms=now)  # 5
                self._statements.finish_read(  # 6
                    connection, marks(requests, batch, facts, composed, now)
                )
            except BaseException:
                self._statements.give_up(connection)
                raise
        # A crash from here on leaves a recorded read that nobody received.
        return batch, chains, composed

    def _require_unmoved(self, parts: Sequence[Part], chains: Chains) -> None:
        if any(chains[part.bearer].status != "open" for part in parts):
            raise _Moved

    # --- 7 and 8 -------------------------------------------------------------------------------

    def _answer(
        self,
        requests: Sequence[ReadRequest],
        batch: Batch,
        chains: Chains,
        appended: Sequence[Appended],
    ) -> list[ReadAnswer]:
        committed = self._clock.monotonic_ms()
        opened = self._open(requests, batch, chains)  # 7
        promised = self._promise(requests, batch, appended)  # 8
        if self._clock.monotonic_ms() - committed > LATE_MS:
            self._look_again(requests, batch, opened)
        outcomes: dict[int, list[Outcome]] = {at: [] for at in range(len(requests))}
        for at, part in enumerate(batch.parts):
            if part.request not in batch.turned_away:
                outcomes[part.request].append(outcome(part, opened.get(at), promised.get(at)))
        return [
            batch.turned_away.get(at) or Answered(outcomes=outcomes[at])
            for at in range(len(requests))
        ]

    def _open(
        self, requests: Sequence[ReadRequest], batch: Batch, chains: Chains
    ) -> dict[int, dict[str, dict[str, Any]]]:
        """Step 7.

        What each allowed part is told. A part that fails is missing, and recorded as such.
        """
        allowed = [
            (at, part)
            for at, part in enumerate(batch.parts)
            if isinstance(part.decision, Allowed) and part.request not in batch.turned_away
        ]
        keys = self._opener.data_keys([part.bearer for _, part in allowed])
        opened: dict[int, dict[str, dict[str, Any]]] = {}
        for at, part in allowed:
            request = requests[part.request]
            try:
                key = keys[part.bearer]
                opened[at] = self._opener.told(
                    part,
                    self._opener.values(part.bearer, part.chosen, key),
                    self._opener.statements(part, key),
                    company=request.company,
                    tag_key=chains[part.bearer].secrets.tag_key,
                )
            except (Damaged, KeyError, ValueError):
                self._undelivered(part, request, "damaged")
        return opened

    def _promise(
        self, requests: Sequence[ReadRequest], batch: Batch, appended: Sequence[Appended]
    ) -> dict[int, tuple[Opening, Promise]]:
        """Step 8: one signature over the batch; each part gets its opening and its path in it."""
        opened = {
            at: found
            for at, part in enumerate(batch.parts)
            if (found := opened_of(part, appended)) is not None
        }
        pairs = [
            (commitment, requests[batch.parts[at].request].request_hash)
            for at, (_, commitment) in opened.items()
        ]
        promises = self._promises.promise(pairs, ts=self._clock.now_ms())
        told = zip(opened.items(), promises, strict=True)
        return {at: (opening, promise) for (at, (opening, _)), promise in told}

    def _look_again(
        self,
        requests: Sequence[ReadRequest],
        batch: Batch,
        opened: dict[int, dict[str, dict[str, Any]]],
    ) -> None:
        """The answer is late: what was stopped meanwhile is not handed out any more."""
        with self._main.reading() as tx:
            now = self._clock.now_ms()
            late = {
                at: requests[batch.parts[at].request]
                for at in opened
                if not still_allowed(
                    tx, batch.parts[at], requests[batch.parts[at].request], now_ms=now
                )
            }
        for at, request in late.items():
            del opened[at]
            self._undelivered(batch.parts[at], request, "late")

    def _undelivered(self, part: Part, request: ReadRequest, why: str) -> None:
        """Record that the value of a read never left, and give its count back.

        A repeat made no entry and used nothing up; a chain closed meanwhile takes no entry.
        """
        grant = part.decision.grant if isinstance(part.decision, Allowed) else None
        if part.recalled is None:
            with suppress(ChainClosed), self._log.acting([part.bearer]) as act:
                act.append(undelivered(part, request, why))
                give_back(act.tx, part, request)
        part.decision = Denied(reason=Reason.UNDELIVERED, grant=grant)
