"""Rows of the middle floor: chains, log, companies, grants. Rows stay dumb; other rooms decide.

Rules kept here:
- Every row that belongs to a person carries ``consumer_id`` first in its key. Companies and the
  vault itself
  have a chain too; in ``heads`` and ``entries`` their own 16 bytes stand in the same column.
- No row holds a value, an address or an external id: those are sealed texts of the vault.
- What an officer may search in the clear is ``(company_id, type, at)`` of an entry, and nothing
  else of it;
  erasure deletes it.
- Hash and sign bytes as stored: commitments, leaves, notes and terms are kept byte for byte.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel


def _id(*, key: bool = True) -> Column[bytes]:
    return Column(LargeBinary(16), primary_key=key, nullable=False)


def _bytes(*, key: bool = False, null: bool = False) -> Column[bytes]:
    return Column(LargeBinary, primary_key=key, nullable=null)


def _big(*, key: bool = False, null: bool = False) -> Column[int]:
    return Column(BigInteger, primary_key=key, nullable=null, autoincrement=False)


def _small(*, key: bool = False, null: bool = False) -> Column[int]:
    return Column(Integer, primary_key=key, nullable=null, autoincrement=False)


def _text(*, key: bool = False, null: bool = False) -> Column[str]:
    return Column(Text, primary_key=key, nullable=null)


# --- chains -------------------------------------------------------------------------------------


class Head(SQLModel, table=True):
    """The head of one chain. Locking this row is the first statement of every act on its bearer."""

    __tablename__ = "heads"

    slot: int = Field(sa_column=_big(key=True))
    consumer_id: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, unique=True))
    kind: str = Field(sa_column=_text())
    """``consumer``, ``company`` or ``vault``."""
    status: str = Field(sa_column=_text())
    """``open``, ``joined`` (into another consumer), ``erasing`` or ``erased``."""
    n: int = Field(sa_column=_big())
    head: bytes = Field(sa_column=_bytes())
    last_at: int = Field(sa_column=_big())
    secrets: bytes = Field(sa_column=_bytes())
    """nonce_c and tk_c, sealed under the log key."""
    joined_into: bytes | None = Field(default=None, sa_column=_bytes(null=True))
    created_at: int = Field(sa_column=_big())

    __table_args__ = (
        Index(
            "heads_by_joined_into",
            "joined_into",
            sqlite_where=text("joined_into IS NOT NULL"),
            postgresql_where=text("joined_into IS NOT NULL"),
        ),
    )


class EntryRow(SQLModel, table=True):
    """One entry: its commitment in the clear, everything else sealed under the bearer's log key."""

    __tablename__ = "entries"

    consumer_id: bytes = Field(sa_column=_id())
    i: int = Field(sa_column=_big(key=True))
    slot: int = Field(sa_column=_big())
    at: int = Field(sa_column=_big())
    commitment: bytes = Field(sa_column=_bytes())
    previous: bytes = Field(sa_column=_bytes())
    row: bytes = Field(sa_column=_bytes())
    row_hash: bytes = Field(sa_column=_bytes())
    leaf_index: int | None = Field(default=None, sa_column=_big(null=True))
    company_id: str | None = Field(default=None, sa_column=_text(null=True))
    type: str = Field(sa_column=_text())

    __table_args__ = (
        Index(
            "entries_waiting",
            "slot",
            "i",
            sqlite_where=text("leaf_index IS NULL"),
            postgresql_where=text("leaf_index IS NULL"),
        ),
        Index("entries_by_company", "company_id", "at"),
        Index(
            "entries_by_leaf",
            "leaf_index",
            sqlite_where=text("leaf_index IS NOT NULL"),
            postgresql_where=text("leaf_index IS NOT NULL"),
        ),
    )


# --- the log ------------------------------------------------------------------------------------


class LogLeaf(SQLModel, table=True):
    """One leaf of the log as its bytes: commitments stay when an erased person's entries go."""

    __tablename__ = "log_leaves"

    leaf_index: int = Field(sa_column=_big(key=True))
    body: bytes = Field(sa_column=_bytes())


