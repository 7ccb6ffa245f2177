"""The words of a case, opened for whoever may: in their order, with who wrote them, and its files.

Rules kept here:
- Opening is the gate's, with its entry; here only the list and the texts come together.
- What files are called is opened with the words; their bytes are not.
- A case without words and files opens nothing, so it makes no entry.

Use::

    opened(row, rows, files, lambda texts: gate.open_own(consumer, texts, contest_id=contest_id))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit_portal.contests import store
from audit_portal.contests.states import Act, Actor
from audit_portal.contests.step import text_of
from audit_portal.tables import ContestRow, ContestText
from consent.gate.file_info import FileInfo
from consent.gate.files import CaseFiles
from consent.gate.texts import CaseText, TextKind
from vault.database import Transaction
from vault.fields import FieldValue, field_named
from vault.identifiers import ConsumerId


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """Everything that was written in a case, oldest first, and what is known of its files."""

    words: list[Words]
    files: list[FileInfo]


def opened(
    row: ContestRow,
    rows: Sequence[ContestText],
    files: Sequence[bytes],
    open_texts: Callable[[Sequence[CaseText]], Sequence[bytes]],
) -> OpenedCase:
    """All words of a case; ``files`` are the ids of its files."""
    texts = [text_of(one.contest_id, one.number, one.kind) for one in rows]
    texts += [CaseText(kind=TextKind.FILE, text_id=file_id) for file_id in files]
    plain = open_texts(texts) if texts else []
    said, named = plain[: len(rows)], plain[len(rows) :]
    return OpenedCase(
        words=[_words(row, one, text) for one, text in zip(rows, said, strict=True)],
        files=[FileInfo.read(one, text) for one, text in zip(files, named, strict=True)],
    )


def listed(
    inside: Transaction, files: CaseFiles, consumer: ConsumerId, contest_id: str
) -> tuple[Sequence[ContestText], list[bytes]]:
    """Which words a case has, and the ids of its files."""
    found = files.of_case(inside, consumer, contest_id)
    return store.texts_of(inside, consumer, contest_id), [one.key.file_id for one in found]


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
