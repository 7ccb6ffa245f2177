"""What is held: fields and their versions, where they came from, who may see them.

Rules kept here:
- Nothing is opened. Names, sources and dates come from rows; last looks from the record.
- On a basis other than consent a company sees only what it supplied itself: it is a reader of a
  value that stands only when that value is its own.

Use::

    held_fields(versions, chosen, who, grants=active, looks=looks)
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from audit_portal.consumer_portal.facts import (
    CONSENT,
    Company,
    Grant,
    HeldField,
    HeldVersion,
    Look,
    Reader,
    Source,
    names_of,
)
from audit_portal.portal_facts.who import Who
from consent.access_looks import Looks

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
    disputed: Collection[str] = (),
) -> tuple[HeldField, ...]:
    """Every field that has a current version, in the catalogue's order of names."""
    held, last_looks = [], _last_looks(looks, who)
    for name, group in groupby(versions, key=lambda version: version.field):
        lines = list(group)
        shown = next((one for one in lines if one.version == current.get(name)), None)
        if shown is not None:
            source = source_of(shown, who)
            allowed = [one for one in grants if not one.is_paused and name in names_of(one)]
            held.append(
                HeldField(
                    name=name,
                    source=source,
                    versions=len(lines),
                    readers=_readers(allowed, source),
                    own_line=_own_line(allowed, source),
                    last_look=last_looks.get(name),
                    looked_since=looks.since,
                    is_disputed=name in disputed,
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


def _readers(allowed: Sequence[Grant], source: Source) -> tuple[Reader, ...]:
    return tuple(
        Reader(company=grant.company, until_ms=grant.until_ms)
        for grant in allowed
        if _sees(grant, source)
    )


def _own_line(allowed: Sequence[Grant], source: Source) -> tuple[Company, ...]:
    """Companies that may read the field, none of whose permissions reaches the value."""
    seeing = {grant.company for grant in allowed if _sees(grant, source)}
    others = {grant.company for grant in allowed} - seeing
    return tuple(sorted(others, key=lambda company: company.name))


def _sees(grant: Grant, source: Source) -> bool:
    return grant.basis == CONSENT or grant.company == source.company


def _last_looks(looks: Looks, who: Who) -> dict[str, Look]:
    """Field -> who looked last."""
    newest: dict[str, tuple[int, str]] = {}
    for (company, name), use in looks.by_field().items():
        newest[name] = max(newest.get(name, (0, "")), (use.last_at, company))
    return {
        name: Look(company=who.company(company), at=at) for name, (at, company) in newest.items()
    }
