"""Reduce, pause and stop, one permission or all of them. No code is ever asked for here.

Rules kept here:
- From the list: one press to the check page, one to do it. Giving takes more.
- The check page says what the company could see and will not; the confirmation says since when.
"""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk, Visit, form_of, found
from audit_portal.consumer_portal.facts import Act, Grant, names_of
from audit_portal.consumer_portal.outcomes import Done, NotDone
from audit_portal.consumer_portal.views import terms
from audit_portal.consumer_portal.views.choices import NO_FLAWS, Chosen, Flaws, earlier_ends, kept
from audit_portal.consumer_portal.views.sentences import field_names
from audit_portal.consumer_portal.words import titled
from audit_portal.problems import invalid
from vault.identifiers import ConsumerId

AT_ONCE = (Act.STOP, Act.PAUSE)
_DONE_BY = {Act.STOP: frozenset({Act.STOP, Act.PAUSE}), Act.PAUSE: frozenset({Act.PAUSE})}
"""What doing it to all of them does to one: what cannot be stopped is paused."""


def routes(desk: Desk) -> APIRouter:
    """All of them first: their addresses must not be read as a permission's id."""
    router = desk.router()
    for act in AT_ONCE:
        _add_for_all(desk, router, act)
    for act in AT_ONCE:
        _add_for_one(desk, router, act)
    _add_reduce(desk, router)
    return router


def _add_for_all(desk: Desk, router: APIRouter, act: Act) -> None:
    path, do = f"/permissions/{act}-all", _for_all(desk, act)

    @router.get(path)
    def check_all(request: Request) -> Response:
        visit = desk.visit(request)
        grants = desk.portal.permissions(visit.consumer).active
        able = [one for one in grants if one.acts & _DONE_BY[act]]
        others = [(one, terms.basis(one)) for one in grants if one not in able]
        only_paused = act is Act.PAUSE
        told = [
            (one, field_names(names_of(one)), only_paused or Act.STOP not in one.acts)
            for one in able
        ]
        return visit.page("check_all", act=act.value, able=told, others=others)

    @router.post(path)
    def do_all(request: Request) -> Response:
        visit = desk.visit(request)
        return visit.done(do(visit.consumer))


def _add_for_one(desk: Desk, router: APIRouter, act: Act) -> None:
    path, do = f"/permissions/{{grant_id}}/{act}", _for_one(desk, act)

    @router.get(path)
    def check(request: Request, grant_id: str) -> Response:
        visit = desk.visit(request)
        grant = grant_that_can(act, visit, grant_id)
        data = field_names(names_of(grant))
        return visit.page(
            f"check_{act}", grant=grant, data=data, terms=terms.aftermath(grant.terms)
        )

    @router.post(path)
    def do_it(request: Request, grant_id: str) -> Response:
        visit = desk.visit(request)
        return visit.done(do(visit.consumer, grant_id))


def _add_reduce(desk: Desk, router: APIRouter) -> None:
    @router.get("/permissions/{grant_id}/reduce")
    def reduce(request: Request, grant_id: str) -> Response:
        visit = desk.visit(request)
        return _reduce(visit, grant_that_can(Act.REDUCE, visit, grant_id), NO_FLAWS)

    @router.post("/permissions/{grant_id}/reduce/check")
    def check_reduce(request: Request, grant_id: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        grant = grant_that_can(Act.REDUCE, visit, grant_id)
        match kept(grant, form, now=visit.now):
            case Flaws() as flaws:
                return _reduce(visit, grant, flaws)
            case Chosen() as chosen:
                return visit.page(
                    "check_reduce",
                    grant=grant,
                    stays=[titled(field_names([name])) for name in chosen.fields],
                    goes=[
                        titled(field_names([name]))
                        for name in names_of(grant)
                        if name not in chosen.fields
                    ],
                    until_ms=chosen.until_ms,
                    carried=form.only("take", "until"),
                )

    @router.post("/permissions/{grant_id}/reduce")
    def do_reduce(request: Request, grant_id: str) -> Response:
        visit = desk.visit(request)
        grant = grant_that_can(Act.REDUCE, visit, grant_id)
        chosen = kept(grant, form_of(request), now=visit.now)
        if isinstance(chosen, Flaws):
            return _reduce(visit, grant, chosen)
        done = desk.portal.narrow(
            visit.consumer, grant_id, fields=chosen.fields, until_ms=chosen.until_ms
        )
        return visit.done(done)


def _reduce(visit: Visit, grant: Grant, flaws: Flaws) -> Response:
    return visit.page(
        "reduce",
        None if flaws == NO_FLAWS else invalid(""),
        grant=grant,
        fields=[(name, titled(field_names([name]))) for name in names_of(grant)],
        periods=earlier_ends(grant.until_ms, now=visit.now, zone=visit.zone),
        flaws=flaws,
    )


def grant_that_can(act: Act, visit: Visit, grant_id: str) -> Grant:
    """The person's permission of this id, if this can be done about it as it stands."""
    grant = found(visit.desk.portal.grant(visit.consumer, grant_id))
    return found(grant if act in grant.acts else None)


def _for_one(desk: Desk, act: Act) -> Callable[[ConsumerId, str], Done | NotDone]:
    return {Act.STOP: desk.portal.revoke, Act.PAUSE: desk.portal.pause}[act]


def _for_all(desk: Desk, act: Act) -> Callable[[ConsumerId], Done | NotDone]:
    return {Act.STOP: desk.portal.stop_all, Act.PAUSE: desk.portal.pause_all}[act]
