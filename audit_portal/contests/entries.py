"""Entries of contests: what each act puts into the person's chain. Pure.

Rules kept here:
- Every transition is an entry: who did what, from which state to which, under which regimes, and
  until when what must follow.
- ``P`` is what the company that answers may know: ids, names, states, dates; never words or a
  value. It names the person by the pairwise id of that company.
- ``Q`` holds what the person alone may know: the contested version or event, and the hashes of the
  sealed words that came with the act.
- Times are ms.
"""

from collections.abc import Mapping, Sequence

from audit_portal.contests.states import Act
from audit_portal.tables import ContestRow
from consent.ledger.entry_types import EntryType
from consent.ledger.log import NewEntry
from vault.base64url import encode
from vault.identifiers import CompanyId, ConsumerId, PairwiseId


def moved(
    row: ContestRow,
    what: Act,
    *,
    before: str,
    actor: str,
    known_as: PairwiseId | None,
    words: Sequence[bytes],
    told: Mapping[str, object],
) -> NewEntry:
    """A contest moved from the state ``before`` to the one its row says now."""
    members = {
        "act": what.value,
        "from": before,
        "to": row.state,
        "kind": row.kind,
        "fields": [] if row.field is None else [row.field],
        "regimes": row.regimes.split(","),
        "due": row.due_at,
        "outcome": row.outcome,
        "lifts": row.lift_at,
        **told,
    }
    return _entry(row, EntryType.CONTEST, actor, known_as, words, members)


def said(
    row: ContestRow,
    what: Act,
    *,
    actor: str,
    known_as: PairwiseId | None,
    words: Sequence[bytes],
    told: Mapping[str, object],
) -> NewEntry:
    """Words were added to a case, and nothing else changed."""
    members = {"act": what.value, **told}
    return _entry(row, EntryType.CONTEST_MESSAGE, actor, known_as, words, members)


def _entry(
    row: ContestRow,
    kind: EntryType,
    actor: str,
    known_as: PairwiseId | None,
    words: Sequence[bytes],
    members: Mapping[str, object],
) -> NewEntry:
    about = {"company": row.company_id, "contest_id": row.contest_id, "consumer": known_as}
    return NewEntry(
        owner=ConsumerId(bytes(row.consumer_id)),
        type=kind,
        actor=actor,
        company=CompanyId(row.company_id),
        P=_present({**about, **members}),
        Q=_present({"contested": _contested(row), "event": row.event, "words": _hashes(words)}),
    )


def _contested(row: ContestRow) -> dict[str, str] | None:
    return None if row.field is None else {row.field: str(row.version)}


def _hashes(words: Sequence[bytes]) -> list[str] | None:
    return [encode(one) for one in words] or None


def _present(members: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
