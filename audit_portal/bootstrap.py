"""The composition root: the one place that makes parts and puts them together.

Rules kept here:
- Plain values go down (URLs, ids, a clock); no part reads the environment or makes another part.
- Nothing is handed out before the stores are known to be one vault telling one story, and the root
  key opens every generation.
- What was opened here is closed here.

Use::

    with opened(settings) as services:
        services.companies.add(...)
"""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.desk import Operator
from audit_portal.founding import NO_VAULT, Ground, laid
from audit_portal.mail import ConsolePrinter, Errands, Mailer, SmtpMailer
from audit_portal.one_time_codes import Delivery, OneTimeCodes
from audit_portal.page_services import PageServices
from audit_portal.portal_facts.portal import VaultPortal
from audit_portal.sessions import Sessions
from audit_portal.settings import Settings
from audit_portal.stores import open_stores
from consent.access_log import AccessLog
from consent.accounts import Accounts
from consent.authorization_server import AuthorizationServer
from consent.claiming import Claiming, Home
from consent.clients import RegisteredClients
from consent.companies import Companies
from consent.consents import Consents
from consent.copies import Copies
from consent.enrolment import Enrolment
from consent.expiry import Expiry
from consent.gate.joining import Joins
from consent.gate.names import Names
from consent.gate.opening import Opener
from consent.gate.own_view import OwnView
from consent.gate.people import People
from consent.gate.reads import ReadGate
from consent.gate.soundness import Soundness
from consent.gate.writes import WriteGate
from consent.grant_actions import GrantActions
from consent.grant_views import GrantViews
from consent.jose import SigningKey
from consent.key_actions import VaultKeyActions
from consent.ledger import log_store
from consent.ledger.checkpoint import CheckpointSigner, log_key
from consent.ledger.health import LogHealth
from consent.ledger.promises import PromiseSigner
from consent.ledger.prover import Prover
from consent.ledger.reader import LogReader
from consent.ledger.sequencer import Sequencer
from consent.offer_acts import GrantPolicy
from consent.projections import Projections
from consent.purpose_actions import Purposes
from consent.read_receipts import ReadReceipts
from consent.replay_store import ReplayStore
from consent.resource_server import ResourceServer
from consent.tokens import AccessTokens, TokenKeys
from vault.clock import Clock, SystemClock
from vault.crypto.primitives import hmac_sha256, random_bytes
from vault.database import Database
from vault.errors import OperatorMustAct
from vault.fields import CATALOGUE
from vault.lookup import Lookup
from vault.profiles import Profiles
from vault.sealed_texts import SealedTexts
from vault.vault_keys import VaultKeyUse


@contextmanager
def opened(
    settings: Settings, *, clock: Clock | None = None, making: bool = False
) -> Iterator[PageServices]:
    """This vault, open and checked; ``OperatorMustAct`` says what is missing.

    ``making``: bring the stores to shape first, and make a vault where there is none.
    """
    if making and settings.uses_folder:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.uses_folder and not settings.data_dir.is_dir():
        raise OperatorMustAct(NO_VAULT)
    with open_stores(settings.store_url) as stores:
        if making:
            stores.migrate()
        stores.require_shape()
        ground = laid(
            stores,
            issuer=settings.issuer,
            root_key=settings.root_key_file,
            clock=clock or SystemClock(),
            making=making,
        )
        with closing(Errands()) as errands:
            yield _services(ground, settings, errands)


# --- the parts that stand on it, by what they share ---------------------------------------------


class _Gate:
    """The one door: everything that touches sealed values or names."""

    def __init__(self, ground: Ground, *, country: str) -> None:
        main, keyring, vault = ground.main, ground.keyring, ground.vault
        profiles = Profiles(keyring=keyring, clock=ground.clock, vault_id=vault)
        lookup = Lookup(keyring=keyring, vault_id=vault)
        texts = SealedTexts(keyring=keyring, vault_id=vault)
        self.names = Names(main=main, lookup=lookup, texts=texts)
        self.people = People(main)
        self.joins = Joins(main=main, profiles=profiles, names=self.names, country=country)
        self.writes = WriteGate(profiles=profiles, country=country)
        self.soundness = Soundness(main=main, profiles=profiles)
        self.own_view = OwnView(main=main, log=ground.log, profiles=profiles)
        self.promises = PromiseSigner(
            keyring.signing_key(VaultKeyUse.PROMISE_SIGNING), origin=ground.origin
        )
        self.health = LogHealth(main=main, clock=ground.steady)
        self.reads = ReadGate(
            main=main,
            statements=ground.statements,
            log=ground.log,
            keyring=keyring,
            people=self.people,
            opener=Opener(keyring=keyring, vault_id=vault),
            promises=self.promises,
            health=self.health,
            clock=ground.steady,
            vault_id=vault,
        )


class _Consent:
    """Who asks, about whom, and what stands between them."""

    def __init__(self, ground: Ground, gate: _Gate, *, zone: ZoneInfo) -> None:
        main, log, clock, keyring = ground.main, ground.log, ground.clock, ground.keyring
        policy = GrantPolicy(zone=zone)
        self.companies = Companies(main=main, keyring=keyring, log=log, clock=clock)
        self.purposes = Purposes(main=main, log=log, clock=clock, vault=ground.vault)
        self.accounts = Accounts(main=main, names=gate.names)
        self.consents = Consents(main=main, clock=clock)
        self.views = GrantViews(main=main)
        self.expiry = Expiry(main=main, log=log, policy=policy)
        self.enrolment = Enrolment(
            main=main,
            keyring=keyring,
            log=log,
            names=gate.names,
            people=gate.people,
            clock=clock,
            vault_id=ground.vault,
        )
        self.claiming = Claiming(
            main=main,
            keyring=keyring,
            log=log,
            names=gate.names,
            joins=gate.joins,
            people=gate.people,
            clock=clock,
            vault_id=ground.vault,
        )
        self.grants = GrantActions(
            main=main,
            log=log,
            clock=clock,
            enrolment=self.enrolment,
            accounts=self.accounts,
            purposes=self.purposes,
            policy=policy,
        )


