"""What a company asks to read: one authorisation element, one purpose (RFC 9396).

Rules kept here:
- One type, ``<issuer>/rar/customer-profile-access/v1``; exactly one element in a request and in a
  token, so that a token has one purpose and a read cannot choose among several.
- Parsing is strict and names the member that is wrong, never its value.
- ``current_user`` needs a person at the other end; ``client_credentials`` has none, so it is
  refused.
- Granted = requested ∩ consented. An unknown person and one who did not consent are dropped alike,
  so that ids cannot be probed. What is granted is the narrowest element that holds the rest: the
  people who consented to any of the fields, and the fields any of them consented to.
- The cohort stays the cohort: its token enumerates nobody, and its fields are only cut to those
  the catalogue knows. It is no permission by itself: every read asks the ledger, person by person.

Use::

    asked = parse_details(form["authorization_details"], issuer=issuer)
    access = granted(asked, company=company, consents=consents, catalogue=CATALOGUE)
"""

import re
from collections.abc import Container, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from vault.crypto.canonical import strict_json
from vault.errors import BadInput
from vault.identifiers import CompanyId, PairwiseId

MAX_CONSUMERS = 100
MAX_FIELDS = 64
MAX_BYTES = 16 * 1024

_MAX_DEPTH = 6
_MEMBERS = frozenset({"type", "locations", "actions", "subjects", "datatypes", "purpose"})
_CONSUMER = re.compile(r"p_[0-9A-HJKMNP-TV-Z]{26}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31}){1,3}")
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{1,47}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileAccess:
    """One element: whose fields, which, and why."""

    consumers: frozenset[PairwiseId] | None
    """The people named, 1 to 100; None is the cohort of all who consented."""
    fields: frozenset[str]
    purpose: str

    def names(self, consumer: PairwiseId) -> bool:
        """Whether this element is about ``consumer``; the cohort is about whoever consented."""
        return self.consumers is None or consumer in self.consumers

    def to_json(self, *, issuer: str) -> dict[str, object]:
        """The element as JSON, people and fields in order; ``parse_element`` reads it back."""
        subjects: dict[str, object] = {"cohort": "all_consented"}
        if self.consumers is not None:
            subjects = {"consumers": sorted(self.consumers)}
        return {
            "type": details_type(issuer),
            "locations": [location(issuer)],
            "actions": ["read"],
            "subjects": subjects,
            "datatypes": sorted(self.fields),
            "purpose": {"code": self.purpose},
        }


class Consents(Protocol):
    """What people allow a company, as the ledger stands now."""

    def __call__(
        self, *, company: CompanyId, purpose: str, consumers: AbstractSet[PairwiseId]
    ) -> Mapping[PairwiseId, AbstractSet[str]]:
        """The fields open to ``company`` for ``purpose``, by person; nobody else is a key."""
        ...


def details_type(issuer: str) -> str:
    """The one type of element this issuer knows."""
    return f"{issuer}/rar/customer-profile-access/v1"


def location(issuer: str) -> str:
    """The one place where such an element is good for something."""
    return f"{issuer}/v1/field-reads"


def granted(
    asked: ProfileAccess, *, company: CompanyId, consents: Consents, catalogue: Container[str]
) -> ProfileAccess | None:
    """Requested ∩ consented; None when nothing is left."""
    if asked.consumers is None:
        known = frozenset(name for name in asked.fields if name in catalogue)
        return _unless_empty(None, known, asked.purpose)
    allowed = consents(company=company, purpose=asked.purpose, consumers=asked.consumers)
    open_to = {who: asked.fields & allowed.get(who, frozenset()) for who in asked.consumers}
    people = frozenset(who for who, fields in open_to.items() if fields)
    return _unless_empty(people, frozenset().union(*open_to.values()), asked.purpose)


def _unless_empty(
    consumers: frozenset[PairwiseId] | None, fields: frozenset[str], purpose: str
) -> ProfileAccess | None:
    return ProfileAccess(consumers=consumers, fields=fields, purpose=purpose) if fields else None


def parse_details(text: str, *, issuer: str) -> ProfileAccess:
    """The one element of an ``authorization_details`` parameter; ``BadInput`` names what is off."""
    data = text.encode(errors="surrogatepass")  # for the strict reader to refuse, by its own rule
    value = strict_json(data, max_bytes=MAX_BYTES, max_depth=_MAX_DEPTH)
    return parse_list(value, issuer=issuer)


def parse_list(value: object, *, issuer: str) -> ProfileAccess:
    """The element of a list of exactly one."""
    if not isinstance(value, list) or len(value) != 1:
        raise BadInput("is not a list of exactly one element", member="authorization_details")
    return parse_element(value[0], issuer=issuer)


def parse_element(value: object, *, issuer: str) -> ProfileAccess:
    """One element, every member checked; ``BadInput`` names the member that is wrong."""
    element = _object(value, "element", _MEMBERS)
    _exactly(element, "type", details_type(issuer))
    _exactly(element, "locations", [location(issuer)])
    _exactly(element, "actions", ["read"])
    purpose = _object(element["purpose"], "purpose", {"code"})
    return ProfileAccess(
        consumers=_subjects(element["subjects"]),
        fields=_set(element["datatypes"], "datatypes", _FIELD, MAX_FIELDS),
        purpose=_match(purpose["code"], "purpose.code", _PURPOSE),
    )


def _subjects(value: object) -> frozenset[PairwiseId] | None:
    match value:
        case {"cohort": "all_consented", **rest} if not rest:
            return None
        case {"consumers": list(listed), **rest} if not rest:
            people = _set(listed, "subjects.consumers", _CONSUMER, MAX_CONSUMERS)
            return frozenset(map(PairwiseId, people))
        case {"current_user": _, **rest} if not rest:
            raise BadInput("needs a person, and none is present", member="subjects.current_user")
    raise BadInput("is neither consumers nor the cohort all_consented", member="subjects")


def _object(value: object, member: str, names: AbstractSet[str]) -> dict[str, object]:
    """``value`` as an object with exactly these members."""
    if not isinstance(value, dict):
        raise BadInput("is not an object", member=member)
    if missing := sorted(names - value.keys()):
        raise BadInput(f"lacks {', '.join(missing)}", member=member)
    if len(value) > len(names):
        raise BadInput("has a member it cannot have", member=member)
    return value


def _exactly(element: Mapping[str, object], member: str, expected: object) -> None:
    if element[member] != expected:
        raise BadInput("is not the one this issuer knows", member=member)


def _set(value: object, member: str, shape: re.Pattern[str], most: int) -> frozenset[str]:
    """A list of 1 to ``most`` different texts of this shape, as a set: order says nothing."""
    if not isinstance(value, list) or not 0 < len(value) <= most:
        raise BadInput(f"is not a list of 1 to {most}", member=member)
    texts = [_match(item, f"{member}[{place}]", shape) for place, item in enumerate(value)]
    if len(set(texts)) != len(texts):
        raise BadInput("names the same twice", member=member)
    return frozenset(texts)


def _match(value: object, member: str, shape: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BadInput("does not have the shape of such a name", member=member)
    return value
