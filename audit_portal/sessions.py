"""Sessions: who is signed in, in which browser, and whether they showed it again lately.

Rules kept here:
- The cookie holds 32 random bytes; the store only their SHA-256. Nothing in it says who it is.
- Whose session a row is, and until when, is under a key the store does not hold: who writes the
  store can delete a session, never make one, turn one towards somebody else or refresh one.
- A session ends 30 minutes after it was last used, 12 hours after it began, or when the person
  says so.
- Signing in always makes a new token: one that an attacker planted is worth nothing.
- A fresh proof is a second code entered in this session. It lasts five minutes, and is asked for
  giving and for taking data out; never for stopping, reducing, pausing or refusing.

Use::

    match sessions.sign_in(ticket, code):
        case SignedIn(token=token): sessions.cookies.put(answer, token)
        case Wrong(tries_left=left): ...
    live = sessions.find(request)
"""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from audit_portal.attempts import Attempt, TooMany, network_of
from audit_portal.cookies import TOKEN_BYTES, Jar
from audit_portal.one_time_codes import MINUTES, OneTimeCodes, Use, Wrong, proper
from audit_portal.tables import Session
from vault.clock import Clock
from vault.crypto.primitives import (
    equal,
    hmac_sha256,
    length_prefixed,
    random_bytes,
    sha256,
)
from vault.database import Database, Transaction
from vault.identifiers import ConsumerId

IDLE_MS = 30 * 60_000
LONGEST_MS = 12 * 60 * 60_000
FRESH_MS = 5 * 60_000
NOTED_EVERY_MS = 60_000
LAST_VISIT_KEPT_MS = 366 * 24 * 60 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSession:
    """Somebody signed in. Times in ms; ``last_visit_at`` is None on a first visit."""

    token: bytes = field(repr=False)
    consumer: ConsumerId
    made_at: int
    last_visit_at: int | None
    fresh_until: int

    def is_fresh(self, now: int) -> bool:
        """Whether the person entered a second code in the last five minutes."""
        return now < self.fresh_until


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session has begun; ``token`` goes into the cookie and nowhere else."""

    token: bytes = field(repr=False)
    consumer: ConsumerId


class Cookies(Jar):
    """The two cookies of a person: the session's, and the ticket of a sign-in under way."""

    @property
    def session(self) -> str:
        """The name of the session's cookie."""
        return self.named("habeas")

    @property
    def ticket(self) -> str:
        """The name of the ticket's cookie."""
        return self.named("habeas-ticket")


