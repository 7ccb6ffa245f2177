"""What the rooms of contests share: the parts they are made of, and the way onto a case.

Rules kept here:
- The person's head is locked first; row and rules are looked at under that lock.
- Another's contest and one that is not there are the same ``NotFound``.
- Days are those of the person's home; who has none yet counts by the vault's own.

Use::

    parts.on_case(consumer, contest_id, Act.WITHDRAW, by=Actor.CONSUMER, do=withdrawn)
"""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audit_portal.contests import rules, store
from audit_portal.contests.clocks import Calendar
from audit_portal.contests.remedies import Remedies
from audit_portal.contests.rules import Refusal, Refused
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor, State
from audit_portal.contests.step import Step
from audit_portal.tables import ContestRow
from consent.access_log import AccessLog
from consent.accounts import Accounts
from consent.companies import suspended
from consent.confirmations import Answer, NotFound
from consent.gate.corrections import CORRECTING_KEYS
from consent.gate.files import CaseFiles
from consent.gate.own_view import OwnView
from consent.gate.texts import CaseTexts
from consent.ledger.log import Act, Log
from vault.clock import Clock
from vault.database import Database
from vault.identifiers import CompanyId, ConsumerId

Do = Callable[[Step], Answer | Refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything an act on a contest needs, made by the bootstrap."""

    main: Database
    log: Log
    clock: Clock
    accounts: Accounts
    own_view: OwnView
    access_log: AccessLog
    texts: CaseTexts
    files: CaseFiles
    remedies: Remedies
    home: Calendar
    """By which days somebody without an account counts."""

    def home_of(self, consumer: ConsumerId) -> Calendar:
        """By which days a person counts."""
        try:
            home = self.accounts.home_of(consumer)
        except KeyError:
            return self.home
        return Calendar(zone=ZoneInfo(home.time_zone), country=home.country)

    def on_case(
        self,
        consumer: ConsumerId,
        contest_id: str,
        what: What,
        *,
        by: Actor,
        do: Do,
    ) -> Answer | Refused:
        """One act on one case of a person.

        1 the lock; 2 the case; 3 the company may act at all; 4 the rules; 5 what the act does.
        """
        home = self.home_of(consumer)
        with self.log.acting([consumer], uses=CORRECTING_KEYS) as act:  # 1
            row = store.of_person(act.tx, consumer, contest_id)  # 2
            if row is None:
                return NotFound()
            if by is Actor.COMPANY and suspended(act.tx, CompanyId(row.company_id)):  # 3
                return Refused(reason=Refusal.SUSPENDED)
            now = self.clock.now_ms()
            state = rules.may(store.case_of(row), what, by=by, now_ms=now)  # 4
            if isinstance(state, Refused):
                return state
            return do(self.step(act, row, what, state, home=home, now_ms=now))  # 5

    def step(
        self,
        act: Act,
        row: ContestRow,
        what: What,
        state: State,
        *,
        home: Calendar,
        now_ms: int,
    ) -> Step:
        """The act ``what`` on a case that is held under the lock."""
        return Step(
            act=act, row=row, what=what, state=state, now_ms=now_ms, home=home, texts=self.texts
        )
