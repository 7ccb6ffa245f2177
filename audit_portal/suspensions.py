"""Suspending a company, and letting it act again: one officer asks, a different one does it.

Rules kept here:
- Nobody does what they asked for. Both are officers at the moment it is done.
- An ask stands under a key the store does not hold, and for seven days: one put in by hand is none.
- Why is a word of a closed list. What an officer types could name a person, and the record is for
  good.
- Asking is an entry in the vault's chain, doing it one in the company's, which names both officers.
- The chain of the company is locked before anything is looked at: two who do it at once do it once.

Use::

    suspensions.ask(officer, company, status=SUSPENDED, cause=Cause.MISUSE)
    suspensions.do(second_officer, suspensions.asked(company))
"""

from dataclasses import dataclass
from enum import StrEnum

from audit_portal.staff import Member, Role, StaffRegister
from audit_portal.tables import SuspensionAsked
from consent.companies import ACTIVE, SUSPENDED, Companies, turn
from consent.confirmations import Confirmed
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Log
from consent.staff_entries import of_staff
from vault.clock import Clock
from vault.crypto.primitives import equal, hmac_sha256, length_prefixed
from vault.database import Database, Transaction
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId, raw

STANDS_MS = 7 * 24 * 60 * 60_000


class Cause(StrEnum):
    """Why. Permanent words."""

    KEYS = "keys"
    MISUSE = "misuse"
    SILENCE = "silence"
    ORDER = "order"
    ITS_WISH = "its_wish"
    SETTLED = "settled"
    MISTAKE = "mistake"


CAUSES = {
    SUSPENDED: (Cause.KEYS, Cause.MISUSE, Cause.SILENCE, Cause.ORDER, Cause.ITS_WISH),
    ACTIVE: (Cause.SETTLED, Cause.MISTAKE, Cause.ORDER),
}
"""What may be the cause of becoming each."""


class NotTurned(StrEnum):
    """Why nothing was done."""

    ALREADY = "already"
    ASKED_BEFORE = "asked_before"
    NOTHING_ASKED = "nothing_asked"
    SAME_OFFICER = "same_officer"
    NO_OFFICER = "no_officer"


_NOT_TURNED = {
    NotTurned.ALREADY: "is so already",
    NotTurned.ASKED_BEFORE: "was asked for before, and waits for a second officer",
    NotTurned.NOTHING_ASKED: "was not asked for, or no longer stands",
    NotTurned.SAME_OFFICER: "is of the officer who asked: another one must do it",
    NotTurned.NO_OFFICER: "lacks an officer: one of the two is none any more",
}


def not_turned_words(why: NotTurned) -> str:
    """Why nothing was done, after the name of what was acted upon."""
    return _NOT_TURNED[why]


def cause_named(word: str, status: str) -> Cause:
    """The cause of this name; ``BadInput`` lists those of becoming ``status``."""
    if word not in CAUSES[status]:
        raise BadInput(f"is none of {', '.join(CAUSES[status])}", member="reason")
    return Cause(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one officer asked for. ``asked_at`` in ms."""

    company: CompanyId
    status: str
    asked_by: str
    asked_at: int
    cause: Cause


class Suspensions:
    """The two steps. ``secret`` is 32 bytes that the main store does not hold."""

    def __init__(
        self,
        *,
        main: Database,
        log: Log,
        vault: ConsumerId,
        clock: Clock,
        staff: StaffRegister,
        companies: Companies,
        secret: bytes,
    ) -> None:
        self._main = main
        self._log = log
        self._vault = vault
        self._clock = clock
        self._staff = staff
        self._companies = companies
        self._secret = secret

    def asked(self, company: CompanyId) -> Asked | None:
        """What stands asked for a company."""
        with self._main.reading() as tx:
            return self._standing(tx, company)

    def ask(
        self, officer: Member, company: CompanyId, *, status: str, cause: Cause
    ) -> Confirmed | NotTurned:
        """Ask that a company become ``status``. ``ValueError`` for a cause that is none of it."""
        if cause not in CAUSES[status]:
            raise ValueError("no cause of this")
        known = self._companies.named(company).company_id
        with self._log.acting([self._vault, ConsumerId(raw(known))]) as act:
            if not self._is_officer(act.tx, officer.staff_id):
                return NotTurned.NO_OFFICER
            if self._companies.status(act.tx, known) == status:
                return NotTurned.ALREADY
            if self._standing(act.tx, known):
                return NotTurned.ASKED_BEFORE
            asked = Asked(
                company=known,
                status=status,
                asked_by=officer.staff_id,
                asked_at=self._clock.now_ms(),
                cause=cause,
            )
            act.tx.merge(self._row(asked))  # one that no longer stands is replaced
            told = {"status": status, "reason": cause.value}
            kind = EntryType.SUSPENSION_ASKED
            [made] = act.append(
                of_staff(self._vault, kind, officer.staff_id, company=known, **told)
            )
        return Confirmed(ref=known, i=made.entry.i, at=made.entry.at)

    def do(self, officer: Member, asked: Asked) -> Confirmed | NotTurned:
        """Do what was asked, exactly as ``officer`` was shown it."""
        company = asked.company
        with self._log.acting([ConsumerId(raw(company))]) as act:
            if self._standing(act.tx, company) != asked:
                return NotTurned.NOTHING_ASKED
            if officer.staff_id == asked.asked_by:
                return NotTurned.SAME_OFFICER
            both = (officer.staff_id, asked.asked_by)
            if not all(self._is_officer(act.tx, one) for one in both):
                return NotTurned.NO_OFFICER
            act.tx.delete(act.tx.get_one(SuspensionAsked, company))
            told = {"asked_by": asked.asked_by, "done_by": officer.staff_id}
            done = turn(act, company, asked.status, **told, reason=asked.cause.value)
        return done if isinstance(done, Confirmed) else NotTurned.ALREADY

    def _is_officer(self, inside: Transaction, staff_id: str) -> bool:
        member = self._staff.named(inside, staff_id)
        return member is not None and member.role is Role.OFFICER

    def _standing(self, inside: Transaction, company: CompanyId) -> Asked | None:
        """The ask, unless it was put in by hand, is too old, or is done already."""
        row = inside.get(SuspensionAsked, company)
        if row is None or not equal(bytes(row.mark), self._mark(row)):
            return None
        late = self._clock.now_ms() >= row.asked_at + STANDS_MS
        if late or self._companies.status(inside, company) == row.status:
            return None
        return Asked(
            company=company,
            status=row.status,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            cause=Cause(row.reason),
        )

    def _row(self, asked: Asked) -> SuspensionAsked:
        row = SuspensionAsked(
            company_id=asked.company,
            status=asked.status,
            asked_by=asked.asked_by,
            asked_at=asked.asked_at,
            reason=asked.cause,
            mark=b"",
        )
        row.mark = self._mark(row)
        return row

    def _mark(self, row: SuspensionAsked) -> bytes:
        words = (row.company_id, row.status, row.asked_by, row.reason)
        told = length_prefixed(
            b"habeas/suspension-asked/v1",
            *(word.encode() for word in words),
            row.asked_at.to_bytes(8, "big"),
        )
        return hmac_sha256(self._secret, told)
