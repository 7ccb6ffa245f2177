"""``GET /log/checkpoint``: the log's newest checkpoint, as signed (C2SP tlog-checkpoint).

Rules kept here:
- Byte for byte what the sequencer published; nothing is signed here.
- It is public and says only a size and a hash. No tile and no entry is served.
- ``GET /log/keys`` names the keys that check notes and promises. Whoever relies on them compares
  them with what they had from elsewhere: a key is not proved by the house that uses it.

Use::

    app.router.routes += checkpoints.routes(newest=newest, keys={"origin": ..., "log": ...})
"""

from collections.abc import Callable, Mapping, Sequence

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from audit_portal.problems import Refused, unready

PATH = "/log/checkpoint"
KEYS_PATH = "/log/keys"
KEEP_SECONDS = 5


def routes(*, newest: Callable[[], str | None], keys: Mapping[str, str]) -> Sequence[Route]:
    """Both routes; ``newest`` gives the published note, or None before the first."""

    async def answer(_: Request) -> Response:
        note = await run_in_threadpool(newest)
        if note is None:
            raise Refused(unready())
        keep = {"Cache-Control": f"public, max-age={KEEP_SECONDS}"}
        return Response(note.encode(), media_type="text/plain; charset=utf-8", headers=keep)

    async def named(_: Request) -> Response:
        keep = {"Cache-Control": f"public, max-age={KEEP_SECONDS}"}
        return Response(orjson.dumps(keys), media_type="application/json", headers=keep)

    return [Route(PATH, answer), Route(KEYS_PATH, named)]
