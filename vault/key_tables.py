"""Rows of the key store: small, never archived, never in the main backup.

Rules kept here:
- The metadata is the key store's own, so that no migration of the main store can touch a key.
- No row holds a key: only keys wrapped under a key above them.
- ``consumer_id`` is the owner: a person, or a company or the vault itself, 16 raw bytes alike.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from vault.tables import CONSTRAINT_NAMES

key_registry = registry(metadata=MetaData(naming_convention=CONSTRAINT_NAMES))
key_metadata = key_registry.metadata


class KeyStoreRow(SQLModel, registry=key_registry):
    """Base of the rows of the key store."""


def _number(*, key: bool = False) -> Column[int]:
    return Column(Integer, primary_key=key, nullable=False, autoincrement=False)


def _time(*, null: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=null)


def _bytes() -> Column[bytes]:
    return Column(LargeBinary, nullable=False)


class GenerationKey(KeyStoreRow, table=True):
    """A generation key, wrapped by the root key. Its deletion destroys what is only under it."""

    __tablename__ = "generation_keys"

    g: int = Field(sa_column=_number(key=True))
    root_version: int = Field(sa_column=_number())
    wrapped: bytes = Field(sa_column=_bytes())
    made_at: int = Field(sa_column=_time())


class ConsumerKey(KeyStoreRow, table=True):
    """One key of one owner, wrapped under generation ``g``: nonce, key and tag, 60 bytes."""

    __tablename__ = "consumer_keys"
    __table_args__ = {"sqlite_with_rowid": False}

    consumer_id: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True, nullable=False))
    use: str = Field(sa_column=Column(Text, primary_key=True, nullable=False))
    key_version: int = Field(sa_column=_number(key=True))
    g: int = Field(sa_column=Column(Integer, nullable=False, index=True))
    wrapped: bytes = Field(sa_column=_bytes())
    made_at: int = Field(sa_column=_time())


class VaultKey(KeyStoreRow, table=True):
    """One key of the vault itself, wrapped like a person's; ``public`` where there is a pair."""

    __tablename__ = "vault_keys"

    use: str = Field(sa_column=Column(Text, primary_key=True, nullable=False))
    key_version: int = Field(sa_column=_number(key=True))
    g: int = Field(sa_column=_number())
    wrapped: bytes = Field(sa_column=_bytes())
    public: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    made_at: int = Field(sa_column=_time())
    retired_at: int | None = Field(default=None, sa_column=_time(null=True))
