"""What companies send, and what is decided about a part of it. Plain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.model.plain.state import Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Fields of somebody, by the id the company wrote: a ``Name``, or text that is nobody's.

    ``token``: the fields its token names for them; ``all``; or None, when it does not name them.
    """

    consumer: Any
    fields: tuple[str, ...]
    token: tuple[str, ...] | str | None = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of a company."""

    company: str
    purpose: str
    request_id: str
    asks: tuple[Ask, ...]
    proof: bytes | None = None

    @property
    def body(self) -> Any:
        return self.purpose, self.asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """These fields under their masks, by this permission."""

    grant: Grant
    fields: Mapping[str, str]
    withheld: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Nothing, and why."""

    reason: str
    grant: Grant | None = None
    withheld: Mapping[str, str] | None = None
