"""``POST /v1/offers``: a company asks a person for access.

Rules kept here:
- 202 whether or not the person is known, so that nobody can ask who is in the vault. The answer
  holds nothing that differs between the two.
- Only about a person whom the company knows already it is told that it asks again too soon, and
  from when on it may.
- What became of an offer shows in what the company may read.

Use::

    POST /v1/offers {…}     ->  202 {"accepted": true}
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from audit_portal.company_api.answers import REFUSALS, json_response
from audit_portal.company_api.caller import Caller, holding
from audit_portal.company_api.idempotency import Answer, Once, attempt
from audit_portal.company_api.strict_body import MEDIA_TYPE, StrictRoute
from audit_portal.dependencies import HasServices
from audit_portal.problems import ACCEPTED, Problem, Refused, conflict
from consent.grant_rules import Refusal
from consent.grant_rules import Refused as NotMade
from consent.offers import parse_offer
from consent.scopes import Scope

PATH = "/v1/offers"
SCHEMA = orjson.loads(Path(__file__).with_name("offer.schema.json").read_bytes())

router = APIRouter(route_class=StrictRoute, tags=["offers"], responses=REFUSALS)

ForOffers = Annotated[Caller, Depends(holding(Scope.OFFERS))]

_BODY = {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": SCHEMA}}}}


class Taken(BaseModel):
    """The offer was understood. It reaches the person if there is such a person."""

    accepted: bool = True


@router.post(
    PATH,
    status_code=ACCEPTED,
    response_model=Taken,
    summary="Ask for access",
    openapi_extra=_BODY,
)
async def ask(request: Request, caller: ForOffers, services: HasServices) -> Response:
    """Put an offer before a person, who may grant it field by field or refuse it."""
    offer = parse_offer(await request.json())

    def act() -> Answer:
        made = services.grants.make_offer(caller.company, offer)
        if isinstance(made, NotMade) and made.reason is Refusal.REPEATED:
            raise Refused(_too_soon(made.until_ms))
        return Answer(status=ACCEPTED, body=orjson.dumps({"accepted": True}))

    attempted = attempt(
        caller.company, request, await request.body(), fingerprint=services.fingerprint
    )
    once = Once(services.main, services.clock)
    return json_response(await run_in_threadpool(once.answer, attempted, act))


def _too_soon(until_ms: int | None) -> Problem:
    """The person refused the same; ``until_ms`` is when the company may ask again."""
    moment = datetime.fromtimestamp((until_ms or 0) / 1000, UTC).isoformat(timespec="seconds")
    words = f"The person refused the same request. It may be made again from {moment} on."
    return conflict(f"{words} Nothing was written.", member="fields")
