"""``POST /v1/field-reads``: the hot route, plain ASGI in front of FastAPI.

Rules kept here:
- Token and proof first, the body second, the gate last. What fails before the gate writes nothing.
- The purpose of a read comes from the token alone. A body that names another one is refused, and
  the attempt goes through the gate with no field in its token, so that it is on the record.
- A person outside the token is ``not_available``, like an unknown one.
- The proof is used up in the gate's own transaction: a used proof and the read it allowed are one
  commit.

Use::

    app = Front(reads=FieldReads(services), rest=app)
"""

from collections.abc import Sequence
from typing import cast

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from audit_portal.company_api.batching import Batcher, Overloaded
from audit_portal.company_api.caller import present, replayed
from audit_portal.company_api.read_request import MAX_BYTES, AskedReads, parse
from audit_portal.company_api.strict_body import MEDIA_TYPE, is_json, read_body
from audit_portal.problems import (
    NO_STORE,
    OK,
    Problem,
    Refused,
    conflict,
    method_not_allowed,
    problem_of,
    purpose_mismatch,
    too_many,
    wrong_media_type,
)
from audit_portal.service_log import logger
from audit_portal.services import Services
from consent.gate.asks import Answered, Ask, Outcome, ReadRequest, ReplayProof, TurnedAway
from consent.resource_server import Presented
from consent.rich_authorization import ProfileAccess
from vault.crypto.primitives import sha256
from vault.errors import BadInput, Unready
from vault.identifiers import PairwiseId

PATH = "/v1/field-reads"
ALLOWED = "POST"
_COME_AGAIN_S = 1
_FORESEEN = (Refused, BadInput, Unready)


class FieldReads:
    """The ASGI application of one route. Owned by one event loop, as its batcher is."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._batcher = Batcher(services.reads.read)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except Exception as error:  # noqa: BLE001 - the outermost frame of this route
            if not isinstance(error, _FORESEEN):
                logger().error("failed", route=PATH, exc_info=error)
            answer = problem_of(error).response(self._services.issuer)
        await answer(scope, receive, send)

    async def _answer(self, scope: AsgiScope, receive: Receive) -> Response:
        """1 the request is one of this route; 2 token and proof; 3 the body; 4 the gate."""
        headers = Headers(scope=scope)
        if scope["method"] != ALLOWED:  # 1
            raise Refused(method_not_allowed(ALLOWED))
        presented = present(  # 2
            self._services,
            headers=headers,
            method=ALLOWED,
            path=PATH,
            query=scope["query_string"].decode("latin-1"),
            scope=None,
        )
        if not is_json(headers.get("content-type")):
            raise Refused(wrong_media_type(MEDIA_TYPE))
        body = await read_body(headers, receive, most=MAX_BYTES)
        asked = parse(body)  # 3
        return await self._through_the_gate(presented, asked, body)  # 4

    async def _through_the_gate(
        self, presented: Presented, asked: AskedReads, body: bytes
    ) -> Response:
        details = cast("ProfileAccess", presented.token.details)  # admitted for reading: it has one
        mismatch = asked.purpose not in (None, details.purpose)
        request = ReadRequest(
            company=presented.token.company,
            purpose=asked.purpose if mismatch and asked.purpose else details.purpose,
            request_id=asked.request_id,
            request_hash=sha256(body),
            asks=tuple(_asks(asked, details, nothing_in_token=mismatch)),
            proof=ReplayProof(
                key=presented.proof.replay_key, keep_until_ms=presented.proof.keep_until_ms
            ),
        )
        try:
            answer = await self._batcher.read(request)
        except Overloaded:
            raise Refused(too_many(_COME_AGAIN_S)) from None
        match answer:
            case TurnedAway(why=why):
                raise Refused(self._turned_away(why))
            case Answered() if mismatch:
                raise Refused(purpose_mismatch("purpose"))
            case Answered(outcomes=outcomes):
                return _outcomes(outcomes)

    def _turned_away(self, why: str) -> Problem:
        match why:
            case "proof_used":
                return replayed(self._services)
            case "request_id_reused":
                return conflict(
                    "This id was used for another request, or more than a minute ago.",
                    member="request_id",
                )
            case _:
                logger().error("read_failed", route=PATH)
                return problem_of(Unready())


def _asks(asked: AskedReads, details: ProfileAccess, *, nothing_in_token: bool) -> list[Ask]:
    """Each person's part, with what the token says of them: None where it does not name them."""
    fields = frozenset[str]() if nothing_in_token else details.fields
    return [
        Ask(
            consumer=read.consumer,
            fields=read.fields,
            in_token=fields if details.names(PairwiseId(read.consumer)) else None,
        )
        for read in asked.reads
    ]


def _outcomes(outcomes: Sequence[Outcome]) -> Response:
    body = orjson.dumps({"outcomes": [outcome.to_json() for outcome in outcomes]})
    return Response(body, OK, NO_STORE, media_type=MEDIA_TYPE)
