"""The composition root: the one place that makes parts and puts them together.

Rules kept here:
- Plain values go down (URLs, ids, a clock); no part reads the environment or makes another part.
- Nothing is handed out before the stores are known to be one vault telling one story, and the root
  key opens every generation.
- What was opened here is closed here, in the opposite order.

Use::

    with opened(settings) as services:
        services.companies.add(...)
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from audit_portal.founding import complete, found
from audit_portal.services import Services
from audit_portal.settings import Settings
from audit_portal.stores import Stores, open_stores
from consent.access_log import AccessLog
from consent.authorization_server import AuthorizationServer
from consent.client_auth import Client, registered_keys
from consent.companies import SUSPENDED, Companies
from consent.consents import Consents
from consent.enrolment import Enrolment
from consent.gate.names import Names
from consent.gate.opening import Opener
from consent.gate.own_view import OwnView
from consent.gate.people import People
from consent.gate.reads import ReadGate
from consent.gate.writes import WriteGate
from consent.grant_actions import GrantActions
from consent.jose import SigningKey
from consent.key_actions import VaultKeyActions
from consent.ledger import log_store
from consent.ledger.checkpoint import CheckpointSigner, log_key
from consent.ledger.health import LogHealth
from consent.ledger.lock_store import LockStore
from consent.ledger.log import Log
from consent.ledger.promises import PromiseSigner
from consent.ledger.prover import Prover
from consent.ledger.reader import LogReader
from consent.ledger.sequencer import Sequencer
from consent.ledger.startup import require_one_story
from consent.offer_acts import GrantPolicy
from consent.purpose_actions import Purposes
from consent.replay_store import ReplayStore
from consent.resource_server import ResourceServer
from consent.statements.postgresql import PostgresStatements
from consent.statements.rows import Statements
from consent.statements.sqlite import SqliteStatements
from consent.tokens import AccessTokens, TokenKeys
from vault.clock import Clock, SystemClock
from vault.crypto.primitives import random_bytes
from vault.database import Database
from vault.fields import CATALOGUE
from vault.identifiers import CompanyId, ConsumerId
from vault.key_sources.file import FileKeySource
from vault.keyring import Keyring
from vault.lookup import Lookup
from vault.profiles import Profiles
from vault.sealed_texts import SealedTexts
from vault.vault_keys import VaultKeyUse


@contextmanager
def opened(
    settings: Settings, *, clock: Clock | None = None, making: bool = False
) -> Iterator[Services]:
    """This vault, open and checked. ``OperatorMustAct`` says what is missing; nothing was changed.

    ``making``: bring the stores to shape first, and make a new vault where there is none.
    """
    if making:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_stores(settings.store_url) as stores:
        if making:
            stores.migrate()
        stores.require_shape()
        yield _services(_ground(settings, stores, clock or SystemClock(), making=making))


def origin_of(issuer: str) -> str:
    """The name of this vault's log: its address without the scheme (C2SP tlog-checkpoint)."""
    return f"{urlsplit(issuer).netloc}/log"


# --- what everything rests on -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """A checked vault: its stores, keys and log."""

    settings: Settings
    main: Database
    locks: LockStore
    clock: Clock
    vault: ConsumerId
    keyring: Keyring
    statements: Statements[Any]
    log: Log

    @property
    def origin(self) -> str:
        return origin_of(self.settings.issuer)


def _ground(settings: Settings, stores: Stores, clock: Clock, *, making: bool) -> _Ground:
    main, locks = stores.main, LockStore(stores.lock)
    origin = origin_of(settings.issuer)
    vault = found(stores, locks, origin=origin, clock=clock, making=making)
    keyring = Keyring(stores.keys, FileKeySource(settings.root_key_file), clock, vault)
    statements = SqliteStatements() if main.kind == "sqlite" else PostgresStatements()
    log = Log(main=main, keyring=keyring, statements=statements, vault_id=vault, clock=clock)
    root_key = partial(_make_root_key, settings.root_key_file)
    complete(vault, keyring, log, make_root_key=root_key, making=making)
    require_one_story(main=main, locks=locks, clock=clock)
    return _Ground(
        settings=settings,
        main=main,
        locks=locks,
        clock=clock,
        vault=vault,
        keyring=keyring,
        statements=statements,
        log=log,
    )


def _make_root_key(path: Path) -> None:
    """A crash after this leaves a key that opens nothing yet: the next making uses it."""
    if not path.exists():
        FileKeySource.create(path)


# --- what stands on it --------------------------------------------------------------------------


