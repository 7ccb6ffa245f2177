"""People as one company knows them: an external id of its own in, its own pairwise id out.

Rules kept here:
- A company meets only its own people. An unknown external id is ``not_available``, and so is one
  that another company uses.
- Enrolling twice is enrolling once: the same external id gives the same pairwise id.

Use::

    POST /v1/people {"external_id": "A-10442"}      ->  201 {"consumer": "p_…"}
    GET  /v1/people?external_id=A-10442             ->  200 {"consumer": "p_…"}
"""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from audit_portal.company_api.answers import REFUSALS, json_response
from audit_portal.company_api.caller import Caller, holding
from audit_portal.company_api.idempotency import Answer, Once, attempt
from audit_portal.company_api.strict_body import Body, StrictRoute
from audit_portal.dependencies import HasServices
from audit_portal.problems import CREATED, OK, Refused, not_available
from consent.scopes import Scope
from vault.identifiers import PairwiseId

PATH = "/v1/people"

router = APIRouter(route_class=StrictRoute, tags=["people"], responses=REFUSALS)

ForPeople = Annotated[Caller, Depends(holding(Scope.PEOPLE))]
ExternalId = Annotated[str, Field(min_length=1, max_length=128, examples=["A-10442"])]


class NewPerson(Body):
    """A person the company keeps records about, by the company's own id for them."""

    external_id: ExternalId


class Person(BaseModel):
    """A person by the pairwise id this company knows them under."""

    consumer: Annotated[PairwiseId, Field(examples=["p_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"])]


@router.post(PATH, status_code=CREATED, response_model=Person, summary="Enrol a person")
async def enrol(
    new: NewPerson, request: Request, caller: ForPeople, services: HasServices
) -> Response:
    """Make an unclaimed record for one external id, or find the one there is."""

    def act() -> Answer:
        person = services.enrolment.enrol_many(caller.company, [new.external_id])[0]
        body = orjson.dumps({"consumer": person.pairwise_id})
        return Answer(status=CREATED if person.created else OK, body=body)

    attempted = attempt(
        caller.company, request, await request.body(), fingerprint=services.fingerprint
    )
    once = Once(services.main, services.clock)
    return json_response(await run_in_threadpool(once.answer, attempted, act))


@router.get(PATH, response_model=Person, summary="Find a person by external id")
def find(
    external_id: Annotated[ExternalId, Query()], caller: ForPeople, services: HasServices
) -> Response:
    """The company's own pairwise id for one of its people."""
    found = services.enrolment.find(caller.company, external_id)
    if found is None:
        raise Refused(not_available())
    return json_response(Answer(status=OK, body=orjson.dumps({"consumer": found})))
