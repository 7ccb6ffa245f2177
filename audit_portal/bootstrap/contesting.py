"""The rooms of contests, put together: what they share, and by which days the vault counts."""

from zoneinfo import ZoneInfo

from audit_portal.bootstrap.floors import Consent, Gate, Record
from audit_portal.contests.clocks import Calendar
from audit_portal.contests.parts import Parts
from audit_portal.contests.remedies import Remedies
from audit_portal.contests.whole import Contests
from audit_portal.founding import Ground
from audit_portal.settings import Settings
from consent.outbox import Outbox


def contests_of(
    ground: Ground,
    gate: Gate,
    consent: Consent,
    record: Record,
    *,
    outbox: Outbox,
    settings: Settings,
) -> Contests:
    """Everything that answers, decides and times contests."""
    remedies = Remedies(
        corrections=gate.corrections,
        access_log=record.access_log,
        own_view=gate.own_view,
        outbox=outbox,
    )
    return Contests.of(
        Parts(
            main=ground.main,
            log=ground.log,
            clock=ground.clock,
            accounts=consent.accounts,
            own_view=gate.own_view,
            access_log=record.access_log,
            texts=gate.texts,
            files=gate.files,
            remedies=remedies,
            home=Calendar(zone=ZoneInfo(settings.time_zone), country=settings.country),
        ),
        holding=gate.holding,
    )
