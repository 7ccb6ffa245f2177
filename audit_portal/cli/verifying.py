"""``habeas verify`` on a person's record: read, check, say what was found, keep what is to be kept.

Rules kept here:
- Only the offline verifier and the standard library are imported; a test counts the modules.
- What is kept is replaced only by a check that verified, and whole: a crash leaves the old or the
  new state.
- A copy that was not made for what was kept is a mistake, not damage: it is told how to get one.
"""

import sys
import time
from pathlib import Path

import orjson

from audit_portal.cli.friendly import ExitCode
from audit_portal.cli.reading import bytes_of
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.kept import Kept
from consent.ledger.log_check import Policy
from consent.ledger.reasons import Caution, Reason
from consent.ledger.verdicts import Refused, Verified
from consent.ledger.verifier import verify_bundle

CAUTIONS = {
    Caution.UNWITNESSED: "No witness vouches that others are shown the same log.",
    Caution.FIRST_VISIT: "This is a first check: what happened to the log before it is not seen.",
    Caution.NEW_ORIGIN: "The log began anew under another name; it continues what you kept.",
    Caution.UNKNOWN_ENTRIES: "Some entries are of a kind this program does not know.",
}


def check(bundle: Path, *, key: str, kept: Path | None, is_old: bool) -> ExitCode:
    """Check one bundle, print what was found, and keep the new state beside the old one's name."""
    known = Kept.parse(bytes_of(kept)) if kept and kept.exists() else None
    data, log_key = bytes_of(bundle), key_of(key)

    def answer_to(known: Kept | None) -> Verified | Refused:
        policy = Policy(max_age_ms=None) if is_old else Policy()
        now = time.time_ns() // 1_000_000
        return verify_bundle(data, log_key=log_key, kept=known, now=now, policy=policy)

    match answer_to(known):
        case Refused(reason=Reason.OTHER_STATE):
            old = known.checkpoint(log_key.name) if known else None
            return _made_for_another_check(
                answer_to(None), bundle, number=old.size if old else None
            )
        case Refused() as answer:
            return _refused(answer, bundle)
        case Verified() as answer:
            _replace(kept, answer.kept)
            return _verified(answer, kept)


def _verified(answer: Verified, kept: Path | None) -> ExitCode:
    say = sys.stdout.write
    say("This record matches the sealed log.\n")
    say(f"  entries from number {answer.first} on: {sum(answer.counts.values())}\n")
    for kind, count in sorted(answer.counts.items()):
        say(f"    {kind}: {count}\n")
    for caution in sorted(answer.cautions):
        say(f"  {CAUTIONS[caution]}\n")
    if kept:
        say(f"  Number of this check, for your next copy: {answer.checkpoint.size}\n")
    return ExitCode.DONE


def _made_for_another_check(
    alone: Verified | Refused, bundle: Path, *, number: int | None
) -> ExitCode:
    """The copy answers to another number than the one kept; ``alone`` is what it says by itself."""
    say = sys.stderr.write
    match alone:
        case Verified():
            say("By itself this copy matches the sealed log.\n")
        case Refused(reason=Reason.OTHER_STATE):
            pass
        case Refused():
            return _refused(alone, bundle)
    say("It was not made for what was kept here, so nothing is known of what came in between.\n")
    wanted = "without a number" if number is None else f"with the number {number}"
    say(f"  Take a copy {wanted}, and check that one with the same --kept.\n")
    return ExitCode.INPUT


def _refused(answer: Refused, bundle: Path) -> ExitCode:
    say = sys.stderr.write
    say(f"This record does not match: {answer.reason} (step {answer.step}).\n  {answer.detail}\n")
    if answer.conviction is not None:
        proof = bundle.with_suffix(".conviction.json")
        proof.write_bytes(orjson.dumps(answer.conviction.to_json(), option=orjson.OPT_INDENT_2))
        say(f"  Two statements that cannot both be true are in {proof}: keep it, show it.\n")
    return ExitCode.DAMAGED


def key_of(given: str) -> VerifierKey:
    """The key itself, or what a file of that name holds."""
    text = given if "+" in given else bytes_of(Path(given)).decode("ascii", "replace").strip()
    return VerifierKey.parse(text)


def _replace(path: Path | None, kept: Kept) -> None:
    if path is None:
        return
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(kept.to_json())
    fresh.replace(path)
