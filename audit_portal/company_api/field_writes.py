"""``POST /v1/field-writes``: a company supplies values about its people, 1 to 100 at a time.

Rules kept here:
- Values go to the gate; this room only asks their field whether they fit.
- Each person and each field has its own result: one bad value sinks no other. What fits is written
  in one transaction for the whole request.
- A value equal to an earlier one of the same company changes nothing and is told as ``unchanged``.
- A value that was corrected or removed after a dispute is told as ``held``, whoever sends it: it
  waits beside the profile until this company certifies it or drops it.
- A person unknown to this company is ``not_available``, whoever they are.

Use::

    POST /v1/field-writes {"writes": [{"consumer": "p_…", "values": {"name.given": "Ada"}}]}
    -> 200 {"results": [{"consumer": "p_…", "outcome": "written", "stored": ["name.given"]}]}
"""

from collections.abc import Container
from typing import Annotated, Literal, Self

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, JsonValue, model_validator
from starlette.concurrency import run_in_threadpool

from audit_portal.company_api.answers import REFUSALS, json_response
from audit_portal.company_api.caller import Caller, holding
from audit_portal.company_api.idempotency import Answer, Once, attempt
from audit_portal.company_api.strict_body import Body, StrictRoute
from audit_portal.dependencies import HasServices
from audit_portal.problems import OK
from audit_portal.services import Services
from consent.gate.writes import WRITING_KEYS, Write, Written
from consent.scopes import Scope
from vault.errors import BadInput
from vault.fields import field_named
from vault.identifiers import CompanyId, ConsumerId

PATH = "/v1/field-writes"
FIELD = r"^[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31}){1,3}$"

router = APIRouter(route_class=StrictRoute, tags=["fields"], responses=REFUSALS)

ForWriting = Annotated[Caller, Depends(holding(Scope.FIELDS_WRITE))]
Reason = Annotated[str, Field(min_length=1, max_length=80, examples=["loyalty.orders"])]
FieldName = Annotated[str, Field(pattern=FIELD)]


class OneWrite(Body):
    """Values of one person, as this company knows them."""

    consumer: Annotated[str, Field(min_length=1, max_length=64)]
    values: Annotated[dict[FieldName, JsonValue], Field(min_length=1, max_length=128)]
    nature: Literal["provided", "observed", "inferred"] = "provided"
    """Whether the person said it, the company saw it, or the company concluded it."""
    channel: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", examples=["web"])] = "api"
    derived_from: Annotated[list[Reason], Field(max_length=16, default_factory=list)]
    """What inferred values were concluded from: names of fields or plain words, for the person."""

    @model_validator(mode="after")
    def _concluded(self) -> Self:
        if self.derived_from and self.nature != "inferred":
            raise ValueError("Only inferred values are derived from anything")
        return self


class NewWrites(Body):
    """1 to 100 different people."""

    writes: Annotated[list[OneWrite], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({write.consumer for write in self.writes}) < len(self.writes):
            raise ValueError("A person is named twice")
        return self


class Refusal(BaseModel):
    """Why one value was not written. ``reason`` is a permanent name, ``detail`` says more."""

    reason: str
    detail: str = ""


class Result(BaseModel):
    """What became of one person's values, field by field."""

    consumer: str
    outcome: Literal["written", "not_available"]
    stored: list[str] = []
    unchanged: list[str] = []
    held: list[str] = []
    """Corrected or removed before, after a dispute: they wait until this company certifies them."""
    refused: dict[str, Refusal] = {}


class Results(BaseModel):
    """In the order of ``writes``."""

    results: list[Result]


@router.post(PATH, response_model=Results, summary="Supply values")
async def write(
    new: NewWrites, request: Request, caller: ForWriting, services: HasServices
) -> Response:
    """Write values of this company's people; field by field."""

    def act() -> Answer:
        results = Results(results=_write(services, caller.company, new.writes))
        return Answer(status=OK, body=orjson.dumps(results.model_dump()))

    attempted = attempt(
        caller.company, request, await request.body(), fingerprint=services.fingerprint
    )
    once = Once(services.main, services.clock)
    return json_response(await run_in_threadpool(once.answer, attempted, act))


def _write(services: Services, company: CompanyId, writes: list[OneWrite]) -> list[Result]:
    """1 whom the company means; 2 which values fit their field; 3 one act for all of it."""
    people = services.enrolment.resolve_many(company, [one.consumer for one in writes])  # 1
    unfit = {write.consumer: _unfit(write) for write in writes}  # 2
    asked = {
        write.consumer: _as_write(write, person, company, leave_out=unfit[write.consumer])
        for write in writes
        if (person := people.get(write.consumer))
    }
    people_written = [write.consumer for write in asked.values()]
    with services.log.acting(people_written, uses=WRITING_KEYS) as act:  # 3
        written = services.writes.write(list(asked.values()), inside=act)
    done = dict(zip(asked, written, strict=True))
    return [_result(who, done.get(who), flaws) for who, flaws in unfit.items()]


def _unfit(write: OneWrite) -> dict[str, Refusal]:
    found: dict[str, Refusal] = {}
    for name, value in write.values.items():
        try:
            field_named(name, member=name).validate(value)
        except BadInput as flaw:
            found[name] = Refusal(reason="invalid", detail=flaw.reason)
    return found


def _as_write(
    write: OneWrite, person: ConsumerId, company: CompanyId, *, leave_out: Container[str]
) -> Write:
    return Write(
        consumer=person,
        source=company,
        values={name: value for name, value in write.values.items() if name not in leave_out},
        nature=write.nature,
        channel=write.channel,
        derived_from=tuple(write.derived_from),
    )


def _result(consumer: str, done: Written | None, unfit: dict[str, Refusal]) -> Result:
    if done is None:
        return Result(consumer=consumer, outcome="not_available")
    refused = {name: Refusal(reason=reason.value) for name, reason in done.refused.items()}
    return Result(
        consumer=consumer,
        outcome="written",
        stored=sorted(done.stored),
        unchanged=sorted(done.unchanged),
        held=sorted(done.held),
        refused={**unfit, **refused},
    )
