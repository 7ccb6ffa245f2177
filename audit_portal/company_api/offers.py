"""``POST /v1/offers``: a company asks a person for access. The answer is always the same.

Rules kept here:
- 202 whether or not the person is known, so that nobody can ask who is in the vault. The answer
  holds nothing that differs between the two.
- What became of an offer shows in what the company may read, and in ``GET /v1/offers/{offer}`` for
  those whose person it already knew.
- Another company's offer and one that never was are both ``not_available``.

Use::

    POST /v1/offers {…}     ->  202 {"accepted": true}
"""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from audit_portal.company_api.answers import REFUSALS, json_response
from audit_portal.company_api.caller import Caller, holding
from audit_portal.company_api.idempotency import Answer, Once, attempt
from audit_portal.company_api.offer_form import OfferForm
from audit_portal.company_api.strict_body import StrictRoute
from audit_portal.dependencies import HasServices
from audit_portal.problems import ACCEPTED
from consent.scopes import Scope

PATH = "/v1/offers"

router = APIRouter(route_class=StrictRoute, tags=["offers"], responses=REFUSALS)

ForOffers = Annotated[Caller, Depends(holding(Scope.OFFERS))]


class Taken(BaseModel):
    """The offer was understood. It reaches the person if there is such a person."""

    accepted: bool = True


@router.post(PATH, status_code=ACCEPTED, response_model=Taken, summary="Ask for access")
async def ask(
    form: OfferForm, request: Request, caller: ForOffers, services: HasServices
) -> Response:
    """Put an offer before a person, who may grant it field by field or refuse it."""

    def act() -> Answer:
        to = form.to.model_dump(exclude_none=True)
        services.grants.make_offer(caller.company, to, form.terms())
        return Answer(status=ACCEPTED, body=orjson.dumps({"accepted": True}))

    attempted = attempt(caller.company, request, await request.body())
    once = Once(services.main, services.clock)
    return json_response(await run_in_threadpool(once.answer, attempted, act))
