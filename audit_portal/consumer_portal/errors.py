"""Error pages in the consumer's words.

Rules kept here:
- A refusal's status comes from ``problems``, as for programs.

Use::

    fault_page(pages, problem_of(error))        # also for the application's own 404 and 405
"""

from starlette.responses import Response

from audit_portal.consumer_portal import words
from audit_portal.look import faults
from audit_portal.look.pages import Pages
from audit_portal.problems import Kind, Problem, problem_of


def failed_page(pages: Pages, error: Exception) -> Response:
    """The page for an error of the floors below; one that nobody expected is logged."""
    problem = problem_of(error)
    if problem.kind in {None, Kind.UNREADY}:
        return fault_page(pages, problem, error)
    return fault_page(pages, problem)


def fault_page(pages: Pages, problem: Problem, error: Exception | None = None) -> Response:
    """The page for a problem."""
    told = words.FAULTS.get(problem.kind or problem.title, words.INTERNAL_FAULT)
    return faults.fault_page(pages, problem, told, error)
