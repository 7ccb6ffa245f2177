"""All parts of one process in one hand, for the rooms that answer."""

from functools import partial
from zoneinfo import ZoneInfo

from audit_portal.bootstrap.contesting import contests_of
from audit_portal.bootstrap.erasing import erasing_of
from audit_portal.bootstrap.floors import Consent, Gate, Record, Tokens
from audit_portal.bootstrap.officers import office_of
from audit_portal.bootstrap.pages import mailer_of, portal_of, sessions_of
from audit_portal.bootstrap.telling import Telling
from audit_portal.consumer_portal.desk import Operator
from audit_portal.founding import Ground
from audit_portal.mail import Errands
from audit_portal.page_services import PageServices
from audit_portal.portal_facts.disputes import VaultDisputes
from audit_portal.settings import Settings
from audit_portal.worker import Board
from consent.claiming import Home
from consent.deadlines import Deadlines
from consent.key_actions import VaultKeyActions
from consent.ledger import log_store
from consent.read_receipts import ReadReceipts
from vault.crypto.primitives import hmac_sha256
from vault.database import Database


def services_of(ground: Ground, settings: Settings, errands: Errands) -> PageServices:
    """Every part of this process, made once."""
    gate = Gate(ground, country=settings.country)
    consent = Consent(ground, gate, zone=ZoneInfo(settings.time_zone))
    record = Record(ground, gate)
    tokens = Tokens(ground, gate, consent)
    telling = Telling(ground, consent, settings)
    contests = contests_of(ground, gate, consent, record, outbox=telling.outbox, settings=settings)
    consent.claiming.finish_joins()
    chores = Board(ground.clock)
    home = Home(time_zone=settings.time_zone, country=settings.country, language="en")
    portal = portal_of(ground, gate, consent, record, home=home)
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
        contests=contests,
        deadlines=Deadlines(main=ground.main, log=ground.log, handlers=contests.clock.handlers()),
        outbox=telling.outbox,
        webhooks=telling.webhooks,
        rounds=telling.rounds,
        reads=gate.reads,
        writes=gate.writes,
        texts=gate.texts,
        files=gate.files,
        corrections=gate.corrections,
        holding=gate.holding,
        soundness=gate.soundness,
        erasing=erasing_of(ground, gate, record),
        log=ground.log,
        reader=record.reader,
        prover=record.prover,
        projections=record.projections,
        receipts=ReadReceipts(main=ground.main, people=gate.people, prover=record.prover),
        exports=record.exports,
        sequencer=record.sequencer,
        log_keys=record.keys,
        newest_checkpoint=partial(_newest_note, ground.main),
        checks={
            "keys": ground.keyring.check_lease,
            "log": gate.health.require_sound,
            "sequencer": gate.health.require_sequencer,
        },
        portal=portal,
        disputes=VaultDisputes(contests=contests, outbox=telling.outbox, portal=portal),
        sessions=sessions_of(ground, consent, errands, mailer=mailer_of(settings)),
        operator=Operator(name=settings.operator_name, contact=settings.operator_contact),
        office=office_of(
            ground, consent, record, contests, chores, zone=ZoneInfo(settings.time_zone)
        ),
        chores=chores,
    )


def _newest_note(main: Database) -> str | None:
    with main.reading() as tx:
        return log_store.newest_note(tx)
