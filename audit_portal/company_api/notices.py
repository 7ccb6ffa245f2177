"""What a company must know, until it has heard: what was contested, restricted, corrected, erased.

Rules kept here:
- A company meets its own notices alone; every other one is ``not_available``. A person in them is
  the company's own pairwise id.
- Listed is what was not acknowledged, whether or not it was delivered to a web hook: nobody misses
  one who looks from the beginning. The order is by id, which says nothing: two companies' lists
  in the order of making would tell who is who.
- Acknowledging twice is acknowledging once. Who stays silent is shown to the person.

Use::

    GET  /v1/notices?after=ntc_…&limit=200          ->  200 {"notices": [{…}], "next": null}
    POST /v1/notices/ntc_…/acknowledgement {}       ->  200 {"id": "ntc_…", "acknowledged_at": …}
"""

from datetime import UTC, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from audit_portal.company_api.answers import REFUSALS, json_response
from audit_portal.company_api.caller import Caller, holding
from audit_portal.company_api.idempotency import Answer
from audit_portal.company_api.strict_body import Body, StrictRoute
from audit_portal.dependencies import HasServices
from audit_portal.problems import OK, Refused, not_available
from consent.scopes import Scope

PATH = "/v1/notices"
MOST = 200

router = APIRouter(route_class=StrictRoute, tags=["notices"], responses=REFUSALS)

ForContests = Annotated[Caller, Depends(holding(Scope.CONTESTS))]
NoticeName = Annotated[
    str, Field(min_length=1, max_length=64, examples=["ntc_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"])
]


class About(BaseModel):
    """Whom and what a notice is about. Members that are not listed here may come."""

    id: NoticeName
    consumer: Annotated[str, Field(examples=["p_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"])]
    fields: Annotated[list[str] | None, Field(examples=[["contact.email"]])] = None
    contest_id: str | None = None
    """For the company that answers the contest, and nobody else."""


class Notice(BaseModel):
    """One notice, as a web hook gets it too (Standard Webhooks: type, timestamp, data)."""

    type: Annotated[str, Field(examples=["corrected"])]
    timestamp: Annotated[str, Field(examples=["2026-01-01T00:00:00Z"])]
    """The day; the moment too only of what concerns one company."""
    data: About


class NoticesPage(BaseModel):
    """Notices, by id; ``next`` goes into ``after`` for more, null: there are no more."""

    notices: list[Notice]
    next: NoticeName | None


class Acknowledgement(Body):
    """Nothing needs to be said with it."""


class Acknowledged(BaseModel):
    """The company has heard, since this moment."""

    id: NoticeName
    acknowledged_at: Annotated[str, Field(examples=["2026-01-01T09:30:00Z"])]


@router.get(PATH, response_model=NoticesPage, summary="List what was not acknowledged yet")
def waiting(
    caller: ForContests,
    services: HasServices,
    after: Annotated[NoticeName | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Response:
    """What this company must know and has not said that it knows."""
    found = services.outbox.of_company(caller.company, after=after, limit=limit + 1)
    page = found[:limit]
    body = {
        "notices": [orjson.Fragment(notice.body) for notice in page],
        "next": page[-1].notice_id if len(found) > limit else None,
    }
    return json_response(Answer(status=OK, body=orjson.dumps(body)))


@router.post(
    f"{PATH}/{{notice_id}}/acknowledgement",
    response_model=Acknowledged,
    summary="Say that a notice was heard",
)
def acknowledge(
    notice_id: Annotated[NoticeName, InPath()],
    _: Acknowledgement,
    caller: ForContests,
    services: HasServices,
) -> Response:
    """From now on the notice is neither sent nor listed, and the person sees that it was heard."""
    now = services.clock.now_ms()
    since = services.outbox.acknowledge(caller.company, notice_id, now_ms=now)
    if since is None:
        raise Refused(not_available())
    moment = datetime.fromtimestamp(since // 1000, UTC)
    said = {"id": notice_id, "acknowledged_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
    return json_response(Answer(status=OK, body=orjson.dumps(said)))