class _Record:
    """The log as it is read back, proved and sequenced."""

    def __init__(self, ground: Ground, gate: _Gate) -> None:
        main, keyring = ground.main, ground.keyring
        signer = keyring.signing_key(VaultKeyUse.LOG_SIGNING)
        self.keys = {
            "origin": ground.origin,
            "log": str(log_key(ground.origin, signer.public)),
            "promise": str(gate.promises.verifier_key),
        }
        self.reader = LogReader(main=main, keyring=keyring, vault_id=ground.vault)
        self.access_log = AccessLog(main=main, reader=self.reader)
        self.prover = Prover(main=main, reader=self.reader, log_key_hint=self.keys["log"])
        self.projections = Projections(main=main, reader=self.reader, soundness=gate.soundness)
        self.sequencer = Sequencer(
            main=main,
            locks=ground.locks,
            signer=CheckpointSigner(signer),
            origin=ground.origin,
            clock=ground.steady,
            holder=random_bytes(8).hex(),
        )


class _Tokens:
    """Tokens for companies: given out, and asked for."""

    def __init__(self, ground: Ground, consent: _Consent) -> None:
        scalar = ground.keyring.vault_key(VaultKeyUse.TOKEN_SIGNING).key
        keys = TokenKeys(signing=SigningKey(scalar))
        started_at_ms = ground.clock.now_ms()
        self.seen = ReplayStore(ground.main)
        self.access = AccessTokens(issuer=ground.issuer, keys=keys)
        self.resource_server = ResourceServer(tokens=self.access, started_at_ms=started_at_ms)
        self.authorization_server = AuthorizationServer(
            tokens=self.access,
            clients=RegisteredClients(consent.companies),
            consents=consent.consents,
            catalogue=CATALOGUE,
            seen=self.seen,
            started_at_ms=started_at_ms,
        )


# --- the pages ----------------------------------------------------------------------------------


def _portal(
    ground: Ground, gate: _Gate, consent: _Consent, record: _Record, *, home: Home
) -> VaultPortal:
    return VaultPortal(
        register=consent.companies,
        purposes=consent.purposes,
        accounts=consent.accounts,
        claiming=consent.claiming,
        own_view=gate.own_view,
        writes=gate.writes,
        log=ground.log,
        access_log=record.access_log,
        copies=Copies(log=ground.log, access_log=record.access_log, prover=record.prover),
        grants=consent.grants,
        views=consent.views,
        clock=ground.clock,
        home=home,
    )


def _mailer(settings: Settings) -> Mailer:
    if not settings.smtp_url:
        return ConsolePrinter(stream=sys.stderr)
    return SmtpMailer.at(settings.smtp_url, sender=settings.sender)


def _sessions(ground: Ground, consent: _Consent, errands: Errands, *, mailer: Mailer) -> Sessions:
    codes = OneTimeCodes(
        ground.main,
        ground.clock,
        secret=ground.secret(b"habeas/sign-in/v1"),
        delivery=Delivery(
            accounts=consent.accounts, mailer=mailer, soon=errands.soon, site=ground.issuer
        ),
    )
    secure = ground.issuer.startswith("https:")
    return Sessions(ground.main, ground.clock, codes, secure=secure)


# --- everything ---------------------------------------------------------------------------------


def _services(ground: Ground, settings: Settings, errands: Errands) -> PageServices:
    gate = _Gate(ground, country=settings.country)
    consent = _Consent(ground, gate, zone=ZoneInfo(settings.time_zone))
    record = _Record(ground, gate)
    tokens = _Tokens(ground, consent)
    consent.claiming.finish_joins()
    home = Home(time_zone=settings.time_zone, country=settings.country, language="en")
    return PageServices(
        issuer=ground.issuer,
        clock=ground.clock,
        main=ground.main,
        vault=ground.vault,
        seen=tokens.seen,
        fingerprint=partial(hmac_sha256, ground.secret(b"habeas/fingerprint/v1")),
        access_tokens=tokens.access,
        authorization_server=tokens.authorization_server,
        resource_server=tokens.resource_server,
        companies=consent.companies,
        purposes=consent.purposes,
        vault_keys=VaultKeyActions(log=ground.log, keyring=ground.keyring, vault=ground.vault),
        enrolment=consent.enrolment,
        claiming=consent.claiming,
        grants=consent.grants,
        expiry=consent.expiry,
        reads=gate.reads,
        writes=gate.writes,
        soundness=gate.soundness,
        log=ground.log,
        reader=record.reader,
        prover=record.prover,
        projections=record.projections,
        receipts=ReadReceipts(main=ground.main, people=gate.people, prover=record.prover),
        sequencer=record.sequencer,
        log_keys=record.keys,
        newest_checkpoint=partial(_newest_note, ground.main),
        checks={
            "keys": ground.keyring.check_lease,
            "log": gate.health.require_sound,
            "sequencer": gate.health.require_sequencer,
        },
        portal=_portal(ground, gate, consent, record, home=home),
        sessions=_sessions(ground, consent, errands, mailer=_mailer(settings)),
        operator=Operator(name=settings.operator_name, contact=settings.operator_contact),
    )


def _newest_note(main: Database) -> str | None:
    with main.reading() as tx:
        return log_store.newest_note(tx)
