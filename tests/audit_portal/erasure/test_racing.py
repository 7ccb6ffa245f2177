"""Reads that race an erasure: none stands behind it, and none gets a value after it."""

from concurrent.futures import ThreadPoolExecutor

import orjson

from consent.ledger.entry_types import BY_CONSUMER, EntryType
from tests import arrange
from tests.arrange import Person
from tests.audit_portal.erasure.town import EMAIL
from tests.erasing import erasures_of
from tests.faults.test_parallel_reads import together

READS = 12


def test_no_value_comes_after_the_last_entry(town):
    world = town.world
    who = Person(
        consumer=town.rosa, pairwise=town.rooms.enrolment.pairwise(town.northbank, town.rosa)
    )
    begun = []

    def read():
        behind = bool(begun)
        asked = arrange.request(town.northbank, who, [EMAIL], purpose="personal_offers")
        return behind, arrange.read(world, asked).to_json()

    def erase():
        begun.append(erasures_of(world).begin(town.rosa, actor=BY_CONSUMER))

    *answers, _ = together(*[read] * READS, erase)
    with ThreadPoolExecutor(4) as pool:
        answers += pool.map(lambda _: read(), range(READS))
    entries = world.reader.entries(town.rosa)
    assert entries[-1].type == EntryType.ERASE
    last = entries[-1].i
    reads = {orjson.loads(e.opened.P)["request_id"]: e.i for e in entries if e.type == "read"}
    for behind, answer in answers:
        if answer["outcome"] == "allowed":
            assert not behind
            assert reads[orjson.loads(answer["opening"]["p"])["request_id"]] < last
        else:
            assert answer.get("fields", {}) == {}
