"""What the staff's pages and commands need: the register, visits, searches, suspensions."""

from zoneinfo import ZoneInfo

from audit_portal.bootstrap.floors import Consent, Record
from audit_portal.compliance.office import Office
from audit_portal.contests.whole import Contests
from audit_portal.founding import Ground
from audit_portal.staff import StaffRegister
from audit_portal.staff_sessions import StaffSessions
from audit_portal.suspensions import Suspensions
from audit_portal.worker import Board
from consent.oversight import Oversight
from consent.searching import Searches


def office_of(
    ground: Ground,
    consent: Consent,
    record: Record,
    contests: Contests,
    chores: Board,
    *,
    zone: ZoneInfo,
) -> Office:
    """The staff's side of one vault."""
    main, log, vault, clock = ground.main, ground.log, ground.vault, ground.clock
    staff = StaffRegister(
        main=main,
        log=log,
        vault=vault,
        clock=clock,
        secrets=list(ground.secrets(b"habeas/staff-code/v1").values()),
    )
    return Office(
        staff=staff,
        sessions=StaffSessions(
            main=main,
            log=log,
            vault=vault,
            clock=clock,
            staff=staff,
            secret=ground.secret(b"habeas/staff-session/v1"),
            secure=ground.issuer.startswith("https:"),
        ),
        suspensions=Suspensions(
            main=main,
            log=log,
            vault=vault,
            clock=clock,
            staff=staff,
            companies=consent.companies,
            secret=ground.secret(b"habeas/suspension/v1"),
        ),
        companies=consent.companies,
        searches=Searches(main=main, log=log, reader=record.reader, vault=vault),
        oversight=Oversight(main),
        contests=contests,
        chores=chores,
        clock=clock,
        zone=zone,
    )
