"""Fields under dispute: what no company gets as if it were fine.

Rules kept here:
- A contest holds a field by a row of its own. What one contest lets go, another may still hold.
- A field is withheld while any row withholds it; else it is served flagged: with why, since which
  day, and what the person says about it. The bare value is served when no row is left.
- Restricting, flagging and lifting take the caller's open act: the remedy shares its lock and its
  commit with the contest or the verdict that asks for it.
- Each change is an entry that says how the contest holds these fields from now on; what changes
  nothing makes none. A row keeps its first ``since``.

Left to the caller: to tell the person before lifting, and to let a field be served flagged only
where the regime and the reading permissions allow it.

Use::

    with log.acting([consumer]) as act:
        restrict(act, consumer, ["contact.phone"], reason="accuracy_contested", now_ms=now,
                 contest_id="ctn_…")
        flag(act, consumer, ["contact.phone"], reason="statement_filed", now_ms=now,
             contest_id="ctn_…", statement_id=text_id)
        lift(act, consumer, ["contact.phone"], reason="corrected", actor=company,
             contest_id="ctn_…")
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select

from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import Act, NewEntry
from consent.statements.rows import RestrictionNow
from consent.tables import Restriction
from vault.base64url import encode
from vault.database import Transaction
from vault.fields import field_named
from vault.identifiers import ConsumerId


class Serving(StrEnum):
    """What a company gets of a field a contest holds."""

    WITHHELD = "withheld"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """What all contests that hold a field come to. ``since`` is in ms."""

    reason: str
    since: int
    serving: Serving = Serving.WITHHELD
    statements: tuple[bytes, ...] = ()
    """The sealed texts that are served with a flagged value, the oldest contest's first."""

    @property
    def withheld(self) -> bool:
        """Whether no company gets the value at all."""
        return self.serving is Serving.WITHHELD


def restrictions(inside: Transaction, consumer: ConsumerId) -> Mapping[str, Restricted]:
    """The fields of a person that are under dispute now, each with what its contests come to."""
    return together(map(_now, _rows(inside, consumer))).get(consumer, {})


def held_by(inside: Transaction, consumer: ConsumerId, contest_id: str) -> Mapping[str, Restricted]:
    """The fields one contest holds, as it alone holds them."""
    mine = (_now(row) for row in _rows(inside, consumer) if row.contest_id == contest_id)
    return together(mine).get(consumer, {})


def together(rows: Iterable[RestrictionNow]) -> dict[bytes, dict[str, Restricted]]:
    """Rows of any number of people as (person -> field -> what its contests come to). Pure."""
    grouped: dict[tuple[bytes, str], list[RestrictionNow]] = defaultdict(list)
    for row in rows:
        grouped[bytes(row.consumer_id), row.field].append(row)
    found: dict[bytes, dict[str, Restricted]] = defaultdict(dict)
    for (consumer, field), of_field in grouped.items():
        found[consumer][field] = _together(of_field)
    return found


def _together(rows: Sequence[RestrictionNow]) -> Restricted:
    """One row that withholds is enough; of equals the oldest says why and since when."""
    withholding = [row for row in rows if row.serving != Serving.FLAGGED]
    speaking = sorted(withholding or rows, key=lambda row: (row.since, row.contest_id))
    said = [] if withholding else [row.statement_id for row in speaking]
    return Restricted(
        reason=speaking[0].reason,
        since=speaking[0].since,
        serving=Serving.WITHHELD if withholding else Serving.FLAGGED,
        statements=tuple(bytes(one) for one in said if one is not None),
    )


def restrict(
    act: Act,
    consumer: ConsumerId,
    fields: Sequence[str],
    *,
    reason: str,
    now_ms: int,
    contest_id: str,
    actor: str = BY_CONSUMER,
    serving: Serving = Serving.WITHHELD,
) -> tuple[str, ...]:
    """Hold these fields for a contest from now on; those it did not hold in this way before.

    ``BadInput`` names what is no field of the catalogue.
    """
    way = _Way(contest_id=contest_id, reason=reason, serving=serving)
    return _hold(act, consumer, fields, way, now_ms=now_ms, actor=actor)


