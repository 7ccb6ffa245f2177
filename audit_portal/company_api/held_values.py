"""What a company sent although a contest had taken it away: it stands by the value, or drops it.

Rules kept here:
- A company meets what it sent itself; another's is ``not_available``. Which contest took the value
  away is told to nobody: it may be another company's.
- Until the company says something nobody reads the value. Certified by name, it counts again, and
  the person sees who said so.

Use::

    GET  /v1/held-values                                ->  200 {"held_values": [{…}]}
    POST /v1/held-values/hld_…/certification {"handler": "R. Okafor"}   ->  200 {"held_id": …}
    POST /v1/held-values/hld_…/withdrawal {}                            ->  200 {"held_id": …}
"""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from audit_portal.company_api.answers import REFUSALS, json_response
from audit_portal.company_api.caller import Caller, holding
from audit_portal.company_api.contest_shapes import Acknowledgement, Moment
from audit_portal.company_api.idempotency import Answer, Once, attempt
from audit_portal.company_api.strict_body import Body, StrictRoute
from audit_portal.dependencies import HasServices
from audit_portal.problems import OK, Refused, not_available
from audit_portal.services import Services
from consent.confirmations import Answer as Done
from consent.confirmations import Confirmed
from consent.scopes import Scope
from consent.times import rfc3339

PATH = "/v1/held-values"

router = APIRouter(route_class=StrictRoute, tags=["contests"], responses=REFUSALS)

ForContests = Annotated[Caller, Depends(holding(Scope.CONTESTS))]
HeldName = Annotated[
    str, Field(min_length=1, max_length=64, examples=["hld_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"])
]
Named = Annotated[HeldName, InPath()]


class Certification(Acknowledgement):
    """The value is right now, and this person says so for the company."""


class Withdrawal(Body):
    """Nothing needs to be said with it."""


class HeldValue(BaseModel):
    """A value that waits for the company's word; the value itself is not repeated."""

    held_id: HeldName
    consumer: Annotated[str | None, Field(examples=["p_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"])]
    field: str
    nature: str
    channel: str
    held_at: Moment


class HeldValues(BaseModel):
    """Up to 100, the oldest first: what is certified or dropped leaves the list."""

    held_values: list[HeldValue]


class Decided(BaseModel):
    """What became of it."""

    held_id: HeldName
    state: Literal["certified", "dropped"]


@router.get(PATH, response_model=HeldValues, summary="List values that are held")
def held_values(caller: ForContests, services: HasServices) -> Response:
    """What this company sent, and was taken away before."""
    found = [
        HeldValue(
            held_id=one.held_id,
            consumer=one.known_as,
            field=one.field,
            nature=one.nature,
            channel=one.channel,
            held_at=rfc3339(one.held_at),
        )
        for one in services.contests.held.of_company(caller.company)
    ]
    body = HeldValues(held_values=found).model_dump_json().encode()
    return json_response(Answer(status=OK, body=body))


@router.post(
    f"{PATH}/{{held_id}}/certification", response_model=Decided, summary="Stand by a held value"
)
async def certify(
    held_id: Named,
    new: Certification,
    request: Request,
    caller: ForContests,
    services: HasServices,
) -> Response:
    """Let the value count again, by somebody's name."""

    def act() -> Done:
        return services.contests.held.certify(caller.company, held_id, handler=new.handler)

    return await _decide(
        services, caller, request, act, Decided(held_id=held_id, state="certified")
    )


@router.post(f"{PATH}/{{held_id}}/withdrawal", response_model=Decided, summary="Drop a held value")
async def drop(
    held_id: Named, _: Withdrawal, request: Request, caller: ForContests, services: HasServices
) -> Response:
    """Take the value back; nothing of it stays."""

    def act() -> Done:
        return services.contests.held.drop(caller.company, held_id)

    return await _decide(services, caller, request, act, Decided(held_id=held_id, state="dropped"))


async def _decide(
    services: Services,
    caller: Caller,
    request: Request,
    do: Callable[[], Done],
    decided: Decided,
) -> Response:
    def act() -> Answer:
        if not isinstance(do(), Confirmed):
            raise Refused(not_available())
        return Answer(status=OK, body=decided.model_dump_json().encode())

    attempted = attempt(
        caller.company, request, await request.body(), fingerprint=services.fingerprint
    )
    once = Once(services.main, services.clock)
    return json_response(await run_in_threadpool(once.answer, attempted, act))
