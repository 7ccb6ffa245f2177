"""Fault pages: what happened, whether anything changed, what to do, a reference.

Rules kept here:
- Nothing of what was sent is repeated, and nothing of the error but its kind.
- The reference stands in the service's own log beside the kind and place of the error.
- The words are the room's own; the shape is everybody's.

Use::

    fault_page(pages, problem, Told(title=..., happened=..., changed=..., advice=...))
"""

from dataclasses import dataclass
from typing import NamedTuple

from starlette.responses import HTMLResponse, Response

from audit_portal.look.pages import Pages
from audit_portal.look.words import reference
from audit_portal.problems import Problem
from audit_portal.service_log import logger, place_of


class Told(NamedTuple):
    """What a page says about something that went wrong."""

    title: str
    happened: str
    changed: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What an error page shows."""

    title: str
    happened: str
    changed: str
    advice: str
    reference: str


def fault_page(
    pages: Pages,
    problem: Problem,
    told: Told,
    error: Exception | None = None,
    *,
    template: str = "look/error.html",
) -> Response:
    """The page for a problem, in the room's words; an ``error`` nobody expected is logged."""
    fault = Fault(**told._asdict(), reference=reference("E"))
    if error is not None:
        what, where = type(error).__name__, place_of(error)
        logger().error("page_failed", request=fault.reference, error=what, where=where)
    text = pages.render(template, {"fault": fault})
    return HTMLResponse(text, problem.status, dict(problem.headers))
