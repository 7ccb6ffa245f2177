"""The parts of a process that serves people's pages too.

Kept apart from ``Services``, so that the company API does not know the pages: askers ignore each
other.
"""

from dataclasses import dataclass

from audit_portal.consumer_portal.desk import Operator
from audit_portal.consumer_portal.portal import Portal
from audit_portal.services import Services
from audit_portal.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class PageServices(Services):
    """What the pages may use, beside what everybody may."""

    portal: Portal
    sessions: Sessions
    operator: Operator
