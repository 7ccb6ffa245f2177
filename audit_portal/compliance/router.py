"""Every page of the staff, put together.

Rules kept here:
- Parts come in, a router comes out; nothing is built here but the pages themselves.
- Mount it behind ``PrivacyMiddleware``: the pages rely on its refusal of forms from other sites.

Use::

    app.include_router(router(office, pages=compliance_pages()))
"""

from pathlib import Path

from fastapi import APIRouter

from audit_portal.compliance.desk import ROOM, Desk
from audit_portal.compliance.office import Office
from audit_portal.compliance.pages import (
    companies,
    dashboard,
    disputing,
    searching,
    signing_in,
    turning,
)
from audit_portal.look.pages import Pages

ROOMS = (signing_in, dashboard, disputing, searching, companies, turning)


def compliance_pages() -> Pages:
    """The pages of this room."""
    return Pages.of(**{ROOM: Path(__file__).with_name("templates")})


def router(office: Office, *, pages: Pages) -> APIRouter:
    """All routes; every failure of theirs is a page."""
    desk = Desk(office=office, pages=pages)
    whole = desk.router()
    for room in ROOMS:
        whole.routes += room.routes(desk).routes
    return whole
