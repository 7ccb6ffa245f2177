"""The first page: is the log alive, what does the vault hold, what happened in the last day.

Rules kept here:
- It is for operators as well, and so it holds counts alone; small ones are hidden.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.compliance.desk import HOME, Desk
from audit_portal.compliance.views import counts
from consent.ledger.health import MAX_LAG_MS, SEQUENCER_IS_GONE_MS

A_DAY_MS = 24 * 60 * 60_000


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router, office = desk.router(), desk.office

    @router.get(HOME)
    def dashboard(request: Request) -> Response:
        visit = desk.staff(request)
        log, since = office.oversight.log(), visit.now - A_DAY_MS
        held = office.oversight.vault(since=since)
        waits_ms = visit.now - (log.oldest_waiting_at or visit.now)
        return visit.page(
            "dashboard",
            log=log,
            root=log.root.hex()[:16],
            waiting=f"{log.waiting.number:,}",
            is_late=waits_ms > SEQUENCER_IS_GONE_MS,
            is_shut=waits_ms > MAX_LAG_MS,
            chores=office.chores.states(),
            people=counts.shown(held.people),
            companies=held.companies,
            suspended=held.suspended,
            permissions=counts.shown(held.permissions),
            since=since,
            happened=counts.happened(held.of_type, is_more=held.is_more),
        )

    return router
