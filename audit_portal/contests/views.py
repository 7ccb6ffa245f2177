"""How contests stand, as pages and the API tell it: rows as values, and the words on request.

Rules kept here:
- Nothing is opened and no entry is made for how a contest stands. Words are opened by the gate,
  after its entry.
- A closed contest is seen as held while a value it removed came again and waits.
- A company sees its own contests only, and the person by its own pairwise id; an officer sees how
  cases stand, and nobody's name.

Use::

    views.all(consumer)                         # [CaseView(…)], the newest first
    views.case(consumer, contest_id)            # OpenedCase(words=…, files=…), one own view
    views.track(consumer, contest_id)           # its events, oldest first
    views.page_of_company(company, after=None)  # [CaseView(…)]
"""

from collections.abc import Collection
from dataclasses import dataclass

from audit_portal.contests import clocks, rules, store
from audit_portal.contests.parts import Parts
from audit_portal.contests.reading import OpenedCase, Words, listed, opened
from audit_portal.contests.regimes import parse
from audit_portal.contests.rules import Kind
from audit_portal.contests.states import Act, Actor, Outcome, State, seen_as
from audit_portal.tables import ContestRow
from consent import pairwise_store, reinsertion
from consent.access_log import Event, Wanted
from consent.ledger.entry_types import EntryType
from consent.reinsertion import HeldState
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId, PairwiseId

