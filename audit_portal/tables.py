"""Rows of the top floor: who is signed in, what was asked twice, how a contest stands.

Rules kept here:
- Rows stay dumb; the rooms that use them decide.
- No row holds a value, an address or a code: codes are kept as hashes, addresses as sealed texts.
- A row that belongs to a person carries ``consumer_id`` first in its key. What a browser brings
  back is found by the hash of its secret instead, with ``consumer_id`` indexed for erasure.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

# --- companies: the same thing twice ------------------------------------------------------------


class IdempotencyKey(SQLModel, table=True):
    """What a POST with this ``Idempotency-Key`` was, and how it was answered; kept 24 hours."""

    __tablename__ = "idempotency_keys"

    company_id: str = Field(sa_column=Column(Text, primary_key=True))
    key_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    request_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    begun_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    status: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    """None while the first request is still being answered."""
    answer: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))

    __table_args__ = (Index("idempotency_keys_by_age", "begun_at"),)


# --- companies: their files ---------------------------------------------------------------------


class ImportRun(SQLModel, table=True):
    """How far one company's file has been imported; committed together with what it counts."""

    __tablename__ = "import_runs"

    company_id: str = Field(sa_column=Column(Text, primary_key=True))
    file_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """Fingerprint of the file, the mapping and what was declared: another one is another run."""
    rows_done: int = Field(sa_column=Column(BigInteger, nullable=False))
    people_made: int = Field(sa_column=Column(BigInteger, nullable=False))
    values_stored: int = Field(sa_column=Column(BigInteger, nullable=False))
    begun_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    finished_at: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


# --- staff --------------------------------------------------------------------------------------


class Staff(SQLModel, table=True):
    """Somebody on the operator's side; adding one is an entry in the vault's own chain."""

    __tablename__ = "staff"

    staff_id: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    """``officer`` or ``operator``."""
    code_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Keyed hash over staff id, role and code: a role changed by hand opens nothing."""
    added_at: int = Field(sa_column=Column(BigInteger, nullable=False))


class StaffSession(SQLModel, table=True):
    """Staff signed in, in one browser; found by the random token of its cookie."""

    __tablename__ = "staff_sessions"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    staff_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    made_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    seen_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    ends_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    mark: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Keyed hash over token, staff and times: a row written in by hand signs nobody in."""


class SuspensionAsked(SQLModel, table=True):
    """One officer asks that a company be suspended or let act again; a second one does it."""

    __tablename__ = "suspensions_asked"

    company_id: str = Field(sa_column=Column(Text, primary_key=True))
    status: str = Field(sa_column=Column(Text, nullable=False))
    """What the company is to be: ``suspended`` or ``active``."""
    asked_by: str = Field(sa_column=Column(Text, nullable=False))
    asked_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    """A word of a closed list: free text could name a person."""
    mark: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Keyed hash over all of it: an ask written in by hand is none."""


# --- companies: where they are told -------------------------------------------------------------


class WebhookRow(SQLModel, table=True):
    """Where one company is told things; its secret is computed, not kept."""

    __tablename__ = "webhooks"

    company_id: str = Field(sa_column=Column(Text, primary_key=True))
    url: str | None = Field(default=None, sa_column=Column(Text))
    """None: removed. The row stays, so that a secret that was replaced never comes back."""
    key_version: int = Field(sa_column=Column(Integer, nullable=False))
    """Which key of the vault the secret is computed with."""
    secret_version: int = Field(sa_column=Column(Integer, nullable=False))
    rotated_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When the secret was last replaced; for a while the one before signs as well."""
    mark: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Keyed hash over all of it: nothing is sent where a row written in by hand says."""


# --- contests -----------------------------------------------------------------------------------


class ContestRow(SQLModel, table=True):
    """How one contest stands. Its history is in the ledger, its words are sealed texts."""

    __tablename__ = "contests"

    consumer_id: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True))
    contest_id: str = Field(sa_column=Column(Text, primary_key=True))
    company_id: str = Field(sa_column=Column(Text, nullable=False))
    """Who answers: the furnisher of the contested version, or who made the contested access."""
    kind: str = Field(sa_column=Column(Text, nullable=False))
    """``inaccurate``, ``outdated``, ``not_mine``, ``not_to_be_held``, ``inference``, ``access``."""
    field: str | None = Field(default=None, sa_column=Column(Text))
    version: int | None = Field(default=None, sa_column=Column(BigInteger))
    event: str | None = Field(default=None, sa_column=Column(Text))
    """Of a contested access: the name of the event in the person's record."""
    regimes: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    outcome: str | None = Field(default=None, sa_column=Column(Text))
    proposes: bool = Field(default=False)
    """Whether the person proposed a value; it is a sealed text."""
    handler: str | None = Field(default=None, sa_column=Column(Text))
    reviewer: str | None = Field(default=None, sa_column=Column(Text))
    officer: str | None = Field(default=None, sa_column=Column(Text))
    """The officer who decided, by id."""
    made_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    submitted_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    acknowledged_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    due_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    extended_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    given_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When the person last gave something new."""
    late_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When silence had its effect."""
    escalated_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    decided_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    lift_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """Announced: when the restriction ends. None: not announced, or over."""
    stated_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When the person filed a statement."""
    closed_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    rating: int | None = Field(default=None, sa_column=Column(Integer))
    """1 to 5, the person's own, after closing."""

    __table_args__ = (
        Index("contests_by_id", "contest_id"),
        Index("contests_by_company", "company_id", "submitted_at", "contest_id"),
        Index("contests_by_state", "state", "due_at"),
    )


