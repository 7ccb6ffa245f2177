"""One act on one case, under the lock: what it says, what it changes, and its entry.

Rules kept here:
- The rules are asked before anything is written: a refusal commits an act that changed nothing.
- Words are sealed in the same transaction; the row lists them, the entry carries their hashes.
- The id of sealed words is computed from contest and number, so that no row can point a case at
  another's words.

Use::

    step.say(TextKind.REASON, "We need the file of 2019.", by=Actor.COMPANY, name="R. Okafor")
    return step.move(actor=company)             # row and entry; ``Confirmed``
"""

from dataclasses import dataclass, field

from audit_portal.contests import entries, store
from audit_portal.contests.clocks import Calendar
from audit_portal.contests.regimes import Duties, Regime, parse
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor, State
from audit_portal.tables import ContestRow, ContestText
from consent import pairwise_store
from consent.confirmations import Confirmed, confirmed
from consent.gate.texts import CaseText, CaseTexts, TextKind
from consent.ledger.log import Act, NewEntry
from vault.crypto.primitives import length_prefixed, sha256
from vault.identifiers import CompanyId, ConsumerId, PairwiseId, raw


def text_of(contest_id: str, number: int, kind: str) -> CaseText:
    """Which sealed text the words of this number are."""
    place = length_prefixed(raw(contest_id), number.to_bytes(4, "big"))
    return CaseText(kind=TextKind(kind), text_id=sha256(place)[:16])


@dataclass(slots=True, kw_only=True)
class Step:
    """One act on one case. Owned by the transaction it belongs to."""

    act: Act
    row: ContestRow
    what: What
    state: State
    """Where the rules say the act leads."""
    now_ms: int
    home: Calendar
    texts: CaseTexts
    _words: list[bytes] = field(default_factory=list)

    @property
    def consumer(self) -> ConsumerId:
        """Whose contest it is."""
        return ConsumerId(bytes(self.row.consumer_id))

    @property
    def company(self) -> CompanyId:
        """Who answers it."""
        return CompanyId(self.row.company_id)

    @property
    def regimes(self) -> tuple[Regime, ...]:
        """The laws it is under."""
        return parse(self.row.regimes)

    @property
    def duties(self) -> Duties:
        """What they ask together."""
        return Duties.of(self.regimes)

    def say(self, kind: TextKind, words: str | bytes, *, by: Actor, name: str = "") -> CaseText:
        """Seal words of the case; which text they are."""
        number = store.next_number(self.act.tx, self.consumer, self.row.contest_id)
        text = text_of(self.row.contest_id, number, kind)
        plain = words.encode() if isinstance(words, str) else words
        record_hash = self.texts.put(self.act, self.consumer, kind, text.text_id, plain)
        self._words.append(record_hash)
        self.act.tx.add(
            ContestText(
                consumer_id=self.row.consumer_id,
                contest_id=self.row.contest_id,
                number=number,
                kind=kind.value,
                act=self.what.value,
                author=by.value,
                name=name,
                record_hash=record_hash,
                at=self.now_ms,
            )
        )
        self.act.tx.flush()
        return text

    def bring_words(self) -> None:
        """Let the entry carry everything written so far: what a draft held is said by sending."""
        rows = store.texts_of(self.act.tx, self.consumer, self.row.contest_id)
        self._words = [bytes(row.record_hash) for row in rows]

    def move(self, *, actor: str, **told: object) -> Confirmed:
        """Let the row stand where the act leads, and enter it. ``told``: further members of P."""
        before, self.row.state = self.row.state, self.state.value
        entry = entries.moved(
            self.row,
            self.what,
            before=before,
            actor=actor,
            known_as=self._known_as(),
            words=self._words,
            told=told,
        )
        return self._entered(entry)

    def add_words(self, *, actor: str, **told: object) -> Confirmed:
        """Enter that words were added, where the act changes no state."""
        entry = entries.said(
            self.row,
            self.what,
            actor=actor,
            known_as=self._known_as(),
            words=self._words,
            told=told,
        )
        return self._entered(entry)

    def then(self, what: What, state: State) -> "Step":
        """The next act on the same case, in the same transaction."""
        return Step(
            act=self.act,
            row=self.row,
            what=what,
            state=state,
            now_ms=self.now_ms,
            home=self.home,
            texts=self.texts,
        )

    def _entered(self, entry: NewEntry) -> Confirmed:
        self._words = []
        return confirmed(self.row.contest_id, self.act.append(entry))

    def _known_as(self) -> PairwiseId | None:
        return pairwise_store.known_as(self.act.tx, self.company, self.consumer)
