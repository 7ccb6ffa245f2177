"""Contests as the company that answers them works through them: list, open, acknowledge, answer.

Rules kept here:
- A company meets its own contests alone; another's is ``not_available``, as one that never was.
- A list opens nothing. To open one contest is to read its words: the look is on the person's record
  before they are.
- Each act answers with how the contest stands afterwards. The same POST sent twice under one
  ``Idempotency-Key`` is done once.

Use::

    GET  /v1/contests?after=ctn_…&open=true         ->  200 {"contests": [{…}], "next": null}
    GET  /v1/contests/ctn_…                         ->  200 {…, "words": [{…}], "files": [{…}]}
    GET  /v1/contests/ctn_…/files/…                 ->  200, the bytes that were sent
    POST /v1/contests/ctn_…/acknowledgement {"handler": "R. Okafor"}
    POST /v1/contests/ctn_…/messages        {"kind": "question", "words": "Since when?"}
    POST /v1/contests/ctn_…/extension       {"reason": "The archive is slow to answer."}
    POST /v1/contests/ctn_…/answer          {"verdict": "delete", "handler": "R. Okafor"}
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from audit_portal.company_api import contest_shapes as shapes
from audit_portal.company_api.answers import REFUSALS, json_response
from audit_portal.company_api.caller import Caller, holding
from audit_portal.company_api.contest_shapes import (
    Acknowledgement,
    Contest,
    ContestAnswer,
    ContestName,
    ContestsPage,
    Extension,
    FileName,
    Message,
    WholeContest,
    problem_of,
)
from audit_portal.company_api.idempotency import Answer, Once, attempt
from audit_portal.company_api.strict_body import StrictRoute
from audit_portal.contests.answers import Answer as Said
from audit_portal.contests.answers import Verdict
from audit_portal.contests.by_company import CompanyContests
from audit_portal.contests.rules import Refused as NotDone
from audit_portal.dependencies import HasServices
from audit_portal.problems import NO_STORE, OK, Refused, not_available
from audit_portal.services import Services
from consent.confirmations import Answer as Done
from consent.confirmations import NotFound
from consent.scopes import Scope
from vault.identifiers import CompanyId

PATH = "/v1/contests"
ONE = f"{PATH}/{{contest_id}}"
MOST = 200

router = APIRouter(route_class=StrictRoute, tags=["contests"], responses=REFUSALS)

ForContests = Annotated[Caller, Depends(holding(Scope.CONTESTS))]
Named = Annotated[ContestName, InPath()]
Act = Callable[[CompanyContests, CompanyId, str], Done | NotDone]


@router.get(PATH, response_model=ContestsPage, summary="List contests to answer")
def contests(
    caller: ForContests,
    services: HasServices,
    after: Annotated[ContestName | None, Query()] = None,
    open_: Annotated[bool, Query(alias="open")] = False,  # noqa: FBT002 - a query parameter
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Response:
    """What this company answers or has answered; with ``open``, what still waits for an answer."""
    found = services.contests.views.page_of_company(
        caller.company, after=after, only_open=open_, limit=limit + 1
    )
    page = [shapes.contest(view) for view in found[:limit]]
    further = page[-1].contest_id if len(found) > limit else None
    return _json(ContestsPage(contests=page, next=further))


@router.get(ONE, response_model=WholeContest, summary="Open one contest and its words")
def whole(contest_id: Named, caller: ForContests, services: HasServices) -> Response:
    """Everything about one contest. The person sees that its words were opened."""
    opened = services.contests.company.case(caller.company, contest_id)
    view = services.contests.views.of_company(caller.company, contest_id)
    if isinstance(opened, NotFound) or view is None:
        raise Refused(not_available())
    matter = services.contests.views.matter(caller.company, contest_id)
    return _json(shapes.whole(view, matter, opened))


@router.get(
    f"{ONE}/files/{{file_id}}",
    response_class=Response,
    responses={OK: {"description": "The bytes.", "content": {"application/octet-stream": {}}}},
    summary="Download a file of a contest",
)
def download(
    contest_id: Named,
    file_id: Annotated[FileName, InPath()],
    caller: ForContests,
    services: HasServices,
) -> Response:
    """The bytes that were sent, as a download of no type. The person sees that it was opened."""
    named = shapes.file_id_of(file_id)
    if named is None:
        raise Refused(not_available())
    opened = services.contests.evidence.for_company(caller.company, contest_id, named)
    if isinstance(opened, NotFound):
        raise Refused(not_available())
    # Whatever the person said it is, a browser is given bytes to keep and nothing to run.
    headers = {**NO_STORE, "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    # All of it, checked to its end, before the first byte leaves: nothing half goes out as whole.
    return Response(b"".join(opened.pieces), OK, headers, media_type="application/octet-stream")


@router.post(f"{ONE}/acknowledgement", response_model=Contest, summary="Say who answers")
async def acknowledge(
    contest_id: Named,
    new: Acknowledgement,
    request: Request,
    caller: ForContests,
    services: HasServices,
) -> Response:
    """The case is here, and somebody answers it by name."""
    return await _act(
        services,
        caller,
        request,
        contest_id,
        lambda rooms, company, ref: rooms.acknowledge(company, ref, handler=new.handler),
    )


@router.post(f"{ONE}/messages", response_model=Contest, summary="Write to the person, or ask")
async def write(
    contest_id: Named, new: Message, request: Request, caller: ForContests, services: HasServices
) -> Response:
    """Words for the person: a message, a question, or where the company has asked in its turn."""

    def say(rooms: CompanyContests, company: CompanyId, ref: str) -> Done | NotDone:
        said = {
            "message": rooms.write,
            "question": rooms.ask_consumer,
            "source_asked": rooms.ask_source,
            "source_heard": rooms.hear_source,
        }
        return said[new.kind](company, ref, new.words)

    return await _act(services, caller, request, contest_id, say)


@router.post(f"{ONE}/extension", response_model=Contest, summary="Take more time, once")
async def extend(
    contest_id: Named, new: Extension, request: Request, caller: ForContests, services: HasServices
) -> Response:
    """A later due date, asked for before the first one, with a reason the person reads."""
    return await _act(
        services,
        caller,
        request,
        contest_id,
        lambda rooms, company, ref: rooms.extend(company, ref, reason=new.reason),
    )


@router.post(f"{ONE}/answer", response_model=Contest, summary="Correct, delete or refuse")
async def answer(
    contest_id: Named,
    new: ContestAnswer,
    request: Request,
    caller: ForContests,
    services: HasServices,
) -> Response:
    """Decide the contest: the remedy, and the notices to who relied on the value, come with it."""
    said = Said(
        verdict=Verdict(new.verdict),
        handler=new.handler,
        reviewer=new.reviewer,
        reason=new.reason,
        value=new.value,  # type: ignore[arg-type] # any JSON comes in; its field refuses what does not fit
    )
    return await _act(
        services,
        caller,
        request,
        contest_id,
        lambda rooms, company, ref: rooms.answer(company, ref, said),
    )


async def _act(
    services: Services, caller: Caller, request: Request, contest_id: str, do: Act
) -> Response:
    """One act of a company on one contest, done once for one key."""

    def act() -> Answer:
        done = do(services.contests.company, caller.company, contest_id)
        if isinstance(done, NotDone):
            raise Refused(problem_of(done))
        view = services.contests.views.of_company(caller.company, contest_id)
        if isinstance(done, NotFound) or view is None:
            raise Refused(not_available())
        return Answer(status=OK, body=shapes.contest(view).model_dump_json().encode())

    attempted = attempt(
        caller.company, request, await request.body(), fingerprint=services.fingerprint
    )
    once = Once(services.main, services.clock)
    return json_response(await run_in_threadpool(once.answer, attempted, act))


def _json(told: ContestsPage | WholeContest) -> Response:
    return json_response(Answer(status=OK, body=told.model_dump_json().encode()))
