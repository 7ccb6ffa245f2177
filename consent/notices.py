"""What a company is told, in which words: ids and names, never a value. Pure.

Rules kept here:
- The person is the company's own pairwise id.
- What two companies would hear alike (a contest's id, a moment) is told to who answers the contest
  alone, so that notices laid side by side join nobody up. The others hear the day.
- The shape is that of the Standard Webhooks specification: ``type``, ``timestamp``, ``data``.
- Kinds are permanent; a company keeps one it does not know as it is.

Use::

    body(notice, notice_id=notice_id, known_as=pairwise_id, now_ms=now)     # RFC 8785 bytes
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from consent.ledger.entry_types import BY_VAULT, EntryType
from consent.ledger.log import NewEntry
from vault.crypto.canonical import canonical
from vault.fields import field_named
from vault.identifiers import CompanyId, ConsumerId, NoticeId, PairwiseId


class NoticeKind(StrEnum):
    """What a company is told; the permanent tags."""

    CONTEST = "contest"
    """A contest waits for this company: it supplied the value, or made the contested access."""
    RESTRICTED = "restricted"
    """Fields it read are under dispute."""
    LIFTED = "lifted"
    """They no longer are."""
    CORRECTED = "corrected"
    """Fields it read were wrong; there is a new version."""
    DELETED = "deleted"
    """Fields it read are held no longer."""
    ERASED = "erased"
    """The person, or their data, is gone from the vault."""


_TO_WHO_ANSWERS = frozenset({NoticeKind.CONTEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """Something to tell one company about one person.

    ``about`` is what makes it once: the same kind about the same is not told again. ``details`` are
    further members for the company: ids that are its own, names, dates.
    """

    consumer: ConsumerId
    company: CompanyId
    kind: NoticeKind
    about: str
    fields: Sequence[str] = ()
    contest_id: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def body(notice: NewNotice, *, notice_id: NoticeId, known_as: PairwiseId, now_ms: int) -> bytes:
    """What the company gets: one JSON object. ``BadInput`` for what is no field."""
    told: dict[str, object] = {"id": notice_id, "consumer": known_as, **_fields(notice)}
    moment = datetime.fromtimestamp(now_ms // 1000, UTC)
    if notice.kind not in _TO_WHO_ANSWERS:
        moment = moment.replace(hour=0, minute=0, second=0)
    elif notice.contest_id is not None:
        told["contest_id"] = notice.contest_id
    data = {**notice.details, **told}
    return canonical(
        {"type": notice.kind, "timestamp": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "data": data}
    )


def entry(notice: NewNotice, *, known_as: PairwiseId) -> NewEntry:
    """By which the person sees that the company was told."""
    told: dict[str, object] = {
        "company": notice.company,
        "consumer": known_as,
        "kind": notice.kind,
        "about": notice.about,
        **_fields(notice),
    }
    if notice.contest_id is not None:
        told["contest_id"] = notice.contest_id
    return NewEntry(
        owner=notice.consumer,
        type=EntryType.NOTICE,
        actor=BY_VAULT,
        company=notice.company,
        P=told,
    )


def _fields(notice: NewNotice) -> dict[str, object]:
    if not notice.fields:
        return {}
    return {"fields": sorted({field_named(name, member="fields").name for name in notice.fields})}
