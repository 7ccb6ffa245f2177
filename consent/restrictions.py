"""Fields under dispute: what no company gets as if it were fine.

Rules kept here:
- Restricting and lifting take the caller's open act: the remedy shares its lock and its commit
  with the contest or the verdict that asks for it.
- A field is restricted once. A second reason changes nothing, and the first ``since`` stays.
- Each change is an entry; what changes nothing makes none.

Left to the caller: not to lift what a second open contest still needs, and to tell the person
before lifting.

Use::

    with log.acting([consumer]) as act:
        restrict(act, consumer, ["contact.phone"], reason="accuracy_contested", now_ms=now)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import Act, NewEntry
from consent.tables import Restriction
from vault.database import Transaction
from vault.fields import field_named
from vault.identifiers import ConsumerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """Why a field is withheld, and since when (ms)."""

    reason: str
    since: int


def restrictions(inside: Transaction, consumer: ConsumerId) -> Mapping[str, Restricted]:
    """The fields of a person that are restricted now."""
    rows = inside.exec(select(Restriction).where(col(Restriction.consumer_id) == consumer))
    return {row.field: Restricted(reason=row.reason, since=row.since) for row in rows}


def restrict(
    act: Act,
    consumer: ConsumerId,
    fields: Sequence[str],
    *,
    reason: str,
    now_ms: int,
    actor: str = BY_CONSUMER,
    contest_id: str | None = None,
) -> tuple[str, ...]:
    """Withhold these fields from every company from now on; the fields that were not before.

    ``BadInput`` names what is no field of the catalogue.
    """
    wanted = {field_named(name, member="fields").name for name in fields}
    new = sorted(wanted - restrictions(act.tx, consumer).keys())
    act.tx.add_all(
        Restriction(
            consumer_id=consumer,
            field=name,
            contest_id=contest_id or "",
            reason=reason,
            serving="withheld",
            since=now_ms,
        )
        for name in new
    )
    _enter(act, consumer, EntryType.RESTRICT, new, actor=actor, reason=reason, ref=contest_id)
    return tuple(new)


def lift(
    act: Act,
    consumer: ConsumerId,
    fields: Sequence[str],
    *,
    reason: str,
    actor: str,
    contest_id: str | None = None,
) -> tuple[str, ...]:
    """Let companies have these fields again; the fields that were restricted."""
    rows = act.tx.exec(
        select(Restriction).where(
            col(Restriction.consumer_id) == consumer, col(Restriction.field).in_(fields)
        )
    ).all()
    lifted = sorted({row.field for row in rows})
    for row in rows:
        act.tx.delete(row)
    _enter(act, consumer, EntryType.LIFT, lifted, actor=actor, reason=reason, ref=contest_id)
    return tuple(lifted)


def _enter(
    act: Act,
    consumer: ConsumerId,
    kind: EntryType,
    fields: Sequence[str],
    *,
    actor: str,
    reason: str,
    ref: str | None,
) -> None:
    if not fields:
        return
    told: dict[str, object] = {"fields": list(fields), "reason": reason}
    if ref is not None:
        told["contest_id"] = ref
    act.append(NewEntry(owner=consumer, type=kind, actor=actor, P=told))
