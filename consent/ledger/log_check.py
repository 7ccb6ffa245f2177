"""The part of the check that is about the log: steps 1 to 4 of ``verifier``.

Rules kept here:
- Nothing in the bundle is believed before the log's signature and the tree lead to it.
- Only the key handed in counts; the one in the bundle is not looked at.

Use::

    check = LogCheck(bundle, kept=kept, log_key=key, now=now, policy=Policy())
    finding = check.run()                       # None: all four steps hold
    check.checkpoint, check.epochs              # the last of which is proved, the others are not
"""

from dataclasses import dataclass

from consent.ledger import head_map
from consent.ledger.bundle import Bundle
from consent.ledger.checkpoint import (
    VerifierKey,
    cosigned_at,
    parse_checkpoint,
    parse_note,
    signed_by,
)
from consent.ledger.epochs import Epoch, decode_epoch
from consent.ledger.kept import Kept
from consent.ledger.merkle import leaf_hash, verify_consistency, verify_inclusion
from consent.ledger.promises import MERGE_DELAY_S
from consent.ledger.reasons import Caution, Reason
from consent.ledger.verdicts import Finding, Statement
from vault import base64url
from vault.crypto.canonical import JsonValue
from vault.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the person's side insists on.

    ``mmd_s``: the merge delay promised, in seconds. ``max_age_ms``: how old the newest epoch and
    the cosignatures may be; None for a record that was exported to be kept. ``skew_ms``: by how
    much another clock may be ahead. ``quorum`` of ``witnesses`` must have cosigned.
    """

    mmd_s: int = MERGE_DELAY_S
    max_age_ms: int | None = 24 * 60 * 60 * 1000
    skew_ms: int = 5 * 60 * 1000
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.quorum <= len(set(self.witnesses)) == len(self.witnesses):
            raise ValueError("the quorum is larger than the number of witnesses, or one is twice")


class LogCheck:
    """Steps 1 to 4 over one bundle. ``BadInput`` from any of them: the bundle is malformed."""

    epochs: list[Epoch]

    def __init__(
        self, bundle: Bundle, *, kept: Kept, log_key: VerifierKey, now: int, policy: Policy
    ) -> None:
        self._bundle = bundle
        self._kept = kept
        self._key = log_key
        self._now = now
        self._policy = policy
        self._note = parse_note(bundle.checkpoint)
        self.checkpoint = parse_checkpoint(self._note.text)
        self._old = kept.checkpoint(log_key.name)

    def run(self) -> Finding | None:
        """The first finding, or None."""
        return (
            self._signature()
            or self._witnesses()
            or self._consistency()
            or self._last_leaf()
            or self._freshness()
            or self._growth()
            or self._map()
        )

    def cautions(self) -> set[Caution]:
        """What these steps, though they hold, do not show."""
        found = set()
        if not self._policy.quorum:
            found.add(Caution.UNWITNESSED)
        if not self._kept.log:
            found.add(Caution.FIRST_VISIT)
        elif not self._old:
            found.add(Caution.NEW_ORIGIN)
        return found

    @property
    def last(self) -> Epoch:
        """The epoch at the end of the log."""
        return self.epochs[-1]

    def signed(self) -> Statement:
        """What the log signed, as a statement of a conviction."""
        return {"note": self._bundle.checkpoint}

    def _signature(self) -> Finding | None:
        origin = self._key.name
        if (self.checkpoint.origin, self._bundle.origin) != (origin, origin):  # 1
            return _found(Reason.BAD_SIGNATURE, "1", "the checkpoint is another log's")
        if not signed_by(self._note, self._key):  # 1
            return _found(Reason.BAD_SIGNATURE, "1", "the log's key did not sign the checkpoint")
        return None

    def _witnesses(self) -> Finding | None:
        seen = [cosigned_at(self._note, witness) for witness in self._policy.witnesses]
        fresh = [at for at in seen if at is not None and not self._is_off(at * 1000)]
        if len(fresh) < self._policy.quorum:  # 1
            detail = "too few of the witnesses cosigned lately"
            return _found(Reason.TOO_FEW_WITNESSES, "1", detail)
        return None

    def _consistency(self) -> Finding | None:
        old, new = self._old, self.checkpoint
        if old is None:
            return None
        if new.size < old.size:  # 2
            return self._against_kept(Reason.TRUNCATED, "the log has fewer leaves than before")
        if not verify_consistency(  # 2
            first=old.size,
            second=new.size,
            first_root=old.root,
            second_root=new.root,
            proof=self._bundle.consistency,
        ):
            return self._against_kept(Reason.FORKED, "the kept log is no beginning of this one")
        return None

    def _last_leaf(self) -> Finding | None:
        leaves, size = self._bundle.epochs, self.checkpoint.size
        try:
            self.epochs = [decode_epoch(leaf) for leaf in leaves]
        except BadInput as bad:  # 3
            return self._bad_epoch(str(bad))
        if not leaves or not verify_inclusion(  # 3
            leaf_hash(leaves[-1]),
            index=size - 1,
            size=size,
            proof=self._bundle.end,
            root=self.checkpoint.root,
        ):
            return self._bad_epoch("the tree does not end in the last epoch leaf given")
        if self.last.size != size:  # 3
            return self._bad_epoch("the last epoch leaf says it stands elsewhere")
        return None

    def _freshness(self) -> Finding | None:
        if self._is_off(self.last.ts):  # 3
            statements = (self.signed(), {"asked_at": self._now, "ts": self.last.ts})
            detail = "the last epoch is too old, or later than now"
            return Finding(reason=Reason.STALE, step="3", detail=detail, statements=statements)
        return None

    def _growth(self) -> Finding | None:
        if not self._follows_kept():  # 2
            detail = "the last epoch does not follow the kept one"
            statements = (self._kept.to_statement(), {**self.signed(), "epoch": told(self.last)})
            return Finding(
                reason=Reason.EPOCH_WENT_BACK, step="2", detail=detail, statements=statements
            )
        if self._bundle.standing.place.slot >> self.last.d:  # 2
            return self._bad_epoch("the head map is too small for this person's slot", step="2")
        return None

    def _map(self) -> Finding | None:
        standing, last = self._bundle.standing, self.last
        if len(standing.map_proof) != last.d:  # 4
            raise BadInput("is not as long as the head map is deep", member="map")
        leaf, slot, proof = head_map.leaf_of(standing.head), standing.place.slot, standing.map_proof
        if head_map.verify(leaf, slot=slot, d=last.d, proof=proof, root=last.map_root):  # 4
            return None
        shown = {"slot": str(slot), "n": str(standing.n), "h": base64url.encode(standing.h)}
        return Finding(
            reason=Reason.ANOTHER_PERSON,
            step="4",
            detail="the head map does not have this head in this place",
            statements=({**self.signed(), "epoch": told(last)}, shown),
        )

    def _follows_kept(self) -> bool:
        old, last = self._kept.log, self.last
        if not old or not self._old:
            return True
        if self.checkpoint.size == self._old.size:
            return (last.k, last.ts, last.d) == (old.k, old.ts, old.d)
        return last.k > old.k and last.ts >= old.ts and last.d >= old.d

    def _is_off(self, ms: int) -> bool:
        """Whether a time of the log or of a witness is too old, or ahead of our clock."""
        oldest = self._policy.max_age_ms
        is_old = oldest is not None and ms < self._now - oldest
        return is_old or ms > self._now + self._policy.skew_ms

    def _against_kept(self, reason: Reason, detail: str) -> Finding:
        statements = (self._kept.to_statement(), self.signed())
        return Finding(reason=reason, step="2", detail=detail, statements=statements)

    def _bad_epoch(self, detail: str, *, step: str = "3") -> Finding:
        shown: Statement = {"epochs": [base64url.encode(leaf) for leaf in self._bundle.epochs[-1:]]}
        statements = (self.signed(), shown)
        return Finding(reason=Reason.BAD_EPOCH, step=step, detail=detail, statements=statements)


def _found(reason: Reason, step: str, detail: str) -> Finding:
    """A finding that convicts nobody: the log signed nothing of this."""
    return Finding(reason=reason, step=step, detail=detail)


def told(epoch: Epoch) -> dict[str, JsonValue]:
    """An epoch as one side of a conviction."""
    return {"k": str(epoch.k), "ts": epoch.ts, "index": str(epoch.index), "d": epoch.d}
