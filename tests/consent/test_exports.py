"""An officer takes a part of the log: on the record first, proved, bounded, to be gone on with."""

import json
from collections import Counter

import pytest
from sqlalchemy import text

from consent import exports
from consent.exports import Exports
from consent.ledger.checkpoint import log_key
from consent.ledger.entry_types import EntryType
from consent.ledger.export_asked import Asked
from consent.ledger.export_check import check_export
from consent.ledger.export_leaves import LeafSource
from consent.ledger.export_lines import Manifest
from consent.ledger.export_verdicts import ExportCaution, Exported
from tests import arrange
from tests.stores import fresh
from tests.world import ORIGIN, World
from vault import base64url
from vault.errors import BadInput, Conflict, Damaged, Unready
from vault.identifiers import ConsumerId
from vault.keyring import KeyUse
from vault.vault_keys import VaultKeyUse

OFFICER = "stf_0123456789abcdef"
A_MINUTE = 60_000


@pytest.fixture
def world(stores, clock, tmp_path):
    """Two companies, three people, a read a minute, each in an epoch of its own."""
    return begun(stores, clock, tmp_path)


@pytest.fixture
def sqlite_world(sqlite_maker, clock, tmp_path):
    with fresh(sqlite_maker) as made:
        yield begun(made, clock, tmp_path)


def begun(stores, clock, folder):
    world = World.begin(stores, clock, folder)
    world.companies_made = [arrange.company(world, name) for name in ("Northbank", "Shoes")]
    world.people = []
    for n in range(3):
        company = world.companies_made[n % 2]
        person = arrange.person(world, company)
        world.people.append(person)
        arrange.permit(world, person, company, [arrange.EMAIL])
        arrange.read(world, arrange.request(company, person))
        world.sequence()
        clock.advance(A_MINUTE)
    return world


def exports_of(world, **how):
    leaves = LeafSource(
        main=world.stores.main,
        keyring=world.keyring,
        reader=world.reader,
        vault_id=world.vault_id,
    )
    return Exports(
        main=world.stores.main,
        log=world.log,
        leaves=leaves,
        vault=ConsumerId(world.vault_id),
        origin=ORIGIN,
        pause=lambda _: None,
        **how,
    )


def take(world, **asked):
    made = exports_of(world)
    export = made.begin(Asked(**asked), by=OFFICER, nudge=world.sequence)
    return b"".join(made.parts(export))


def verdict(world, data, **how):
    key = log_key(ORIGIN, world.keyring.signing_key(VaultKeyUse.LOG_SIGNING).public)
    answer = check_export(data.splitlines(keepends=True), log_key=key, **how)
    assert isinstance(answer, Exported), answer
    return answer


def lines_of(data, kind=None):
    lines = [json.loads(line) for line in data.splitlines()]
    return [line for line in lines if kind in (None, line.get("kind"))]


def types_of(data):
    return Counter(json.loads(line["p"])["type"] for line in lines_of(data, "open"))


# --- what is in it --------------------------------------------------------------------------------


def test_the_whole_log_proves_itself_with_every_entry_open(world):
    data = take(world)
    answer = verdict(world, data)
    assert answer.counts["open"] == sum(answer.counts.values()) - answer.counts["epochs"]
    assert types_of(data)["read"] == 3
    assert answer.cautions == {ExportCaution.UNWITNESSED}


def test_the_export_is_an_entry_before_anything_is_handed_out(world):
    made = exports_of(world)
    made.begin(Asked(types=("read",)), by=OFFICER, nudge=world.sequence)
    [entry] = world.reader.entries(ConsumerId(world.vault_id), types=(EntryType.EXPORT,))
    assert entry.leaf_index is not None
    assert entry.P["staff_id"] == OFFICER
    assert entry.P["asked"] == {"types": ["read"]}


def test_the_export_that_holds_its_own_entry_shows_it(world):
    assert types_of(take(world))["export"] == 1


def test_only_what_was_asked_for_is_open(world):
    bank, _ = world.companies_made
    data = take(world, company=bank, types=("read",))
    assert types_of(data) == {"read": 2}
    assert verdict(world, data).counts["filtered"] > 0
    assert {json.loads(line["p"])["actor"] for line in lines_of(data, "open")} == {bank}


def test_a_period_begins_and_ends_where_nothing_can_be_outside(world, clock):
    since = clock.now_ms() - A_MINUTE
    answer = verdict(world, take(world, since=since, until=clock.now_ms() + 1))
    assert answer.manifest.first > 0
    assert answer.counts["open"] > 0
    assert answer.after < since
    assert ExportCaution.NOT_SETTLED in answer.cautions
    clock.advance(3 * 86_400_000)
    arrange.company(world)
    world.sequence()
    clock.advance(A_MINUTE)
    settled = verdict(world, take(world, since=since, until=since + A_MINUTE))
    assert ExportCaution.NOT_SETTLED not in settled.cautions
    assert settled.manifest.last < settled.manifest.size - 1


