"""What one company supplied is erased: that, and nothing of anybody else."""

import pytest

from audit_portal.erasure.line import LineErasures
from consent import legal_holds
from consent.ledger.entry_types import BY_OPERATOR, EntryType
from consent.tables import Notice
from tests.audit_portal.erasure.town import EMAIL, NAME, TITLE
from tests.erasing import bytes_of_stores, lines_of, stores_of
from vault.errors import Conflict


@pytest.fixture
def lines(town) -> LineErasures:
    return lines_of(town.world)


def live(town):
    with town.world.stores.main.reading() as tx:
        versions = town.world.profiles.versions(tx, town.rosa)
    return {one.field for one in versions if not one.deleted}


def records(town):
    with town.world.stores.main.reading() as tx:
        rows = tx.connection().exec_driver_sql("SELECT field, rec FROM field_versions")
        return {field: bytes(rec) for field, rec in rows if rec is not None}


def test_the_line_goes_and_the_others_stay(town, lines):
    assert live(town) == {EMAIL, NAME, TITLE}
    gone = records(town)[NAME]
    assert lines.erase(town.rosa, town.northbank, actor=town.northbank) is True
    assert live(town) == {EMAIL, TITLE}
    assert not any(gone in held for _, held in bytes_of_stores(town.world))
    assert lines.erase(town.rosa, town.northbank, actor=town.northbank) is None


def test_what_a_value_was_concluded_from_goes_with_it(town, lines):
    chance = "inferred.response_chance"
    told = {"nature": "inferred", "derived_from": ("orders",)}
    town.world.write(town.rosa, town.northbank, {chance: "0.7"}, **told)
    with town.world.stores.main.reading() as tx:
        [words] = town.world.derivations.fetch(tx, town.rosa, [(chance, 1)]).values()
    lines.erase(town.rosa, town.northbank, actor=town.northbank)
    assert not any(words.rec in held for _, held in bytes_of_stores(town.world))


def test_who_read_it_is_told_with_the_fields(town, lines):
    lines.erase(town.rosa, town.northbank, actor=town.northbank)
    [notice] = town.rooms.rows(Notice)
    assert (notice.company_id, notice.kind) == (town.looker, "erased")
    assert NAME in notice.body
    assert EMAIL not in notice.body
    assert town.northbank not in notice.body


def test_the_entry_says_what_went_and_who_asked(town, lines):
    lines.erase(town.rosa, town.northbank, actor=BY_OPERATOR)
    entry = town.rooms.last(town.rosa)
    assert entry.type == EntryType.ERASE
    assert entry.P["scope"] == "line"
    assert (entry.P["actor"], entry.P["company"], entry.P["fields"]) == (
        *("operator", town.northbank),
        [NAME],
    )
    assert {"deleted": {NAME: ["1"]}, "told": [town.looker]} == entry.Q


def test_nobody_gets_it_any_more_and_the_same_value_sent_again_stays_away(town, lines):
    lines.erase(town.rosa, town.northbank, actor=town.northbank)
    outcome = town.rooms.read(town.looker, town.rosa, [EMAIL, NAME]).to_json()
    assert outcome["fields"].keys() == {EMAIL}
    assert outcome["withheld"] == {NAME: "no_value"}
    town.world.write(town.rosa, town.northbank, {NAME: "Rosalinda Quint-Planted"})
    assert live(town) == {EMAIL, TITLE}


def test_a_legal_hold_stops_it(town, lines):
    world = town.world
    with world.log.acting([town.rosa]) as act:
        now = world.clock.now_ms()
        legal_holds.place(act, town.rosa, law="a law", until_ms=now + 1_000, now_ms=now)
    with pytest.raises(Conflict, match="a law"):
        lines.erase(town.rosa, town.northbank, actor=town.northbank)
    assert NAME in live(town)


def test_a_reader_that_holds_the_log_leaves_it_to_the_worker(town, lines):
    if town.world.stores.kind != "sqlite":
        pytest.skip("PostgreSQL has no log that a reader holds")
    with stores_of(town.world)["main"].reading() as tx:
        tx.connection().exec_driver_sql("SELECT count(*) FROM entries")
        assert lines.erase(town.rosa, town.northbank, actor=town.northbank) is False
        assert lines.run() == 0
    assert lines.run() == 1
    assert lines.run() == 0
