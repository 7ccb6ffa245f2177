"""The same POST sent twice is answered twice and done once: ``Idempotency-Key``, kept 24 hours.

Rules kept here:
- The key belongs to its company; a company cannot meet another's. Of key and request only
  fingerprints are kept: a plain hash of a body with one value in it would tell the value to
  whoever guesses it.
- The same key with another body or address is a conflict, told without saying what the first was.
- A key is claimed before the act and its answer kept after it. While it is claimed and unanswered
  the same request is told to come again; a claim whose process died is taken over after a minute.
  The acts behind it (enrol, write, offer) are told apart by the ledger, not by this room.
- Only an answer worth repeating is kept: a refusal lets the key go, to be used again.

Use::

    body = await request.body()
    attempted = attempt(caller.company, request, body, fingerprint=services.fingerprint)
    answer = Once(main, clock).answer(attempted, act)
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from starlette.requests import Request

from audit_portal.problems import Refused, conflict, invalid
from audit_portal.tables import IdempotencyKey
from vault.clock import Clock
from vault.crypto.primitives import length_prefixed
from vault.database import Database
from vault.identifiers import CompanyId

KEEP_MS = 24 * 60 * 60 * 1000
TAKE_OVER_MS = 60_000
MAX_KEY = 255
HEADER = "Idempotency-Key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back, and sent again: a status and the bytes of a JSON document."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One POST under a key, as it is kept: the fingerprints of both, 32 bytes each."""

    company: CompanyId
    key_hash: bytes
    request_hash: bytes


def attempt(
    company: CompanyId, request: Request, body: bytes, *, fingerprint: Callable[[bytes], bytes]
) -> Attempt | None:
    """The attempt a request is, or None when it brings no key; ``Refused`` for a key too long."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        raise Refused(invalid(f"must be 1 to {MAX_KEY} characters", member=HEADER))
    sent = (request.method.encode(), request.url.path.encode(), body)
    return Attempt(
        company=company,
        key_hash=fingerprint(length_prefixed(b"idempotency-key", key.encode())),
        request_hash=fingerprint(length_prefixed(b"request", *sent)),
    )


class Once:
    """The memory of keys, in the main store."""

    def __init__(self, main: Database, clock: Clock) -> None:
        self._main = main
        self._clock = clock

    def answer(self, attempt: Attempt | None, act: Callable[[], Answer]) -> Answer:
        """What ``act`` answers, or what it answered before; ``Refused`` while it is under way.

        1. Claim the key, or find who did. 2. Act. 3. Keep the answer.
        """
        if attempt is None:
            return act()
        earlier = self._claim(attempt)  # 1
        if earlier is not None:
            return earlier
        # A crash here leaves a claim without an answer, taken over after a minute.
        try:
            answer = act()  # 2
        except Exception:
            self._let_go(attempt)
            raise
        self._keep(attempt, answer)  # 3
        return answer

    def forget_old(self) -> int:
        """Drop keys older than 24 hours; how many."""
        oldest = self._clock.now_ms() - KEEP_MS
        with self._main.transaction() as tx:
            old = delete(IdempotencyKey).where(col(IdempotencyKey.begun_at) < oldest)
            return tx.connection().execute(old).rowcount

    def _claim(self, attempt: Attempt) -> Answer | None:
        now = self._clock.now_ms()
        claim = IdempotencyKey(
            company_id=attempt.company,
            key_hash=attempt.key_hash,
            request_hash=attempt.request_hash,
            begun_at=now,
        )
        try:
            with self._main.transaction() as tx:
                tx.add(claim)
        except IntegrityError:
            return self._earlier(attempt, now)
        return None

    def _earlier(self, attempt: Attempt, now: int) -> Answer | None:
        """The kept answer; None when the claim may be taken over."""
        with self._main.transaction() as tx:
            row = tx.get_one(
                IdempotencyKey, (attempt.company, attempt.key_hash), with_for_update=True
            )
            if row.begun_at < now - KEEP_MS:
                row.request_hash, row.begun_at = attempt.request_hash, now
                row.status = row.answer = None
                return None
            if row.request_hash != attempt.request_hash:
                raise Refused(
                    conflict("The key was used for another request. Nothing was written.")
                )
            if row.status is not None and row.answer is not None:
                return Answer(status=row.status, body=row.answer)
            if row.begun_at > now - TAKE_OVER_MS:
                raise Refused(conflict("The first request with this key is still being answered."))
            row.begun_at = now
            return None

    def _keep(self, attempt: Attempt, answer: Answer) -> None:
        with self._main.transaction() as tx:
            row = tx.get_one(
                IdempotencyKey, (attempt.company, attempt.key_hash), with_for_update=True
            )
            row.status, row.answer = answer.status, answer.body

    def _let_go(self, attempt: Attempt) -> None:
        with self._main.transaction() as tx:
            tx.delete(tx.get_one(IdempotencyKey, (attempt.company, attempt.key_hash)))
