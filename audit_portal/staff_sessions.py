"""Staff sessions: which officer or operator is signed in, in which browser.

Rules kept here:
- The cookie holds 32 random bytes; the store only their SHA-256. It is another cookie than a
  person's, and no link from elsewhere brings it along.
- Whose session a row is, with which role and until when, is under a key the store does not hold:
  who writes the store can end a session, never make one, or turn one towards somebody else.
- A session ends 15 minutes after it was last used, 8 hours after it began, when its bearer signs
  out, gets a new code or is removed.
- Tries are counted by network and by what was typed. An unknown code and a wrong one are the same.
- Signing in is an entry in the vault's own chain, in the commit that makes the session.

The steps of a sign-in (numbers repeated at the lines):

1 count the try   2 compare with everybody's code   3 session and entry, together

Use::

    match sessions.sign_in(request, code):
        case VisitBegun(token=token): sessions.jar.put(answer, sessions.cookie, token, ...)
        case TooMany(again_at=at): ...
        case None: ...                          # nobody's code
    visit = sessions.find(request)              # StaffVisit(member=Member(...), ...)
"""

from dataclasses import dataclass, field

from sqlalchemy import delete, or_, update
from sqlmodel import col
from starlette.requests import Request

from audit_portal.attempts import Attempt, Attempts, TooMany, network_of
from audit_portal.cookies import TOKEN_BYTES, Jar
from audit_portal.staff import Member, StaffRegister
from audit_portal.tables import StaffSession
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Log
from consent.staff_entries import of_staff
from vault.clock import Clock
from vault.crypto.primitives import equal, hmac_sha256, length_prefixed, random_bytes, sha256
from vault.database import Database
from vault.identifiers import ConsumerId

IDLE_MS = 15 * 60_000
LONGEST_MS = 8 * 60 * 60_000
NOTED_EVERY_MS = 60_000
MOST_PER_NETWORK = 20
MOST_PER_CODE = 5
"""Tries in a quarter of an hour: of one network, and of one text that was typed."""

_BROWSER_KEEPS_S = LONGEST_MS // 1000
COOKIE = "habeas-staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitBegun:
    """Somebody signed in; ``token`` goes into the cookie and nowhere else."""

    token: bytes = field(repr=False)
    max_age_s: int = _BROWSER_KEEPS_S


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffVisit:
    """Somebody who is signed in now. Times in ms."""

    token: bytes = field(repr=False)
    member: Member
    ends_at: int


class StaffSessions:
    """Begins, finds and ends visits. ``secret``: 32 bytes that the main store does not hold."""

    def __init__(
        self,
        *,
        main: Database,
        log: Log,
        vault: ConsumerId,
        clock: Clock,
        staff: StaffRegister,
        secret: bytes,
        secure: bool,
    ) -> None:
        self._main = main
        self._log = log
        self._vault = vault
        self._clock = clock
        self._staff = staff
        self._secret = secret
        self._attempts = Attempts(clock, secret=secret)
        self.jar = Jar(secure=secure, same_site="strict")

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return self.jar.named(COOKIE)

    def sign_in(self, request: Request, code: str) -> VisitBegun | TooMany | None:
        """Begin a visit when ``code`` is somebody's; None when it is nobody's."""
        if over := self._too_many(request, code):  # 1
            return over
        member = self._staff.whose(code)  # 2
        return None if member is None else self._begin(member)  # 3

    def find(self, request: Request) -> StaffVisit | None:
        """The visit this request's cookie belongs to, noted as used."""
        token, now = self.jar.read(request, self.cookie), self._clock.now_ms()
        if not token:
            return None
        with self._main.reading() as inside:
            row = inside.get(StaffSession, sha256(token))
            member = self._staff.named(inside, row.staff_id) if row else None
        if row is None or member is None or not _is_live(row, now):
            return None
        if not equal(bytes(row.mark), self._mark(row, member)):
            return None
        if now - row.seen_at >= NOTED_EVERY_MS:
            self._note(token, now)
        return StaffVisit(token=token, member=member, ends_at=row.ends_at)

    def end(self, visit: StaffVisit) -> None:
        """Sign out."""
        this = col(StaffSession.token_hash) == sha256(visit.token)
        with self._main.transaction() as inside:
            inside.connection().execute(delete(StaffSession).where(this))

    def sweep(self) -> int:
        """Forget visits that are over; how many."""
        now = self._clock.now_ms()
        idle = col(StaffSession.seen_at) <= now - IDLE_MS
        over = or_(idle, col(StaffSession.ends_at) <= now)
        with self._main.transaction() as inside:
            return inside.connection().execute(delete(StaffSession).where(over)).rowcount

    def _too_many(self, request: Request, code: str) -> TooMany | None:
        network = network_of(request.client.host if request.client else "")
        with self._main.transaction() as inside:
            return self._attempts.count(
                inside,
                Attempt(kind="staff network", who=network, most=MOST_PER_NETWORK),
                Attempt(kind="staff code", who=code.strip().encode(), most=MOST_PER_CODE),
            )

    def _begin(self, member: Member) -> VisitBegun | None:
        token, now = random_bytes(TOKEN_BYTES), self._clock.now_ms()
        row = StaffSession(
            token_hash=sha256(token),
            staff_id=member.staff_id,
            made_at=now,
            seen_at=now,
            ends_at=now + LONGEST_MS,
            mark=b"",
        )
        row.mark = self._mark(row, member)
        with self._log.acting([self._vault]) as act:
            if self._staff.named(act.tx, member.staff_id) != member:
                return None  # removed since the code was compared
            act.tx.add(row)
            act.append(of_staff(self._vault, EntryType.SIGN_IN, member.staff_id))
        # A crash here leaves a visit whose token nobody has; it ends by itself.
        return VisitBegun(token=token)

    def _note(self, token: bytes, now: int) -> None:
        this = col(StaffSession.token_hash) == sha256(token)
        with self._main.transaction() as inside:
            inside.connection().execute(update(StaffSession).where(this).values(seen_at=now))

    def _mark(self, row: StaffSession, member: Member) -> bytes:
        """What binds a session to its bearer, their role and its times."""
        told = length_prefixed(
            b"habeas/staff-session/v1",
            bytes(row.token_hash),
            member.staff_id.encode(),
            member.role.encode(),
            row.made_at.to_bytes(8, "big"),
            row.ends_at.to_bytes(8, "big"),
        )
        return hmac_sha256(self._secret, told)


def _is_live(row: StaffSession, now: int) -> bool:
    return now < row.ends_at and now < row.seen_at + IDLE_MS
