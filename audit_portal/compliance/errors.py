"""Error pages in the staff's words.

Use::

    failed_page(pages, error)
"""

from starlette.responses import Response

from audit_portal.compliance import words
from audit_portal.look.faults import fault_page
from audit_portal.look.pages import Pages
from audit_portal.problems import Kind, problem_of


def failed_page(pages: Pages, error: Exception) -> Response:
    """The page for an error of the floors below; one that nobody expected is logged."""
    problem = problem_of(error)
    told = words.FAULTS.get(problem.kind or problem.title, words.INTERNAL_FAULT)
    logged = error if problem.kind in {None, Kind.UNREADY} else None
    return fault_page(pages, problem, told, logged, template="compliance/fault.html")
