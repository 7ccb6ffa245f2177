"""What is held about a person, field by field, as a page shows it.

Rules kept here:
- A value stands in a line only when this very request showed it; otherwise there are dots.
- The dots are always eight: they say nothing about the value.
- Change is for what the person supplied; a company's value is shown, not changed, here.

Use::

    groups(portal.my_data(consumer), shown={"contact.email": "…"})
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member

from audit_portal.consumer_portal.facts import HeldField, HeldVersion, Look, Source
from audit_portal.consumer_portal.views.values import value_words
from audit_portal.consumer_portal.words import CHANNELS, GROUPS, NATURES, said, titled
from vault.fields import CATALOGUE, FieldValue, Sensitivity, field_named

MOST_VERSIONS = 20
"""How many versions stand on a page."""
MOST_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a version came from, in words.

    ``how`` is empty when nobody said, ``nature`` for what was simply provided.
    """

    who: str
    is_you: bool
    how: str
    nature: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field. ``value`` is None while it is masked."""

    name: str
    label: str
    origin: Origin
    is_sensitive: bool
    is_disputed: bool
    readers: tuple[str, ...]
    own_line: tuple[str, ...]
    last_look: Look | None
    looked_since: int | None
    versions: int
    value: str | None = member(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """Fields that belong together."""

    name: str
    label: str
    lines: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version of a field in its history."""

    number: int
    origin: Origin
    is_current: bool
    is_deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Some versions, newest first; ``older`` is the one before which the next page begins."""

    lines: tuple[VersionLine, ...]
    older: int | None


def groups(
    held: Sequence[HeldField], *, shown: Mapping[str, FieldValue] | None = None
) -> list[FieldGroup]:
    """The fields in the catalogue's order, by group; ``shown`` holds the values just opened."""
    by_name = {one.name: one for one in held}
    lines: dict[str, list[FieldLine]] = {}
    for name, known in CATALOGUE.items():
        if name in by_name:
            lines.setdefault(known.group, []).append(line(by_name[name], shown=shown))
    return [
        FieldGroup(name=name, label=said(GROUPS, name), lines=tuple(some))
        for name, some in lines.items()
    ]


def line(held: HeldField, *, shown: Mapping[str, FieldValue] | None = None) -> FieldLine:
    """One field in words."""
    known = field_named(held.name)
    opened = (shown or {}).get(held.name)
    return FieldLine(
        name=held.name,
        label=titled(known.label),
        origin=origin(held.source),
        is_sensitive=known.sensitivity is Sensitivity.SENSITIVE,
        is_disputed=held.is_disputed,
        readers=tuple(sorted({reader.company.name for reader in held.readers})),
        own_line=tuple(company.name for company in held.own_line),
        last_look=held.last_look,
        looked_since=held.looked_since,
        versions=held.versions,
        value=None if opened is None else value_words(known, opened),
    )


def origin(source: Source) -> Origin:
    """A source in words."""
    return Origin(
        who="You" if source.company is None else source.company.name,
        is_you=source.company is None,
        how=said(CHANNELS, source.channel) if source.channel else "",
        nature=NATURES.get(source.nature, ""),
        at=source.at,
    )


def history(versions: Sequence[HeldVersion], *, before: int | None = None) -> History:
    """The versions in words, in the order they came (newest first), a page of them."""
    older = [one for one in versions if before is None or one.version < before]
    lines = [
        VersionLine(
            number=one.version,
            origin=origin(one.source),
            is_current=one.is_current,
            is_deleted=one.is_deleted,
        )
        for one in older[:MOST_VERSIONS]
    ]
    more = len(older) > MOST_VERSIONS
    return History(lines=tuple(lines), older=lines[-1].number if more else None)


def version_named(text: str) -> int | None:
    """The version a query names, if it is a number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else None


def any_sensitive(names: Sequence[str]) -> bool:
    """Whether showing these needs a fresh proof."""
    return any(field_named(name).sensitivity is Sensitivity.SENSITIVE for name in names)
