"""What the pages need beside the floors: the portal's facts, letters, sessions."""

import sys

from audit_portal.bootstrap.floors import Consent, Gate, Record
from audit_portal.founding import Ground
from audit_portal.mail import ConsolePrinter, Errands, Mailer, SmtpMailer
from audit_portal.one_time_codes import Delivery, OneTimeCodes
from audit_portal.portal_facts.portal import VaultPortal
from audit_portal.sessions import Sessions
from audit_portal.settings import Settings
from consent.claiming import Home
from consent.copies import Copies


def portal_of(
    ground: Ground, gate: Gate, consent: Consent, record: Record, *, home: Home
) -> VaultPortal:
    """The facts and acts behind a person's pages."""
    return VaultPortal(
        register=consent.companies,
        purposes=consent.purposes,
        accounts=consent.accounts,
        claiming=consent.claiming,
        main=ground.main,
        own_view=gate.own_view,
        origins=gate.origins,
        writes=gate.writes,
        log=ground.log,
        access_log=record.access_log,
        copies=Copies(log=ground.log, access_log=record.access_log, prover=record.prover),
        grants=consent.grants,
        views=consent.views,
        clock=ground.clock,
        home=home,
    )


def mailer_of(settings: Settings) -> Mailer:
    """How letters go out: by the operator's server, else onto the screen."""
    if not settings.smtp_url:
        return ConsolePrinter(stream=sys.stderr)
    return SmtpMailer.at(settings.smtp_url, sender=settings.sender)


def sessions_of(ground: Ground, consent: Consent, errands: Errands, *, mailer: Mailer) -> Sessions:
    """Signing in by one-time code."""
    codes = OneTimeCodes(
        ground.main,
        ground.clock,
        secret=ground.secret(b"habeas/sign-in/v1"),
        delivery=Delivery(
            accounts=consent.accounts, mailer=mailer, soon=errands.soon, site=ground.issuer
        ),
    )
    secure = ground.issuer.startswith("https:")
    return Sessions(
        ground.main,
        ground.clock,
        codes,
        secret=ground.secret(b"habeas/session/v1"),
        secure=secure,
    )
