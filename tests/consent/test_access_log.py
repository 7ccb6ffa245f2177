"""A person's record as events: pages, filters, counts, and whom a correction must reach."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.access_log import AccessLog, Wanted
from consent.access_looks import Use
from consent.ledger.entry_types import EntryType
from consent.ledger.log import NewEntry
from tests.world import World
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId, Prefix, new_consumer_id, new_id

NORTHBANK = CompanyId(new_id(Prefix.COMPANY))
ALDER = CompanyId(new_id(Prefix.COMPANY))


@pytest.fixture
def world(stores, clock, tmp_path) -> World:
    return World.begin(stores, clock, tmp_path)


@pytest.fixture
def access_log(world: World) -> AccessLog:
    return AccessLog(main=world.stores.main, reader=world.reader)


@pytest.fixture
def person(world: World) -> ConsumerId:
    return a_person(world)


def a_person(world: World) -> ConsumerId:
    person = new_consumer_id()
    world.open_chain(person, "consumer")
    return person


def enter(world, person, kind, *, company=None, told=None, kept_back=None):
    world.clock.advance(1_000)
    with world.log.acting([person]) as act:
        entry = NewEntry(
            owner=person,
            type=kind,
            actor=company or "consumer",
            company=company,
            P=told or {},
            Q=kept_back or {},
        )
        act.append(entry)


def read(world, person, company, versions, request="r"):
    enter(
        world,
        person,
        EntryType.READ,
        company=company,
        told={"fields": sorted(versions), "request_id": request, "decision": "allowed"},
        kept_back={"versions": {name: str(version) for name, version in versions.items()}},
    )


def join(world, first, second):
    world.clock.advance(1_000)
    with world.log.acting([first, second]) as act:
        for owner in (first, second):
            act.append(NewEntry(owner=owner, type=EntryType.JOINED, actor="consumer"))
        act.close_chain(second, joined_into=first)


def names(page):
    return [event.name for event in page.events]


def test_events_come_newest_first_in_pages(world, access_log, person):
    for _ in range(5):
        enter(world, person, EntryType.SIGN_IN)
    first = access_log.history(person, limit=2)
    second = access_log.history(person, cursor=first.next, limit=2)
    third = access_log.history(person, cursor=second.next, limit=2)
    assert [*names(first), *names(second), *names(third)] == ["5", "4", "3", "2", "1"]
    assert third.next is None


def test_a_page_that_holds_everything_has_no_next(world, access_log, person):
    enter(world, person, EntryType.SIGN_IN)
    assert access_log.history(person, limit=1).next is None


def test_events_are_filtered_by_type_company_field_and_time(world, access_log, person):
    read(world, person, NORTHBANK, {"contact.email": 1})
    read(world, person, ALDER, {"contact.email": 1, "contact.phone_home": 1})
    enter(world, person, EntryType.SIGN_IN)
    third_at = world.clock.now_ms()
    assert names(access_log.history(person, Wanted(types=[EntryType.READ]))) == ["2", "1"]
    assert names(access_log.history(person, Wanted(company=NORTHBANK))) == ["1"]
    assert names(access_log.history(person, Wanted(field="contact.phone_home"))) == ["2"]
    assert names(access_log.history(person, Wanted(since=third_at))) == ["3"]
    assert names(access_log.history(person, Wanted(until=third_at))) == ["2", "1"]


def test_fields_of_a_grant_are_found_by_their_names(world, access_log, person):
    fields = [{"name": "contact.email", "mask": "full"}]
    enter(world, person, EntryType.GRANT, company=NORTHBANK, told={"fields": fields})
    assert names(access_log.history(person, Wanted(field="contact.email"))) == ["1"]


def test_an_event_of_another_person_has_no_name_here(world, access_log, person):
    other = a_person(world)
    enter(world, other, EntryType.SIGN_IN)
    assert access_log.event(other, "1").entry.type == EntryType.SIGN_IN
    for name in ("1", "1.1", "0", "-1", "x", "1.0", "9" * 30):
        assert access_log.event(person, name) is None


@pytest.mark.parametrize("cursor", ["", "x", "1-", "-1", "1.2", "9" * 30, "1" + "-1" * 1_000])
def test_a_cursor_is_one_of_ours(access_log, person, cursor):
    with pytest.raises(BadInput):
        access_log.history(person, cursor=cursor)


def test_a_joined_record_is_told_among_the_others(world, access_log, person):
    second = a_person(world)
    enter(world, person, EntryType.SIGN_IN)
    read(world, second, NORTHBANK, {"contact.email": 1})
    join(world, person, second)
    enter(world, person, EntryType.SIGN_IN)
    assert names(access_log.history(person)) == ["3", "2", "2.1", "1.1", "1"]
    assert access_log.event(person, "1.1").entry.company == NORTHBANK
    assert access_log.event(person, "1.2") is None


def test_pages_over_joined_records_leave_nothing_out(world, access_log, person):
    for _ in range(2):
        second = a_person(world)
        for owner in (person, second, person):
            enter(world, owner, EntryType.SIGN_IN)
        join(world, person, second)
    whole = names(access_log.history(person, limit=100))
    paged, cursor = [], None
    while not paged or cursor:
        page = access_log.history(person, cursor=cursor, limit=3)
        paged += names(page)
        cursor = page.next
    assert paged == whole
    assert len(set(whole)) == len(whole) == 10


def test_looks_count_what_reached_a_company(world, access_log, person):
    read(world, person, NORTHBANK, {"contact.email": 1}, "r1")
    read(world, person, NORTHBANK, {"contact.email": 1, "contact.phone_home": 1}, "r2")
    last = world.clock.now_ms()
    read(world, person, NORTHBANK, {"contact.email": 1}, "r3")
    lost = {"request_id": "r3", "grant_id": "grt_", "reason": "late"}
    enter(world, person, EntryType.UNDELIVERED, company=NORTHBANK, told=lost)
    refused = {"fields": ["contact.email"], "request_id": "r4", "decision": "refused"}
    enter(world, person, EntryType.REFUSED, company=NORTHBANK, told=refused)
    assert access_log.looks(person).by_field() == {
        (NORTHBANK, "contact.email"): Use(reads=2, last_at=last),
        (NORTHBANK, "contact.phone_home"): Use(reads=1, last_at=last),
    }


def test_a_correction_reaches_exactly_those_who_read_the_wrong_versions(world, access_log, person):
    read(world, person, NORTHBANK, {"contact.email": 1})
    read(world, person, ALDER, {"contact.email": 2, "contact.phone_home": 1})
    assert set(access_log.readers(person, "contact.email", versions={1})) == {NORTHBANK}
    assert set(access_log.readers(person, "contact.email", versions={1, 2})) == {NORTHBANK, ALDER}
    assert access_log.readers(person, "contact.email", versions={3}) == {}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(companies=st.lists(st.sampled_from([NORTHBANK, ALDER]), max_size=6))
def test_the_list_and_the_count_say_the_same(world, access_log, companies):
    person = a_person(world)
    for number, company in enumerate(companies):
        read(world, person, company, {"contact.email": 1}, f"r{number}")
    looks, tally = access_log.looks(person), access_log.tally(person)
    for company in (NORTHBANK, ALDER):
        listed = access_log.history(person, Wanted(company=company, field="contact.email"))
        counted = looks.by_field().get((company, "contact.email"), Use(reads=0, last_at=0))
        assert counted.reads == len(listed.events) == tally["read", company]


# --- long records ---------------------------------------------------------------------------------


@pytest.fixture
def short_sight(monkeypatch):
    """Only five entries are looked through."""
    monkeypatch.setattr("consent.access_log.LOOKED_THROUGH", 5)


def test_what_only_opened_entries_say_is_told_with_since_when(
    world, access_log, person, short_sight
):
    read(world, person, NORTHBANK, {"contact.email": 1}, "r0")
    for number in range(1, 5):
        read(world, person, ALDER, {"contact.phone_home": 1}, f"r{number}")
    assert access_log.looks(person).since is None
    read(world, person, ALDER, {"contact.phone_home": 1}, "r5")
    looks = access_log.looks(person)
    assert looks.by_field().keys() == {(ALDER, "contact.phone_home")}
    assert looks.since == looks.entries[-1].at
    newest = access_log.newest(person, Wanted(field="contact.email"))
    assert (newest.events, newest.since) == ([], looks.since)


def test_a_filter_for_a_field_goes_on_page_by_page(world, access_log, person, short_sight):
    read(world, person, NORTHBANK, {"contact.email": 1}, "r0")
    for number in range(1, 12):
        read(world, person, ALDER, {"contact.phone_home": 1}, f"r{number}")
    wanted, pages, cursor = Wanted(field="contact.email"), [], None
    while not pages or cursor:
        page = access_log.history(person, wanted, cursor=cursor, limit=3)
        pages.append(names(page))
        cursor = page.next
    assert pages == [[], [], ["1"]]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_the_first_page_is_the_one_that_the_list_begins_with(
    world, access_log, person, short_sight, limit
):
    second = a_person(world)
    for number in range(8):
        field = "contact.email" if number % 2 else "contact.phone_home"
        read(world, [person, second][number % 3 == 0], NORTHBANK, {field: 1}, f"r{number}")
    join(world, person, second)
    for wanted in (Wanted(), Wanted(field="contact.email"), Wanted(field="work.title")):
        begun = access_log.history(person, wanted, limit=limit)
        shown = access_log.newest(person, wanted, limit=limit).first_page
        assert (names(shown), shown.next) == (names(begun), begun.next)


def test_nothing_is_opened_to_count(world, access_log, person, monkeypatch):
    second = a_person(world)
    read(world, person, NORTHBANK, {"contact.email": 1}, "r1")
    read(world, second, ALDER, {"contact.email": 1}, "r2")
    since = world.clock.now_ms()
    read(world, second, ALDER, {"contact.email": 1}, "r3")
    join(world, person, second)
    monkeypatch.delattr(type(world.reader), "open")
    assert access_log.tally(person) == {
        ("read", NORTHBANK): 1,
        ("read", ALDER): 2,
        ("joined", None): 2,
    }
    assert access_log.tally(person, Wanted(company=ALDER, since=since)) == {("read", ALDER): 2}
    assert access_log.tally(person, Wanted(types=[EntryType.READ], until=since)) == {
        ("read", NORTHBANK): 1
    }
    with pytest.raises(ValueError, match="names no field"):
        access_log.tally(person, Wanted(field="contact.email"))


def test_each_chain_of_a_person_is_a_record_of_its_own(world, access_log, person):
    second = a_person(world)
    enter(world, second, EntryType.ENROLLED, company=ALDER)
    enter(world, person, EntryType.ENROLLED, company=NORTHBANK)
    join(world, person, second)
    joined_at = world.clock.now_ms()
    enter(world, person, EntryType.SIGN_IN)
    own, joined = access_log.records(person)
    assert (own.chain, own.company, own.entries, own.joined_at) == (person, NORTHBANK, 3, None)
    assert (joined.chain, joined.company, joined.entries) == (second, ALDER, 2)
    assert joined.joined_at == joined_at
    with pytest.raises(KeyError):
        access_log.records(new_consumer_id())


def test_a_run_of_events_is_read_at_once(world, access_log, person):
    for _ in range(4):
        enter(world, person, EntryType.SIGN_IN)
    assert [event.name for event in access_log.span(person, 2, 3)] == ["2", "3"]
    assert access_log.span(person, 9, 12) == access_log.span(person, 3, 2) == []
