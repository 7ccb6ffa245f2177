"""Health: ``/healthz`` says the process answers, ``/readyz`` that it may be sent work.

Rules kept here:
- ``/healthz`` looks at nothing: a restart does not mend a store that is down.
- ``/readyz`` is red while any check is: the stores' shape, the root key, the log's lag.
- What is only ``told`` is told and makes nothing red: a chore that fails, for instance at one
  damaged record, is the operator's business, and no reason to send nobody's requests here.
- The answer names checks and says yes or no. It holds no count, no address and no error's words.

Use::

    checks, told = {"keys": keyring_is_open, ...}, {"worker": worker.is_well}
    app.router.routes += health.routes(checks=checks, told=told)
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


def routes(
    *, checks: Mapping[str, Check], told: Mapping[str, Callable[[], bool]]
) -> Sequence[Route]:
    """``/healthz`` and ``/readyz``. ``told``: whether something is well, by name."""

    async def up(_: Request) -> Response:
        return _answer(OK, {"up": True})

    async def ready(_: Request) -> Response:
        found = await run_in_threadpool(
            lambda: {name: holds(check) for name, check in checks.items()}
        )
        said = found | {name: is_well() for name, is_well in told.items()}
        if all(found.values()):
            return _answer(OK, said)
        problem = unready()
        return _answer(problem.status, said, problem.headers)

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
