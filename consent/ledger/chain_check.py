"""The part of the check that is about the person's own chain: steps 5 and 6 of ``verifier``.

Rules kept here:
- A commitment is computed from what is shown and from the person's own slot and tag key; none is
  taken from the bundle.
- Numbers first, then the chain, then the log: ``reasons`` says what each failure means.
- An entry of an unknown kind is committed, chained and logged like any other, but not followed.

Use::

    check = ChainCheck(bundle, kept=kept, log=log_check, mmd_s=86_400)
    finding = check.run()                       # None: both steps hold
    check.permits.standing, check.last_at, check.counts
"""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from consent.ledger.bundle import Bundle, BundleEntry
from consent.ledger.entries import link, new_chain, recompute, slot_tag
from consent.ledger.entry_types import VERSION, EntryType, concerned
from consent.ledger.epochs import Epoch, entry_leaf
from consent.ledger.inclusions import Inclusions
from consent.ledger.kept import Kept, Place
from consent.ledger.log_check import LogCheck, told
from consent.ledger.members import Members
from consent.ledger.merkle import leaf_hash
from consent.ledger.permits import Permits
from consent.ledger.reasons import Reason
from consent.ledger.verdicts import Finding, Statement
from vault import base64url
from vault.crypto.canonical import JsonValue, strict_json
from vault.errors import BadInput

MAX_PART = 64 * 1024
_FOLLOWED = frozenset(EntryType)
_EVERY_P = frozenset({"v", "type", "at", "actor"})
_TOLD_APART = 32
"""How many entries at most are tried under each other's numbers, to tell swapped from edited."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as shown: its P read, its commitment computed."""

    entry: BundleEntry
    p: dict[str, JsonValue]
    at: int
    tag: bytes
    c: bytes

    @property
    def leaf(self) -> bytes:
        """The leaf hash the log should have."""
        return leaf_hash(entry_leaf(self.c))

    @property
    def is_known(self) -> bool:
        """Whether this verifier knows what the entry says."""
        return self.p["v"] == VERSION and self.p["type"] in _FOLLOWED


