"""``GET /log/checkpoint``: the log's newest checkpoint, as signed (C2SP tlog-checkpoint).

Rules kept here:
- Byte for byte what the sequencer published; nothing is signed here.
- It is public and says only a size and a hash. No tile and no entry is served.

Use::

    app.router.routes += checkpoints.routes(newest=services.newest_checkpoint)
"""

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from audit_portal.problems import Refused, unready

PATH = "/log/checkpoint"
KEEP_SECONDS = 5


def routes(*, newest: Callable[[], str | None]) -> Sequence[Route]:
    """The one route; ``newest`` gives the published note, or None before the first."""

    async def answer(_: Request) -> Response:
        note = await run_in_threadpool(newest)
        if note is None:
            raise Refused(unready())
        keep = {"Cache-Control": f"public, max-age={KEEP_SECONDS}"}
        return Response(note.encode(), media_type="text/plain; charset=utf-8", headers=keep)

    return [Route(PATH, answer, methods=["GET"])]
