"""A copy is on the record before it is handed out; a joined record is copied by itself."""

import pytest
from sqlmodel import col, select

from consent.confirmations import Confirmed
from consent.copies import Copies
from consent.ledger import prover
from consent.ledger.bundle import Bundle, Since
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.entry_types import EntryType
from consent.ledger.verdicts import Verified
from consent.ledger.verifier import verify_bundle
from consent.tables import EntryRow
from tests.rooms import A_DAY
from vault.errors import BadInput, Damaged, Unready
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
    answer = checked(rooms, b"".join(copies.take(rosa, 0).chunks()))
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
        answer = checked(rooms, b"".join(copy.chunks()))
        assert isinstance(answer, Verified)
        assert sum(answer.counts.values()) == record.entries == len(copy.bundle().entries)
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


# --- a long record ------------------------------------------------------------------------------


@pytest.fixture
def long(rooms, northbank, rosa, monkeypatch):
    """Rosa's record takes several pages, and no two of its entries are in one epoch of the log."""
    monkeypatch.setattr(prover, "_AT_ONCE", 3)
    for n in range(8):
        rooms.world.write(rosa, northbank, {EMAIL: f"rosa{n}@example.org"})
        rooms.world.sequence()
        rooms.world.clock.advance(1_000)
    return rosa


def test_a_long_record_is_one_copy(rooms, copies, long):
    copy = copies.take(long, 0)
    chunks = list(copy.chunks())
    assert len(chunks) > copy.standing.n / 3
    data = b"".join(chunks)
    assert Bundle.parse(data) == copy.bundle()
    assert data == rooms.world.prover.bundle(long).to_json()
    answer = checked(rooms, data)
    assert isinstance(answer, Verified)
    assert sum(answer.counts.values()) == copy.standing.n


def test_nothing_is_held_open_while_somebody_downloads(rooms, copies, long):
    chunks = copies.take(long, 0).chunks()
    begun = [next(chunks) for _ in range(8)]
    assert any(b'"P"' in chunk for chunk in begun), "it is in the middle of the entries"
    assert rooms.world.stores.main.truncate_log(), "an open reader would hold the log"
    rooms.world.write(long, None, {PHONE: "+49 30 901820"})
    rooms.world.sequence()
    answer = checked(rooms, b"".join([*begun, *chunks]))
    assert isinstance(answer, Verified), "what happens meanwhile is in the next copy"


def test_a_copy_that_turns_out_damaged_is_no_copy(rooms, copies, long):
    chunks, sent = copies.take(long, 0).chunks(), []
    with rooms.world.stores.main.transaction() as tx:
        newest = select(EntryRow).where(col(EntryRow.consumer_id) == long, EntryRow.i == 8)
        tx.exec(newest).one().row = b"something else"
    rooms.world.is_broken = True
    with pytest.raises(Damaged):
        sent.extend(chunks)
    with pytest.raises(BadInput):
        Bundle.parse(b"".join(sent))


def test_a_copy_with_nothing_new_in_it_is_a_bundle_too(rooms, long):
    whole = rooms.world.prover.bundle(long)
    draft = rooms.world.prover.draft(long, since=Since(size=0, n=whole.standing.n))
    assert b"".join(draft.chunks()) == draft.bundle().to_json()
    assert draft.bundle().entries == ()
