"""A copy is on the record before it is handed out; a joined record is copied by itself."""

import pytest

from consent.confirmations import Confirmed
from consent.copies import Copies
from consent.ledger.bundle import Bundle
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.entry_types import EntryType
from consent.ledger.verdicts import Verified
from consent.ledger.verifier import verify_bundle
from tests.rooms import A_DAY
from vault.errors import BadInput, Unready
from vault.identifiers import new_consumer_id

EMAIL, PHONE = "contact.email", "contact.phone_home"


@pytest.fixture
def copies(rooms):
    world = rooms.world
    return Copies(log=world.log, access_log=rooms.access_log, prover=world.prover)


@pytest.fixture
def joined(rooms, alder, rosa):
    """What Alder Books kept of Rosa and looked at, joined into her record."""
    second = rooms.person(alder, "B-1")
    rooms.world.write(second, alder, {EMAIL: "rosa@old.example", PHONE: "+49 30 901820"})
    rooms.grant(alder, second, [PHONE])
    assert rooms.read(alder, second, [PHONE]).outcome == "allowed"
    rooms.world.clock.advance(A_DAY)
    code = rooms.enrolment.invite(alder, "B-1", valid_ms=A_DAY)
    assert isinstance(rooms.claiming.join(rosa, code), Confirmed)
    return second


def checked(rooms, data):
    """What the offline verifier says of a copy's bytes."""
    return verify_bundle(
        data,
        log_key=VerifierKey.parse(Bundle.parse(data).log_key_hint),
        kept=None,
        now=rooms.world.clock.now_ms(),
    )


def test_the_entry_is_durable_before_the_copy_is_handed_out(rooms, copies, rosa, monkeypatch):
    rooms.world.sequence()
    copy = copies.take(rosa, 0)
    entry = rooms.last(rosa)
    assert (entry.type, entry.P["actor"], entry.P["fields"]) == (EntryType.EXPORT, "consumer", [])
    assert {"slot": str(copy.standing.place.slot)} == entry.Q
    assert entry.i == copy.standing.n + 1, "a copy cannot hold its own entry"

    def cut(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("consent.ledger.log.Act.append", cut)
    with pytest.raises(KeyboardInterrupt):
        copies.take(rosa, 0)


def test_the_next_copy_tells_of_this_one(rooms, copies, rosa):
    rooms.world.sequence()
    copies.take(rosa, 0)
    rooms.world.sequence()
    answer = checked(rooms, copies.take(rosa, 0).to_json())
    assert isinstance(answer, Verified)
    assert answer.counts["export"] == 1


def test_no_entry_is_made_of_a_copy_that_could_not_be_made(rooms, copies, rosa):
    before = rooms.types(rosa)
    with pytest.raises(Unready):
        copies.take(rosa, 0)
    rooms.world.sequence()
    with pytest.raises(BadInput):
        copies.take(rosa, 0, since=10**9)
    assert copies.take(rosa, 1) is copies.take(rosa, -1) is None
    assert rooms.types(rosa) == before
    with pytest.raises(KeyError):
        copies.take(new_consumer_id(), 0)


def test_each_record_of_a_person_verifies_by_itself(rooms, copies, northbank, alder, rosa, joined):
    rooms.world.sequence()
    own, other = copies.records(rosa)
    assert (own.company, own.joined_at) == (northbank, None)
    assert (other.company, other.chain) == (alder, joined)
    told = []
    for number, record in enumerate((own, other)):
        copy = copies.take(rosa, number)
        answer = checked(rooms, copy.to_json())
        assert isinstance(answer, Verified)
        assert sum(answer.counts.values()) == record.entries == len(copy.entries)
        told.append(answer.counts)
    assert (told[0].get("read", 0), told[1]["read"], told[1]["joined"]) == (0, 1, 1)
    assert rooms.last(rosa).Q["company"] == alder
    assert rooms.types(joined)[-1] == "joined", "a closed chain takes no entry"


def test_a_joined_record_says_whose_it_was_to_nobody_but_its_person(rooms, alder, rosa, joined):
    told = [e for one in (rosa, joined) for e in rooms.world.reader.entries(one)]
    joins = [entry for entry in told if entry.type == "joined"]
    assert [entry.Q["company"] for entry in joins] == [alder, alder]
    assert {entry.company for entry in joins} == {None}
    assert not any("company" in entry.P for entry in joins)
