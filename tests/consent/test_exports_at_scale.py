"""An export of a long log takes no more memory than one of a short log, to write and to check."""

import resource
import sys
import tracemalloc
from contextlib import contextmanager

import pytest

from consent.exports import Exports
from consent.ledger.checkpoint import log_key
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.export_asked import Asked
from consent.ledger.export_check import check_export, lines_of
from consent.ledger.export_leaves import LeafSource
from consent.ledger.export_verdicts import Exported
from consent.ledger.log import NewEntry
from tests import arrange
from tests.stores import fresh
from tests.world import ORIGIN, World
from vault.identifiers import ConsumerId
from vault.vault_keys import VaultKeyUse

PEOPLE = 50
MB = 1 << 20
TO_WRITE, TO_CHECK = 8 * MB, MB
ONE_ACT = 500


@pytest.fixture
def world(sqlite_maker, clock, tmp_path):
    with fresh(sqlite_maker) as stores:
        yield World.begin(stores, clock, tmp_path)


def lived_in(world, entries):
    """People who looked at their own data, again and again, until the log holds so many entries."""
    company = arrange.company(world)
    people = [arrange.person(world, company, values={}).consumer for _ in range(PEOPLE)]
    for n in range(entries // ONE_ACT):
        consumer = people[n % PEOPLE]
        looks = [
            NewEntry(
                owner=consumer,
                type=EntryType.OWN_VIEW,
                actor=BY_CONSUMER,
                P={"fields": ["contact.email", "identity.full_name"]},
                Q={"versions": {"contact.email": "1"}},
            )
        ] * ONE_ACT
        with world.log.acting([consumer]) as act:
            act.append(*looks)
        if n % 8 == 7:
            world.sequence()
    world.sequence()


@contextmanager
def peak():
    """The most memory a block held at any moment, beyond what was there."""
    tracemalloc.start()
    found = []
    try:
        yield found
        found.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def written_and_checked(world, file):
    """The verdict, and the peaks of writing and of checking, in bytes."""
    made = Exports(
        main=world.stores.main,
        log=world.log,
        leaves=LeafSource(
            main=world.stores.main,
            keyring=world.keyring,
            reader=world.reader,
            vault_id=world.vault_id,
        ),
        vault=ConsumerId(world.vault_id),
        origin=ORIGIN,
    )
    key = log_key(ORIGIN, world.keyring.signing_key(VaultKeyUse.LOG_SIGNING).public)
    with peak() as writing, file.open("wb") as stream:
        stream.writelines(made.parts(made.begin(Asked(), by="stf_1", nudge=world.sequence)))
    with peak() as checking, file.open("rb") as stream:
        answer = check_export(lines_of(stream), log_key=key)
    assert isinstance(answer, Exported), answer
    return answer, writing[0], checking[0]


def test_memory_is_bounded_by_a_page_and_not_by_the_log(world, tmp_path):
    lived_in(world, 4_000)
    answer, writing, checking = written_and_checked(world, tmp_path / "log.jsonl")
    assert answer.counts["open"] > 4_000
    assert writing < TO_WRITE
    assert checking < TO_CHECK


@pytest.mark.heavy
def test_a_hundred_thousand_entries_take_no_more(world, tmp_path):
    lived_in(world, 100_000)
    before = resident_bytes()
    answer, writing, checking = written_and_checked(world, tmp_path / "log.jsonl")
    assert answer.counts["open"] > 100_000
    assert writing < TO_WRITE
    assert checking < TO_CHECK
    assert resident_bytes() - before < 8 * TO_WRITE


def resident_bytes():
    """The most memory this process ever had."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