class ChainCheck:
    """Steps 5 and 6 over one bundle. ``BadInput`` from any of them: the bundle is malformed."""

    _inclusions: Inclusions

    def __init__(
        self,
        bundle: Bundle,
        *,
        kept: Kept,
        log: LogCheck,
        mmd_s: int,
    ) -> None:
        self._bundle = bundle
        self._kept = kept
        self._log = log
        self._mmd_ms = mmd_s * 1000
        self._begins = bundle.since.n
        self.shown = _read(bundle)
        self.permits = Permits(kept.grants if self._begins else {})
        self.counts = Counter(str(shown.p["type"]) for shown in self.shown)

    def run(self) -> Finding | None:
        """The first finding, or None."""
        return (
            self._length()
            or self._numbers()
            or self._chain_and_log()
            or self._epochs()
            or self._times()
            or self._permissions()
        )

    @property
    def last_at(self) -> int:
        """When the last entry of the chain happened, in ms."""
        return self.shown[-1].at if self.shown else self._kept.at

    def _length(self) -> Finding | None:
        if self._bundle.standing.n >= self._kept.n:
            return None
        statements = (self._kept.to_statement(), self._head())  # 5
        detail = "the chain has fewer entries than were checked before"
        return Finding(reason=Reason.REWOUND, step="5", detail=detail, statements=statements)

    def _numbers(self) -> Finding | None:
        n, given = self._bundle.standing.n, [shown.entry.i for shown in self.shown]
        due = n - self._begins
        if len({i for i in given if self._begins < i <= n}) < due:  # 5
            return self._misfit(Reason.OMITTED, "an entry before the signed head is missing")
        if len(given) > due:  # 5
            return self._misfit(Reason.INSERTED, "a number is there twice or beyond the head")
        if given != sorted(given):  # 5
            return self._misfit(Reason.REORDERED, "the entries are not in the order of the chain")
        return None

    def _chain_and_log(self) -> Finding | None:
        epochs = {epoch.index for epoch in self._log.epochs}
        self._inclusions = Inclusions(
            epochs | {shown.entry.leaf for shown in self.shown},
            size=self._log.checkpoint.size,
            root=self._log.checkpoint.root,
            sent=self._bundle.nodes,
        )
        lost = [s for s in self.shown if not self._inclusions.proves(s.entry.leaf, s.leaf)]
        if self._chain_misses_the_head():  # 5
            return self._explained(lost)
        if lost:  # 5a
            detail = f"entry {lost[0].entry.i} belongs to the signed head but is not in the log"
            return self._about(lost[0], Reason.NOT_IN_LOG, "5a", detail, self._head())
        return None

    def _chain_misses_the_head(self) -> bool:
        standing, kept = self._bundle.standing, self._kept
        place = standing.place
        h = kept.h if self._begins else new_chain(slot=place.slot, nonce=place.nonce).h
        for shown in self.shown:
            h = link(h, i=shown.entry.i, c=shown.c)
            if shown.entry.i == kept.n and h != kept.h:
                return True  # the whole record was sent again, and it is not the one checked before
        return h != standing.h

    def _explained(self, lost: list[Shown]) -> Finding:
        if not lost:
            detail = (
                "the chain over true entries does not lead from the kept head to the signed one"
            )
            return self._misfit(Reason.BROKEN_CHAIN, detail)
        if all(self._is_true_elsewhere(shown, lost) for shown in lost[:_TOLD_APART]):
            return self._misfit(Reason.REORDERED, "true entries stand under each other's numbers")
        detail = f"entry {lost[0].entry.i} is not, as shown, the one in the log"
        return self._about(lost[0], Reason.EDITED, "5", detail, self._head())

    def _is_true_elsewhere(self, shown: Shown, lost: list[Shown]) -> bool:
        """Whether the log has this entry under the number of another one that does not fit."""
        slot = self._bundle.standing.place.slot
        others = [other.entry.i for other in lost[:_TOLD_APART] if other is not shown]
        as_others = (recompute(shown.entry.opened, slot=slot, i=i, tag=shown.tag) for i in others)
        return any(
            self._inclusions.proves(shown.entry.leaf, leaf_hash(entry_leaf(c))) for c in as_others
        )

    def _epochs(self) -> Finding | None:
        leaves, epochs = self._bundle.epochs, self._log.epochs
        for leaf, epoch in zip(leaves, epochs, strict=True):
            if not self._inclusions.proves(epoch.index, leaf_hash(leaf)):  # 5b
                statements = (self._log.signed(), told(epoch))
                detail = "an epoch leaf given is not in the log"
                return Finding(
                    reason=Reason.BAD_EPOCH, step="5b", detail=detail, statements=statements
                )
        for earlier, later in pairwise(epochs):
            if not _follows(later, earlier):  # 5b
                statements = (told(earlier), told(later))
                detail = "an epoch of the log does not follow the one before it"
                return Finding(
                    reason=Reason.EPOCH_WENT_BACK, step="5b", detail=detail, statements=statements
                )
        if self._inclusions.contradicts_itself():  # 5b
            raise BadInput("holds a hash that is not the tree's", member="nodes")
        return None

    def _times(self) -> Finding | None:
        epochs = self._log.epochs
        firsts = [epoch.first_index for epoch in epochs]
        last_at = self._kept.at if self._begins else 0
        for shown in self.shown:
            i, leaf, at = shown.entry.i, shown.entry.leaf, shown.at
            epoch = epochs[max(0, bisect_right(firsts, leaf) - 1)]
            if not epoch.first_index <= leaf < epoch.index:  # 5b
                detail = f"no epoch leaf given holds entry {i}"
                return self._about(shown, Reason.BAD_EPOCH, "5b", detail, told(epoch))
            if not at <= epoch.ts <= at + self._mmd_ms:  # 5b
                detail = f"the time of entry {i} does not fit the epoch that holds it"
                return self._about(shown, Reason.BACK_DATED, "5b", detail, told(epoch))
            if at < last_at or self._is_before_what_was_kept(shown):  # 5c
                detail = f"the time of entry {i} goes back"
                statement = self._kept.to_statement()
                return self._about(shown, Reason.BACK_DATED, "5c", detail, statement)
            last_at = at
        return None

    def _is_before_what_was_kept(self, shown: Shown) -> bool:
        log = self._kept.log
        if not log or shown.entry.i <= self._kept.n:
            return False
        return shown.at < log.ts - self._mmd_ms

    def _permissions(self) -> Finding | None:
        for shown in self.shown:
            fault = self.permits.follow(shown.entry.i, shown.p) if shown.is_known else None
            if fault:  # 6
                stood: Statement = {"permission": fault.permit.to_json() if fault.permit else None}
                detail = f"entry {shown.entry.i}: {fault.detail}"
                return self._about(shown, fault.reason, "6", detail, stood)
        return None

    def _head(self) -> Statement:
        standing = self._bundle.standing
        return {
            "note": self._bundle.checkpoint,
            "epoch": base64url.encode(self._bundle.epochs[-1]),
            "slot": str(standing.place.slot),
            "n": str(standing.n),
            "h": base64url.encode(standing.h),
        }

    def _misfit(self, reason: Reason, detail: str) -> Finding:
        entries: list[JsonValue] = [str(shown.entry.i) for shown in self.shown]
        statements = (self._head(), {**self._kept.to_statement(), "shown": entries})
        return Finding(reason=reason, step="5", detail=detail, statements=statements)

    def _about(
        self, shown: Shown, reason: Reason, step: str, detail: str, other: Statement
    ) -> Finding:
        entry = {**shown.entry.to_json(), "T": base64url.encode(shown.tag)}
        return Finding(
            reason=reason, step=step, detail=detail, statements=(other, {"entry": entry})
        )


def _follows(later: Epoch, earlier: Epoch) -> bool:
    """Whether one epoch can stand behind another in one log."""
    return (
        later.first_index >= earlier.size
        and later.k > earlier.k
        and later.ts >= earlier.ts
        and later.d >= earlier.d
    )


def _read(bundle: Bundle) -> list[Shown]:
    """Every entry with its P read and its commitment computed; ``BadInput`` names the entry."""
    place = bundle.standing.place
    tags: dict[str, bytes] = {}
    return [_read_one(entry, place, tags) for entry in bundle.entries]


def _read_one(entry: BundleEntry, place: Place, tags: dict[str, bytes]) -> Shown:
    path = f"entry {entry.i}"
    value = strict_json(entry.opened.P, max_bytes=MAX_PART, max_depth=8)
    members = Members(value, names=_EVERY_P, more=True, path=path)
    for name in {"type", "actor", "company"} & members.all.keys():
        members.text(name)
    p, actor = members.all, concerned(members.all)
    tag = tags.get(actor)
    if tag is None:
        tag = tags[actor] = slot_tag(place.tag_key, actor)
    c = recompute(entry.opened, slot=place.slot, i=entry.i, tag=tag)
    return Shown(entry, p, members.integer("at"), tag, c)
