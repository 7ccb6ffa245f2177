"""The whole state, looked at: what ``habeas doctor`` does. It changes nothing.

Rules kept here:
- Every record is checked by the very verifier its person would run, against the log as published;
  entries that wait are opened and checked against their commitments too.
- Every sealed value and every file of a case is opened and dropped.
- Grants, values and pairwise ids are compared with the entries that tell of them: a row that was
  put there by hand, or put back, is found.
- A finding names a record by its opaque id and what is wrong by number and field, never a value.
- Opening the vault has already compared its stores, its keys and its clock.

Use::

    for finding in examine(services, show):
        print(finding.part, finding.words)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from audit_portal.services import Services
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.log_check import Policy
from consent.ledger.verdicts import Refused
from consent.ledger.verifier import verify_bundle
from vault.base64url import encode
from vault.errors import BadInput, Damaged
from vault.identifiers import ConsumerId, text

ANY_AGE = Policy(max_age_ms=None)
_AT_ONCE = 200


class Show(Protocol):
    """Tells how far the work is."""

    def __call__(self, part: str, *, done: int, total: int | None) -> None:
        """Show it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong, and with which record."""

    part: str
    words: str


def examine(services: Services, show: Show) -> Iterator[Finding]:
    """Everything that is wrong with this vault; nothing when all is well."""
    owners = services.reader.owners()
    for done, owner in enumerate(owners, 1):
        yield from _record(services, owner)
        yield from _values(services, owner)
        yield from _rows(services, owner)
        show("records", done=done, total=len(owners))


def _record(services: Services, owner: ConsumerId) -> Iterator[Finding]:
    try:
        if not _opened(services, owner):
            return  # nothing of it is in the log yet; its entries were opened
        bundle = services.prover.bundle(owner).to_json()
    except Damaged as damaged:
        yield Finding(part=text(owner), words=str(damaged))
        return
    answer = verify_bundle(
        bundle,
        log_key=VerifierKey.parse(services.log_keys["log"]),
        kept=None,
        now=services.clock.now_ms(),
        policy=ANY_AGE,
    )
    if isinstance(answer, Refused):
        words = f"{answer.reason} at step {answer.step}: {answer.detail}"
        yield Finding(part=text(owner), words=words)


def _opened(services: Services, owner: ConsumerId) -> bool:
    """Open every entry of a chain; whether any of them is in the log."""
    after, logged = 0, False
    while entries := services.reader.entries(owner, after=after, limit=_AT_ONCE):
        after = entries[-1].i
        logged = logged or any(entry.leaf_index is not None for entry in entries)
    return logged


def _values(services: Services, owner: ConsumerId) -> Iterator[Finding]:
    for field, version in services.soundness.damaged(owner):
        yield Finding(part=text(owner), words=f"{field} version {version} does not open")
    for contest_id, file_id in services.files.damaged(owner):
        words = f"file {encode(file_id)} of {contest_id} does not open"
        yield Finding(part=text(owner), words=words)


def _rows(services: Services, owner: ConsumerId) -> Iterator[Finding]:
    try:
        for words in services.projections.differences(owner):
            yield Finding(part=text(owner), words=words)
    except (Damaged, BadInput):
        return  # the chain does not open or has another form: told of above
