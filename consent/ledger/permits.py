"""Whether each read matches a permission that stood at that point of the chain.

Rules kept here:
- A permission is the sum of its entries, followed in the order of the chain, never by time.
- ``grant`` counts only when the consumer acted; ``declared`` (a basis other than consent) only when
  the company did; ``carried`` (from a record joined into this one) only when the consumer joined
  them. Only the consumer resumes what rests on consent. What ended stays ended.
- ``narrow`` never widens: no further field, no wider mask, no later end, no more reads. A limit on
  reads counts those made since it stands, as the gate does.
- An allowed read names its permission, and that one is the same company's, for the same purpose,
  active, within its dates, not used up, and covers every field read.

Use::

    permits = Permits(kept.grants)
    fault = permits.follow(i, p)        # None, or what is wrong with this entry
    permits.standing                    # what to keep for the next time
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.members import Members
from consent.ledger.reasons import Reason
from vault.crypto.canonical import JsonValue

CONSENT = "consent"
UNMASKED = "full"
REFUSED = "refused"

_TERMS = frozenset({"actor", "company", "grant_id", "purpose", "basis", "fields", "from"})
_NARROWED = frozenset({"grant_id", "fields"})
_READ = frozenset({"actor", "purpose", "fields", "decision"})
_FIELD = frozenset({"name", "mask"})
_KEPT = frozenset({"company", "purpose", "basis", "fields", "from", "reads", "state", "i"})
_LIMITS = frozenset({"until", "max_reads"})


class State(StrEnum):
    """Where a permission stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A permission as the chain has it. Times in ms; ``fields`` maps a field to its mask.

    ``until`` or ``max_reads`` None: no such limit. ``i`` is the entry that gave or last changed it.
    """

    company: str
    purpose: str
    basis: str
    fields: Mapping[str, str]
    start: int
    until: int | None
    max_reads: int | None
    reads: int = 0
    state: State = State.ACTIVE
    i: int

    def to_json(self) -> dict[str, JsonValue]:
        """As it is kept; a limit that is not there is left out."""
        limits = {"until": self.until, "max_reads": self.max_reads}
        return {
            "company": self.company,
            "purpose": self.purpose,
            "basis": self.basis,
            "fields": [{"name": name, "mask": mask} for name, mask in self.fields.items()],
            "from": self.start,
            "reads": self.reads,
            "state": self.state.value,
            "i": str(self.i),
            **{name: limit for name, limit in limits.items() if limit is not None},
        }


def read_permits(kept: Members, name: str) -> dict[str, Permit]:
    """The permissions that were kept as ``name``, by id; ``BadInput`` if one has not its form."""
    return {
        grant_id: _permit(members, i=members.number("i"), state=_state(members))
        for grant_id, members in kept.named(name, names=_KEPT, optional=_LIMITS)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one entry, without any value; ``permit`` is what stood, if anything."""

    reason: Reason
    detail: str
    permit: Permit | None


