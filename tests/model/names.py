"""Names for what the product calls by ids of its own, and what it means that two answers agree.

Rules kept here:
- The reference knows no id: where the product answers one, the reference answers a ``Name``.
- A name stands for one id and an id for one name, from the first time they meet. So an id or a
  label that is given twice, or that changes, is found although neither can be foretold.
- Everything else is equal or the two disagree: lists by order, objects by exactly their members.

Use::

    names = Names()
    names.agree(["p_01…", True], [Name("pairwise", ("Northbank", 1)), True])
    names.told(Name("pairwise", ("Northbank", 1)))          # 'p_01…'
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Name:
    """A thing by its kind and by what distinguishes it from all others of the kind."""

    kind: str
    of: tuple[Any, ...]

    def __repr__(self) -> str:
        """``grant(3)``: what a failing example prints."""
        return f"{self.kind}({', '.join(map(str, self.of))})"

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text(repr(self))


class Disagreement(AssertionError):
    """The product and the reference answered differently."""


@dataclass(slots=True)
class Names:
    """Which id of the product each name stands for."""

    ids: dict[Name, Any] = field(default_factory=dict)
    named: dict[tuple[str, Any], Name] = field(default_factory=dict)

    def told(self, name: Name) -> Any:
        """The product's id of a thing that both have met."""
        return self.ids[name]

    def agree(self, told: Any, right: Any, where: str = "the answer") -> None:
        """Insist that what was ``told`` is what is ``right``; ``Disagreement`` says where not."""
        match right:
            case Name():
                self._meet(told, right, where)
            case Mapping():
                if not isinstance(told, Mapping) or told.keys() != right.keys():
                    raise Disagreement(f"{where}: {told!r} is not {right!r}")
                for key, one in right.items():
                    self.agree(told[key], one, f"{where}.{key}")
            case list() | tuple():
                if not isinstance(told, list | tuple) or len(told) != len(right):
                    raise Disagreement(f"{where}: {told!r} is not {right!r}")
                for at, (one, other) in enumerate(zip(told, right, strict=True)):
                    self.agree(one, other, f"{where}[{at}]")
            case _:
                if told != right:
                    raise Disagreement(f"{where}: {told!r} is not {right!r}")

    def _meet(self, told: Any, name: Name, where: str) -> None:
        if told is None or self.ids.setdefault(name, told) != told:
            raise Disagreement(f"{where}: {told!r} is not {name}, which is {self.ids.get(name)!r}")
        if self.named.setdefault((name.kind, told), name) != name:
            raise Disagreement(
                f"{where}: {told!r} is {self.named[name.kind, told]} and {name} at once"
            )
