"""Rows of the main store that belong to the ground floor: sealed values, and how to find a person.

Rules kept here:
- Rows are dumb: they validate nothing and decide nothing.
- Every row of a person begins its key with ``consumer_id``, so that tables can be partitioned by
  it. The look-up rows alone cannot: they exist to find it. They carry an index for erasure instead.
- No row holds a value: a record is an envelope, a hash is keyed.
- Times are milliseconds UTC; ids are their 16 raw bytes; text ids are for people and stay above.

Every floor's rows share ``SQLModel.metadata``, the metadata of the main store. Its constraints are
named by rule, so that a migration can name what it changes.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

CONSTRAINT_NAMES = {
    "ix": "%(table_name)s_by_%(column_0_N_name)s",
    "uq": "%(table_name)s_one_%(column_0_N_name)s",
    "ck": "%(table_name)s_check_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_in_%(referred_table_name)s",
    "pk": "%(table_name)s_key",
}

SQLModel.metadata.naming_convention = CONSTRAINT_NAMES


def _id(*, key: bool = True) -> Column[bytes]:
    return Column(LargeBinary(16), primary_key=key, nullable=False)


def _bytes(*, key: bool = False, null: bool = False) -> Column[bytes]:
    return Column(LargeBinary, primary_key=key, nullable=null)


def _big(*, key: bool = False) -> Column[int]:
    return Column(BigInteger, primary_key=key, nullable=False, autoincrement=False)


def _text(*, key: bool = False) -> Column[str]:
    return Column(Text, primary_key=key, nullable=False)


class VaultIdentity(SQLModel, table=True):
    """One row: which vault this is. Equal in main store, lock store and settings, or no start."""

    __tablename__ = "vault_identity"

    id: int = Field(default=1, sa_column=Column(Integer, primary_key=True, autoincrement=False))
    vault_id: bytes = Field(sa_column=_id(key=False))
    made_at: int = Field(sa_column=_big())


class FieldVersion(SQLModel, table=True):
    """One version of one field of one person. A deleted version keeps its row and loses ``rec``."""

    __tablename__ = "field_versions"
    __table_args__ = {"sqlite_with_rowid": False}

    consumer_id: bytes = Field(sa_column=_id())
    field: str = Field(sa_column=_text(key=True))
    version: int = Field(sa_column=_big(key=True))
    """Counted from 1 over all sources, deleted versions included: never reused."""
    source: bytes = Field(sa_column=_id(key=False))
    """Who supplied it, opaque; 16 zero bytes are the person."""
    schema_id: int = Field(sa_column=_big())
    written_i: int = Field(sa_column=_big())
    """The index of the write's entry in the person's chain."""
    written_at: int = Field(sa_column=_big())
    nature: str = Field(sa_column=_text())
    """``provided``, ``observed`` or ``inferred``."""
    channel: str = Field(sa_column=_text())
    equality: bytes = Field(sa_column=_id(key=False))
    """A keyed hash of the normalised value: a value equal to an earlier one changes nothing."""
    rec: bytes | None = Field(default=None, sa_column=_bytes(null=True))


class FieldChoice(SQLModel, table=True):
    """Which version the person chose to be the current one."""

    __tablename__ = "field_choices"
    __table_args__ = {"sqlite_with_rowid": False}

    consumer_id: bytes = Field(sa_column=_id())
    field: str = Field(sa_column=_text(key=True))
    version: int = Field(sa_column=_big())


class SealedText(SQLModel, table=True):
    """A text that is no field: an external id, a proposed value, a statement, a message."""

    __tablename__ = "sealed_texts"
    __table_args__ = {"sqlite_with_rowid": False}

    consumer_id: bytes = Field(sa_column=_id())
    kind: str = Field(sa_column=_text(key=True))
    text_id: bytes = Field(sa_column=_id())
    rec: bytes = Field(sa_column=_bytes())


class SealedFile(SQLModel, table=True):
    """A file of one case, under a key of its own; its chunks stand in ``sealed_chunks``."""

    __tablename__ = "sealed_files"
    __table_args__ = {"sqlite_with_rowid": False}

    consumer_id: bytes = Field(sa_column=_id())
    case_id: bytes = Field(sa_column=_id())
    file_id: bytes = Field(sa_column=_id())
    header: bytes = Field(sa_column=_bytes())
    """suite || cdk_version || salt || CK || u64 chunks || u64 length."""


class SealedChunk(SQLModel, table=True):
    """One piece of a sealed file."""

    __tablename__ = "sealed_chunks"
    __table_args__ = {"sqlite_with_rowid": False}

    consumer_id: bytes = Field(sa_column=_id())
    file_id: bytes = Field(sa_column=_id())
    number: int = Field(sa_column=_big(key=True))
    data: bytes = Field(sa_column=_bytes())


class LookupRow(SQLModel, table=True):
    """A keyed hash of a value that proposes a person. The value is opened and compared after."""

    __tablename__ = "lookup"
    __table_args__ = (
        Index("lookup_by_consumer_id", "consumer_id"),
        Index(
            "lookup_one_consumer_id",
            *("scope", "field", "index_name", "hash"),
            unique=True,
            sqlite_where=text("only_one"),
            postgresql_where=text("only_one"),
        ),
        {"sqlite_with_rowid": False},
    )

    scope: str = Field(sa_column=_text(key=True))
    field: str = Field(sa_column=_text(key=True))
    index_name: str = Field(sa_column=_text(key=True))
    hash: bytes = Field(sa_column=_bytes(key=True))
    consumer_id: bytes = Field(sa_column=_id())
    only_one: bool = Field(sa_column=Column(Boolean, nullable=False))
    """Whether the database itself keeps a second person from the same hash (of 128 bits)."""
