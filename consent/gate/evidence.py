"""What a listed duty keeps of an erased person: re-sealed under their evidence key, with an end.

Rules kept here:
- ``DUTIES`` is the whole list. What it does not name is not kept.
- Kept are terms, and receipts of entries: each proves itself against the log when everything else
  of the record is gone. No value, no address, no external id is among them.
- The evidence key is the person's own. When the last duty ends it is destroyed and the rows go.

Use::

    gathered = evidence.gather(consumer, chains)            # while the log key lives
    evidence.keep(inside, consumer, gathered, at_ms=now)    # warm the evidence key before
    evidence.open(consumer)                                 # [Piece(duty=…, told={…}), …]
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlmodel import col, select

from consent import deadlines
from consent.decision import CONSENT
from consent.ledger.certificates import KeptBack
from consent.ledger.entry_types import EntryType
from consent.ledger.prover import Prover
from consent.ledger.reader import LogReader, OpenedEntry
from consent.tables import Deadline, GrantRow
from consent.times import Duration
from vault.crypto.canonical import canonical
from vault.crypto.primitives import length_prefixed, sha256
from vault.database import Database, Transaction
from vault.identifiers import ConsumerId, raw
from vault.keyring import Keyring, KeyUse
from vault.sealed_texts import NewText, SealedTexts, TextKey

ENDS = "evidence_ends"
"""The kind of the deadline at which what a duty keeps goes."""

_UTC = ZoneInfo("UTC")
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Why something is kept, and what: the terms of grants, receipts of entries of these types."""

    code: str
    law: str
    why: str
    terms: bool
    entries: frozenset[EntryType]
    period: Duration

    @property
    def kind(self) -> str:
        """The kind of its sealed texts."""
        return f"evidence/{self.code}"

    def until(self, at_ms: int) -> int:
        """When it ends (ms), for an erasure at ``at_ms``."""
        return self.period.after(at_ms, _UTC)


DUTIES = (
    Duty(
        code="proof_of_consent",
        law="GDPR, Articles 5(2) and 7(1)",
        why="To show that what companies read, they read because you had allowed it.",
        terms=True,
        entries=frozenset(
            {
                *(EntryType.GRANT, EntryType.CARRIED, EntryType.NARROW),
                *(EntryType.PAUSE, EntryType.RESUME),
                *(EntryType.REVOKE, EntryType.EXPIRED, EntryType.WAIVE),
            }
        ),
        period=Duration(years=3),
    ),
    Duty(
        code="proof_of_erasure",
        law="GDPR, Articles 5(2) and 17(3)(e)",
        why="To show, should there be a claim, that you asked and that it was done.",
        terms=False,
        entries=frozenset({EntryType.ERASE}),
        period=Duration(years=3),
    ),
)
"""Every duty that keeps something, and exactly what."""

