"""A company's receipt of a read, as a C2SP tlog-proof: hand it to the person, or keep it.

Rules kept here:
- For the company that read, and nobody else; everything else is ``not_available``.
- While the entry waits for the log (about a second) the answer is 503: come again.

Use::

    GET /v1/receipts?consumer=p_…&request_id=req_…      ->  200 text/plain, a tlog-proof
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import PlainTextResponse

from audit_portal.company_api.answers import REFUSALS
from audit_portal.company_api.caller import Caller, holding
from audit_portal.company_api.strict_body import StrictRoute
from audit_portal.dependencies import HasServices
from audit_portal.problems import NO_STORE, Refused, not_available
from vault.identifiers import PairwiseId, RequestId

PATH = "/v1/receipts"

router = APIRouter(route_class=StrictRoute, tags=["reads"], responses=REFUSALS)

Reader = Annotated[Caller, Depends(holding(None))]
_Id = Annotated[str, Query(min_length=1, max_length=64)]


@router.get(PATH, response_class=PlainTextResponse, summary="Prove a read that was answered")
def receipt(
    consumer: Annotated[PairwiseId, _Id],
    request_id: Annotated[RequestId, _Id],
    caller: Reader,
    services: HasServices,
) -> Response:
    """The receipt of one person's part of a read of the last day."""
    found = services.receipts.of(caller.company, consumer, request_id)
    if found is None:
        raise Refused(not_available())
    return PlainTextResponse(str(found), headers=NO_STORE)
