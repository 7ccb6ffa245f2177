"""Every version of a field with its value, as the page of the field shows it on request.

Rules kept here:
- Each version says who supplied it and how; what was inferred says from what, where that was said.
- A version without a value says why there is none.

Use::

    past_lines("inferred.segment", portal.past(consumer, "inferred.segment"))
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as member

from audit_portal.consumer_portal.past_facts import PastVersion
from audit_portal.consumer_portal.views.held import Origin, origin
from audit_portal.consumer_portal.views.values import value_words
from vault.fields import CATALOGUE, Field, FieldValue, field_named

NO_RECORD = "Its value cannot be shown: its record fails its check."


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLine:
    """One version. Either ``value`` or, for one that was not deleted, ``missing`` has words."""

    number: int
    origin: Origin
    is_current: bool
    is_deleted: bool
    dispute: str
    derived_from: tuple[str, ...] = member(repr=False)
    missing: str
    value: str | None = member(repr=False)


def past_lines(name: str, past: Sequence[PastVersion]) -> tuple[PastLine, ...]:
    """The versions of the field ``name`` in words, in the order they came."""
    known = field_named(name)
    return tuple(_line(known, one) for one in past)


def value_that_counts(past: Sequence[PastVersion]) -> FieldValue | None:
    """The current value, where it could be opened."""
    return next((one.value for one in past if one.is_current), None)


def _line(known: Field, past: PastVersion) -> PastLine:
    is_missing = past.value is None and not past.is_deleted
    return PastLine(
        number=past.version,
        origin=origin(past.source),
        is_current=past.is_current,
        is_deleted=past.is_deleted,
        dispute=past.dispute or "",
        derived_from=tuple(map(_derived, past.derived_from)),
        missing=NO_RECORD if is_missing else "",
        value=None if past.value is None else value_words(known, past.value),
    )


def _derived(words: str) -> str:
    """A field by its label; a company's own words as they came."""
    return CATALOGUE[words].label if words in CATALOGUE else words