class LogTile(SQLModel, table=True):
    """Up to 256 hashes of tree level ``8 * level``, as tlog-tiles lays them out."""

    __tablename__ = "log_tiles"

    level: int = Field(sa_column=_small(key=True))
    position: int = Field(sa_column=_big(key=True))
    hashes: bytes = Field(sa_column=_bytes())


class HeadLeaf(SQLModel, table=True):
    """What the head map says of one slot: the length and head of its chain as last sequenced."""

    __tablename__ = "head_leaves"

    slot: int = Field(sa_column=_big(key=True))
    n: int = Field(sa_column=_big())
    head: bytes = Field(sa_column=_bytes())


class HeadTile(SQLModel, table=True):
    """32 node hashes of the head map at height ``5 * height``; an absent tile is all empty."""

    __tablename__ = "head_tiles"

    height: int = Field(sa_column=_small(key=True))
    position: int = Field(sa_column=_big(key=True))
    hashes: bytes = Field(sa_column=_bytes())


class Epoch(SQLModel, table=True):
    """One batch of the sequencer; ``note`` is empty while it is staged and not yet signed."""

    __tablename__ = "epochs"

    k: int = Field(sa_column=_big(key=True))
    ts: int = Field(sa_column=_big())
    first_index: int = Field(sa_column=_big())
    count: int = Field(sa_column=_big())
    depth: int = Field(sa_column=_small())
    map_root: bytes = Field(sa_column=_bytes())
    size: int = Field(sa_column=_big())
    root: bytes = Field(sa_column=_bytes())
    note: str | None = Field(default=None, sa_column=_text(null=True))

    __table_args__ = (UniqueConstraint("size"),)


# --- who asks -----------------------------------------------------------------------------------


class CompanyRow(SQLModel, table=True):
    """An organisation that supplies or reads fields."""

    __tablename__ = "companies"

    company_id: str = Field(sa_column=_text(key=True))
    name: str = Field(sa_column=_text())
    status: str = Field(sa_column=_text())
    """``active`` or ``suspended``."""
    regimes: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Codes of the legal regimes it answers contests under, by comma; empty: by the person's
    country."""
    created_at: int = Field(sa_column=_big())


class CompanyKey(SQLModel, table=True):
    """A public key a company signs with; adding and removing one are entries."""

    __tablename__ = "company_keys"

    company_id: str = Field(sa_column=_text(key=True))
    kid: str = Field(sa_column=_text(key=True))
    jwk: str = Field(sa_column=_text())
    added_at: int = Field(sa_column=_big())
    removed_at: int | None = Field(default=None, sa_column=_big(null=True))


class Pairwise(SQLModel, table=True):
    """How one company knows one consumer; random, so that two companies' ids join nothing."""

    __tablename__ = "pairwise"

    consumer_id: bytes = Field(sa_column=_id())
    company_id: str = Field(sa_column=_text(key=True))
    pairwise_id: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    had_grant: bool = Field(default=False)
    """Whether the company has or had a grant: only then is it told why a read was refused."""
    created_at: int = Field(sa_column=_big())


class Account(SQLModel, table=True):
    """A claimed consumer's account; the address itself is a sealed text."""

    __tablename__ = "accounts"

    consumer_id: bytes = Field(sa_column=_id())
    claimed_at: int = Field(sa_column=_big())
    time_zone: str = Field(sa_column=_text())
    country: str = Field(sa_column=_text())
    language: str = Field(sa_column=_text())


class Invitation(SQLModel, table=True):
    """A printed code with which a person claims the record one company made about them."""

    __tablename__ = "invitations"

    code_hash: bytes = Field(sa_column=_bytes(key=True))
    mark: bytes = Field(sa_column=_bytes())
    """Keyed hash over code, person, company and end: a row whose person was changed is no row."""
    consumer_id: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, index=True))
    company_id: str = Field(sa_column=_text())
    expires_at: int = Field(sa_column=_big())
    used_at: int | None = Field(default=None, sa_column=_big(null=True))


# --- what they may ------------------------------------------------------------------------------


