"""What is asked of the gate and what it answers: plain frozen shapes, no behaviour.

A read is a batch of one or of many; the HTTP edge, the batch endpoint and the importer are one
path.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

from vault.errors import BadInput
from vault.identifiers import CompanyId

MAX_PEOPLE = 100
MAX_FIELDS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayProof:
    """A proof of possession as the gate uses it up: 32 bytes, and until when to remember them."""

    key: bytes
    keep_until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Fields of one person. ``consumer`` is what the company wrote: a pairwise id, or nonsense.

    ``in_token`` are the fields its token names for this person; ``None`` when the token does not
    name
    this person at all, an empty restriction being ``frozenset()``.
    """

    consumer: str
    fields: tuple[str, ...]
    in_token: AbstractSet[str] | None = frozenset()
    unrestricted: bool = False
    """The caller has no token that narrows the fields: in-process use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """One company's request: one purpose, one request id, up to 100 people.

    ``request_hash`` is SHA-256 over the request's body: the same id with another body is a
    conflict.
    """

    company: CompanyId
    purpose: str
    request_id: str
    request_hash: bytes
    asks: tuple[Ask, ...]
    proof: ReplayProof | None = None

    def __post_init__(self) -> None:
        people = [ask.consumer for ask in self.asks]
        if not 0 < len(people) <= MAX_PEOPLE:
            raise BadInput(f"names none or more than {MAX_PEOPLE} people", member="reads")
        if len(set(people)) != len(people):
            raise BadInput("names a person twice", member="reads")
        for at, ask in enumerate(self.asks):
            if not 0 < len(set(ask.fields)) == len(ask.fields) <= MAX_FIELDS:
                raise BadInput(
                    f"names no field, one twice, or more than {MAX_FIELDS}",
                    member=f"reads[{at}].fields",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one person's part of a read came to.

    ``fields`` maps a name to ``{"value", "version", "nature", "mask"?}``; ``opening`` and
    ``promise`` let
    the company prove the entry; a company without any permission gets neither, nor a reason.
    """

    consumer: str
    outcome: Literal["allowed", "refused", "not_available"]
    reason: str | None = None
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    withheld: Mapping[str, str] = field(default_factory=dict)
    restrictions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    opening: Mapping[str, str] | None = field(default=None, repr=False)
    promise: Mapping[str, Any] | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The outcome as the API answers it; absent members are left out."""
        told = {
            "consumer": self.consumer,
            "outcome": self.outcome,
            "reason": self.reason,
            "fields": self.fields or None,
            "withheld": self.withheld or None,
            "restrictions": self.restrictions or None,
            "opening": self.opening,
            "promise": self.promise,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The outcomes of a request, in the order of its asks."""

    outcomes: Sequence[Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """The request as a whole was not answered, and no entry was made.

    ``proof_used``: its proof was seen before. ``request_id_reused``: the id stands for another
    body, or is older
    than a minute. ``failed``: its own data made the batch fail; the others were served.
    """

    why: Literal["proof_used", "request_id_reused", "failed"]


ReadAnswer = Answered | TurnedAway
