"""Error pages: what happened, whether anything changed, what to do, a reference.

Rules kept here:
- Nothing of what was sent is repeated, and nothing of the error but its kind.
- The reference stands in the service's own log beside the kind and place of the error.
- A refusal's status comes from ``problems``, as for programs.

Use::

    fault_page(pages, problem_of(error))        # also for the application's own 404 and 405
"""

from dataclasses import dataclass

from starlette.responses import HTMLResponse, Response

from audit_portal.consumer_portal import words
from audit_portal.look.pages import Pages
from audit_portal.look.words import reference
from audit_portal.problems import Kind, Problem, problem_of
from audit_portal.service_log import logger, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What an error page says."""

    title: str
    happened: str
    changed: str
    advice: str
    reference: str


def failed_page(pages: Pages, error: Exception) -> Response:
    """The page for an error of the floors below; one that nobody expected is logged."""
    problem = problem_of(error)
    if problem.kind in {None, Kind.UNREADY}:
        return fault_page(pages, problem, error)
    return fault_page(pages, problem)


def fault_page(pages: Pages, problem: Problem, error: Exception | None = None) -> Response:
    """The page for a problem."""
    told = words.FAULTS.get(problem.kind or problem.title, words.INTERNAL_FAULT)
    fault = Fault(**told._asdict(), reference=reference("E"))
    if error is not None:
        what, where = type(error).__name__, place_of(error)
        logger().error("page_failed", request=fault.reference, error=what, where=where)
    text = pages.render("look/error.html", {"fault": fault})
    return HTMLResponse(text, problem.status, dict(problem.headers))