class PurposeRow(SQLModel, table=True):
    """A purpose added to the register by the operator, in one of its versions."""

    __tablename__ = "purposes"

    code: str = Field(sa_column=_text(key=True))
    version: int = Field(sa_column=_small(key=True))
    words: str = Field(sa_column=_text())
    dpv: str = Field(sa_column=_text())
    basis: str = Field(sa_column=_text())
    added_at: int = Field(sa_column=_big())


class OfferRow(SQLModel, table=True):
    """What a company asks one consumer for, until it is decided."""

    __tablename__ = "offers"

    consumer_id: bytes = Field(sa_column=_id())
    offer_id: str = Field(sa_column=_text(key=True))
    company_id: str = Field(sa_column=_text())
    purpose: str = Field(sa_column=_text())
    state: str = Field(sa_column=_text())
    """``waiting``, ``granted``, ``refused``, ``withdrawn`` or ``expired``."""
    terms: str = Field(sa_column=_text())
    """The offer as sent, RFC 8785 bytes as text."""
    made_at: int = Field(sa_column=_big())
    decided_at: int | None = Field(default=None, sa_column=_big(null=True))

    __table_args__ = (
        Index("offers_by_company", "company_id", "offer_id"),
        Index("offers_by_age", "state", "made_at"),
    )


class GrantRow(SQLModel, table=True):
    """A projection of a grant's entries, for the gate."""

    __tablename__ = "grants"

    consumer_id: bytes = Field(sa_column=_id())
    grant_id: str = Field(sa_column=_text(key=True))
    company_id: str = Field(sa_column=_text())
    purpose: str = Field(sa_column=_text())
    basis: str = Field(sa_column=_text())
    state: str = Field(sa_column=_text())
    """``active``, ``paused``, ``expired``, ``revoked``, ``waived`` or ``invalidated``."""
    version: int = Field(sa_column=_small())
    fields: str = Field(sa_column=_text())
    """JSON object: field name to mask."""
    from_ms: int = Field(sa_column=_big())
    until_ms: int = Field(sa_column=_big())
    max_reads: int | None = Field(default=None, sa_column=_big(null=True))
    reads_used: int = Field(default=0, sa_column=_big())
    terms: str = Field(sa_column=_text())
    """All terms, RFC 8785 bytes as text; ``terms_hash`` is their SHA-256."""
    terms_hash: bytes = Field(sa_column=_bytes())
    offer_id: str | None = Field(default=None, sa_column=_text(null=True))
    made_at: int = Field(sa_column=_big())
    changed_at: int = Field(sa_column=_big())

    __table_args__ = (
        Index("grants_by_company", "company_id", "purpose"),
        Index("grants_by_id", "grant_id"),
        Index("grants_by_end", "state", "until_ms"),
    )


class Restriction(SQLModel, table=True):
    """Why no company gets a field as if it were fine: one row for each contest that holds it."""

    __tablename__ = "restrictions"

    consumer_id: bytes = Field(sa_column=_id())
    field: str = Field(sa_column=_text(key=True))
    contest_id: str = Field(sa_column=_text(key=True))
    reason: str = Field(sa_column=_text())
    serving: str = Field(sa_column=_text())
    """``withheld``, or ``flagged``: served with ``disputed`` and the person's statement."""
    statement_id: bytes | None = Field(default=None, sa_column=_bytes(null=True))
    """The sealed text that is served with a flagged value, if the person wrote one."""
    since: int = Field(sa_column=_big())


class Guard(SQLModel, table=True):
    """A value that was corrected or removed and may not come back unnoticed. A keyed hash of it."""

    __tablename__ = "reinsertion_guards"

    consumer_id: bytes = Field(sa_column=_id())
    field: str = Field(sa_column=_text(key=True))
    likeness: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True, nullable=False))
    contest_id: str = Field(sa_column=_text())
    since: int = Field(sa_column=_big())


class HeldValue(SQLModel, table=True):
    """A guarded value a company sent again: sealed beside the profile until it is certified."""

    __tablename__ = "held_values"

    consumer_id: bytes = Field(sa_column=_id())
    held_id: str = Field(sa_column=_text(key=True))
    company_id: str = Field(sa_column=_text())
    field: str = Field(sa_column=_text())
    likeness: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False))
    contest_id: str = Field(sa_column=_text())
    nature: str = Field(sa_column=_text())
    channel: str = Field(sa_column=_text())
    state: str = Field(sa_column=_text())
    """``waiting``, ``certified`` or ``dropped``."""
    held_at: int = Field(sa_column=_big())
    decided_at: int | None = Field(default=None, sa_column=_big(null=True))

    __table_args__ = (Index("held_values_by_company", "company_id", "state"),)


