"""What a profile is made of: versions of field values, and which of them is the current one. Pure.

Rules kept here:
- *Current* is the version the person chose, else their own newest, else the newest. A deleted
  version is never current.
- Two values of a field are equal when their normalised bytes are. Their tag is keyed by the
  person's own key, so it tells nothing without it and nothing across people.

Use::

    current_of(versions, chosen=None)
    equality_tag(key, "contact.email", normalised)      # 16 bytes
"""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from vault.crypto.primitives import hmac_sha256, length_prefixed
from vault.crypto.versioned_key import VersionedKey
from vault.identifiers import ConsumerId

SELF_SOURCE = bytes(16)
"""The person's own line of versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A value about to be sealed: its bytes, and the bytes by which it is compared."""

    field: str
    plain: bytes = dataclasses.field(repr=False)
    normalised: bytes = dataclasses.field(repr=False)
    schema_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInfo:
    """One version without its record. ``source`` is 16 opaque bytes, times are milliseconds UTC."""

    consumer_id: ConsumerId
    field: str
    version: int
    source: bytes
    schema_id: int
    written_i: int
    """The index of the write's entry in the person's chain."""
    written_at: int
    nature: str
    channel: str
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedVersion(VersionInfo):
    """One version with its record, still sealed."""

    rec: bytes = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A value became a new version; ``record_hash`` goes into the write's entry."""

    field: str
    version: int
    record_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The same source gave the same value before, as ``version``: nothing was written."""

    field: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is remembered of an earlier version, to compare a new one with. Ordered by version."""

    version: int
    source: bytes
    equality: bytes
    live: bool


AnyVersion = TypeVar("AnyVersion", bound=VersionInfo)


def current_of(versions: Collection[AnyVersion], *, chosen: int | None) -> AnyVersion | None:
    """The current one of a field's versions; None when all are deleted."""
    return max(
        (version for version in versions if not version.deleted),
        key=lambda one: (one.version == chosen, one.source == SELF_SOURCE, one.version),
        default=None,
    )


def equal_before(past: list[Past], *, source: bytes, equality: bytes, again: bool) -> Past | None:
    """The latest earlier version of ``source`` that equals a new value, if any.

    ``again``: only the source's newest version counts, and only while it lives. So a person may
    return to a value they had, and a company may put back what a contest decided.
    """
    line = [one for one in past if one.source == source]
    if again:
        line = [one for one in line[-1:] if one.live]
    return next((one for one in reversed(line) if one.equality == equality), None)


def equality_tag(key: VersionedKey, field_name: str, normalised: bytes) -> bytes:
    """The first 16 bytes of HMAC-SHA-256(RK, LP(field, normalised bytes))."""
    return hmac_sha256(key.key, length_prefixed(field_name.encode(), normalised))[:16]
