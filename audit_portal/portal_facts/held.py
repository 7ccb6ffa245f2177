"""What is held: fields and their versions, where they came from, who may see them.

Rules kept here:
- Nothing is opened. Names, sources and dates come from rows; last looks from the record.

Use::

    held_fields(versions, chosen, who, grants=active, looks=looks)
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from audit_portal.consumer_portal.facts import Grant, HeldField, HeldVersion, Look, Reader, Source
from audit_portal.portal_facts.who import Who
from consent.access_log import Use
from vault.identifiers import CompanyId

Looks = Mapping[tuple[CompanyId, str], Use]
Current = Mapping[str, int]
"""Field -> the version that counts now."""


class Version(Protocol):
    """What a page tells of a version; the gate's overview gives such."""

    @property
    def field(self) -> str:
        """The catalogue name."""
        ...

    @property
    def version(self) -> int:
        """Its number within the field."""
        ...

    @property
    def source(self) -> bytes:
        """16 opaque bytes."""
        ...

    @property
    def nature(self) -> str:
        """``provided``, ``observed`` or ``inferred``."""
        ...

    @property
    def channel(self) -> str:
        """How it came in."""
        ...

    @property
    def written_at(self) -> int:
        """When, in ms."""
        ...

    @property
    def deleted(self) -> bool:
        """Whether its record is gone."""
        ...


def held_fields(
    versions: Iterable[Version],
    current: Current,
    who: Who,
    *,
    grants: Sequence[Grant],
    looks: Looks,
) -> tuple[HeldField, ...]:
    """Every field that has a current version, in the catalogue's order of names."""
    held = []
    for name, group in groupby(versions, key=lambda version: version.field):
        lines = list(group)
        shown = next((one for one in lines if one.version == current.get(name)), None)
        if shown is not None:
            held.append(
                HeldField(
                    name=name,
                    source=source_of(shown, who),
                    versions=len(lines),
                    readers=_readers(name, grants),
                    last_look=_last_look(name, looks, who),
                )
            )
    return tuple(held)


def held_versions(
    versions: Iterable[Version], current: Current, who: Who
) -> tuple[HeldVersion, ...]:
    """The versions of one field, newest first."""
    return tuple(
        HeldVersion(
            version=one.version,
            source=source_of(one, who),
            is_current=current.get(one.field) == one.version,
            is_deleted=one.deleted,
        )
        for one in versions
    )


def source_of(version: Version, who: Who) -> Source:
    """Where a version came from."""
    return Source(
        company=who.source(version.source),
        at=version.written_at,
        channel=version.channel,
        nature=version.nature,
    )


def _readers(name: str, grants: Sequence[Grant]) -> tuple[Reader, ...]:
    return tuple(
        Reader(company=grant.company, until_ms=grant.until_ms)
        for grant in grants
        if not grant.is_paused and name in {field.name for field in grant.fields}
    )


def _last_look(name: str, looks: Looks, who: Who) -> Look | None:
    found = [(use.last_at, company) for (company, field), use in looks.items() if field == name]
    if not found:
        return None
    at, company = max(found)
    return Look(company=who.company(company), at=at)
