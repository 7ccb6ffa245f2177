"""The parts of a process that serves people's pages too.

Kept apart from ``Services``, so that the company API does not know the pages: askers ignore each
other.
"""

from dataclasses import dataclass

from audit_portal.compliance.office import Office
from audit_portal.consumer_portal.desk import Operator
from audit_portal.consumer_portal.portal import Disputes, Portal
from audit_portal.services import Services
from audit_portal.sessions import Sessions
from audit_portal.worker import Board


@dataclass(frozen=True, slots=True, kw_only=True)
class PageServices(Services):
    """What the pages may use, beside what everybody may."""

    portal: Portal
    disputes: Disputes
    sessions: Sessions
    operator: Operator
    office: Office
    chores: Board
    """How this process's own chores stand."""
