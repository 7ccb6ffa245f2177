"""One-time codes: eight digits by letter, with which a person shows that an address is theirs.

Rules kept here:
- The answer to "send me a code" is the same, by the same work, for a known and an unknown address:
  the account is looked for only afterwards, in an errand.
- A code works once, for ten minutes, at most five tries, and only together with the ticket that the
  asking browser alone holds. The store has neither: of both it keeps hashes under a secret, which
  also bind what the code is for and whom it signs in.
- Five codes an address and thirty a network in a quarter of an hour; so at most 25 guesses in 10^8.

Asking, numbered at the lines:
1 count the address and the network   2 keep a row without a code; answer
then, as an errand: 3 find who has the address   4 make a code, keep its hash   5 send the letter,
if there is somebody to send it to

Use::

    codes.ask(Use.SIGN_IN, ticket=ticket, address=typed, network=network_of(host))
    codes.check(Use.SIGN_IN, ticket=ticket, code="1234 5678")      # Right or Wrong
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sqlalchemy import ColumnElement, delete, select, update
from sqlmodel import col

from audit_portal.attempts import Attempt, Attempts, TooMany
from audit_portal.mail import Mailer, code_letter
from audit_portal.tables import SignInCode
from vault.clock import Clock
from vault.crypto.primitives import equal, hmac_sha256, length_prefixed, sha256
from vault.database import Database, Transaction
from vault.errors import BadInput
from vault.identifiers import ConsumerId

DIGITS = 8
MINUTES = 10
MOST_TRIES = 5
MOST_PER_ADDRESS = 5
MOST_PER_NETWORK = 30

# Not the whole grammar of RFC 5322: what people have, and nothing that could end a header line.
_ADDRESS = re.compile(r'[^\s@<>()\[\],;:"\\]{1,64}@[^\s@<>()\[\],;:"\\]{1,189}')


class Use(StrEnum):
    """What a code is for; it works for nothing else."""

    SIGN_IN = "sign_in"
    CLAIM = "claim"
    PROOF = "proof"


class Accounts(Protocol):
    """Who has which address; the enrolment below, or a double."""

    def find_account(self, address: str) -> ConsumerId | None:
        """Whose sign-in address this is."""
        ...

    def address_of(self, consumer: ConsumerId) -> str:
        """The sign-in address of a claimed consumer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The code was right, and is used up.

    ``consumer`` is None for a claim, and for an address nobody has.
    """

    consumer: ConsumerId | None
    address_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Not the code. ``tries_left`` is 0 when a new one is needed."""

    tries_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How codes reach people. ``soon`` does an errand after the answer; ``site`` is our address."""

    accounts: Accounts
    mailer: Mailer
    soon: Callable[[Callable[[], None]], None]
    site: str


class OneTimeCodes:
    """Makes, sends and checks codes. ``secret`` is 32 bytes that the main store does not hold."""

    def __init__(self, main: Database, clock: Clock, *, secret: bytes, delivery: Delivery) -> None:
        self._main = main
        self._clock = clock
        self._secret = secret
        self._delivery = delivery
        self.attempts = Attempts(clock, secret=secret)

    def ask(self, use: Use, *, ticket: bytes, address: str, network: bytes) -> TooMany | None:
        """Have a code sent to ``address`` if it is for a claim, or if somebody has it.

        Raises ``BadInput`` when ``address`` is no e-mail address.
        """
        sent_to = proper(address)
        key = self.address_key(sent_to)
        by_address = Attempt(kind="code for address", who=key, most=MOST_PER_ADDRESS)
        by_network = Attempt(kind="code for network", who=network, most=MOST_PER_NETWORK)
        with self._main.transaction() as inside:
            if over := self.attempts.count(inside, by_address, by_network):  # 1
                return over
            self._keep(inside, use, ticket=ticket, address_key=key)  # 2
        # A crash here leaves a row without a code: no code is right, the person asks again.
        self._delivery.soon(lambda: self._answer_address(use, ticket, sent_to))
        return None

    def ask_for_proof(
        self, consumer: ConsumerId, *, ticket: bytes, again: bool = False
    ) -> TooMany | None:
        """Have a second code sent to a signed-in consumer; one that still works is not replaced."""
        attempt = Attempt(kind="proof", who=consumer, most=MOST_PER_ADDRESS)
        with self._main.transaction() as inside:
            if not again and self._works(inside, ticket):
                return None
            if over := self.attempts.count(inside, attempt):
                return over
            self._keep(inside, Use.PROOF, ticket=ticket, address_key=b"")
        self._delivery.soon(lambda: self._answer_consumer(ticket, consumer))
        return None

    def check(self, use: Use, *, ticket: bytes, code: str) -> Right | Wrong:
        """Whether ``code`` is the one sent for ``ticket``. Every call uses up a try."""
        digits = "".join(sign for sign in code if sign in "0123456789")
        with self._main.transaction() as inside:
            row = self._one_more_try(inside, use, ticket)
            if row is None:
                return Wrong(tries_left=0)
            # Before the letter goes out there is no hash: compared all the same, with 32 zeros.
            if not equal(self._code_hash(ticket, digits, row), row.code_hash or bytes(32)):
                return Wrong(tries_left=MOST_TRIES - row.tries)
            inside.connection().execute(delete(SignInCode).where(_is(ticket)))
        # A crash from here on leaves a used-up code and nobody signed in: the person asks again.
        found = ConsumerId(row.consumer_id) if row.consumer_id is not None else None
        return Right(consumer=found, address_key=row.address_key)

    def address_key(self, address: str) -> bytes:
        """What stands for a proper address in rows: useless without the secret."""
        told = address.casefold().encode()
        return hmac_sha256(self._secret, length_prefixed(b"habeas/address/v1", told))

    def sweep(self, inside: Transaction) -> int:
        """Forget codes that no longer work and counts of passed quarters; how many rows."""
        late = delete(SignInCode).where(self._is_late())
        return inside.connection().execute(late).rowcount + self.attempts.sweep(inside)

    def _answer_address(self, use: Use, ticket: bytes, address: str) -> None:
        found = self._delivery.accounts.find_account(address) if use is not Use.CLAIM else None  # 3
        code = self._make(ticket, found)
        if found or use is Use.CLAIM:
            self._send(address, code)

    def _answer_consumer(self, ticket: bytes, consumer: ConsumerId) -> None:
        address = self._delivery.accounts.address_of(consumer)  # 3
        self._send(address, self._make(ticket, consumer))

    def _make(self, ticket: bytes, consumer: ConsumerId | None) -> str:
        """A code is made for an unknown address too, the same work; nobody ever sees it."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        with self._main.transaction() as inside:  # 4
            row = inside.get(SignInCode, sha256(ticket), with_for_update=True)
            if row is not None:
                row.consumer_id = consumer
                row.code_hash = self._code_hash(ticket, code, row)
        # A crash here leaves a code that nobody knows; the person asks again.
        return code

    def _send(self, address: str, code: str) -> None:
        site = self._delivery.site
        letter = code_letter(to=address, code=code, site=site, minutes=MINUTES)
        self._delivery.mailer.send(letter)  # 5

    def _keep(self, inside: Transaction, use: Use, *, ticket: bytes, address_key: bytes) -> None:
        now = self._clock.now_ms()
        old = self._is_late() | _is(ticket)
        inside.connection().execute(delete(SignInCode).where(old))
        inside.add(
            SignInCode(
                ticket_hash=sha256(ticket),
                use=use,
                address_key=address_key,
                expires_at=now + MINUTES * 60_000,
                tries=0,
            )
        )

    def _works(self, inside: Transaction, ticket: bytes) -> bool:
        found = select(col(SignInCode.tries)).where(_is(ticket), self._usable())
        return inside.connection().execute(found).first() is not None

    def _one_more_try(self, inside: Transaction, use: Use, ticket: bytes) -> SignInCode | None:
        """Count the try in the same statement that reads the code: parallel guesses all count."""
        counted = (
            update(SignInCode)
            .where(_is(ticket), col(SignInCode.use) == use, self._usable())
            .values(tries=col(SignInCode.tries) + 1)
            .returning(SignInCode)
        )
        return inside.execute(counted).scalar_one_or_none()

    def _usable(self) -> ColumnElement[bool]:
        return ~self._is_late() & (col(SignInCode.tries) < MOST_TRIES)

    def _is_late(self) -> ColumnElement[bool]:
        return col(SignInCode.expires_at) <= self._clock.now_ms()

    def _code_hash(self, ticket: bytes, digits: str, row: SignInCode) -> bytes:
        whose = (row.use.encode(), bytes(row.address_key), bytes(row.consumer_id or b""))
        told = length_prefixed(b"habeas/code/v1", ticket, digits.encode(), *whose)
        return hmac_sha256(self._secret, told)


def _is(ticket: bytes) -> ColumnElement[bool]:
    return col(SignInCode.ticket_hash) == sha256(ticket)


def proper(address: str) -> str:
    """``address`` without the space around it; ``BadInput`` if it is none."""
    trimmed = address.strip()
    if not _ADDRESS.fullmatch(trimmed):
        raise BadInput("is not an e-mail address", member="address")
    return trimmed
