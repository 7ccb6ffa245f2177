"""Say that something is wrong: what, in your own words, and what would be right; check it, send it.

Rules kept here:
- No code is asked for: saying that something is wrong is never harder than giving access.
- What the person supplied is changed, not disputed; its page leads there instead.
- The check page says what sending does: who must answer, and that no company gets the value as if
  it were right from then on.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk, Visit, form_of, found
from audit_portal.consumer_portal.facts import Company, HeldVersion
from audit_portal.consumer_portal.outcomes import NotDone, Why
from audit_portal.consumer_portal.views.disputes import KINDS
from audit_portal.consumer_portal.views.events import line as event_line
from audit_portal.consumer_portal.views.held import version_named
from audit_portal.consumer_portal.views.inputs import MEMBERS, control_for, typed
from audit_portal.consumer_portal.views.values import value_words
from audit_portal.consumer_portal.words import titled
from audit_portal.contests.claims import Claim
from audit_portal.contests.rules import Kind
from audit_portal.look.forms import Form
from audit_portal.problems import invalid
from vault.errors import BadInput
from vault.fields import CATALOGUE, Field, FieldValue

MOST_WORDS = 4_000
"""Characters of what a person writes at once."""

OF_A_VALUE = tuple(kind for kind in Kind if kind is not Kind.ACCESS)
CORRECTS = frozenset({Kind.INACCURATE, Kind.OUTDATED})
"""Kinds with which the person may say what would be right."""


def routes(desk: Desk) -> APIRouter:
    """A value, then an access: each to be said, checked and sent."""
    router = desk.router()
    _add_for_a_value(desk, router)
    _add_for_an_access(desk, router)
    return router


def _add_for_a_value(desk: Desk, router: APIRouter) -> None:
    @router.get("/data/{name}/dispute")
    def say(request: Request, name: str) -> Response:
        visit = desk.visit(request)
        version = version_named(request.query_params.get("version", ""))
        return _form(visit, _contested(visit, name, version), Form(), {})

    @router.post("/data/{name}/dispute/check")
    def check(request: Request, name: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        about = _contested(visit, name, version_named(form.one("version")))
        said = _said(about, form)
        if not isinstance(said, Claim):
            return _form(visit, about, form, said)
        return visit.page(
            "check_dispute",
            about=about,
            says=KINDS[said.kind],
            words=said.words,
            proposed=_proposed_words(about.field, said.value),
            action=f"/data/{name}/dispute",
            carried=form.only("kind", "words", "version", *MEMBERS),
        )

    @router.post("/data/{name}/dispute")
    def send(request: Request, name: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        about = _contested(visit, name, version_named(form.one("version")))
        if about.company is None:
            return visit.done(NotDone(why=Why.CHANGE_INSTEAD))
        said = _said(about, form)
        if not isinstance(said, Claim):
            return _form(visit, about, form, said)
        return visit.done(desk.disputes.contest(visit.consumer, said))


def _add_for_an_access(desk: Desk, router: APIRouter) -> None:
    @router.get("/used/{event}/dispute")
    def say(request: Request, event: str) -> Response:
        visit = desk.visit(request)
        return _access_page(visit, event)

    @router.post("/used/{event}/dispute")
    def send(request: Request, event: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        words = form.one("words").strip()
        if wrong := _wrong_words(words):
            return _access_page(visit, event, typed_words=words, wrong=wrong)
        found(desk.portal.event(visit.consumer, event))
        claim = Claim(kind=Kind.ACCESS, event=event, words=words)
        return visit.done(desk.disputes.contest(visit.consumer, claim))


# --- a value ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The version that is disputed. ``company`` is None when the person supplied it."""

    field: Field
    version: int
    company: Company | None

    @property
    def label(self) -> str:
        """The field's name in a sentence."""
        return self.field.label


def _contested(visit: Visit, name: str, version: int | None) -> About:
    """The version that was named, or the one that counts now."""
    field = found(CATALOGUE.get(name))
    history = visit.desk.portal.history(visit.consumer, name)
    meant = found(next((one for one in history if _is_meant(one, version)), None))
    return About(field=field, version=meant.version, company=meant.source.company)


def _is_meant(one: HeldVersion, version: int | None) -> bool:
    if one.is_deleted:
        return False
    return one.is_current if version is None else one.version == version


def _said(about: About, form: Form) -> Claim | dict[str, str]:
    """What the form says, or what is wrong with it, by member."""
    flaws: dict[str, str] = {}
    kind = next((one for one in OF_A_VALUE if one == form.one("kind")), None)
    words = form.one("words").strip()
    if kind is None:
        flaws["kind"] = "Choose one of these."
    if wrong := _wrong_words(words):
        flaws["words"] = wrong
    proposed = _proposed(about.field, form, flaws) if kind in CORRECTS else None
    if flaws or kind is None:
        return flaws
    return Claim(
        kind=kind, field=about.field.name, version=about.version, words=words, value=proposed
    )


def _proposed(field: Field, form: Form, flaws: dict[str, str]) -> FieldValue | None:
    """The value that would be right, if one was typed."""
    if not any(said.strip() for _, said in form.only(*MEMBERS)):
        return None
    try:
        return field.validate(typed(field, form))
    except BadInput as flaw:
        flaws["value"] = f"This {flaw.reason}."
        return None


def _proposed_words(field: Field, value: FieldValue | None) -> str:
    return "" if value is None else value_words(field, value)


def _wrong_words(words: str) -> str:
    if not words:
        return "Say in a few words what is wrong."
    return f"At most {MOST_WORDS:,} characters." if len(words) > MOST_WORDS else ""


def _form(visit: Visit, about: About, form: Form, flaws: dict[str, str]) -> Response:
    if about.company is None:
        return visit.done(NotDone(why=Why.CHANGE_INSTEAD))
    return visit.page(
        "dispute_new",
        invalid("") if flaws else None,
        about=about,
        label=titled(about.label),
        kinds=[(kind.value, KINDS[kind]) for kind in OF_A_VALUE],
        control=control_for(about.field),
        typed=form,
        flaws={"kind": "", "words": "", "value": "", **flaws},
        most=MOST_WORDS,
    )


# --- an access ----------------------------------------------------------------------------------


def _access_page(visit: Visit, event: str, *, typed_words: str = "", wrong: str = "") -> Response:
    read = found(visit.desk.portal.event(visit.consumer, event))
    found(read if read.type == "read" and read.company else None)
    return visit.page(
        "dispute_access",
        invalid("") if wrong else None,
        event=read,
        told=event_line(read, visit.zone),
        typed=typed_words,
        wrong=wrong,
        most=MOST_WORDS,
    )
