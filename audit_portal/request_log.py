"""One line for each request in the service's own log: which route, how it ended, how long it took.

Rules kept here:
- The route's template is logged, ``/v1/offers/{offer}``, never the path: a path may hold an id.
- Every answer carries the id of its line, for a reference in an error report: ``X-Request-Id``.
- A field read that went well makes no line: its record is the ledger.

Use::

    app = RequestLog(app, fixed_paths=frozenset({"/healthz"}))
"""

from time import monotonic_ns

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audit_portal.service_log import logger
from vault.crypto.primitives import random_bytes

HEADER = b"x-request-id"
UNKNOWN = "unknown"


class RequestLog:
    """ASGI around another ASGI. ``fixed_paths`` are paths without a parameter."""

    def __init__(self, app: ASGIApp, *, fixed_paths: frozenset[str]) -> None:
        self._app = app
        self._fixed_paths = fixed_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, then write the line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, reference, status = monotonic_ns(), random_bytes(8).hex(), 0

        async def send_with_reference(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, reference.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_reference)
        finally:
            logger().info(
                "request",
                request=reference,
                method=scope["method"],
                route=self._template(scope),
                status=status,
                ms=(monotonic_ns() - began) // 1_000_000,
            )

    def _template(self, scope: Scope) -> str:
        """The route's template; of a path nobody serves, nothing."""
        if scope["path"] in self._fixed_paths:
            return str(scope["path"])
        return getattr(scope.get("route"), "path", UNKNOWN)
