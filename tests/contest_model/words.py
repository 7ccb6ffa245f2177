"""The small world of the model of contests: companies, people, fields and values, with what is
known of each by looking at it.

Rules kept here:
- Nothing of the product is imported. Which values are equal, and which only look alike, is written
  down by hand.

Use::

    value("identity.full_name", "Rosa-Quint")       # Value(typed=…, same=…, alike='rosaquint')
"""

from collections.abc import Mapping
from dataclasses import dataclass

EMAIL, NAME, TITLE = "contact.email", "identity.full_name", "work.title"

COMPANIES: Mapping[str, str] = {
    "Northbank": "",
    "Parcelo": "fcra",
    "Corner Shoes": "fcra,gdpr",
    "Alder Books": "",
}
"""The companies, and the laws they are registered under; none: those of the person's country."""

PEOPLE: Mapping[str, tuple[str, str]] = {
    "Rosa": ("Europe/Berlin", "DE"),
    "Ada": ("America/New_York", "US"),
}
"""Where people live: a time zone and a country."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is typed. ``same``: as it is compared; ``alike``: however it is written."""

    typed: str
    same: str
    alike: str


VALUES: Mapping[str, tuple[Value, ...]] = {
    EMAIL: (
        Value("rosa@example.org", "rosa@example.org", "rosa"),
        Value("ROSA@example.org", "rosa@example.org", "rosa"),
        Value("quint@example.net", "quint@example.net", "quint"),
        Value("r.quint@example.com", "r.quint@example.com", "r.quint"),
    ),
    NAME: (
        Value("Rosa Quint", "Rosa Quint", "rosaquint"),
        Value("Rosa-Quint", "Rosa-Quint", "rosaquint"),
        Value("rosa  quint", "rosa quint", "rosaquint"),
        Value("R. Quint", "R. Quint", "rquint"),
    ),
    TITLE: (
        Value("Clerk", "Clerk", "clerk"),
        Value("CLERK", "CLERK", "clerk"),
        Value("Head of design", "Head of design", "headofdesign"),
        Value("head-of-design", "head-of-design", "headofdesign"),
    ),
}
FIELDS = tuple(VALUES)

KINDS = ("inaccurate", "outdated", "not_mine", "not_to_be_held", "inference")
"""What may be said of a value; of a read only ``access``."""
WHOLE_LINE = ("not_mine", "not_to_be_held")
"""Said of one version, these mean everything the company supplied for the field."""

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def value(field: str, typed: str) -> Value:
    """What is known of a value."""
    return next(one for one in VALUES[field] if one.typed == typed)