def flag(
    act: Act,
    consumer: ConsumerId,
    fields: Sequence[str],
    *,
    reason: str,
    now_ms: int,
    contest_id: str,
    statement_id: bytes | None = None,
    actor: str = BY_CONSUMER,
) -> tuple[str, ...]:
    """Serve these fields flagged for a contest, with the person's statement if they wrote one.

    ``statement_id`` is a text of the kind ``statement`` (consent.gate.texts), put before or in the
    same act. The fields that were not held so before. ``BadInput`` as ``restrict``.
    """
    way = _Way(
        contest_id=contest_id, reason=reason, serving=Serving.FLAGGED, statement_id=statement_id
    )
    return _hold(act, consumer, fields, way, now_ms=now_ms, actor=actor)


def lift(
    act: Act,
    consumer: ConsumerId,
    fields: Sequence[str],
    *,
    reason: str,
    actor: str,
    contest_id: str,
) -> tuple[str, ...]:
    """Let go of these fields for a contest; those it held. Another contest may still hold them."""
    held = [row for row in _rows(act.tx, consumer, fields) if row.contest_id == contest_id]
    for row in held:
        act.tx.delete(row)
    lifted = sorted(row.field for row in held)
    told = {"fields": lifted, "reason": reason, "contest_id": contest_id}
    if lifted:
        act.append(NewEntry(owner=consumer, type=EntryType.LIFT, actor=actor, P=told))
    return tuple(lifted)


def carry(act: Act, second: ConsumerId, first: ConsumerId) -> None:
    """What is held of a record that is joined into another goes on being held there, as it was."""
    for row in sorted(_rows(act.tx, second), key=lambda row: (row.contest_id, row.field)):
        way = _Way(
            contest_id=row.contest_id,
            reason=row.reason,
            serving=Serving(row.serving),
            statement_id=row.statement_id,
        )
        _hold(act, first, [row.field], way, now_ms=row.since, actor=BY_CONSUMER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a contest holds a field."""

    contest_id: str
    reason: str
    serving: Serving
    statement_id: bytes | None = None


def _hold(
    act: Act, consumer: ConsumerId, fields: Sequence[str], way: _Way, *, now_ms: int, actor: str
) -> tuple[str, ...]:
    wanted = {field_named(name, member="fields").name for name in fields}
    rows = _rows(act.tx, consumer, sorted(wanted))
    held = {row.field: row for row in rows if row.contest_id == way.contest_id}
    changed = sorted(name for name in wanted if not _is_held(held.get(name), way))
    for name in changed:
        since = held[name].since if name in held else now_ms
        act.tx.merge(_row(consumer, name, way, since=since))
    if changed:
        act.append(_entry(consumer, changed, way, actor))
    return tuple(changed)


def _is_held(row: Restriction | None, way: _Way) -> bool:
    """The reason alone is no other way: the first one stays."""
    return row is not None and (row.serving, row.statement_id) == (way.serving, way.statement_id)


def _row(consumer: ConsumerId, field: str, way: _Way, *, since: int) -> Restriction:
    return Restriction(
        consumer_id=consumer,
        field=field,
        contest_id=way.contest_id,
        reason=way.reason,
        serving=way.serving.value,
        statement_id=way.statement_id,
        since=since,
    )


def _entry(consumer: ConsumerId, fields: Sequence[str], way: _Way, actor: str) -> NewEntry:
    told = {
        "fields": list(fields),
        "reason": way.reason,
        "contest_id": way.contest_id,
        "serving": way.serving.value,
    }
    kept_back = {} if way.statement_id is None else {"statement": encode(way.statement_id)}
    return NewEntry(owner=consumer, type=EntryType.RESTRICT, actor=actor, P=told, Q=kept_back)


def _rows(
    inside: Transaction, consumer: ConsumerId, fields: Sequence[str] | None = None
) -> Sequence[Restriction]:
    question = select(Restriction).where(col(Restriction.consumer_id) == consumer)
    if fields is not None:
        question = question.where(col(Restriction.field).in_(fields))
    return inside.exec(question).all()


def _now(row: Restriction) -> RestrictionNow:
    return RestrictionNow(
        consumer_id=row.consumer_id,
        field=row.field,
        contest_id=row.contest_id,
        reason=row.reason,
        serving=row.serving,
        since=row.since,
        statement_id=row.statement_id,
        statement=None,
    )
