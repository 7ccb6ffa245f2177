"""Answers of the product in the plain terms of the reference.

Rules kept here:
- Nothing is made up and nothing is dropped that the reference knows of; an answer of another shape
  is an exception, and a find.

Use::

    answer(grants.revoke(consumer, grant_id))       # ('confirmed', 'grt_…', 17)
"""

from collections.abc import Mapping
from typing import Any

from consent.confirmations import Answer, Confirmed, NotFound, NothingChanged
from consent.gate.asks import Outcome, ReadAnswer, TurnedAway
from consent.gate.writes import Written
from consent.grant_actions import Stopped
from consent.grant_rules import Refused
from consent.ledger.reader import OpenedEntry
from tests.model.plain.state import Event

MEMBERS = (
    *("consumer", "grant_id", "offer_id", "request_id", "fields", "withheld", "purpose", "basis"),
    *("from", "until", "max_reads", "reason", "repeated", "reads", "state", "channel", "expires"),
)
"""What an entry says that the reference knows of, beside its type, time, company and versions."""


def answer(given: Answer | Refused) -> Any:
    """What an act on an offer, a permission or a company came to."""
    match given:
        case Confirmed(ref=ref, i=i):
            return ("confirmed", ref, i)
        case NothingChanged(ref=ref, state=state):
            return ("nothing changed", ref, state)
        case NotFound():
            return "not found"
        case Refused(reason=reason, member=member, until_ms=until):
            return ("refused", reason, member, until)


def stopped(given: Stopped) -> dict[str, Any]:
    """What stopping or pausing everything came to."""
    return {"done": [answer(one) for one in given.done], "left": list(given.left)}


def written(given: Written) -> dict[str, Any]:
    """What a write came to."""
    return {
        "stored": list(given.stored),
        "unchanged": list(given.unchanged),
        "refused": dict(given.refused),
        "entry": given.entry_i,
    }


def read(given: ReadAnswer) -> Any:
    """What one request was answered."""
    if isinstance(given, TurnedAway):
        return given.why
    return [_outcome(one) for one in given.outcomes]


def _outcome(given: Outcome) -> dict[str, Any]:
    told = given.to_json()
    opening, promise = told.pop("opening", None), told.pop("promise", None)
    if opening is not None:
        told["entry"] = opening["b"]
    if promise is not None:
        told["promised"] = (opening or {}).get("b")
    return told


def event(entry: OpenedEntry, companies: Mapping[str, str]) -> Event:
    """An entry as its bearer may read it; ``companies``: id -> name."""
    said = {name: entry.P[name] for name in MEMBERS if name in entry.P}
    if said.get("fields") and isinstance(said["fields"][0], Mapping):
        said["fields"] = {one["name"]: one["mask"] for one in said["fields"]}
    if "replaces" in entry.P:
        said["replaces"] = len(entry.P["replaces"])
    if "versions" in entry.Q:
        said["versions"] = {name: int(number) for name, number in entry.Q["versions"].items()}
    company = companies[entry.company] if entry.company else None
    return {"type": entry.type, "at": entry.at, "company": company, **said}
