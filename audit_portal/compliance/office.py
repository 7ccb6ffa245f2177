"""The office: the parts that the staff's pages and commands work with."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audit_portal.contests.whole import Contests
from audit_portal.staff import StaffRegister
from audit_portal.staff_sessions import StaffSessions
from audit_portal.suspensions import Suspensions
from audit_portal.worker import Board
from consent.companies import Companies
from consent.oversight import Oversight
from consent.searching import Searches
from vault.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What they may use. ``zone``: in which their days begin."""

    staff: StaffRegister
    sessions: StaffSessions
    suspensions: Suspensions
    companies: Companies
    searches: Searches
    oversight: Oversight
    contests: Contests
    chores: Board
    clock: Clock
    zone: ZoneInfo
