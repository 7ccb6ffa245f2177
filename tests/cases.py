"""The rooms of contests around acting rooms, and short ways to use them in tests.

Use::

    cases = Cases.around(rooms)
    contest_id = cases.sent(rosa, "contact.email", value="rosa@right.example")
    cases.taken_up(northbank, contest_id)
    cases.work_off()                    # what is due now
    cases.wind_to("2026-12-21T12:00", zone="Europe/Berlin")
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from audit_portal.contests.answers import Answer, Verdict
from audit_portal.contests.claims import Claim
from audit_portal.contests.clocks import Calendar
from audit_portal.contests.parts import Parts
from audit_portal.contests.remedies import Remedies
from audit_portal.contests.rules import Kind
from audit_portal.contests.views import CaseView
from audit_portal.contests.whole import Contests
from consent.claiming import Home
from consent.confirmations import Confirmed
from consent.deadlines import Deadlines
from consent.ledger.reader import OpenedEntry
from consent.outbox import Outbox
from consent.tables import CompanyRow
from tests.rooms import A_DAY, Rooms
from vault.identifiers import CompanyId, ConsumerId

WHY = "The delivery note shows another one."
HANDLER, REVIEWER = "R. Okafor", "S. Lind"


@dataclass(kw_only=True)
class Cases:
    """Contests of one vault."""

    rooms: Rooms
    contests: Contests
    outbox: Outbox
    deadlines: Deadlines

    @classmethod
    def around(cls, rooms: Rooms) -> "Cases":
        world = rooms.world
        main, outbox = world.stores.main, Outbox(world.stores.main)
        remedies = Remedies(
            corrections=world.corrections,
            access_log=rooms.access_log,
            own_view=world.own_view,
            outbox=outbox,
        )
        contests = Contests.of(
            Parts(
                main=main,
                log=world.log,
                clock=world.clock,
                accounts=rooms.accounts,
                own_view=world.own_view,
                access_log=rooms.access_log,
                texts=world.texts,
                files=world.files,
                remedies=remedies,
                home=Calendar(zone=ZoneInfo("UTC"), country="DE"),
            ),
            holding=world.holding,
        )
        handlers = contests.clock.handlers()
        deadlines = Deadlines(main=main, log=world.log, handlers=handlers)
        return cls(rooms=rooms, contests=contests, outbox=outbox, deadlines=deadlines)

    # --- who there is ---------------------------------------------------------------------------

    def at_home(self, company: CompanyId, external_id: str, home: Home) -> ConsumerId:
        """Somebody with an account, at home somewhere."""
        [person] = self.rooms.enrolment.enrol_many(company, [external_id])
        code = self.rooms.enrolment.invite(company, external_id, valid_ms=A_DAY)
        address = f"{external_id.lower()}@home.example"
        assert self.rooms.claiming.claim(code, address, home=home) == person.consumer_id
        return person.consumer_id

    def under(self, company: CompanyId, regimes: str) -> None:
        """Register a company under laws, as the operator does."""
        with self.rooms.world.stores.main.transaction() as tx:
            tx.get_one(CompanyRow, company).regimes = regimes

    # --- a case ---------------------------------------------------------------------------------

    def sent(
        self,
        consumer: ConsumerId,
        field: str,
        *,
        version: int = 1,
        kind: Kind = Kind.INACCURATE,
        words: str = "This is not right.",
        value: object = None,
    ) -> str:
        """A contest that was sent; its id."""
        claim = Claim(kind=kind, field=field, version=version, words=words, value=value)
        return done(self.contests.opening.open(consumer, claim)).ref

    def taken_up(self, company: CompanyId, contest_id: str) -> None:
        """Acknowledged by a handler, who has opened the words."""
        done(self.contests.company.acknowledge(company, contest_id, handler=HANDLER))
        self.contests.company.case(company, contest_id)

    def answer(self, company: CompanyId, contest_id: str, verdict: Verdict, **said: object):
        """What the company's answer comes to."""
        if verdict is Verdict.REFUSE:
            said = {"reviewer": REVIEWER, "reason": WHY, **said}
        answer = Answer(verdict=verdict, handler=HANDLER, **said)
        return self.contests.company.answer(company, contest_id, answer)

    # --- time -----------------------------------------------------------------------------------

    def wind_to(self, local: str, *, zone: str) -> None:
        """Let time pass until then; the log keeps up, as a worker lets it."""
        self.rooms.world.sequence()
        moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        clock = self.rooms.world.clock
        clock.advance(round(moment.timestamp() * 1000) - clock.now_ms())

    def work_off(self) -> int:
        """Do what is due now."""
        return self.deadlines.run(self.rooms.world.clock.now_ms())

    # --- what stands ----------------------------------------------------------------------------

    def view(self, consumer: ConsumerId, contest_id: str) -> CaseView:
        """How a contest stands for its person."""
        found = self.contests.views.one(consumer, contest_id)
        assert found is not None
        return found

    def track(self, consumer: ConsumerId, contest_id: str) -> list[OpenedEntry]:
        """The entries of a contest, oldest first."""
        return [one.entry for one in self.contests.views.track(consumer, contest_id)]

    def moves(self, consumer: ConsumerId, contest_id: str) -> list[str]:
        """``from>to`` of its transitions, oldest first."""
        return [
            f"{one.P['from']}>{one.P['to']}"
            for one in self.track(consumer, contest_id)
            if one.type == "contest"
        ]

    def told(self, consumer: ConsumerId, contest_id: str) -> set[tuple[str, str]]:
        """(company, kind) of everything companies were told."""
        return {(one.company, one.kind.value) for one in self.outbox.told(consumer, contest_id)}

    def acknowledge_all(self, companies: Iterable[CompanyId]) -> None:
        """These companies say that they have heard everything."""
        now = self.rooms.world.clock.now_ms()
        for company in companies:
            for notice in self.outbox.of_company(company):
                self.outbox.acknowledge(company, notice.notice_id, now_ms=now)


def done(answer: object) -> Confirmed:
    """The confirmation of an act that must have happened."""
    assert isinstance(answer, Confirmed), answer
    return answer