class ContestText(SQLModel, table=True):
    """Which words a contest has, in their order. The words themselves are sealed texts."""

    __tablename__ = "contest_texts"

    consumer_id: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True))
    contest_id: str = Field(sa_column=Column(Text, primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """From 1. The sealed text's id is computed from contest and number."""
    kind: str = Field(sa_column=Column(Text, nullable=False))
    act: str = Field(sa_column=Column(Text, nullable=False))
    """With which act they came."""
    author: str = Field(sa_column=Column(Text, nullable=False))
    """``consumer``, ``company`` or ``officer``."""
    name: str = Field(sa_column=Column(Text, nullable=False))
    """Who of the company wrote them; empty for the others."""
    record_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """H(rec) of the sealed text; the entry of the act carries it too."""
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


# --- erasing ------------------------------------------------------------------------------------


class ErasureRow(SQLModel, table=True):
    """An erasure under way, so that a crash is resumed; it goes with the person's other rows."""

    __tablename__ = "erasures"

    consumer_id: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True))
    scope: str = Field(sa_column=Column(Text, primary_key=True))
    """``person``, or the id of the company whose line is erased."""
    step: int = Field(sa_column=Column(Integer, nullable=False))
    """The number of the last step that is done."""
    begun_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    entry_i: int = Field(sa_column=Column(BigInteger, nullable=False))
    destroyed_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When the data key was gone for good."""
    copied_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When the person's last copy was handed out."""


# --- people: signing in -------------------------------------------------------------------------


class SignInCode(SQLModel, table=True):
    """A one-time code that was asked for; found by the ticket the asking browser alone holds."""

    __tablename__ = "sign_in_codes"

    ticket_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    use: str = Field(sa_column=Column(Text, nullable=False))
    """``sign_in``, ``claim`` or ``proof``."""
    address_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Keyed hash of the address the code goes to, so that a claim cannot name another one."""
    consumer_id: bytes | None = Field(default=None, sa_column=Column(LargeBinary(16), index=True))
    code_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """None until the code is made, right after the answer."""
    expires_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    tries: int = Field(sa_column=Column(Integer, nullable=False))


class Session(SQLModel, table=True):
    """Somebody signed in, in one browser; found by the random token of its cookie."""

    __tablename__ = "sessions"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    consumer_id: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, index=True))
    mark: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Keyed hash over token, person, end and freshness: a row changed by hand is no session."""
    made_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    seen_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Written at most once a minute."""
    ends_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    ended_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """Set when the person signs out; the row stays until they are back, for ``last_visit_at``."""
    fresh_until: int | None = Field(default=None, sa_column=Column(BigInteger))
    """Until when a second code lets this session give and take out."""
    last_visit_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When the person was last here before this session."""


class SignInAttempt(SQLModel, table=True):
    """How often one address or one network asked or guessed in one quarter of an hour."""

    __tablename__ = "sign_in_attempts"

    who: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    """Keyed hash of what is counted."""
    period: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    count: int = Field(sa_column=Column(Integer, nullable=False))

    __table_args__ = (Index("sign_in_attempts_by_age", "period"),)
