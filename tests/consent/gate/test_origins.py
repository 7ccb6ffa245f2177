"""Where a value came from: source, channel, nature, what it was concluded from, which contest."""

import pytest

from consent.confirmations import Confirmed
from consent.gate.corrections import CORRECTING_KEYS
from consent.gate.holding import HOLDING_KEYS
from consent.reinsertion import of_person
from tests.rooms import A_DAY
from vault.errors import BadInput

NAME, CHANCE, RISK = "identity.full_name", "inferred.response_chance", "inferred.leaving_risk"
CONTEST = "ctn_0000000000000000000000000A"
FROM = ("loyalty.orders", "returns of the last year")


def infer(rooms, person, company, value="0.7", field=CHANCE, words=FROM):
    told = {"nature": "inferred", "channel": "api", "derived_from": words}
    return rooms.world.write(person, company, {field: value}, **told)


def remedy(rooms, person, act_of, *args, **told):
    with rooms.world.log.acting([person], uses=CORRECTING_KEYS) as act:
        return act_of(act, person, *args, contest_id=CONTEST, **told)


def test_an_inferred_value_says_what_it_was_concluded_from(rooms, northbank, rosa):
    infer(rooms, rosa, northbank)
    [past] = rooms.world.origins.show(rosa, CHANCE)
    assert (past.company, past.channel, past.nature) == (northbank, "api", "inferred")
    assert (past.derived_from, past.value, past.version) == (FROM, "0.7", 1)
    assert (past.is_current, past.is_deleted, past.contest_id) == (True, False, None)
    assert past.entry_i == rooms.types(rosa).index("write") + 1


def test_a_look_at_the_past_is_on_the_record_first(rooms, northbank, rosa):
    infer(rooms, rosa, northbank)
    infer(rooms, rosa, northbank, "0.8")
    rooms.world.origins.show(rosa, CHANCE)
    entry = rooms.last(rosa)
    assert (entry.type, entry.P["fields"]) == ("own_view", [CHANCE])
    assert entry.Q["past"] == {CHANCE: ["2", "1"]}


def test_words_go_with_each_value_of_their_write_alone(rooms, northbank, rosa):
    told = {"nature": "inferred", "derived_from": FROM}
    rooms.world.write(rosa, northbank, {CHANCE: "0.7", RISK: "0.1"}, **told)
    infer(rooms, rosa, northbank, "0.8", words=())
    newest, first = rooms.world.origins.show(rosa, CHANCE)
    assert (newest.derived_from, first.derived_from) == ((), FROM)
    assert rooms.world.origins.show(rosa, RISK)[0].derived_from == FROM


@pytest.mark.parametrize("words", [("x" * 81,), ("",), ("two\nlines",), tuple(map(str, range(17)))])
def test_words_are_few_and_short(rooms, northbank, rosa, words):
    with pytest.raises(BadInput, match="derived_from"):
        infer(rooms, rosa, northbank, words=words)


def test_what_was_provided_is_derived_from_nothing(rooms, northbank, rosa):
    with pytest.raises(BadInput, match="derived_from"):
        rooms.world.write(rosa, northbank, {NAME: "Rosa Quint"}, derived_from=FROM)


def test_a_correction_and_a_certified_value_name_their_contest(rooms, northbank, alder, rosa):
    world = rooms.world
    rooms.grant(alder, rosa, [NAME])
    world.write(rosa, northbank, {NAME: "Rosa Wrong"})
    told = {"company": northbank, "versions": [1]}
    remedy(rooms, rosa, world.corrections.correct, NAME, "Rosa Quint", **told)
    world.write(rosa, alder, {NAME: "Rosa Wrong"}, channel="import")
    with world.stores.main.reading() as tx:
        [held] = of_person(tx, rosa)
    with world.log.acting([rosa], uses=HOLDING_KEYS) as act:
        assert isinstance(world.holding.certify(act, alder, rosa, held.held_id), Confirmed)
    certified, corrected, wrong = world.origins.show(rosa, NAME)
    assert (certified.channel, certified.contest_id) == ("import", CONTEST)
    assert (corrected.channel, corrected.contest_id) == ("contest", CONTEST)
    assert (wrong.value, wrong.contest_id) == ("Rosa Wrong", None)


def test_a_deleted_value_leaves_its_origin_and_takes_its_words(rooms, northbank, rosa):
    infer(rooms, rosa, northbank)
    told = {"company": northbank, "versions": [1]}
    remedy(rooms, rosa, rooms.world.corrections.delete, CHANCE, **told)
    [past] = rooms.world.origins.show(rosa, CHANCE)
    assert (past.is_deleted, past.value, past.derived_from) == (True, None, ())
    assert past.company == northbank
    with rooms.world.stores.main.reading() as tx:
        kinds = tx.connection().exec_driver_sql("SELECT kind FROM sealed_texts")
        assert "derived" not in set(kinds.scalars())


def test_words_come_over_with_a_joined_record(rooms, northbank, alder, rosa):
    infer(rooms, rosa, northbank)
    second = rooms.person(alder, "B-1")
    infer(rooms, second, alder, "0.2", words=("visits",))
    rooms.claiming.join(rosa, rooms.enrolment.invite(alder, "B-1", valid_ms=A_DAY))
    theirs, ours = rooms.world.origins.show(rosa, CHANCE)
    assert (theirs.company, theirs.version, theirs.derived_from) == (alder, 2, ("visits",))
    assert (ours.company, ours.derived_from) == (northbank, FROM)


def test_no_field_has_no_past(rooms, rosa):
    with pytest.raises(BadInput):
        rooms.world.origins.show(rosa, "made.up")
    assert rooms.world.origins.show(rosa, NAME) == []
