"""Shapes between the steps of a read: batches into waves, parts into rows and outcomes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from consent.decision import Allowed, Denied, Reason
from consent.gate.asks import Outcome, ReadRequest
from consent.gate.batch import Batch, Part
from consent.ledger.log import Appended, Composed
from consent.ledger.openings import Opening
from consent.ledger.promises import Promise
from consent.statements.rows import AskKey, ReadFacts, ReadMarks, RequestNow
from vault.identifiers import raw


def waves(requests: Sequence[ReadRequest]) -> Iterator[list[int]]:
    """Requests by position, in waves in which no company uses one request id twice."""
    waiting = list(range(len(requests)))
    while waiting:
        seen: set[tuple[str, str]] = set()
        proofs: set[bytes] = set()
        wave: list[int] = []
        later: list[int] = []
        for at in waiting:
            request = requests[at]
            name = (request.company, request.request_id)
            proof = request.proof.key if request.proof else None
            fits = name not in seen and proof not in proofs
            (wave if fits else later).append(at)
            seen.add(name)
            if proof is not None:
                proofs.add(proof)
        yield wave
        waiting = later


def key_of(part: Part, request: ReadRequest) -> AskKey:
    """What the first trip looks up for one part."""
    return AskKey(
        consumer_id=part.bearer,
        company_id=request.company,
        request_id=request.request_id,
        fields=part.ask.fields if part.person is not None else (),
        source=raw(request.company),
    )


def marks(
    requests: Sequence[ReadRequest],
    batch: Batch,
    facts: ReadFacts,
    composed: Composed,
    now: int,
) -> ReadMarks:
    """Step 5: everything the batch leaves behind, for one trip with its commit."""
    kept = []
    for part, written in zip(batch.owners_of_entries, composed.appended, strict=True):
        if isinstance(part.decision, Allowed):
            request, grant = requests[part.request], part.decision.grant
            kept.append(
                RequestNow(
                    part.bearer,
                    request.company,
                    request.request_id,
                    request.request_hash,
                    written.entry.i,
                    grant.grant_id,
                    grant.version,
                    now,
                )
            )
    before = {row[:3]: row for row in facts.refusals}
    return ReadMarks(
        entries=composed.records,
        moves=composed.moves,
        requests=kept,
        refusals=[row for key, row in batch.refusals.items() if before.get(key) != row],
        counted=[(count, person, grant) for (person, grant), count in batch.used.items()],
    )


def opened_of(part: Part, appended: Sequence[Appended]) -> tuple[Opening, bytes] | None:
    """What opens a part's entry, and its commitment; ``None`` when it has no entry to show.

    The entry was made now, or is recalled.
    """
    if part.recalled is not None:
        return part.recalled.opening, part.recalled.opening.c
    if part.entry_at is None or _tells_nothing(part):
        return None
    entry = appended[part.entry_at].entry
    return Opening.of(entry), entry.C


def outcome(
    part: Part,
    told: Mapping[str, Mapping[str, Any]] | None,
    promised: tuple[Opening, Promise] | None,
) -> Outcome:
    """What one part's company is answered. Without any permission: nothing but that."""
    if _tells_nothing(part):
        return Outcome(consumer=part.ask.consumer, outcome="not_available")
    decision = part.decision
    return Outcome(
        consumer=part.ask.consumer,
        outcome="refused" if told is None else "allowed",
        reason=decision.reason if isinstance(decision, Denied) else None,
        fields=told or {},
        withheld={} if decision is None else dict(decision.withheld),
        restrictions=part.restrictions,
        opening=promised[0].to_json() if promised is not None else None,
        promise=promised[1].to_json() if promised is not None else None,
    )


def _tells_nothing(part: Part) -> bool:
    """A company without any permission gets neither a reason nor a proof (docs/decisions/0002)."""
    return isinstance(part.decision, Denied) and part.decision.reason == Reason.NOT_AVAILABLE