class Permits:
    """The permissions of one chain while it is followed. Owned by one check."""

    def __init__(self, standing: Mapping[str, Permit]) -> None:
        self.standing = dict(standing)
        """Every permission seen so far, by its id."""

    def follow(self, i: int, p: dict[str, JsonValue]) -> Fault | None:
        """Take entry ``i`` into account. ``BadInput`` when a member it needs has not its form."""
        match p["type"]:
            case EntryType.GRANT | EntryType.DECLARED | EntryType.CARRIED:
                self._give(i, p)
            case EntryType.NARROW:
                return self._narrow(i, p)
            case EntryType.PAUSE:
                self._move(i, p, State.ACTIVE, State.PAUSED)
            case EntryType.RESUME:
                self._resume(i, p)
            case EntryType.REVOKE | EntryType.EXPIRED | EntryType.WAIVE:
                self._move(i, p, State.ACTIVE, State.ENDED)
                self._move(i, p, State.PAUSED, State.ENDED)
            case EntryType.READ:
                return self._read(i, p)
            case EntryType.UNDELIVERED:
                self._count(p, -1)
        return None

    def _give(self, i: int, p: dict[str, JsonValue]) -> None:
        carried = p["type"] == EntryType.CARRIED
        names = _TERMS | {"state", "reads"} if carried else _TERMS
        members = Members(p, names=names, more=True, path=f"entry {i}")
        permit = _permit(members, i=i, state=_state(members) if carried else State.ACTIVE)
        if _was_theirs_to_give(members.text("actor"), p["type"], permit):
            self.standing[members.text("grant_id")] = permit

    def _narrow(self, i: int, p: dict[str, JsonValue]) -> Fault | None:
        members = Members(p, names=_NARROWED, more=True, path=f"entry {i}")
        fields, old = _fields(members), self._named(p)
        if old is None:
            return None
        new = replace(
            old,
            fields=fields,
            until=members.optional_integer("until", old.until),
            max_reads=members.optional_integer("max_reads", old.max_reads),
            i=i,
        )
        if _is_wider(new, old):
            return Fault(reason=Reason.WIDENED, detail="a narrowing gives more", permit=old)
        self.standing[members.text("grant_id")] = new
        return None

    def _resume(self, i: int, p: dict[str, JsonValue]) -> None:
        permit = self._named(p)
        if permit and (p["actor"] == BY_CONSUMER or permit.basis != CONSENT):
            self._move(i, p, State.PAUSED, State.ACTIVE)

    def _move(self, i: int, p: dict[str, JsonValue], old: State, new: State) -> None:
        permit = self._named(p)
        if permit and permit.state is old:
            self.standing[str(p["grant_id"])] = replace(permit, state=new, i=i)

    def _read(self, i: int, p: dict[str, JsonValue]) -> Fault | None:
        members = Members(p, names=_READ, more=True, path=f"entry {i}")
        if members.text("decision") == REFUSED:
            return None
        permit = self._named(p)
        detail = _missing(permit, p) if permit else "no permission under this id was given"
        if detail:
            return Fault(reason=Reason.UNPERMITTED_READ, detail=detail, permit=permit)
        self._count(p, 1)
        return None

    def _count(self, p: dict[str, JsonValue], step: int) -> None:
        permit = self._named(p)
        if permit and permit.max_reads is not None:
            self.standing[str(p["grant_id"])] = replace(permit, reads=max(0, permit.reads + step))

    def _named(self, p: dict[str, JsonValue]) -> Permit | None:
        return self.standing.get(str(p.get("grant_id")))


def _was_theirs_to_give(actor: str, kind: JsonValue, permit: Permit) -> bool:
    if kind == EntryType.DECLARED:
        return actor == permit.company and permit.basis != CONSENT
    return actor == BY_CONSUMER and (kind == EntryType.CARRIED or permit.basis == CONSENT)


def _permit(members: Members, *, i: int, state: State) -> Permit:
    return Permit(
        company=members.text("company"),
        purpose=members.text("purpose"),
        basis=members.text("basis"),
        fields=_fields(members),
        start=members.integer("from"),
        until=members.optional_integer("until", None),
        max_reads=members.optional_integer("max_reads", None),
        reads=members.optional_integer("reads", 0) or 0,
        state=state,
        i=i,
    )


def _fields(members: Members) -> dict[str, str]:
    fields = members.objects("fields", names=_FIELD)
    return {field.text("name"): field.text("mask") for field in fields}


def _state(members: Members) -> State:
    try:
        return State(members.text("state"))
    except ValueError:
        raise members.bad("state", "is no state of a permission") from None


def _is_wider(new: Permit, old: Permit) -> bool:
    return not (
        new.fields.keys() <= old.fields.keys()
        and all(old.fields[name] in (UNMASKED, mask) for name, mask in new.fields.items())
        and _within(new.until, old.until)
        and _within(new.max_reads, old.max_reads)
    )


def _within(number: int | None, limit: int | None) -> bool:
    return limit is None or (number is not None and number <= limit)


def _missing(permit: Permit, p: dict[str, JsonValue]) -> str:
    """What the permission lacks to cover this read; empty when it covers it."""
    at, fields = p["at"], p["fields"]
    begun = isinstance(at, int) and at >= permit.start and _within(at, permit.until)
    covered = isinstance(fields, list) and all(str(name) in permit.fields for name in fields)
    needed = {
        "the permission was given to another company": permit.company == p["actor"],
        "the permission was given for another purpose": permit.purpose == p["purpose"],
        f"the permission was {permit.state.value}": permit.state is State.ACTIVE,
        "the permission had not begun or was over": begun,
        "the permission does not cover every field": covered,
        "the permission was used up": _within(permit.reads + 1, permit.max_reads),
    }
    return next((lacking for lacking, met in needed.items() if not met), "")
