"""Disputes: all of them, and one with its track, its words and what can be done about it.

Rules kept here:
- A page opened by GET holds no words of anybody's: they are opened by Show, which is an entry.
- What cannot be done now is not offered; what was offered and is no longer possible says so.
- Taking back, stating, escalating ask for no code: none of it gives anything away.
"""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import FILES, Desk, Visit, form_of, found, upload_of
from audit_portal.consumer_portal.dispute_facts import Dispute, DisputeWords
from audit_portal.consumer_portal.outcomes import Done, NotDone
from audit_portal.consumer_portal.pages.disputing import MOST_WORDS
from audit_portal.consumer_portal.views import disputes as words_of
from audit_portal.consumer_portal.views import events
from audit_portal.consumer_portal.views.values import value_words
from audit_portal.contests.states import Act
from audit_portal.look.forms import Form
from audit_portal.problems import invalid
from vault.errors import BadInput
from vault.fields import field_named

RATINGS = ("1", "2", "3", "4", "5")
WITH_WORDS = (Act.WRITE, Act.FILE_STATEMENT, Act.ESCALATE)
PATHS = {
    Act.WRITE: "message",
    Act.FILE_STATEMENT: "statement",
    Act.ESCALATE: "escalation",
    Act.WITHDRAW: "withdrawal",
    Act.AGREE: "agreement",
    Act.RATE: "rating",
}


def routes(desk: Desk) -> APIRouter:
    """The list, one dispute, and an address for each act."""
    router = desk.router()

    @router.get("/disputes")
    def disputes(request: Request) -> Response:
        visit = desk.visit(request)
        mine = desk.disputes.disputes(visit.consumer)
        lines = words_of.lines(mine, now=visit.now, zone=visit.zone)
        return visit.page(
            "disputes",
            open=[one for one in lines if one.is_open],
            over=[one for one in lines if not one.is_open],
        )

    @router.get("/disputes/{ref}")
    def dispute(request: Request, ref: str) -> Response:
        visit = desk.visit(request)
        return _one(visit, _dispute(visit, ref))

    @router.post("/disputes/{ref}/show")
    def show(request: Request, ref: str) -> Response:
        visit = desk.visit(request)
        mine = _dispute(visit, ref)
        return _one(visit, mine, shown=desk.disputes.words(visit.consumer, ref))

    for act, path in PATHS.items():
        _add_act(desk, router, act, path)
    _add_files(desk, router)
    return router


def _add_files(desk: Desk, router: APIRouter) -> None:
    @router.post(f"/disputes/{{ref}}{FILES}")
    def give(request: Request, ref: str) -> Response:
        visit = desk.visit(request)
        mine = _dispute(visit, ref)
        try:
            done = desk.disputes.add_file(visit.consumer, ref, upload_of(request))
        except BadInput as flaw:
            return _one(visit, mine, wrong={FILES: f"The file {flaw.reason}."})
        return visit.done(done)

    @router.post("/disputes/{ref}/files/{file}")
    def take(request: Request, ref: str, file: str) -> Response:
        visit = desk.visit(request)
        data = found(desk.disputes.file(visit.consumer, _dispute(visit, ref).ref, file))
        # Bytes to keep and nothing to run, whatever was said of them when they were sent.
        named = {"Content-Disposition": 'attachment; filename="file"'}
        return Response(data, headers=named, media_type="application/octet-stream")


def _add_act(desk: Desk, router: APIRouter, act: Act, path: str) -> None:
    @router.post(f"/disputes/{{ref}}/{path}")
    def do(request: Request, ref: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        mine = _dispute(visit, ref)
        if wrong := _wrong(act, form):
            return _one(visit, mine, typed=form, wrong={act.value: wrong})
        return visit.done(_acts(desk)[act](visit, ref, form))


def _acts(desk: Desk) -> Mapping[Act, Callable[[Visit, str, Form], Done | NotDone]]:
    mine = desk.disputes
    return {
        Act.WRITE: lambda visit, ref, form: mine.write(visit.consumer, ref, _words(form)),
        Act.FILE_STATEMENT: lambda visit, ref, form: mine.file_statement(
            visit.consumer, ref, _words(form)
        ),
        Act.ESCALATE: lambda visit, ref, form: mine.escalate(visit.consumer, ref, _words(form)),
        Act.WITHDRAW: lambda visit, ref, _: mine.withdraw(visit.consumer, ref),
        Act.AGREE: lambda visit, ref, _: mine.agree(visit.consumer, ref),
        Act.RATE: lambda visit, ref, form: mine.rate(visit.consumer, ref, int(form.one("rating"))),
    }


def _words(form: Form) -> str:
    return form.one("words").strip()


def _wrong(act: Act, form: Form) -> str:
    """What is wrong with what was typed for an act; empty when nothing is."""
    if act is Act.RATE:
        return "" if form.one("rating") in RATINGS else "Choose a number from 1 to 5."
    if act not in WITH_WORDS:
        return ""
    if not _words(form):
        return "Write a few words."
    return f"At most {MOST_WORDS:,} characters." if len(_words(form)) > MOST_WORDS else ""


def _dispute(visit: Visit, ref: str) -> Dispute:
    return found(visit.desk.disputes.dispute(visit.consumer, ref))


def _one(
    visit: Visit,
    mine: Dispute,
    *,
    shown: DisputeWords | None = None,
    typed: Form | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    room = visit.desk.disputes
    return visit.page(
        "dispute",
        invalid("") if wrong else None,
        dispute=mine,
        line=words_of.line(mine, now=visit.now, zone=visit.zone),
        track=[events.line(one, visit.zone) for one in room.track(visit.consumer, mine.ref)],
        told=[
            (one, words_of.TELLINGS.get(one.kind, one.kind))
            for one in room.told(visit.consumer, mine.ref)
        ],
        shown=shown,
        proposed=_proposed(mine, shown),
        writing=[(act, PATHS[act], words_of.ACTS[act]) for act in WITH_WORDS if act in mine.acts],
        can={act.value: act in mine.acts for act in PATHS},
        names={act.value: words_of.ACTS[act] for act in PATHS},
        ratings=RATINGS,
        typed=typed or Form(),
        wrong={act.value: "" for act in PATHS} | {FILES: ""} | dict(wrong or {}),
        can_give=Act.GIVE_MORE in mine.acts,
        files=FILES,
        most=MOST_WORDS,
    )


def _proposed(mine: Dispute, shown: DisputeWords | None) -> str:
    if shown is None or shown.proposed is None or mine.field is None:
        return ""
    return value_words(field_named(mine.field), shown.proposed)
