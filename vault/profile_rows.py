"""Rows of profiles out of the store: versions, choices, and what a new value is compared with.

Rules kept here:
- Nothing is decided and nothing is opened.
- One query for any number of people; at most 1,000 of them at a time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeAlias

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from vault.database import Transaction
from vault.identifiers import ConsumerId
from vault.tables import FieldChoice, FieldVersion
from vault.versions import Past, SealedVersion, VersionInfo

FieldKey: TypeAlias = tuple[ConsumerId, str]
"""A field of a person."""

_INFO = (
    col(FieldVersion.consumer_id),
    col(FieldVersion.field),
    col(FieldVersion.version),
    col(FieldVersion.source),
    col(FieldVersion.schema_id),
    col(FieldVersion.written_i),
    col(FieldVersion.written_at),
    col(FieldVersion.nature),
    col(FieldVersion.channel),
    col(FieldVersion.rec).is_(None).label("deleted"),
)
_ORDER = (col(FieldVersion.consumer_id), col(FieldVersion.field), col(FieldVersion.version))


def infos_of(
    inside: Transaction, consumer: ConsumerId, fields: Collection[str] | None
) -> list[VersionInfo]:
    """All versions without their records, by field, the newest first; ``None``: all fields."""
    statement = (
        select(*_INFO)
        .where(*_of([consumer], fields))
        .order_by(col(FieldVersion.field), col(FieldVersion.version).desc())
    )
    return [VersionInfo(**row) for row in inside.execute(statement).mappings()]


def live_versions(
    inside: Transaction,
    consumers: Collection[ConsumerId],
    fields: Collection[str] | None,
    *conditions: ColumnElement[bool],
) -> list[SealedVersion]:
    """Versions that are not deleted, by person, field and number; ``None``: all fields."""
    statement = (
        select(*_INFO, col(FieldVersion.rec))
        .where(*_of(consumers, fields), col(FieldVersion.rec).is_not(None), *conditions)
        .order_by(*_ORDER)
    )
    return [SealedVersion(**row) for row in inside.execute(statement).mappings()]


def choices_of(inside: Transaction, consumers: Collection[ConsumerId]) -> dict[FieldKey, int]:
    """Which versions these people chose to be current."""
    statement = select(
        col(FieldChoice.consumer_id), col(FieldChoice.field), col(FieldChoice.version)
    ).where(col(FieldChoice.consumer_id).in_(consumers))
    return {
        (ConsumerId(consumer), field): version
        for consumer, field, version in inside.execute(statement)
    }


def pasts_of(inside: Transaction, keys: Collection[FieldKey]) -> dict[FieldKey, list[Past]]:
    """What stands, deleted or not, in these fields of these people, by number."""
    statement = (
        select(*_INFO[:4], col(FieldVersion.equality), _INFO[-1])
        .where(*_of({consumer for consumer, _ in keys}, {field for _, field in keys}))
        .order_by(*_ORDER)
    )
    found: dict[FieldKey, list[Past]] = defaultdict(list)
    for consumer, field, version, source, equality, deleted in inside.execute(statement):
        found[consumer, field].append(
            Past(version=version, source=source, equality=equality, live=not deleted)
        )
    return found


def by_field(versions: Iterable[SealedVersion]) -> dict[FieldKey, list[SealedVersion]]:
    """Versions by the field they belong to, in the order given."""
    grouped: dict[FieldKey, list[SealedVersion]] = defaultdict(list)
    for version in versions:
        grouped[version.consumer_id, version.field].append(version)
    return grouped


def _of(
    consumers: Collection[ConsumerId], fields: Collection[str] | None
) -> list[ColumnElement[bool]]:
    people = col(FieldVersion.consumer_id).in_(consumers)
    return [people] if fields is None else [people, col(FieldVersion.field).in_(fields)]