def test_a_period_of_the_future_holds_nothing_yet(world, clock):
    answer = verdict(world, take(world, since=clock.now_ms() + A_MINUTE))
    assert answer.counts == {**dict.fromkeys(answer.counts, 0), "epochs": 1}


@pytest.mark.parametrize(("first", "last"), [(0, 0), (2, 9), (7, 7)])
def test_a_run_of_leaves_is_handed_out_as_asked(world, first, last):
    answer = verdict(world, take(world, from_leaf=first, to_leaf=last))
    assert (answer.manifest.first, answer.manifest.last) == (first, last)


def test_leaves_the_log_does_not_have_cannot_be_asked_for(world):
    before = world.reader.count(ConsumerId(world.vault_id))
    for asked in ({"from_leaf": 10_000}, {"to_leaf": 10_000}):
        with pytest.raises(BadInput, match="no leaf"):
            exports_of(world).begin(Asked(**asked), by=OFFICER)
    assert world.reader.count(ConsumerId(world.vault_id)) == before


def test_people_are_named_as_officers_know_them_from_their_searches(world):
    named = Counter(line.get("who") for line in lines_of(take(world), "open"))
    known = world.reader.pseudonyms([person.consumer for person in world.people])
    assert {name: named.pop(name) for name in known.values()} == dict.fromkeys(
        known.values(), 4
    )  # enrolled, write, grant, read
    assert list(named) == [None], "companies and the vault are nobody's"


def test_a_record_that_was_joined_goes_under_the_one_that_goes_on(world):
    first, second = (person.consumer for person in world.people[:2])
    with world.stores.main.transaction() as tx:
        told = {"first": first, "second": second}
        change = "UPDATE heads SET status = 'joined', joined_into = :first"
        tx.execute(text(f"{change} WHERE consumer_id = :second"), told)
    named = Counter(line.get("who") for line in lines_of(take(world), "open"))
    assert named[world.reader.pseudonyms([first])[first]] == 8
    assert world.reader.pseudonyms([second])[second] not in named


def test_nothing_that_is_the_persons_alone_is_in_it(world):
    told = take(world).decode()
    for person in world.people:
        for entry in world.reader.entries(person.consumer):
            assert base64url.encode(entry.opened.s) not in told
            assert "versions" not in entry.Q or entry.opened.Q.decode() not in told
        bundle = world.prover.bundle(person.consumer)
        assert base64url.encode(bundle.standing.place.nonce) not in told
        assert base64url.encode(bundle.standing.place.tag_key) not in told


# --- erased, lost, changed ------------------------------------------------------------------------


def erase(world, person, *, rows=True):
    """What an erasure leaves: no log key, the head closed, and in the end no rows."""
    world.keyring.destroy(person.consumer, [KeyUse.LOG])
    with world.stores.main.transaction() as tx:
        told = {"who": person.consumer, "status": "erased" if rows else "erasing"}
        tx.execute(text("UPDATE heads SET status = :status WHERE consumer_id = :who"), told)
        if rows:
            tx.execute(text("DELETE FROM entries WHERE consumer_id = :who"), told)


@pytest.mark.parametrize("rows", [True, False], ids=["gone", "going"])
def test_an_erased_person_is_closed_and_everything_else_proves_itself(world, rows):
    before = verdict(world, take(world)).counts
    erase(world, world.people[1], rows=rows)
    answer = verdict(world, take(world))
    assert answer.counts["erased"] == 4
    assert answer.counts["open"] == before["open"] - 4 + 1
    assert ExportCaution.ERASED in answer.cautions


def test_entries_taken_out_by_hand_are_not_told_as_erased(world):
    with world.stores.main.transaction() as tx:
        told = {"who": world.people[0].consumer}
        tx.execute(text("DELETE FROM entries WHERE consumer_id = :who AND i = 2"), told)
    with pytest.raises(Damaged, match="nobody's record was erased"):
        take(world)
    world.is_broken = True


def test_a_key_that_is_gone_is_not_told_as_an_erasure(world):
    world.keyring.destroy(world.people[0].consumer, [KeyUse.LOG])
    with pytest.raises(Damaged, match="not erased"):
        take(world)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE entries SET at = at + 1 WHERE consumer_id = :who AND i = 2", "was changed"),
        ("UPDATE entries SET type = 'own_view' WHERE consumer_id = :who AND i = 2", "was changed"),
        ("DELETE FROM log_leaves WHERE leaf_index = 4", "is missing"),
    ],
)
def test_what_was_changed_in_the_store_is_found_not_handed_out(world, change, words):
    with world.stores.main.transaction() as tx:
        told = {"who": world.people[0].consumer}
        tx.execute(text(change), told if ":who" in change else {})
    with pytest.raises(Damaged, match=words):
        take(world)


