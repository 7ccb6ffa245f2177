import asyncio

import pytest

from audit_portal.company_api import batching
from audit_portal.company_api.batching import Batcher, Overloaded
from consent.gate.asks import Answered, Ask, ReadRequest
from vault.errors import Unready
from vault.identifiers import CompanyId


def request(*people, company="cmp", fields=("contact.email",)):
    return ReadRequest(
        company=CompanyId(company),
        purpose="run_account",
        request_id="req",
        request_hash=b"",
        asks=tuple(Ask(consumer=one, fields=fields) for one in people),
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


def test_companies_take_turns():
    gate = Gate()
    flood = [request(f"a{n}", company="flood") for n in range(5)]
    others = [request("b", company="one"), request("c", company="two")]
    read_all(Batcher(gate.read, max_people=3), *flood, *others)
    assert gate.batches == [[["a0"], ["b"], ["c"]], [["a1"], ["a2"], ["a3"]], [["a4"]]]


def test_a_large_request_is_not_passed_over_by_small_ones():
    gate = Gate()
    small = [request(f"a{n}", company="small") for n in range(4)]
    large = request("b1", "b2", "b3", company="large")
    read_all(Batcher(gate.read, max_people=3), *small, large)
    assert gate.batches == [[["a0"], ["a1"], ["a2"]], [["b1", "b2", "b3"]], [["a3"]]]


def test_a_batch_is_bounded_by_its_values_too():
    gate = Gate()
    fields = ("contact.email", "identity.full_name")
    asked = [request(f"p{n}", f"q{n}", fields=fields) for n in range(3)]
    many = tuple(f"field_{n}" for n in range(10))
    read_all(Batcher(gate.read, max_values=9), *asked, request("alone", fields=many))
    assert gate.batches == [[["p0", "q0"], ["p1", "q1"]], [["p2", "q2"]], [["alone"]]]


def test_one_company_alone_does_not_fill_the_queue(monkeypatch):
    monkeypatch.setattr(batching, "MAX_WAITING_OF_ONE", 2)
    monkeypatch.setattr(batching, "MAX_WAITING", 3)
    gate = Gate()
    flood = [request(f"a{n}", company="flood") for n in range(4)]
    one = [request(f"b{n}", company="one") for n in range(2)]
    late = request("c", company="late")
    answers = read_all(Batcher(gate.read), *flood, *one, late)
    turned_away = [at for at, answer in enumerate(answers) if isinstance(answer, Overloaded)]
    assert turned_away == [2, 3, 5], "a company of which nothing waits gets in"
    assert gate.batches == [[["a0"], ["b0"], ["c"], ["a1"]]]


def test_an_idle_batcher_costs_nothing():
    with pytest.raises(StopIteration):
        next(iter(Batcher(Gate().read)._turns))
