"""What was done: the confirmation of an act, read from the person's own record.

Rules kept here:
- The page shows entries, not what the form said: it is true, and it can be opened again or printed.
"""

import re

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk, found
from audit_portal.consumer_portal.views.effects import effects
from audit_portal.consumer_portal.views.events import line

_RANGE = re.compile(r"([0-9]{1,15})(?:-([0-9]{1,15}))?")
MOST = 1_000


def routes(desk: Desk) -> APIRouter:
    """One page, for one entry or for those of one act."""
    router = desk.router()

    @router.get("/done/{entries}")
    def done(request: Request, entries: str) -> Response:
        visit = desk.visit(request)
        matched = found(_RANGE.fullmatch(entries))
        first = int(matched[1])
        last = min(int(matched[2] or first), first + MOST)
        made = found(desk.portal.events(visit.consumer, first, last) or None)
        return visit.page(
            "done",
            effects=effects(made, visit.zone),
            lines=[line(event, visit.zone) for event in made],
            first=first,
            last=first + len(made) - 1,
            at=made[-1].at,
        )

    return router