TRACK = (
    EntryType.CONTEST,
    EntryType.CONTEST_MESSAGE,
    EntryType.CONTEST_FILE,
    EntryType.CASE_READ,
    EntryType.RESTRICT,
    EntryType.LIFT,
    EntryType.WRITE,
    EntryType.DELETED,
    EntryType.NOTICE,
    EntryType.HELD,
    EntryType.CERTIFIED,
)
"""The entries a contest leaves in its person's chain; each names the contest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One contest as it stands. Times in ms; ``acts`` is what the asker can do now."""

    contest_id: str
    company: CompanyId
    known_as: PairwiseId | None
    kind: Kind
    field: str | None
    version: int | None
    event: str | None
    regimes: tuple[str, ...]
    state: State
    outcome: Outcome | None
    handler: str | None
    reviewer: str | None
    made_at: int
    sent_at: int | None
    acknowledged_at: int | None
    acknowledge_by: int | None
    due_at: int | None
    extended_at: int | None
    late_at: int | None
    escalated_at: int | None
    decided_at: int | None
    lift_at: int | None
    stated_at: int | None
    closed_at: int | None
    rating: int | None
    acts: frozenset[Act]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a case is about, as the company that answers knows it from its own side. Times in ms.

    A contested version: when the company supplied it, and how. A contested access: its own request.
    """

    at: int
    channel: str | None = None
    nature: str | None = None
    request_id: str | None = None
    purpose: str | None = None
    fields: tuple[str, ...] = ()


class ContestViews:
    """Contests for the person, the company that answers, and officers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # --- for the person -------------------------------------------------------------------------

    def all(self, consumer: ConsumerId) -> list[CaseView]:
        """Every contest of a person, drafts too, the newest first."""
        with self._parts.main.reading() as tx:
            rows = store.all_of_person(tx, consumer)
            return [self._view(tx, row, Actor.CONSUMER) for row in rows]

    def one(self, consumer: ConsumerId, contest_id: str) -> CaseView | None:
        """One of them."""
        with self._parts.main.reading() as tx:
            row = store.of_person(tx, consumer, contest_id)
            return None if row is None else self._view(tx, row, Actor.CONSUMER)

    def words(self, consumer: ConsumerId, contest_id: str) -> list[Words]:
        """What was written, for the person: ``case`` without its files."""
        return self.case(consumer, contest_id).words

    def case(self, consumer: ConsumerId, contest_id: str) -> OpenedCase:
        """What was written, and the files by name: one own view. ``KeyError``: no such contest."""
        with self._parts.main.reading() as tx:
            row = store.of_person(tx, consumer, contest_id)
            rows, files = listed(tx, self._parts.files, consumer, contest_id)
        if row is None:
            raise KeyError("no such contest")
        return opened(
            row,
            rows,
            files,
            lambda texts: self._parts.texts.open_own(consumer, texts, contest_id=contest_id),
        )

    def track(self, consumer: ConsumerId, contest_id: str) -> list[Event]:
        """Everything that happened in a contest, oldest first."""
        newest = self._parts.access_log.newest(consumer, Wanted(types=TRACK), limit=1_000)
        return [
            one for one in reversed(newest.events) if one.entry.P.get("contest_id") == contest_id
        ]

    # --- for the company that answers -----------------------------------------------------------

    def page_of_company(
        self,
        company: CompanyId,
        *,
        after: str | None = None,
        only_open: bool = False,
        limit: int = 50,
    ) -> list[CaseView]:
        """Contests this company answers, oldest first. ``BadInput``: no such ``after``."""
        with self._parts.main.reading() as tx:
            rows = store.page_of_company(tx, company, after=after, only_open=only_open, limit=limit)
            return [self._view(tx, row, Actor.COMPANY) for row in rows]

    def of_company(self, company: CompanyId, contest_id: str) -> CaseView | None:
        """One of them; another company's is none."""
        with self._parts.main.reading() as tx:
            row = store.of_company(tx, company, contest_id)
            return None if row is None else self._view(tx, row, Actor.COMPANY)

    def matter(self, company: CompanyId, contest_id: str) -> Matter | None:
        """What one of its contests is about; nothing is opened but the entry of its own read."""
        with self._parts.main.reading() as tx:
            row = store.of_company(tx, company, contest_id)
        if row is None:
            return None
        consumer = ConsumerId(bytes(row.consumer_id))
        if row.event is not None:
            event = self._parts.access_log.event(consumer, row.event)
            return None if event is None else _access(event)
        for one in self._parts.own_view.overview(consumer):
            if (one.field, one.version) == (row.field, row.version):
                return Matter(
                    at=one.written_at,
                    channel=one.channel,
                    nature=one.nature,
                    fields=(one.field,),
                )
        return None

    # --- for officers ---------------------------------------------------------------------------

    def for_officer(self, contest_id: str) -> CaseView | None:
        """How one contest stands that was sent."""
        with self._parts.main.reading() as tx:
            row = store.named(tx, contest_id)
            return None if row is None else self._view(tx, row, Actor.OFFICER)

    def in_states(
        self, states: Collection[State], *, only_late: bool = False, limit: int = 200
    ) -> list[CaseView]:
        """Everybody's contests in these states, the first due first."""
        with self._parts.main.reading() as tx:
            rows = store.in_states(tx, states, only_late=only_late, limit=limit)
            return [self._view(tx, row, Actor.OFFICER) for row in rows]

    def _view(self, tx: Transaction, row: ContestRow, asker: Actor) -> CaseView:
        consumer, company = ConsumerId(bytes(row.consumer_id)), CompanyId(row.company_id)
        case, now = store.case_of(row), self._parts.clock.now_ms()
        for_company = asker is Actor.COMPANY
        return CaseView(
            contest_id=row.contest_id,
            company=company,
            known_as=pairwise_store.known_as(tx, company, consumer) if for_company else None,
            kind=case.kind,
            field=row.field,
            version=None if for_company else row.version,
            event=None if for_company else row.event,
            regimes=tuple(row.regimes.split(",")),
            state=seen_as(case.state, held=_is_held(tx, row)),
            outcome=case.outcome,
            handler=row.handler,
            reviewer=row.reviewer,
            made_at=row.made_at,
            sent_at=row.submitted_at,
            acknowledged_at=row.acknowledged_at,
            acknowledge_by=self._acknowledge_by(row),
            due_at=row.due_at,
            extended_at=row.extended_at,
            late_at=row.late_at,
            escalated_at=row.escalated_at,
            decided_at=row.decided_at,
            lift_at=row.lift_at,
            stated_at=row.stated_at,
            closed_at=row.closed_at,
            rating=row.rating,
            acts=rules.acts_of(case, asker, now_ms=now),
        )

    def _acknowledge_by(self, row: ContestRow) -> int | None:
        if row.submitted_at is None:
            return None
        home = self._parts.home_of(ConsumerId(bytes(row.consumer_id)))
        return clocks.acknowledge_by(parse(row.regimes), row.submitted_at, home)


def _access(event: Event) -> Matter:
    p = event.entry.P
    return Matter(
        at=event.entry.at,
        request_id=p.get("request_id"),
        purpose=p.get("purpose"),
        fields=tuple(p.get("fields", ())),
    )


def _is_held(tx: Transaction, row: ContestRow) -> bool:
    """Whether a value this contest removed came again and waits. Asked of closed cases only."""
    if row.state != State.CLOSED:
        return False
    held = reinsertion.of_person(tx, ConsumerId(bytes(row.consumer_id)))
    return any(one.contest_id == row.contest_id and one.state is HeldState.WAITING for one in held)