def _services(ground: _Ground) -> Services:
    main, log, clock, keyring = ground.main, ground.log, ground.clock, ground.keyring
    zone = ZoneInfo(ground.settings.time_zone)
    profiles = Profiles(keyring=keyring, clock=clock, vault_id=ground.vault)
    lookup = Lookup(keyring=keyring, vault_id=ground.vault)
    texts = SealedTexts(keyring=keyring, vault_id=ground.vault)
    names = Names(main=main, lookup=lookup, texts=texts)
    people = People(main)
    companies = Companies(main=main, keyring=keyring, log=log, clock=clock)
    purposes = Purposes(main=main, log=log, clock=clock, vault=ground.vault)
    enrolment = Enrolment(
        main=main,
        keyring=keyring,
        log=log,
        names=names,
        people=people,
        clock=clock,
        vault_id=ground.vault,
    )
    grants = GrantActions(
        main=main,
        log=log,
        clock=clock,
        enrolment=enrolment,
        purposes=purposes,
        policy=GrantPolicy(zone=zone),
    )
    seen = ReplayStore(main)
    tokens = _tokens(ground)
    promises = PromiseSigner(keyring.signing_key(VaultKeyUse.PROMISE_SIGNING), origin=ground.origin)
    signer = CheckpointSigner(keyring.signing_key(VaultKeyUse.LOG_SIGNING))
    reader = LogReader(main=main, keyring=keyring, vault_id=ground.vault)
    health = LogHealth(main=main, clock=clock)
    started_at_ms = clock.now_ms()
    keys = {
        "origin": ground.origin,
        "log": str(log_key(ground.origin, _log_public(keyring))),
        "promise": str(promises.verifier_key),
    }
    return Services(
        issuer=ground.settings.issuer,
        clock=clock,
        main=main,
        vault=ground.vault,
        seen=seen,
        access_tokens=tokens,
        authorization_server=AuthorizationServer(
            tokens=tokens,
            clients=partial(_client, companies),
            consents=Consents(main=main, clock=clock),
            catalogue=CATALOGUE,
            seen=seen,
            started_at_ms=started_at_ms,
        ),
        resource_server=ResourceServer(tokens=tokens, started_at_ms=started_at_ms),
        companies=companies,
        purposes=purposes,
        enrolment=enrolment,
        grants=grants,
        vault_keys=VaultKeyActions(log=log, keyring=keyring, vault=ground.vault),
        log=log,
        reader=reader,
        access_log=AccessLog(main=main, reader=reader),
        prover=Prover(main=main, reader=reader, log_key_hint=keys["log"]),
        reads=ReadGate(
            main=main,
            statements=ground.statements,
            log=log,
            keyring=keyring,
            people=people,
            opener=Opener(keyring=keyring, vault_id=ground.vault),
            promises=promises,
            health=health,
            clock=clock,
            vault_id=ground.vault,
        ),
        writes=WriteGate(profiles=profiles, country=ground.settings.country),
        own_view=OwnView(main=main, log=log, profiles=profiles),
        sequencer=Sequencer(
            main=main,
            locks=ground.locks,
            signer=signer,
            origin=ground.origin,
            clock=clock,
            holder=random_bytes(8).hex(),
        ),
        log_keys=keys,
        newest_checkpoint=partial(_newest_checkpoint, main),
        checks=_checks(keyring, health),
    )


def _log_public(keyring: Keyring) -> bytes:
    return keyring.public_keys(VaultKeyUse.LOG_SIGNING)[-1].public


def _tokens(ground: _Ground) -> AccessTokens:
    scalar = ground.keyring.vault_key(VaultKeyUse.TOKEN_SIGNING).key
    return AccessTokens(issuer=ground.settings.issuer, keys=TokenKeys(signing=SigningKey(scalar)))


def _client(companies: Companies, company: CompanyId) -> Client | None:
    """A company as the token endpoint knows it; one whose last key was removed cannot sign in."""
    keys = companies.keys(company)
    if not keys:
        return None
    return Client(
        company=company,
        keys=registered_keys({"keys": list(keys)}),
        suspended=companies.named(company).status == SUSPENDED,
    )


def _newest_checkpoint(main: Database) -> str | None:
    with main.reading() as tx:
        return log_store.newest_note(tx)


def _checks(keyring: Keyring, health: LogHealth) -> Mapping[str, Callable[[], bool]]:
    """What has to hold for this process to be sent work."""

    def keys() -> bool:
        keyring.check_lease()
        return True

    def log() -> bool:
        health.require_sound()
        return True

    return {"keys": keys, "log": log}
