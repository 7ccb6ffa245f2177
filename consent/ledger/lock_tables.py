"""Rows of the lock store: the last signed checkpoint and what a restore must never undo.

The lock store is its own small database, never restored from a backup. Its metadata is its own, so
that no
migration of the main store can touch it.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

lock_registry = registry()
lock_metadata = lock_registry.metadata


class LockBase(SQLModel, registry=lock_registry):
    """Base of the rows of the lock store."""


class Lock(LockBase, table=True):
    """One row: the size and root that may be signed, and the note once it is."""

    __tablename__ = "lock"

    id: int = Field(default=1, sa_column=Column(Integer, primary_key=True))
    vault_id: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False))
    origin: str = Field(sa_column=Column(Text, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    epoch_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    note: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class Lease(LockBase, table=True):
    """One row: who may sequence, until when, under which fencing number."""

    __tablename__ = "lease"

    id: int = Field(default=1, sa_column=Column(Integer, primary_key=True))
    holder: str = Field(sa_column=Column(Text, nullable=False))
    fence: int = Field(sa_column=Column(BigInteger, nullable=False))
    until: int = Field(sa_column=Column(BigInteger, nullable=False))


class Tombstone(LockBase, table=True):
    """An erased chain: a restore applies these before the gate opens."""

    __tablename__ = "tombstones"

    slot: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    i: int = Field(sa_column=Column(BigInteger, nullable=False))
