"""What an officer finds, what it leaves on the record, and what is never shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import searching
from consent.confirmations import Confirmed
from consent.ledger.entry_types import EntryType
from consent.ledger.log import NewEntry
from consent.searching import Bearer, Sought
from tests.bureau import Bureau
from vault.errors import BadInput
from vault.identifiers import ConsumerId
from vault.keyring import KeyUse

STAFF = "stf_0000000000000001"


@pytest.fixture
def bureau(rooms):
    return Bureau.around(rooms.world)


@pytest.fixture
def search(bureau):
    """A search a moment after all that happened before."""

    def run(*, cursor=None, limit=50, **sought):
        bureau.world.clock.advance(1)
        return bureau.searches.run(STAFF, Sought(**sought), cursor=cursor, limit=limit)

    return run


def enter(bureau, owner, *, times=1):
    """Entries without a company, all of one millisecond."""
    entry = NewEntry(owner=owner, type=EntryType.OWN_VIEW, actor="consumer", P={"fields": []})
    with bureau.world.log.acting([owner]) as act:
        act.append(*[entry] * times)


def everything(search, **sought):
    """All pages, one after the other."""
    lines, cursor = [], None
    until = sought.pop("until")
    while True:
        found = search(cursor=cursor, until=until, **sought)
        lines += found.lines
        if found.next is None:
            return lines
        cursor = found.next


# --- the record ---------------------------------------------------------------------------------


def test_a_search_is_on_the_record_with_what_it_was_narrowed_by(bureau, search, northbank):
    found = search(company=northbank, types=(EntryType.REFUSED, EntryType.READ), since=5, until=9)
    [told] = bureau.told(EntryType.SEARCH)
    assert told["staff_id"] == STAFF
    assert told["filters"] == {
        "company": northbank,
        "types": ["read", "refused"],
        "since": 5,
        "until": 9,
    }
    entries = bureau.world.reader.entries(bureau.vault, types=[EntryType.SEARCH])
    assert [entry.i for entry in entries] == [found.entry_i]


def test_every_page_is_a_search(bureau, search, rosa):
    found = search(limit=1)
    search(limit=1, cursor=found.next)
    told = bureau.told(EntryType.SEARCH)
    assert [one["filters"] for one in told] == [{}, {"after": found.next}]


def test_the_entry_is_durable_before_anything_is_looked_at(bureau, search, rosa, monkeypatch):
    def fail(*_, **__):
        raise ConnectionError("the store went away")

    monkeypatch.setattr(searching, "_walk", fail)
    with pytest.raises(ConnectionError):
        search()
    assert len(bureau.told(EntryType.SEARCH)) == 1


def test_no_entry_no_search(bureau, search, rosa, monkeypatch):
    def full(*_, **__):
        raise ConnectionError("the disk is full")

    monkeypatch.setattr(bureau.world.log, "append", full)
    walked = []
    monkeypatch.setattr(searching, "_walk", lambda *_, **__: walked.append(1))
    with pytest.raises(ConnectionError):
        search()
    assert walked == []


@pytest.mark.parametrize("cursor", ["", "x", "1", "-1", "1-", "1-1-1", "9" * 17 + "-1", "1-1\n"])
def test_a_cursor_that_is_none_of_ours_is_refused_before_it_is_recorded(bureau, search, cursor):
    with pytest.raises(BadInput):
        search(cursor=cursor)
    assert bureau.told(EntryType.SEARCH) == []


# --- what is found ------------------------------------------------------------------------------


def test_entries_come_newest_first_with_whose_record_they_stand_in(search, northbank, rosa):
    lines = search().lines
    assert list(lines) == sorted(lines, key=lambda line: -line.at)
    by_type = {line.type: line for line in (*lines, *search().lines)}
    assert by_type["enrolled"].bearer is Bearer.PERSON
    assert by_type["enrolled"].company == northbank
    assert by_type["company_added"].bearer is Bearer.COMPANY
    assert by_type["company_added"].pseudonym == ""
    assert by_type["search"].bearer is Bearer.VAULT


def test_a_search_is_narrowed_by_company_type_and_time(bureau, search, rooms, northbank, alder):
    bureau.world.clock.advance(1_000)
    rooms.person(alder, "B-1", address="ben@example.org")
    moment = bureau.world.clock.now_ms()
    assert {line.company for line in search(company=alder).lines} == {alder}
    of_type = search(types=(EntryType.ENROLLED,)).lines
    assert {(line.type, line.company) for line in of_type} == {("enrolled", alder)}
    assert {line.at for line in search(since=moment, company=alder).lines} == {moment}
    assert all(line.at < moment for line in search(until=moment).lines)
    assert {line.company for line in search(until=moment, company=alder).lines} == {alder}


def test_what_is_added_meanwhile_moves_no_line(search, bureau, rosa):
    enter(bureau, rosa, times=4)
    types = (EntryType.OWN_VIEW,)
    first = search(limit=2, types=types)
    enter(bureau, rosa, times=3)
    second = search(limit=2, types=types, cursor=first.next)
    assert [line.i for line in (*first.lines, *second.lines)] == [7, 6, 5, 4]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_hold_everything_once(bureau, search, rooms, northbank, alder, rosa, limit):
    ben = rooms.person(alder, "B-1", address="ben@example.org")
    enter(bureau, rosa, times=5)
    enter(bureau, ben, times=4)
    bureau.world.clock.advance(1)
    now = bureau.world.clock.now_ms()
    whole = search(limit=1_000, until=now).lines
    assert everything(search, limit=limit, until=now) == list(whole)
    mine = tuple(line for line in whole if line.type == "own_view")
    assert len(mine) == 9
    found = everything(search, limit=limit, until=now, types=(EntryType.OWN_VIEW,))
    assert tuple(found) == mine


def test_a_long_record_is_looked_through_page_by_page(bureau, search, rosa, monkeypatch):
    monkeypatch.setattr(searching, "LOOKED_THROUGH", 4)
    enter(bureau, rosa, times=10)
    bureau.world.clock.advance(1)
    now = bureau.world.clock.now_ms()
    first = search(until=now, types=(EntryType.ENROLLED,))
    assert (first.lines, first.looked_to) == ((), now - 1)
    found = everything(search, until=now, types=(EntryType.ENROLLED,))
    assert [line.type for line in found] == ["enrolled"]


def test_what_is_not_in_the_log_yet_says_so(bureau, search, rosa):
    assert not any(line.is_logged for line in search(until=bureau.world.clock.now_ms() + 1).lines)
    bureau.world.sequence()
    assert all(line.is_logged for line in search(types=(EntryType.ENROLLED,)).lines)


# --- people -------------------------------------------------------------------------------------


def pseudonyms(search):
    return {line.pseudonym for line in search(types=(EntryType.ENROLLED,)).lines}


def test_a_person_has_one_pseudonym_and_another_person_another(search, rooms, northbank, rosa):
    [first] = pseudonyms(search)
    assert pseudonyms(search) == {first}
    rooms.person(northbank, "A-2", address="ben@example.org")
    assert len(pseudonyms(search)) == 2
    assert len(first.replace("-", "")) == 12


def test_a_record_that_was_joined_goes_under_the_name_of_its_person(
    bureau, search, rooms, northbank, alder, rosa
):
    rooms.enrolment.enrol_many(alder, ["B-1"])
    assert len(pseudonyms(search)) == 2
    code = rooms.enrolment.invite(alder, "B-1", valid_ms=60_000)
    assert isinstance(rooms.claiming.join(rosa, code), Confirmed)
    assert len(pseudonyms(search)) == 1


def test_a_pseudonym_goes_with_the_key(bureau, search, rosa):
    bureau.world.keyring.destroy(rosa, [KeyUse.LOG])
    bureau.world.is_broken = True
    assert pseudonyms(search) == {""}


def test_a_line_holds_nothing_of_a_person(search, rooms, northbank, rosa):
    told = str(search().lines)
    for secret in ("rosa", "A-1", "contact.email", "con_", "p_"):
        assert secret not in told.replace("cmp_", "")
    assert ConsumerId(rosa).hex() not in told


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_no_text_is_a_cursor_by_chance(typed):
    try:
        place = searching._place(typed)
    except BadInput:
        return
    assert place is not None
    assert typed == f"{typed.partition('-')[0]}-{typed.partition('-')[2]}"
