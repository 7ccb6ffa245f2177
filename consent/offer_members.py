"""One JSON object of an offer, read member by member; every refusal names the member.

Use::

    members = OfferMembers(obj, needed={"uri"}, optional={"version"})
    members.text("uri", shape=WEB_ADDRESS, at_most=500)
    members.text_or_none("version", at_most=32)
"""

import re
from collections.abc import Set as AbstractSet

from vault.crypto.canonical import JsonValue, member_path
from vault.errors import BadInput

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class OfferMembers:
    """The members of one object: all that are ``needed``, none but those and the ``optional``."""

    __slots__ = ("_members", "_path")

    def __init__(
        self,
        value: object,
        *,
        needed: AbstractSet[str],
        optional: AbstractSet[str] = frozenset(),
        path: str = "",
    ) -> None:
        if not isinstance(value, dict):
            raise BadInput("must be an object", member=path)
        for name in sorted(needed - value.keys()):
            raise BadInput("is missing", member=member_path(path, name))
        for name in sorted(value.keys() - needed - optional):
            raise BadInput("is no member of an offer", member=member_path(path, name))
        self._members: dict[str, JsonValue] = value
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def path(self, name: str) -> str:
        """Where the member stands, such as ``fields[0].why``."""
        return member_path(self._path, name)

    def bad(self, name: str, reason: str) -> BadInput:
        """The refusal that names the member."""
        return BadInput(reason, member=self.path(name))

    def value(self, name: str) -> JsonValue:
        """The member as it is."""
        return self._members[name]

    def text(
        self,
        name: str,
        *,
        at_most: int,
        at_least: int = 0,
        shape: re.Pattern[str] | None = None,
    ) -> str:
        """One line of text of so many characters and, if given, this shape."""
        value = self._members[name]
        if not isinstance(value, str) or not at_least <= len(value) <= at_most:
            raise self.bad(name, f"must be text of {at_least} to {at_most} characters")
        if _CONTROLS.search(value):
            raise self.bad(name, "holds a control character or a line break")
        if shape is not None and not shape.fullmatch(value):
            raise self.bad(name, "has not the form of such a member")
        return value

    def text_or_none(
        self, name: str, *, at_most: int, shape: re.Pattern[str] | None = None
    ) -> str | None:
        """The same for a member that may be left out."""
        return self.text(name, at_most=at_most, shape=shape) if name in self else None

    def word(self, name: str, words: AbstractSet[str], *, otherwise: str) -> str:
        """One of ``words``; ``otherwise`` where the member is left out."""
        value = self._members.get(name, otherwise)
        if not isinstance(value, str) or value not in words:
            raise self.bad(name, f"must be one of {', '.join(sorted(words))}")
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where the member is left out."""
        value = self._members.get(name, False)
        if not isinstance(value, bool):
            raise self.bad(name, "must be true or false")
        return value

    def count(self, name: str, *, at_least: int) -> int:
        """A whole number."""
        value = self._members[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            raise self.bad(name, f"must be a whole number of {at_least} or more")
        return value

    def list(self, name: str, *, at_least: int, at_most: int) -> list[JsonValue]:
        """A list of so many items."""
        value = self._members[name]
        if not isinstance(value, list) or not at_least <= len(value) <= at_most:
            raise self.bad(name, f"must be a list of {at_least} to {at_most}")
        return value
