"""Steps 3 to 5 of a read: decide each ask in order and note what the batch will leave behind. Pure.

Rules kept here:
- Each decision sees what the ones before it in the same batch used up.
- Every person whose value or membership is answered gets an entry; a refusal without any relation
  goes to the
  asking company's own chain.
- Refusals of one company at one person for one reason are coalesced: one entry an hour, the others
  counted, and
  the count stands in the next entry.
- A request whose proof was used, or whose id stands for another body, decides nothing.
- A repeated request within a minute is decided again: the same permission in the same version, the
  same fields and the same of them under dispute give the same entry, anything else a refusal.
- A field under dispute is withheld, or its value goes out flagged, with what the person says about
  it: the entry names it as ``disputed``.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from consent.decision import (
    CONSENT,
    Allowed,
    CompanyAsk,
    Denied,
    GrantFacts,
    ReadFacts,
    Reason,
    decide_read,
)
from consent.gate.asks import Ask, ReadRequest, TurnedAway
from consent.gate.company_version import company_version
from consent.gate.disputes import NOTHING_FLAGGED, Flagged
from consent.gate.facts import Facts
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Chains, NewEntry
from consent.ledger.openings import Opening
from consent.statements import rows
from vault.identifiers import ConsumerId

HOUR_MS = 3_600_000
REPEAT_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """An earlier answer as its entry has it.

    The company's opening, and the very versions it saw.
    """

    opening: Opening = field(repr=False)
    sealed: Mapping[str, rows.SealedNow] = field(repr=False)
    disputed: AbstractSet[str] = frozenset()


Recall = Callable[["Part", rows.RequestNow], Recalled | None]


@dataclass(slots=True, kw_only=True)
class Part:
    """One ask on its way through the gate."""

    request: int
    ask: Ask
    person: ConsumerId | None
    bearer: ConsumerId
    """Whose chain takes the entry: the person's, or the company's own."""
    decision: Allowed | Denied | None = None
    chosen: Mapping[str, rows.SealedNow] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    """The versions of what was chosen, as this company sees them."""
    entry_at: int | None = None
    """Which of the batch's new entries is this part's; ``None`` when none is made."""
    recalled: "Recalled | None" = None
    """The earlier answer this part repeats, if it does: its entry is opened again, none is made."""
    restrictions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of the withheld fields, those under dispute: why, and since which day (ms, UTC)."""
    flagged: Flagged = NOTHING_FLAGGED
    """Of the allowed fields, those whose value goes out flagged, and with what."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """What a batch decided: new entries in order and the marks they leave."""

    parts: list[Part]
    turned_away: dict[int, TurnedAway] = field(default_factory=dict)
    entries: list[NewEntry] = field(default_factory=list)
    owners_of_entries: list[Part] = field(default_factory=list)
    refusals: dict[tuple[bytes, str, str], rows.RefusalNow] = field(default_factory=dict)
    used: Counter[tuple[bytes, str]] = field(default_factory=Counter)


class Decider:
    """Decides the parts of one batch upon the facts read under the lock. Used once."""

    def __init__(
        self,
        requests: Sequence[ReadRequest],
        parts: list[Part],
        facts: rows.ReadFacts,
        chains: Chains,
        *,
        recall: Recall,
        now_ms: int,
    ) -> None:
        self._recall = recall
        self._requests = requests
        self._facts = facts
        self._chains = chains
        self._now = now_ms
        self._index = Facts(facts)
        self.batch = Batch(parts=parts)
        self.batch.refusals = {row[:3]: row for row in facts.refusals}

    def decide(self) -> Batch:
        """Decide every part in order."""
        for at, request in enumerate(self._requests):
            why = self._turned_away(at, request)
            if why is not None:
                self.batch.turned_away[at] = why
        for part in self.batch.parts:
            if part.request not in self.batch.turned_away:
                self._decide_part(part, self._requests[part.request])
        return self.batch

    def _turned_away(self, at: int, request: ReadRequest) -> TurnedAway | None:
        if request.proof is not None and request.proof.key not in self._facts.fresh_proofs:
            return TurnedAway(why="proof_used")
        for part in self.batch.parts:
            earlier = self._earlier(part, request) if part.request == at else None
            if earlier is not None and self._conflicts(earlier, request):
                return TurnedAway(why="request_id_reused")
        return None

    def _earlier(self, part: Part, request: ReadRequest) -> rows.RequestNow | None:
        return self._index.requests.get((part.bearer, request.company, request.request_id))

    def _conflicts(self, earlier: rows.RequestNow, request: ReadRequest) -> bool:
        another_body = bytes(earlier.request_hash) != request.request_hash
        return another_body or self._now - earlier.at > REPEAT_MS

    def _decide_part(self, part: Part, request: ReadRequest) -> None:
        decision = part.decision = self._decision(part, request)
        part.restrictions = self._index.disputes.why(part.bearer, decision.withheld)
        if isinstance(decision, Denied):
            self._refuse(part, request, decision)
            return
        part.flagged = self._index.disputes.flagged(part.bearer, decision.fields)
        earlier = self._earlier(part, request)
        if earlier is None:
            part.chosen = self._choose(part, decision, request)
            part.labels = self._labels(part, request)
            self._allow(part, request, decision)
        elif not self._repeat(part, decision, earlier):
            denied = Denied(
                reason=Reason.REPEATED_AFTER_CHANGE,
                grant=decision.grant,
                withheld=decision.withheld,
            )
            self._refuse(part, request, denied)

    def _repeat(self, part: Part, decision: Allowed, earlier: rows.RequestNow) -> bool:
        """Whether the decision is what it was: then the earlier entry answers again."""
        recalled = self._recall(part, earlier) if _same_permission(earlier, decision) else None
        if recalled is None or recalled.sealed.keys() != decision.fields.keys():
            return False
        if recalled.disputed != part.flagged.fields.keys():
            return False
        part.recalled, part.chosen = recalled, recalled.sealed
        part.labels = self._labels(part, self._requests[part.request])
        return True

    def _decision(self, part: Part, request: ReadRequest) -> Allowed | Denied:
        if part.person is None or part.ask.in_token is None:
            return Denied(reason=Reason.NOT_AVAILABLE)
        pair = (part.person, request.company)
        current, own = self._index.present.get(pair, (frozenset(), frozenset()))
        facts = ReadFacts(
            suspended=request.company in self._facts.suspended,
            grants=[
                self._counted(part.person, grant, self._earlier(part, request))
                for grant in self._index.grants[pair]
            ],
            restricted=self._index.disputes.withheld(part.person),
            current=current,
            own=own,
        )
        ask = CompanyAsk(
            purpose=request.purpose,
            fields=part.ask.fields,
            in_token=None if part.ask.unrestricted else part.ask.in_token,
        )
        # The entry says the later of the clock and the entry before it; so decide for then.
        at = max(self._now, self._chains[part.bearer].last_at)
        return decide_read(ask, facts, now_ms=at)

    def _counted(
        self, person: ConsumerId, grant: rows.GrantNow, earlier: rows.RequestNow | None
    ) -> GrantFacts:
        """A grant with the reads of this batch counted in, and without the one that is repeated."""
        again = earlier is not None and earlier.grant_id == grant.grant_id
        return GrantFacts(
            grant_id=grant.grant_id,
            purpose=grant.purpose,
            basis=grant.basis,
            state=grant.state,
            version=grant.version,
            fields=self._index.fields_of(grant),
            from_ms=grant.from_ms,
            until_ms=grant.until_ms,
            max_reads=grant.max_reads,
            reads_used=grant.reads_used + self.batch.used[person, grant.grant_id] - again,
            made_at=grant.made_at,
        )

    def _choose(
        self, part: Part, allowed: Allowed, request: ReadRequest
    ) -> dict[str, rows.SealedNow]:
        """Step 4: under consent the current version, else the newest of the company's own line."""
        own = allowed.grant.basis != CONSENT
        sealed = self._index.sealed
        pair = (part.bearer, request.company)
        return {name: sealed[*pair, name, own] for name in allowed.fields}

    def _labels(self, part: Part, request: ReadRequest) -> dict[str, str]:
        tag_key = self._chains[part.bearer].secrets.tag_key
        return {
            name: company_version(tag_key, request.company, name, row.version)
            for name, row in part.chosen.items()
        }

    def _allow(self, part: Part, request: ReadRequest, allowed: Allowed) -> None:
        told = {
            **_common(part, request),
            "grant_id": allowed.grant.grant_id,
            "fields": sorted(allowed.fields),
            "withheld": sorted(allowed.withheld),
            "decision": "allowed",
            "company_versions": part.labels,
            **({"disputed": sorted(part.flagged.fields)} if part.flagged.fields else {}),
        }
        kept_back = {"versions": {n: str(row.version) for n, row in part.chosen.items()}}
        if allowed.grant.max_reads is not None:
            self.batch.used[part.bearer, allowed.grant.grant_id] += 1
        self._enter(part, request, EntryType.READ, told, kept_back)

    def _refuse(self, part: Part, request: ReadRequest, denied: Denied) -> None:
        part.decision = denied
        key = (part.bearer, request.company, denied.reason)
        before = self.batch.refusals.get(key)
        hour = self._now // HOUR_MS
        if before is not None and before.hour == hour:
            self.batch.refusals[key] = before._replace(repeated=before.repeated + 1)
            return
        self.batch.refusals[key] = rows.RefusalNow(*key, hour=hour, repeated=0)
        told: dict[str, Any] = {
            **_common(part, request),
            "fields": sorted(part.ask.fields),
            "decision": "refused",
            "reason": denied.reason,
        }
        if denied.grant is not None:
            told["grant_id"] = denied.grant.grant_id
        if before is not None and before.repeated:
            told["repeated"] = before.repeated
        self._enter(part, request, EntryType.REFUSED, told, {})

    def _enter(
        self,
        part: Part,
        request: ReadRequest,
        kind: EntryType,
        told: dict[str, Any],
        kept_back: dict[str, Any],
    ) -> None:
        part.entry_at = len(self.batch.entries)
        self.batch.entries.append(
            NewEntry(
                owner=part.bearer,
                type=kind,
                actor=request.company,
                company=request.company,
                P=told,
                Q=kept_back,
            )
        )
        self.batch.owners_of_entries.append(part)


def _common(part: Part, request: ReadRequest) -> dict[str, Any]:
    return {
        "consumer": part.ask.consumer,
        "purpose": request.purpose,
        "request_id": request.request_id,
    }


def _same_permission(earlier: rows.RequestNow, decision: Allowed) -> bool:
    now = (decision.grant.grant_id, decision.grant.version)
    return (earlier.grant_id, earlier.grant_version) == now
