"""The parts of one process, put together by ``bootstrap`` and handed to every room that answers.

Rules kept here:
- Plain references, no behaviour: a room takes what it needs, a test gives doubles of just that.
- Nothing here opens or closes itself; who put the parts together also takes them apart.

Use::

    services.reads.read([request])
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consent.authorization_server import AuthorizationServer
from consent.companies import Companies
from consent.enrolment import Enrolment
from consent.gate.reads import ReadGate
from consent.gate.writes import WriteGate
from consent.grant_actions import GrantActions
from consent.ledger.log import Log
from consent.replay import SeenOnce
from consent.resource_server import ResourceServer
from consent.tokens import AccessTokens
from vault.clock import Clock
from vault.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the rooms that answer HTTP may use."""

    issuer: str
    clock: Clock
    main: Database
    seen: SeenOnce
    access_tokens: AccessTokens
    authorization_server: AuthorizationServer
    resource_server: ResourceServer
    companies: Companies
    enrolment: Enrolment
    grants: GrantActions
    log: Log
    reads: ReadGate
    writes: WriteGate
    log_keys: Mapping[str, str]
    """``origin``, and the verifier keys of ``log`` and ``promise`` in text form (C2SP vkey)."""
    newest_checkpoint: Callable[[], str | None]
    checks: Mapping[str, Callable[[], bool]]
    """What has to hold for this process to be sent work, by name."""
