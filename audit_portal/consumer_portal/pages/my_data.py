"""My data, and one field: what is held, where it came from, who may see it; values on request.

Rules kept here:
- A page opened by GET holds no value. Show is a POST, and an entry: the person's own view. So is
  Show all versions, of a field's whole past.
- What is sensitive is shown only after a fresh proof.
- A value is shown in the answer to the POST alone: it is in no address, and no cache keeps it.
"""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal import fresh_proof
from audit_portal.consumer_portal.desk import Desk, Visit, form_of, found
from audit_portal.consumer_portal.facts import Filters, HeldField
from audit_portal.consumer_portal.past_facts import PastVersion
from audit_portal.consumer_portal.views import events, held
from audit_portal.consumer_portal.views.past import past_lines, value_that_counts
from audit_portal.consumer_portal.words import NOT_SAID
from audit_portal.look.forms import Form
from vault.fields import FieldValue


def routes(desk: Desk) -> APIRouter:
    """The list, one field, and the three ways to show values."""
    router = desk.router()

    @router.get("/data")
    def my_data(request: Request) -> Response:
        visit = desk.visit(request)
        return _list(visit, desk.portal.my_data(visit.consumer), {})

    @router.post("/data/show")
    def show(request: Request) -> Response:
        visit, form = desk.visit(request), form_of(request)
        mine = desk.portal.my_data(visit.consumer)
        names = [one.name for one in mine if one.name in form.all("field")]
        if asking := _proof_page(visit, form, names, action="/data/show"):
            return asking
        return _list(visit, mine, desk.portal.show(visit.consumer, names) if names else {})

    @router.get("/data/{field}")
    def one_field(request: Request, field: str) -> Response:
        visit = desk.visit(request)
        before = held.version_named(request.query_params.get("before", ""))
        return _one(visit, _held(visit, field), {}, before=before)

    @router.post("/data/{field}/show")
    def show_one(request: Request, field: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        mine = _held(visit, field)
        if asking := _proof_page(visit, form, [field], action=f"/data/{field}/show"):
            return asking
        return _one(visit, mine, desk.portal.show(visit.consumer, [field]))

    @router.post("/data/{field}/past")
    def show_past(request: Request, field: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        mine = _held(visit, field)
        if asking := _proof_page(visit, form, [field], action=f"/data/{field}/past"):
            return asking
        past = desk.portal.past(visit.consumer, field)
        counts = value_that_counts(past)
        return _one(visit, mine, {} if counts is None else {field: counts}, past=past)

    return router


def _held(visit: Visit, field: str) -> HeldField:
    mine = visit.desk.portal.my_data(visit.consumer)
    return found(next((one for one in mine if one.name == field), None))


def _proof_page(visit: Visit, form: Form, names: Sequence[str], *, action: str) -> Response | None:
    """The page that asks for a code, when one of ``names`` is sensitive and none was given yet."""
    if not held.any_sensitive(names):
        return None
    proof = fresh_proof.missing(visit, form)
    carried = [("field", name) for name in names]
    return visit.page("prove", proof=proof, action=action, carried=carried) if proof else None


def _list(visit: Visit, mine: Sequence[HeldField], shown: Mapping[str, FieldValue]) -> Response:
    groups = held.groups(mine, shown=shown)
    return visit.page("my_data", groups=groups, count=len(mine), shown=len(shown))


def _one(
    visit: Visit,
    mine: HeldField,
    shown: Mapping[str, FieldValue],
    *,
    before: int | None = None,
    past: Sequence[PastVersion] = (),
) -> Response:
    portal, filters = visit.desk.portal, Filters(field=mine.name)
    used = portal.who_used_it(visit.consumer, filters, cursor=None, limit=5)
    history = held.history(portal.history(visit.consumer, mine.name), before=before)
    return visit.page(
        "one_field",
        not_said=NOT_SAID,
        line=held.line(mine, shown=shown),
        readers=mine.readers,
        came_again=portal.came_again(visit.consumer, mine.name),
        past=past_lines(mine.name, past),
        history=history.lines,
        newest_versions=f"/data/{mine.name}" if before else "",
        older_versions=f"/data/{mine.name}?before={history.older}" if history.older else "",
        headline=events.headline(used.counts, filters, (), visit.zone),
        days=events.days(used.events, visit.zone),
        all_uses=events.address(filters),
    )