KINDS = frozenset(duty.kind for duty in DUTIES)
"""The kinds of sealed texts that outlive an erasure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing a duty keeps, opened."""

    duty: str
    told: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the duties ask for, still to be sealed."""

    pieces: Mapping[str, Sequence[tuple[bytes, bytes]]] = field(repr=False)
    """Duty -> (text id, canonical JSON) of each piece."""

    def kept(self, at_ms: int) -> list[KeptBack]:
        """The same as a certificate says it: duties that keep nothing are left out."""
        return [
            KeptBack(
                duty=duty.code,
                law=duty.law,
                why=duty.why,
                pieces=len(self.pieces[duty.code]),
                until=duty.until(at_ms),
            )
            for duty in DUTIES
            if self.pieces[duty.code]
        ]


class Evidence:
    """What is kept of erased people."""

    def __init__(
        self,
        *,
        main: Database,
        keyring: Keyring,
        reader: LogReader,
        prover: Prover,
        vault_id: bytes,
    ) -> None:
        self._main = main
        self._keyring = keyring
        self._reader = reader
        self._prover = prover
        self._texts = SealedTexts(keyring=keyring, vault_id=vault_id, use=KeyUse.EVIDENCE)

    def gather(self, consumer: ConsumerId, chains: Sequence[ConsumerId]) -> Gathered:
        """What the duties ask for of these chains; the log key must live, all entries be logged."""
        consents = self._consents(consumer)
        return Gathered(
            pieces={
                duty.code: [
                    *((raw(grant), _terms(grant, text)) for grant, text in consents if duty.terms),
                    *self._receipts(duty, chains, {grant for grant, _ in consents}),
                ]
                for duty in DUTIES
            }
        )

    def keep(
        self, inside: Transaction, consumer: ConsumerId, gathered: Gathered, *, at_ms: int
    ) -> None:
        """Seal it under the evidence key, each duty's part with its end. Twice is once."""
        for duty in DUTIES:
            pieces = gathered.pieces[duty.code]
            if not pieces:
                continue
            keys = [TextKey(consumer=consumer, kind=duty.kind, text_id=one) for one, _ in pieces]
            texts = [NewText(key=key, plain=p) for key, (_, p) in zip(keys, pieces, strict=True)]
            self._texts.put(inside, texts)
            deadlines.put(inside, consumer, ENDS, duty.code, due_at=duty.until(at_ms))

    def open(self, consumer: ConsumerId) -> list[Piece]:
        """What is kept of an erased person; nothing when every duty has ended."""
        with self._main.reading() as tx:
            sealed = {d.code: self._texts.fetch(tx, [consumer], d.kind) for d in DUTIES}
        return [
            Piece(duty=code, told=orjson.loads(plain))
            for code, texts in sealed.items()
            for plain in self._texts.open(texts)
        ]

    def end(self, now_ms: int) -> int:
        """Destroy what no duty keeps any more; how many duties ended. Run by the worker."""
        with self._main.reading() as tx:
            ended = deadlines.due(tx, [ENDS], now_ms=now_ms)
        for one in ended:
            self._end(one.consumer, one.ref)
        return len(ended)

    def _end(self, consumer: ConsumerId, code: str) -> None:
        """A crash between the two leaves rows that open no more; the deadline still stands."""
        with self._main.reading() as tx:
            left = tx.exec(
                select(Deadline.ref).where(
                    col(Deadline.consumer_id) == consumer, col(Deadline.kind) == ENDS
                )
            ).all()
        if list(left) == [code]:
            self._keyring.destroy(consumer, [KeyUse.EVIDENCE])
        with self._main.transaction() as tx:
            duty = next(duty for duty in DUTIES if duty.code == code)
            gone = self._texts.fetch(tx, [consumer], duty.kind)
            if gone:
                self._texts.delete(tx, [text.key for text in gone])
            deadlines.drop(tx, consumer, ENDS, code)

    def _consents(self, consumer: ConsumerId) -> list[tuple[str, str]]:
        """(grant id, terms) of everything the person ever consented to."""
        with self._main.reading() as tx:
            rows = tx.exec(
                select(GrantRow.grant_id, GrantRow.terms)
                .where(col(GrantRow.consumer_id) == consumer, col(GrantRow.basis) == CONSENT)
                .order_by(col(GrantRow.grant_id))
            )
            return [(grant, terms) for grant, terms in rows]

    def _receipts(
        self, duty: Duty, chains: Sequence[ConsumerId], consents: set[str]
    ) -> Iterator[tuple[bytes, bytes]]:
        for chain in chains:
            for entry in self._entries(chain, duty):
                if entry.P.get("grant_id") in (None, *consents):
                    text_id = sha256(length_prefixed(chain, entry.i.to_bytes(8, "big")))[:16]
                    receipt = str(self._prover.receipt(chain, entry.i))
                    yield text_id, canonical({"v": 1, "duty": duty.code, "receipt": receipt})

    def _entries(self, chain: ConsumerId, duty: Duty) -> Iterator[OpenedEntry]:
        after = 0
        while entries := self._reader.entries(
            chain, after=after, types=sorted(duty.entries), limit=_AT_ONCE
        ):
            yield from entries
            after = entries[-1].i


def _terms(grant: str, text: str) -> bytes:
    return canonical({"v": 1, "duty": "proof_of_consent", "grant_id": grant, "terms": text})
