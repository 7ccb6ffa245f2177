"""The parts of the vault and consent floors, put together by what they share.

Rules kept here:
- A part gets the parts it needs by name; none of them knows this room.
- ``Gate`` holds everything that touches sealed values; nothing else is handed a profile or a key.
"""

from zoneinfo import ZoneInfo

from audit_portal.founding import Ground
from consent.access_log import AccessLog
from consent.accounts import Accounts
from consent.authorization_server import AuthorizationServer
from consent.blocked_attempts import BlockedAttempts
from consent.claiming import Claiming
from consent.clients import RegisteredClients
from consent.companies import Companies
from consent.consents import Consents
from consent.enrolment import Enrolment
from consent.expiry import Expiry
from consent.exports import Exports
from consent.gate.corrections import Corrections
from consent.gate.derivations import Derivations
from consent.gate.files import CaseFiles
from consent.gate.holding import Holding
from consent.gate.joining import Joins
from consent.gate.likenesses import Likenesses
from consent.gate.names import Names
from consent.gate.opening import Opener
from consent.gate.origins import Origins
from consent.gate.own_view import OwnView
from consent.gate.people import People
from consent.gate.reads import ReadGate
from consent.gate.soundness import Soundness
from consent.gate.texts import CaseTexts
from consent.gate.writes import WriteGate
from consent.grant_actions import GrantActions
from consent.grant_views import GrantViews
from consent.jose import SigningKey
from consent.ledger.checkpoint import CheckpointSigner, log_key
from consent.ledger.export_leaves import LeafSource
from consent.ledger.health import LogHealth
from consent.ledger.promises import PromiseSigner
from consent.ledger.prover import Prover
from consent.ledger.reader import LogReader
from consent.ledger.sequencer import Sequencer
from consent.offer_acts import GrantPolicy
from consent.projections import Projections
from consent.purpose_actions import Purposes
from consent.replay_store import ReplayStore
from consent.resource_server import ResourceServer
from consent.tokens import AccessTokens, TokenKeys
from vault.crypto.primitives import random_bytes
from vault.fields import CATALOGUE
from vault.lookup import Lookup
from vault.profiles import Profiles
from vault.sealed_files import SealedFiles
from vault.sealed_texts import SealedTexts
from vault.vault_keys import VaultKeyUse


class Gate:
    """The one door: everything that touches sealed values or names."""

    def __init__(self, ground: Ground, *, country: str) -> None:
        main, keyring, vault = ground.main, ground.keyring, ground.vault
        profiles = Profiles(keyring=keyring, clock=ground.clock, vault_id=vault)
        lookup = Lookup(keyring=keyring, vault_id=vault)
        texts = SealedTexts(keyring=keyring, vault_id=vault)
        self.names = Names(main=main, lookup=lookup, texts=texts)
        self.people = People(main)
        self.joins = Joins(
            main=main, profiles=profiles, names=self.names, texts=texts, country=country
        )
        self.derivations = Derivations(texts=texts)
        likenesses = Likenesses(keyring=keyring, country=country)
        self.holding = Holding(
            profiles=profiles,
            texts=texts,
            likenesses=likenesses,
            clock=ground.clock,
            country=country,
        )
        self.writes = WriteGate(
            profiles=profiles,
            holding=self.holding,
            derivations=self.derivations,
            country=country,
        )
        self.texts = CaseTexts(log=ground.log, texts=texts)
        self.files = CaseFiles(
            main=main,
            log=ground.log,
            files=SealedFiles(main=main, keyring=keyring, vault_id=vault),
            texts=texts,
        )
        self.corrections = Corrections(
            profiles=profiles,
            texts=texts,
            likenesses=likenesses,
            clock=ground.clock,
            country=country,
        )
        self.soundness = Soundness(main=main, profiles=profiles)
        self.own_view = OwnView(main=main, log=ground.log, profiles=profiles)
        self.origins = Origins(
            log=ground.log,
            reader=LogReader(main=main, keyring=keyring, vault_id=vault),
            profiles=profiles,
            derivations=self.derivations,
        )
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


class Consent:
    """Who asks, about whom, and what stands between them."""

    def __init__(self, ground: Ground, gate: Gate, *, zone: ZoneInfo) -> None:
        main, log, clock, keyring = ground.main, ground.log, ground.clock, ground.keyring
        policy = GrantPolicy(zone=zone)
        self.companies = Companies(main=main, keyring=keyring, log=log, clock=clock)
        self.purposes = Purposes(main=main, log=log, clock=clock, vault=ground.vault)
        self.accounts = Accounts(main=main, names=gate.names)
        self.consents = Consents(main=main, clock=clock)
        self.views = GrantViews(main=main)
        self.expiry = Expiry(main=main, log=log, policy=policy)
        letters_key = ground.secret(b"habeas/invitation/v1")
        self.enrolment = Enrolment(
            main=main,
            keyring=keyring,
            log=log,
            names=gate.names,
            people=gate.people,
            clock=clock,
            vault_id=ground.vault,
            letters_key=letters_key,
        )
        self.claiming = Claiming(
            main=main,
            keyring=keyring,
            log=log,
            names=gate.names,
            joins=gate.joins,
            people=gate.people,
            clock=clock,
            letters_key=letters_key,
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


class Record:
    """The log as it is read back, proved and sequenced."""

    def __init__(self, ground: Ground, gate: Gate) -> None:
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
        self.exports = Exports(
            main=main,
            log=ground.log,
            leaves=LeafSource(
                main=main, keyring=keyring, reader=self.reader, vault_id=ground.vault
            ),
            vault=ground.vault,
            origin=ground.origin,
        )
        self.sequencer = Sequencer(
            main=main,
            locks=ground.locks,
            signer=CheckpointSigner(signer),
            origin=ground.origin,
            clock=ground.steady,
            holder=random_bytes(8).hex(),
        )


class Tokens:
    """Tokens for companies: given out, and asked for."""

    def __init__(self, ground: Ground, gate: Gate, consent: Consent) -> None:
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
            blocked=BlockedAttempts(reads=gate.reads),
            catalogue=CATALOGUE,
            seen=self.seen,
            started_at_ms=started_at_ms,
        )