# --- what is due, and what must be told ---------------------------------------------------------


class Deadline(SQLModel, table=True):
    """Something that happens by itself at a time, unless what it waits for happens before."""

    __tablename__ = "deadlines"

    consumer_id: bytes = Field(sa_column=_id())
    kind: str = Field(sa_column=_text(key=True))
    ref: str = Field(sa_column=_text(key=True))
    due_at: int = Field(sa_column=_big())

    __table_args__ = (Index("deadlines_by_time", "due_at"),)


class Notice(SQLModel, table=True):
    """Something one company must be told, written in the commit it tells of; sent until it is."""

    __tablename__ = "notices"

    consumer_id: bytes = Field(sa_column=_id())
    notice_id: str = Field(sa_column=_text(key=True))
    company_id: str = Field(sa_column=_text())
    kind: str = Field(sa_column=_text())
    about: str = Field(sa_column=_text())
    """What it tells of; the same company is told the same kind about the same thing once."""
    body: str = Field(sa_column=_text())
    """RFC 8785 bytes as text: ids and names, never a value."""
    made_at: int = Field(sa_column=_big())
    next_try_at: int | None = Field(default=None, sa_column=_big(null=True))
    """None: nothing more is sent; delivered, acknowledged, given up, or no address to send to."""
    tries: int = Field(default=0, sa_column=_small())
    delivered_at: int | None = Field(default=None, sa_column=_big(null=True))
    acknowledged_at: int | None = Field(default=None, sa_column=_big(null=True))

    __table_args__ = (
        UniqueConstraint("consumer_id", "company_id", "kind", "about"),
        Index("notices_by_name", "notice_id"),
        Index(
            "notices_by_company",
            "company_id",
            "notice_id",
            sqlite_where=text("acknowledged_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
        Index(
            "notices_waiting",
            "next_try_at",
            sqlite_where=text("next_try_at IS NOT NULL"),
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
    )


class LegalHold(SQLModel, table=True):
    """A law or a court forbids to erase this person's record before a day."""

    __tablename__ = "legal_holds"

    consumer_id: bytes = Field(sa_column=_id())
    law: str = Field(sa_column=_text(key=True))
    """As the person reads it, such as a section of a code."""
    until_ms: int = Field(sa_column=_big())
    placed_at: int = Field(sa_column=_big())


# --- the same thing twice -----------------------------------------------------------------------


class ReplayKey(SQLModel, table=True):
    """Something that may be used once: a proof, an assertion."""

    __tablename__ = "replay_keys"

    key: bytes = Field(sa_column=_bytes(key=True))
    keep_until: int = Field(sa_column=_big())

    __table_args__ = (Index("replay_keys_by_end", "keep_until"),)


class ReadRequestRow(SQLModel, table=True):
    """Which entry answered a request id, so that asking twice makes one entry."""

    __tablename__ = "read_requests"

    consumer_id: bytes = Field(sa_column=_id())
    company_id: str = Field(sa_column=_text(key=True))
    request_id: str = Field(sa_column=_text(key=True))
    request_hash: bytes = Field(sa_column=_bytes())
    entry_i: int = Field(sa_column=_big())
    grant_id: str | None = Field(default=None, sa_column=_text(null=True))
    grant_version: int | None = Field(default=None, sa_column=_small(null=True))
    at: int = Field(sa_column=_big())

    __table_args__ = (Index("read_requests_by_end", "at"),)


class Refusal(SQLModel, table=True):
    """Refusals of one company at one person, coalesced: one entry an hour, the others counted."""

    __tablename__ = "refusals"

    consumer_id: bytes = Field(sa_column=_id())
    company_id: str = Field(sa_column=_text(key=True))
    reason: str = Field(sa_column=_text(key=True))
    hour: int = Field(sa_column=_big())
    repeated: int = Field(default=0, sa_column=_big())
