"""How the company API answers: JSON that nobody keeps, and the refusals every route may give.

Use::

    return json_response(Answer(status=OK, body=b"{}"))
"""

from typing import Any

from starlette.responses import Response

from audit_portal.company_api.idempotency import Answer
from audit_portal.problems import MEDIA_TYPE, NO_STORE

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}

REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused: see `type`, `detail` and `member`.", **_PROBLEM},
    "503": {"description": "Not ready; `Retry-After` says when to come again.", **_PROBLEM},
}
"""For the OpenAPI document: what every route may answer besides its own."""


def json_response(answer: Answer) -> Response:
    """``answer`` as an HTTP answer."""
    return Response(answer.body, answer.status, NO_STORE, media_type="application/json")
