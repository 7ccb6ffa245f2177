"""A closed loop: so many connections, each sends its next request when the last one is answered.

Rules kept here:
- Requests are prepared before the clock starts; while it runs the client only writes, reads and
  notes the time.
- Bounded in count: the loop ends by itself. Loopback only.
- Any answer that is not the expected one is counted, and a run with one is no result.

Use::

    result = run([Sender(port=18400, requests=[...]) for _ in range(16)])
    result.per_second, result.percentile(99)
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_EXPECTED = b"HTTP/1.1 200"
_MANY = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Sender:
    """One connection's requests, as the bytes that go over the wire."""

    port: int
    requests: Sequence[bytes]


@dataclass(kw_only=True)
class Result:
    """What a run took. ``latencies`` are seconds, in no order."""

    seconds: float
    latencies: list[float] = field(repr=False)
    unexpected: int

    @property
    def per_second(self) -> float:
        """Requests a second over all connections."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """Latency in ms that ``percent`` of the requests stayed under."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000


def run(senders: Sequence[Sender]) -> Result:
    """Send everything, all connections at once."""
    return asyncio.run(_run(senders))


async def _run(senders: Sequence[Sender]) -> Result:
    connections = [
        await asyncio.open_connection("127.0.0.1", sender.port, limit=_MANY) for sender in senders
    ]
    started = time.perf_counter()
    parts = await asyncio.gather(
        *(
            _send(reader, writer, sender.requests)
            for (reader, writer), sender in zip(connections, senders, strict=True)
        )
    )
    seconds = time.perf_counter() - started
    for _, writer in connections:
        writer.close()
    latencies = [latency for part, _ in parts for latency in part]
    return Result(seconds=seconds, latencies=latencies, unexpected=sum(wrong for _, wrong in parts))


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: Sequence[bytes]
) -> tuple[list[float], int]:
    latencies: list[float] = []
    unexpected = 0
    for request in requests:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        latencies.append(time.perf_counter() - begun)
        unexpected += not (head.startswith(_EXPECTED) and b'"refused"' not in body)
    return latencies, unexpected


def _length(head: bytes) -> int:
    """The Content-Length of an answer; the API always sends one."""
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0])