@pytest.mark.parametrize("elsewhere", ["another entry", "an epoch", "beyond the log"])
def test_an_entry_moved_to_another_leaf_is_not_told_as_erased(world, elsewhere):
    person = world.people[0].consumer
    mine = [entry.leaf_index for entry in world.reader.entries(person)]
    epoch = next(line for line in lines_of(take(world), "epoch"))
    other = next(at for at in range(100) if at not in mine and str(at) != epoch["leaf"])
    to = {"another entry": other, "an epoch": int(epoch["leaf"]), "beyond the log": 1_000}
    with world.stores.main.transaction() as tx:
        change = "UPDATE entries SET leaf_index = :to WHERE consumer_id = :who AND i = 2"
        tx.execute(text(change), {"to": to[elsewhere], "who": person})
    with pytest.raises(Damaged):
        take(world, from_leaf=mine[1], to_leaf=mine[1])


def test_a_leaf_exchanged_in_the_store_does_not_lead_to_the_root(world):
    with world.stores.main.transaction() as tx:
        tx.execute(
            text("UPDATE log_leaves SET body = :body WHERE leaf_index = 4"), {"body": b"\1" * 33}
        )
    with pytest.raises(Damaged):
        take(world)


# --- bounded, and to be gone on with --------------------------------------------------------------


def test_no_reader_is_held_between_two_parts(sqlite_world, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 3)
    made = exports_of(sqlite_world)
    parts = made.parts(made.begin(Asked(), by=OFFICER, nudge=sqlite_world.sequence))
    handed_out = []
    for part in parts:
        handed_out.append(part)
        assert sqlite_world.stores.main.truncate_log(), "a snapshot is open"
    assert len(handed_out) > 6
    verdict(sqlite_world, b"".join(handed_out))


def test_who_is_erased_while_it_is_handed_out_is_closed_from_then_on(world, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 3)
    made = exports_of(world)
    parts = made.parts(made.begin(Asked(), by=OFFICER, nudge=world.sequence))
    begun = next(parts) + next(parts)
    erase(world, world.people[2])
    assert verdict(world, begun + b"".join(parts)).counts["erased"] == 4


def test_what_comes_into_the_log_meanwhile_changes_nothing(world, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 3)
    made = exports_of(world)
    parts = made.parts(made.begin(Asked(), by=OFFICER, nudge=world.sequence))
    begun = next(parts)
    arrange.company(world, "Harbour Books")
    world.sequence()
    verdict(world, begun + b"".join(parts))


def resumed(world, data):
    made = exports_of(world)
    first, _, rest = data.partition(b"\n")
    export = made.resume(Manifest.parse(first + b"\n"), rest.splitlines(keepends=True))
    return data[: export.tally.length] + b"".join(made.parts(export))


def test_a_part_is_gone_on_with_to_the_very_same_file(world):
    data = take(world)
    entries = world.reader.count(ConsumerId(world.vault_id))
    ends = [data.find(b"\n") + 1, len(data) // 3, len(data) // 2, data.rfind(b"\n", 0, -1) + 1]
    for end in [*ends, len(data) - 5, len(data)]:
        assert resumed(world, data[:end]) == data
    assert world.reader.count(ConsumerId(world.vault_id)) == entries, "it is one export"


def test_only_what_was_begun_here_is_gone_on_with(world):
    data = take(world)
    for old, new in [
        (b'"last":"', b'"last":"1'),
        (b'"root":"', b'"root":"A'),
        (b'"r":"', b'"r":"A'),
    ]:
        with pytest.raises((Conflict, BadInput)):
            resumed(world, data.replace(old, new, 1))
    lines = data.splitlines(keepends=True)
    with pytest.raises(Conflict, match="not the beginning"):
        resumed(world, b"".join([lines[0], *lines[2:5]]))


def test_a_part_that_was_changed_never_becomes_a_whole(world):
    lines = take(world).splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if b'"kind":"open"' in line)
    lines[at] = lines[at].replace(b'"c":"', b'"c":"A', 1)[: -len(b"x")] + b"\n"
    with pytest.raises((BadInput, Damaged)):
        resumed(world, b"".join(lines[:6]))


def test_an_entry_that_does_not_come_into_the_log_is_not_waited_for_without_end(world):
    with pytest.raises(Unready, match="worker"):
        exports_of(world).begin(Asked(), by=OFFICER)
