"""The parts of one process, put together by ``bootstrap`` and handed to every room that answers.

Rules kept here:
- Plain references, no behaviour: a room takes what it needs, a test gives doubles of just that.
- Nothing here opens or closes itself; who put the parts together also takes them apart.

Use::

    services.reads.read([request])
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from audit_portal.contests.whole import Contests
from audit_portal.erasure.line import LineErasures
from audit_portal.erasure.person import Erasures
from audit_portal.webhooks.register import Register
from audit_portal.webhooks.rounds import Rounds
from consent.authorization_server import AuthorizationServer
from consent.claiming import Claiming
from consent.companies import Companies
from consent.deadlines import Deadlines
from consent.enrolment import Enrolment
from consent.expiry import Expiry
from consent.exports import Exports
from consent.gate.corrections import Corrections
from consent.gate.files import CaseFiles
from consent.gate.holding import Holding
from consent.gate.reads import ReadGate
from consent.gate.soundness import Soundness
from consent.gate.texts import CaseTexts
from consent.gate.writes import WriteGate
from consent.grant_actions import GrantActions
from consent.key_actions import VaultKeyActions
from consent.ledger.log import Log
from consent.ledger.prover import Prover
from consent.ledger.reader import LogReader
from consent.ledger.sequencer import Sequencer
from consent.outbox import Outbox
from consent.projections import Projections
from consent.purpose_actions import Purposes
from consent.read_receipts import ReadReceipts
from consent.replay_store import ReplayStore
from consent.resource_server import ResourceServer
from consent.tokens import AccessTokens
from vault.clock import Clock
from vault.database import Database
from vault.identifiers import ConsumerId


class Erasing(Protocol):
    """The two ways to erase."""

    @property
    def people(self) -> Erasures:
        """Whole people."""
        ...

    @property
    def lines(self) -> LineErasures:
        """What one company supplied about somebody."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the rooms that answer, and the commands, may use."""

    issuer: str
    clock: Clock
    main: Database
    vault: ConsumerId
    """The vault itself as the owner of its own chain."""

    fingerprint: Callable[[bytes], bytes]
    """By which bytes are known again that could be guessed: 32 bytes, useless without the keys."""

    # who asks
    seen: ReplayStore
    access_tokens: AccessTokens
    authorization_server: AuthorizationServer
    resource_server: ResourceServer
    companies: Companies
    purposes: Purposes
    vault_keys: VaultKeyActions

    # about whom, and what they allow
    enrolment: Enrolment
    claiming: Claiming
    grants: GrantActions
    expiry: Expiry
    deadlines: Deadlines
    contests: Contests

    # who must be told
    outbox: Outbox
    webhooks: Register
    rounds: Rounds

    # the gate
    reads: ReadGate
    writes: WriteGate
    texts: CaseTexts
    files: CaseFiles
    corrections: Corrections
    holding: Holding
    soundness: Soundness
    erasing: Erasing

    # the record
    log: Log
    reader: LogReader
    prover: Prover
    projections: Projections
    receipts: ReadReceipts
    exports: Exports
    sequencer: Sequencer
    log_keys: Mapping[str, str]
    """``origin``, and the verifier keys of ``log`` and ``promise`` in text form (C2SP vkey)."""
    newest_checkpoint: Callable[[], str | None]

    checks: Mapping[str, Callable[[], None]]
    """What has to hold for this process to be sent work, by name; each raises when it does not."""
