import asyncio

import pytest

from audit_portal.company_api import batching
from audit_portal.company_api.batching import Batcher, Overloaded
from consent.gate.asks import Answered, Ask, ReadRequest
from vault.errors import Unready
from vault.identifiers import CompanyId


def request(*people):
    return ReadRequest(
        company=CompanyId("cmp"),
        purpose="run_account",
        request_id="req",
        request_hash=b"",
        asks=tuple(Ask(consumer=one, fields=("contact.email",)) for one in people),
    )


class Gate:
    """A gate that remembers what came through it, and answers each request with itself."""

    def __init__(self):
        self.batches = []

    def read(self, requests):
        self.batches.append([[ask.consumer for ask in one.asks] for one in requests])
        return [Answered(outcomes=[one]) for one in requests]


def read_all(batcher, *requests):
    async def together():
        return await asyncio.gather(
            *(batcher.read(one) for one in requests), return_exceptions=True
        )

    return asyncio.run(together())


def test_what_waits_together_goes_through_together():
    gate = Gate()
    asked = [request("p1"), request("p2", "p3"), request("p4")]
    answers = read_all(Batcher(gate.read), *asked)
    assert gate.batches == [[["p1"], ["p2", "p3"], ["p4"]]]
    assert [answer.outcomes[0] for answer in answers] == asked


def test_a_batch_holds_whole_requests_of_a_hundred_people():
    gate = Gate()
    read_all(
        Batcher(gate.read, max_people=3), request("p1", "p2"), request("p3", "p4"), request("p5")
    )
    assert gate.batches == [[["p1", "p2"]], [["p3", "p4"], ["p5"]]]


def test_what_the_gate_raises_reaches_every_asker_and_the_next_batch_runs():
    gate = Gate()
    batcher = Batcher(lambda asked: gate.read(asked) if gate.batches else fail(gate))
    first = read_all(batcher, request("p1"), request("p2"))
    assert [type(one) for one in first] == [Unready, Unready]
    assert isinstance(read_all(batcher, request("p3"))[0], Answered)


def fail(gate):
    gate.batches.append("failed")
    raise Unready("a store does not answer")


def test_who_has_gone_is_not_recorded():
    gate = Gate()

    async def give_up():
        batcher = Batcher(gate.read)
        gone = asyncio.ensure_future(batcher.read(request("p1")))
        stays = asyncio.ensure_future(batcher.read(request("p2")))
        await asyncio.sleep(0)
        gone.cancel()
        await stays

    asyncio.run(give_up())
    assert gate.batches in ([[["p2"]]], [[["p1"], ["p2"]]])


def test_what_waits_is_bounded(monkeypatch):
    monkeypatch.setattr(batching, "MAX_WAITING", 2)
    gate = Gate()
    answers = read_all(Batcher(gate.read), request("p1"), request("p2"), request("p3"))
    assert isinstance(answers[2], Overloaded)
    assert gate.batches == [[["p1"], ["p2"]]]


def test_an_idle_batcher_costs_nothing():
    with pytest.raises(StopIteration):
        next(iter(Batcher(Gate().read)._queue))
