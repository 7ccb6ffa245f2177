"""Every page of the consumer, put together.

Rules kept here:
- Parts come in, a router comes out; nothing is built here but the pages themselves.
- Mount it behind ``PrivacyMiddleware``: the pages rely on its refusal of forms from other sites.

Use::

    pages = consumer_pages()
    app.include_router(router(portal, disputes, sessions, pages=pages, clock=clock, ...))
"""

from pathlib import Path

from fastapi import APIRouter

from audit_portal.consumer_portal.desk import ROOM, Desk, Operator
from audit_portal.consumer_portal.erasing import Erasing
from audit_portal.consumer_portal.pages import (
    changing,
    claiming,
    confirming,
    deciding,
    disputing,
    helping,
    my_data,
    overview,
    permissions,
    resuming,
    signing_in,
    stopping,
    taking_out,
    used,
)
from audit_portal.consumer_portal.pages import disputes as dispute_pages
from audit_portal.consumer_portal.pages import erasing as erasing_pages
from audit_portal.consumer_portal.portal import Disputes, Portal
from audit_portal.look.pages import Pages
from audit_portal.sessions import Sessions
from vault.clock import Clock

# ``changing``, ``disputing`` and ``deciding`` come before the rooms that would take their addresses
# for an id.
ROOMS = (
    *(signing_in, claiming, overview, changing, disputing, my_data, used, dispute_pages),
    *(permissions, deciding, stopping, resuming, confirming, taking_out, erasing_pages, helping),
)


def consumer_pages() -> Pages:
    """The pages of this room."""
    return Pages.of(**{ROOM: Path(__file__).with_name("templates")})


def router(
    portal: Portal,
    disputes: Disputes,
    sessions: Sessions,
    *,
    erasing: Erasing,
    pages: Pages,
    clock: Clock,
    operator: Operator,
    log_key: str,
) -> APIRouter:
    """All routes; every failure of theirs is a page. ``log_key`` is the log's verifier key."""
    desk = Desk(
        portal=portal,
        disputes=disputes,
        erasing=erasing,
        sessions=sessions,
        pages=pages,
        clock=clock,
        operator=operator,
        log_key=log_key,
    )
    whole = desk.router()
    for room in ROOMS:
        whole.routes += room.routes(desk).routes
    return whole
