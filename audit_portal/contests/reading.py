"""The words of a case, opened for whoever may: in their order, with who wrote them.

Rules kept here:
- Opening is the gate's, with its entry; here only the list and the texts come together.
- A case without words opens nothing, so it makes no entry.

Use::

    opened(row, rows, lambda texts: gate.open_own(consumer, texts, contest_id=contest_id))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit_portal.contests.states import Act, Actor
from audit_portal.contests.step import text_of
from audit_portal.tables import ContestRow, ContestText
from consent.gate.texts import CaseText, TextKind
from vault.fields import FieldValue, field_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Something somebody wrote. ``value`` of a proposed value, ``text`` of everything else."""

    number: int
    kind: TextKind
    act: Act
    author: Actor
    name: str
    """Who of the company; empty for the person and the officer."""
    at: int
    text: str = field(default="", repr=False)
    value: FieldValue | None = field(default=None, repr=False)


def opened(
    row: ContestRow,
    rows: Sequence[ContestText],
    open_texts: Callable[[Sequence[CaseText]], Sequence[bytes]],
) -> list[Words]:
    """All words of a case."""
    if not rows:
        return []
    plain = open_texts([text_of(one.contest_id, one.number, one.kind) for one in rows])
    return [_words(row, one, text) for one, text in zip(rows, plain, strict=True)]


def _words(row: ContestRow, listed: ContestText, plain: bytes) -> Words:
    kind = TextKind(listed.kind)
    proposed = kind is TextKind.PROPOSED
    return Words(
        number=listed.number,
        kind=kind,
        act=Act(listed.act),
        author=Actor(listed.author),
        name=listed.name,
        at=listed.at,
        text="" if proposed else plain.decode(),
        value=field_named(row.field).decode(plain) if proposed else None,
    )
