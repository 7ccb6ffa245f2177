"""The check of a person's record: offline, from the bundle, the log's key and what was kept.

The steps; each ends the check when it fails, and the numbers stand at the lines (1 to 4 in
``log_check``, 5 and 6 in ``chain_check`` and ``permits``):

0   the bundle has its form, is about this person, and answers to what was kept
1   the log signed the checkpoint; enough witnesses cosigned it lately (none configured: say so)
2   the kept checkpoint is a beginning of this one; k grows, ts and d never shrink; the slot is in
    the map, which is at most 40 deep
3   the last leaf is an epoch leaf of right type and length, and it is not old
4   the map proof has d hashes and leads from this person's head to the epoch's map root
5   the chain from the kept head over the opened entries ends at exactly that head, n not smaller
5a  each entry is in this tree
5b  its epoch, in this tree and in order, holds it; its time is at most the epoch's and at least
    that less the merge delay
5c  times never go back along the chain; no new entry is older than the kept epoch less that delay
6   each allowed read matches a permission that stood at that point
7   keep the checkpoint, the head and the permissions

Left to the caller: that the log's key is the right one, that ``now`` is, and that what it keeps is
kept. What no verifier can see: a fork before the first visit, and what was never recorded.

Use::

    match verify_bundle(data, log_key=key, kept=kept, now=now):
        case Verified(kept=kept, cautions=cautions): ...
        case Refused(reason=reason, conviction=conviction): ...
"""

from consent.ledger.bundle import Bundle
from consent.ledger.chain_check import ChainCheck
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.kept import Kept, KeptLog
from consent.ledger.log_check import LogCheck, Policy
from consent.ledger.reasons import Caution, Reason
from consent.ledger.verdicts import Conviction, Finding, Refused, Verified
from vault import base64url
from vault.crypto.primitives import sha256
from vault.errors import BadInput

DEFAULT = Policy()


def verify_bundle(
    data: bytes,
    *,
    log_key: VerifierKey,
    kept: Kept | None,
    now: int,
    policy: Policy = DEFAULT,
) -> Verified | Refused:
    """Check one bundle against the log's key and what was kept; ``now`` is in ms.

    ``kept`` None: a first visit; the place in the bundle is then believed and pinned. Never raises,
    whatever ``data`` holds.
    """
    try:
        bundle = Bundle.parse(data)  # 0
        answer = _examine(
            bundle, log_key, kept or Kept.enrolled(bundle.standing.place), now, policy
        )
    except BadInput as bad:  # 0, wherever it shows: a member has not its form
        answer = Finding(reason=Reason.MALFORMED, step="0", detail=str(bad))
    return answer if isinstance(answer, Verified) else _refused(answer, data, log_key)


def _examine(
    bundle: Bundle, log_key: VerifierKey, kept: Kept, now: int, policy: Policy
) -> Verified | Finding:
    misdirected = _misdirected(bundle, kept, log_key)
    if misdirected:
        return misdirected  # 0
    log = LogCheck(bundle, kept=kept, log_key=log_key, now=now, policy=policy)
    finding = log.run()
    if finding:
        return finding  # 1 to 4
    chain = ChainCheck(bundle, kept=kept, log=log, mmd_s=policy.mmd_s)
    return chain.run() or _verified(bundle, log, chain)  # 5 and 6


def _misdirected(bundle: Bundle, kept: Kept, log_key: VerifierKey) -> Finding | None:
    if bundle.standing.place != kept.place:  # 0
        detail = "the place is not the one pinned at enrolment"
        return Finding(reason=Reason.ANOTHER_PERSON, step="0", detail=detail)
    old = kept.checkpoint(log_key.name)
    since = bundle.since
    if since.size != (old.size if old else 0) or since.n not in (0, kept.n):  # 0
        detail = "the bundle answers to another kept state; ask again with this one"
        return Finding(reason=Reason.OTHER_STATE, step="0", detail=detail)
    return None


def _verified(bundle: Bundle, log: LogCheck, chain: ChainCheck) -> Verified:
    last, standing = log.last, bundle.standing
    cautions = log.cautions()
    if not all(shown.is_known for shown in chain.shown):
        cautions.add(Caution.UNKNOWN_ENTRIES)
    return Verified(
        kept=Kept(  # 7
            place=standing.place,
            n=standing.n,
            h=standing.h,
            at=chain.last_at,
            grants=chain.permits.standing,
            log=KeptLog(checkpoint=bundle.checkpoint, k=last.k, ts=last.ts, d=last.d),
        ),
        checkpoint=log.checkpoint,
        epoch=last,
        first=bundle.since.n + 1,
        counts=chain.counts,
        cautions=frozenset(cautions),
        commitments=frozenset(shown.c for shown in chain.shown),
    )


def _refused(finding: Finding, data: bytes, log_key: VerifierKey) -> Refused:
    conviction = None
    if finding.statements:
        conviction = Conviction(
            reason=finding.reason.value,
            origin=log_key.name,
            evidence=base64url.encode(sha256(data)),
            statements=finding.statements,
        )
    return Refused(
        reason=finding.reason, step=finding.step, detail=finding.detail, conviction=conviction
    )
