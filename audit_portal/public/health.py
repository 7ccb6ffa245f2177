"""Health: ``/healthz`` says the process answers, ``/readyz`` that it may be sent work.

Rules kept here:
- ``/healthz`` looks at nothing: a restart does not mend a store that is down.
- ``/readyz`` is red while any check is: the stores' shape, the root key, the log's lag.
- The answer names checks and says yes or no. It holds no count, no address and no error's words.

Use::

    app.router.routes += health.routes(checks={"keys": keyring_is_open, ...})
"""

from collections.abc import Callable, Mapping, Sequence

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from audit_portal.problems import NO_STORE, OK, unready

Check = Callable[[], None]
"""Raises unless one thing is as it must be."""


def routes(*, checks: Mapping[str, Check]) -> Sequence[Route]:
    """``/healthz`` and ``/readyz``."""

    async def up(_: Request) -> Response:
        return _answer(OK, {"up": True})

    async def ready(_: Request) -> Response:
        found = await run_in_threadpool(
            lambda: {name: holds(check) for name, check in checks.items()}
        )
        if all(found.values()):
            return _answer(OK, found)
        problem = unready()
        return _answer(problem.status, found, problem.headers)

    return [Route("/healthz", up), Route("/readyz", ready)]


def holds(check: Check) -> bool:
    """Whether ``check`` finds nothing wrong."""
    try:
        check()
    except Exception:  # noqa: BLE001 - whatever it is, it is not ready
        return False
    return True


def _answer(
    status: int, found: Mapping[str, bool], more: Mapping[str, str] | None = None
) -> Response:
    headers = {**NO_STORE, **(more or {})}
    return Response(orjson.dumps(found), status, headers, media_type="application/json")
