"""The small world of the model: its companies, fields, values, purposes and dates, with what is
known of each by looking at it.

Rules kept here:
- Nothing of the product is imported. What it would compute (which values are equal, what a mask
  shows of one) is written down by hand.

Use::

    VALUES["contact.email"][1]              # Value("ROSA@example.org", same="rosa@example.org")
    shown("identity.birth_date", "year", "1980-03-02")      # '1980'
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EMAIL, NAME, PHONE = "contact.email", "identity.full_name", "contact.phone_mobile"
BORN, AGE = "identity.birth_date", "identity.age"
UNKNOWN_FIELD = "work.title"
"""A field of the catalogue of which nobody ever supplies a value."""

COMPANIES = ("Northbank", "Parcelo", "Corner Shoes")
EXTERNAL_IDS = ("A-1", "A-2", "A-3", "A-4", "\uff21-1", " A-2")
"""The last two are other ways of writing the first two."""
ADDRESSES = ("rosa@example.org", "ROSA@example.org", "emil@example.org", "ada@example.org")
ZONES = ("Europe/Berlin", "Pacific/Auckland")


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is typed. ``same``: what two ways of writing one value have in common."""

    typed: Any
    same: Any = None
    masked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def comparable(self) -> Any:
        return self.typed if self.same is None else self.same


VALUES: Mapping[str, tuple[Value, ...]] = {
    EMAIL: (
        Value("rosa@example.org"),
        Value("ROSA@example.org", same="rosa@example.org"),
        Value("quint@example.net"),
        Value("r.quint@example.com"),
    ),
    NAME: (Value("Rosa Quint"), Value("R. Quint"), Value("Rosa Quint-Bell")),
    PHONE: (
        Value("+49 170 1234567", masked={"last_four": "4567", "region": {"country": "DE"}}),
        Value("0170 1234567", same="+49 170 1234567", masked={"last_four": "4567", "region": {}}),
        Value("+43 664 7654321", masked={"last_four": "4321", "region": {"country": "AT"}}),
    ),
    BORN: (
        Value("1980-03-02", masked={"year": "1980"}),
        Value("1981-03-02", masked={"year": "1981"}),
    ),
    AGE: (
        Value(45, masked={"band": {"from": "40", "below": "50"}}),
        Value(46, masked={"band": {"from": "40", "below": "50"}}),
        Value(51, masked={"band": {"from": "50", "below": "60"}}),
    ),
}
FIELDS = tuple(VALUES)
MASKS: Mapping[str, tuple[str, ...]] = {
    EMAIL: ("full", "hash"),
    NAME: ("full", "hash"),
    PHONE: ("full", "last_four", "region"),
    BORN: ("full", "year"),
    AGE: ("full", "band"),
}

BASES: Mapping[str, str] = {
    "run_account": "contract",
    "meet_legal_duty": "legal_obligation",
    "prevent_fraud": "legitimate_interest",
    "personal_offers": "consent",
}
"""On what a company may rely for each purpose without asking."""
PURPOSES = tuple(BASES)

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
PERIODS = ("PT1H", "P1D", "P10D", "P1M", "P1Y")


def comparable(name: str, typed: Any) -> Any:
    """Equal for two ways of writing one value."""
    return _value(name, typed).comparable


def shown(name: str, mask: str, typed: Any) -> Any:
    """What a mask shows of a value."""
    return typed if mask == "full" else _value(name, typed).masked[mask]


def _value(name: str, typed: Any) -> Value:
    return next(one for one in VALUES[name] if one.typed == typed)
