"""The dispute board, one case, and deciding one that was escalated.

Rules kept here:
- How a case stands is shown without opening anything. Its words are opened by a press of their own,
  only while the case is an officer's to decide, and the person's record says that officer did.
- A decision says why; a check page says what it does before it is done, a confirmation after.
"""

import re

from fastapi import APIRouter, Request, Response

from audit_portal.compliance import dispute_words
from audit_portal.compliance.desk import HOME, Desk, Visit, form_of, found
from audit_portal.compliance.views import board
from audit_portal.contests.answers import Decision, Ruling
from audit_portal.contests.reading import OpenedCase
from audit_portal.contests.rules import Refusal, Refused
from audit_portal.contests.states import UNDER_WAY, State
from audit_portal.contests.views import CaseView
from audit_portal.look.forms import Form
from audit_portal.problems import OK, conflict, invalid
from consent.confirmations import Confirmed
from consent.gate.files import OpenedFile
from vault.errors import BadInput

PATH = f"{HOME}/disputes"
_FILE_ID = re.compile("[0-9a-f]{32}")
MOST = 200
LONGEST_REASON = 4_000


def routes(desk: Desk) -> APIRouter:
    """The board first: its address must not be read as a case's id."""
    router = desk.router()
    _add_looking(desk, router)
    _add_deciding(desk, router)
    return router


def _add_looking(desk: Desk, router: APIRouter) -> None:
    views, officer = desk.office.contests.views, desk.office.contests.officer

    @router.get(PATH)
    def disputes(request: Request) -> Response:
        visit = desk.officer(request)
        cases = views.in_states({*UNDER_WAY, State.ESCALATED}, limit=MOST)
        told = board.board(cases, _names(desk), now=visit.now)
        return visit.page("disputes", board=told, is_more=len(cases) == MOST)

    @router.get(f"{PATH}/{{ref}}")
    def dispute(request: Request, ref: str) -> Response:
        visit = desk.officer(request)
        return _case_page(visit, found(_view(desk, ref)))

    @router.post(f"{PATH}/{{ref}}/words")
    def words(request: Request, ref: str) -> Response:
        visit = desk.officer(request)
        view = found(_view(desk, ref))
        opened = officer.case(visit.member.staff_id, ref)
        return _case_page(visit, view, opened if isinstance(opened, OpenedCase) else None)

    @router.post(f"{PATH}/{{ref}}/files/{{file_id}}")
    def file(request: Request, ref: str, file_id: str) -> Response:
        visit = desk.officer(request)
        named = found(_FILE_ID.fullmatch(file_id))[0]
        evidence = desk.office.contests.evidence
        opened = evidence.for_officer(visit.member.staff_id, ref, bytes.fromhex(named))
        if not isinstance(opened, OpenedFile):
            return found(None)
        # Whatever the person said it is, the browser keeps bytes and runs nothing; all of them were
        # checked before the first leaves.
        kept = {"Content-Disposition": "attachment"}
        return Response(b"".join(opened.pieces), OK, kept, media_type="application/octet-stream")


def _add_deciding(desk: Desk, router: APIRouter) -> None:
    @router.post(f"{PATH}/{{ref}}/check")
    def check(request: Request, ref: str) -> Response:
        visit, form = desk.officer(request), form_of(request)
        view = found(_view(desk, ref))
        ruling = form.one("ruling")
        if ruling not in set(Ruling):
            return _case_page(visit, view, form=form, wrong=("ruling", dispute_words.CHOOSE))
        if not 0 < len(form.one("reason").strip()) <= LONGEST_REASON:
            return _case_page(visit, view, form=form, wrong=_flaw(Refusal.NEEDS_REASON))
        words, does = dispute_words.RULINGS[Ruling(ruling)]
        return visit.page(
            "decide",
            case=_told(desk, view, visit.now),
            ruling=ruling,
            words=words,
            does=does,
            reason=form.one("reason"),
        )

    @router.post(f"{PATH}/{{ref}}/decide")
    def decide(request: Request, ref: str) -> Response:
        visit, form = desk.officer(request), form_of(request)
        view = found(_view(desk, ref))
        return _decided(visit, view, form)


def _decided(visit: Visit, view: CaseView, form: Form) -> Response:
    """Decide, and say what stands now or what is wrong."""
    officer, ruling = visit.desk.office.contests.officer, form.one("ruling")
    if ruling not in set(Ruling):
        return _case_page(visit, view, form=form, wrong=("ruling", dispute_words.CHOOSE))
    decision = Decision(ruling=Ruling(ruling), reason=form.one("reason"))
    try:
        answer = officer.decide(visit.member.staff_id, view.contest_id, decision)
    except BadInput:
        return _case_page(visit, view, form=form, wrong=_flaw(Refusal.NEEDS_VALUE))
    case = _told(visit.desk, view, visit.now)
    if isinstance(answer, Confirmed):
        return visit.page("decided", case=case, words=dispute_words.RULINGS[Ruling(ruling)][0])
    if isinstance(answer, Refused) and answer.reason in dispute_words.REFUSALS:
        return _case_page(visit, view, form=form, wrong=_flaw(answer.reason))
    return visit.page("not_decided", conflict(""), case=case)


def _case_page(
    visit: Visit,
    view: CaseView,
    opened: OpenedCase | None = None,
    *,
    form: Form | None = None,
    wrong: tuple[str, str] | None = None,
) -> Response:
    """The page of one case; ``wrong``: a part of the form, and what is wrong with it."""
    typed = form or Form()
    return visit.page(
        "dispute",
        invalid("") if wrong else None,
        case=_told(visit.desk, view, visit.now),
        rulings=[(one.value, *told) for one, told in dispute_words.RULINGS.items()],
        opened=opened,
        ruling=typed.one("ruling"),
        reason=typed.one("reason"),
        wrong={"ruling": "", "reason": ""} | (dict([wrong]) if wrong else {}),
        most=LONGEST_REASON,
    )


def _flaw(reason: Refusal) -> tuple[str, str]:
    """Beside which part of the form a refusal is told, and how."""
    part = "reason" if reason is Refusal.NEEDS_REASON else "ruling"
    return part, dispute_words.REFUSALS[reason]


def _view(desk: Desk, ref: str) -> CaseView | None:
    return desk.office.contests.views.for_officer(ref)


def _told(desk: Desk, view: CaseView, now: int) -> board.Case:
    return board.case(view, _names(desk), now=now)


def _names(desk: Desk) -> dict[str, str]:
    return {one.company_id: one.name for one in desk.office.companies.list()}