class Sessions:
    """Begins, finds and ends sessions. ``secure`` says whether the site is served over https."""

    def __init__(
        self, main: Database, clock: Clock, codes: OneTimeCodes, *, secret: bytes, secure: bool
    ) -> None:
        self._main = main
        self._secret = secret
        self._clock = clock
        self._codes = codes
        self.cookies = Cookies(secure=secure)

    def ask(self, request: Request, answer: Response, use: Use, address: str) -> TooMany | None:
        """Have a code sent, and the browser keep the ticket it belongs to.

        The same for known and unknown addresses. Raises ``BadInput`` for what is no address.
        """
        ticket = random_bytes(TOKEN_BYTES)
        network = _network(request)
        if over := self._codes.ask(use, ticket=ticket, address=address, network=network):
            return over
        self.cookies.put(answer, self.cookies.ticket, ticket, max_age_s=MINUTES * 60)
        return None

    def sign_in(self, request: Request, code: str) -> SignedIn | Wrong:
        """Begin a session when the code is the one sent for this browser's ticket."""
        checked = self._codes.check(Use.SIGN_IN, ticket=self._ticket(request), code=code)
        if isinstance(checked, Wrong):
            return checked
        # Right for an address that nobody has: somebody guessed a code that was never sent.
        return self.begin(checked.consumer) if checked.consumer else Wrong(tries_left=0)

    def shows_address(self, request: Request, code: str, address: str) -> bool | Wrong:
        """Whether the code is right and was sent to this very ``address``, for a claim."""
        checked = self._codes.check(Use.CLAIM, ticket=self._ticket(request), code=code)
        if isinstance(checked, Wrong):
            return checked
        return equal(checked.address_key, self._codes.address_key(proper(address)))

    def ask_for_proof(self, session: LiveSession, *, again: bool = False) -> TooMany | None:
        """Have a second code sent to the signed-in person."""
        return self._codes.ask_for_proof(session.consumer, ticket=session.token, again=again)

    def prove(self, session: LiveSession, code: str) -> Wrong | None:
        """Make the session fresh for five minutes when the code is right."""
        checked = self._codes.check(Use.PROOF, ticket=session.token, code=code)
        if isinstance(checked, Wrong):
            return checked
        self._refresh(session.token, self._clock.now_ms() + FRESH_MS)
        return None

    def may_try(self, request: Request, kind: str, *, most: int) -> TooMany | None:
        """Count a try of this caller's network at something guessable, such as an invitation."""
        attempt = Attempt(kind=kind, who=_network(request), most=most)
        with self._main.transaction() as inside:
            return self._codes.attempts.count(inside, attempt)

    def begin(self, consumer: ConsumerId) -> SignedIn:
        """A new session; the rows of ended ones give the time of the last visit and go."""
        token, now = random_bytes(TOKEN_BYTES), self._clock.now_ms()
        with self._main.transaction() as inside:
            last_visit_at = self._last_visit(inside, consumer)
            self._forget_ended(inside, consumer, now)
            row = Session(
                token_hash=sha256(token),
                consumer_id=consumer,
                mark=b"",
                made_at=now,
                seen_at=now,
                ends_at=now + LONGEST_MS,
                last_visit_at=last_visit_at,
            )
            row.mark = self._mark(row)
            inside.add(row)
        # A crash here leaves a session whose token nobody has; it ends by itself.
        return SignedIn(token=token, consumer=consumer)

    def find(self, request: Request) -> LiveSession | None:
        """The live session this request's cookie belongs to, noted as used."""
        token, now = self.cookies.read(request, self.cookies.session), self._clock.now_ms()
        if not token:
            return None
        with self._main.reading() as inside:
            row = inside.get(Session, sha256(token))
        if row is None or not _is_live(row, now) or not equal(row.mark, self._mark(row)):
            return None
        if now - row.seen_at >= NOTED_EVERY_MS:
            self._set(token, seen_at=now)
        return LiveSession(
            token=token,
            consumer=ConsumerId(row.consumer_id),
            made_at=row.made_at,
            last_visit_at=row.last_visit_at,
            fresh_until=row.fresh_until or 0,
        )

    def end(self, session: LiveSession) -> None:
        """Sign out."""
        self._set(session.token, ended_at=self._clock.now_ms())

    def end_all(self, inside: Transaction, consumer: ConsumerId) -> None:
        """Delete every session of a consumer, in the transaction of an erasure."""
        inside.connection().execute(delete(Session).where(_of(consumer)))

    def sweep(self) -> int:
        """Forget what is over: codes, counted attempts, sessions; how many rows.

        Of each person's sessions the one seen last stays for a year: it tells when they were here.
        """
        now = self._clock.now_ms()
        with self._main.transaction() as inside:
            swept = self._codes.sweep(inside)
            kept_long_enough = col(Session.seen_at) <= now - LAST_VISIT_KEPT_MS
            gone = delete(Session).where(_is_over(now), _has_newer() | kept_long_enough)
            return swept + inside.connection().execute(gone).rowcount

    def _ticket(self, request: Request) -> bytes:
        return self.cookies.read(request, self.cookies.ticket)

    def _set(self, token: bytes, **changes: int) -> None:
        this = col(Session.token_hash) == sha256(token)
        with self._main.transaction() as inside:
            inside.connection().execute(update(Session).where(this).values(**changes))

    def _refresh(self, token: bytes, until: int) -> None:
        with self._main.transaction() as inside:
            row = inside.get_one(Session, sha256(token), with_for_update=True)
            if equal(row.mark, self._mark(row)):
                row.fresh_until = until
                row.mark = self._mark(row)

    def _mark(self, row: Session) -> bytes:
        """What binds a session to its person and its times."""
        times = (row.made_at, row.ends_at, row.fresh_until or 0)
        told = length_prefixed(
            b"habeas/session/v1",
            bytes(row.token_hash),
            bytes(row.consumer_id),
            *(time.to_bytes(8, "big") for time in times),
        )
        return hmac_sha256(self._secret, told)

    def _last_visit(self, inside: Transaction, consumer: ConsumerId) -> int | None:
        newest = select(func.max(col(Session.seen_at))).where(_of(consumer))
        return inside.connection().execute(newest).scalar_one()

    def _forget_ended(self, inside: Transaction, consumer: ConsumerId, now: int) -> None:
        inside.connection().execute(delete(Session).where(_of(consumer), _is_over(now)))


def _is_live(row: Session, now: int) -> bool:
    return row.ended_at is None and now < row.ends_at and now < row.seen_at + IDLE_MS


def _is_over(now: int) -> ColumnElement[bool]:
    idle = col(Session.seen_at) <= now - IDLE_MS
    return idle | (col(Session.ends_at) <= now) | col(Session.ended_at).is_not(None)


def _has_newer() -> ColumnElement[bool]:
    """Another session of the same person was seen later."""
    newer = aliased(Session)
    mine = col(newer.consumer_id) == col(Session.consumer_id)
    return exists().where(mine, col(newer.seen_at) > col(Session.seen_at)).correlate(Session)


def _of(consumer: ConsumerId) -> ColumnElement[bool]:
    return col(Session.consumer_id) == consumer


def _network(request: Request) -> bytes:
    return network_of(request.client.host if request.client else "")
