"""Change a value the person gave, or add one: type it, check it, save it.

Rules kept here:
- A value a company supplied is not changed here; its page has no such link, and the address none.
- What does not fit its field is said beside it, by the catalogue's own rule and without the value.
- The check page names every company that will get the new value.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk, Visit, form_of, found
from audit_portal.consumer_portal.facts import CONSENT, HeldField, names_of
from audit_portal.consumer_portal.outcomes import NotDone, Why
from audit_portal.consumer_portal.views.inputs import (
    ADDED_BY_PEOPLE,
    MEMBERS,
    addable,
    control_for,
    typed,
)
from audit_portal.consumer_portal.views.values import value_words
from audit_portal.consumer_portal.words import titled
from audit_portal.look.forms import Form
from audit_portal.problems import invalid
from vault.errors import BadInput
from vault.fields import CATALOGUE, Field


def routes(desk: Desk) -> APIRouter:
    """Choose what to add, type, check, save."""
    router = desk.router()

    @router.get("/data/add")
    def add(request: Request) -> Response:
        visit = desk.visit(request)
        mine = frozenset(one.name for one in desk.portal.my_data(visit.consumer))
        return visit.page("add", groups=addable(mine))

    @router.get("/data/{name}/change")
    def change(request: Request, name: str) -> Response:
        visit = desk.visit(request)
        return _form(visit, _field(name), _mine(visit, name))

    @router.post("/data/{name}/change/check")
    def check(request: Request, name: str) -> Response:
        visit, form, field = desk.visit(request), form_of(request), _field(name)
        try:
            value = field.validate(typed(field, form))
        except BadInput as flaw:
            wrong = f"This {flaw.reason}."
            return _form(visit, field, _mine(visit, name), form=form, wrong=wrong)
        return visit.page(
            "check_change",
            is_new=_mine(visit, name) is None,
            label=titled(field.label),
            name=name,
            value=value_words(field, value),
            readers=_readers(visit, name),
            carried=form.only(*MEMBERS),
        )

    @router.post("/data/{name}/change")
    def save(request: Request, name: str) -> Response:
        visit, form, field = desk.visit(request), form_of(request), _field(name)
        mine = _mine(visit, name)
        if mine and mine.source.company:
            return visit.done(NotDone(why=Why.NOT_YOURS_TO_CHANGE))
        value = field.validate(typed(field, form))
        return visit.done(desk.portal.change(visit.consumer, name, value))

    return router


def _field(name: str) -> Field:
    field = found(CATALOGUE.get(name))
    return found(field if field.group in ADDED_BY_PEOPLE else None)


def _readers(visit: Visit, name: str) -> list[str]:
    """Who gets a value the person gives: companies they said yes to, also before it had a value."""
    grants = visit.desk.portal.permissions(visit.consumer).active
    return sorted(
        {
            grant.company.name
            for grant in grants
            if grant.basis == CONSENT and not grant.is_paused and name in names_of(grant)
        }
    )


def _mine(visit: Visit, name: str) -> HeldField | None:
    held = visit.desk.portal.my_data(visit.consumer)
    return next((one for one in held if one.name == name), None)


def _form(
    visit: Visit, field: Field, mine: HeldField | None, *, form: Form | None = None, wrong: str = ""
) -> Response:
    if mine and mine.source.company:
        return visit.done(NotDone(why=Why.NOT_YOURS_TO_CHANGE))
    return visit.page(
        "change",
        invalid("") if wrong else None,
        label=field.label,
        name=field.name,
        is_new=mine is None,
        control=control_for(field),
        typed=form or Form(),
        wrong=wrong,
    )
