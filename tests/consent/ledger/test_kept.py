"""What a person keeps: it survives being written down, and has one form."""

import json

import pytest

from consent.ledger.entries import new_chain
from consent.ledger.kept import Kept, Place
from tests.ledger_double import SHOP, LedgerDouble
from vault.errors import BadInput

PLACE = Place(slot=7, nonce=bytes([1] * 32), tag_key=bytes([2] * 32))


@pytest.fixture
def kept():
    log = LedgerDouble()
    log.enrol("rosa")
    log.grant("rosa", SHOP, ["contact.email"], max_reads=4)
    paused = log.grant("rosa", SHOP, ["contact.phone"])
    log.write("rosa", "pause", company=SHOP, grant_id=paused)
    log.close_epoch()
    return log.check("rosa").kept


def test_what_is_written_is_read(kept):
    assert Kept.parse(kept.to_json()) == kept
    assert len(kept.grants) == 2


def test_before_the_first_check_there_is_the_place_alone():
    kept = Kept.enrolled(PLACE)
    assert Kept.parse(kept.to_json()) == kept
    assert kept.head == new_chain(slot=7, nonce=PLACE.nonce)
    assert kept.log is None
    assert kept.checkpoint("vault.example/log") is None


def test_the_first_state_has_its_frozen_bytes():
    assert Kept.enrolled(PLACE).to_json() == (
        b'{"at":0,"format":"habeas/kept","grants":{},'
        b'"h":"Ku3vLMLjhaEpOZaQocU_ho8-hxs9PpkB-xG8zSuks38","n":"0",'
        b'"place":{"nonce":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","slot":"7",'
        b'"tag_key":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"},"v":1}'
    )


def test_only_the_kept_log_s_checkpoint_is_told(kept):
    assert kept.checkpoint("vault.example/log").size == 5
    assert kept.checkpoint("other.example/log") is None


def changed(kept, path, value):
    told = json.loads(kept.to_json())
    inside = told
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "habeas/other"),
        (["v"], 2),
        (["n"], 5),
        (["n"], "05"),
        (["n"], str(1 << 63)),
        (["h"], "AA"),
        (["at"], -1),
        (["more"], 1),
        (["place", "slot"], "-1"),
        (["place", "nonce"], "=" * 43),
        (["log", "checkpoint"], 5),
        (["log", "d"], "6"),
        (["log", "more"], 1),
        (["log"], []),
        (["grants"], []),
        (["grants", "g"], {}),
    ],
)
def test_a_state_has_one_form(kept, path, value):
    with pytest.raises(BadInput):
        Kept.parse(changed(kept, path, value))


def test_a_permission_kept_has_one_form(kept):
    told = json.loads(kept.to_json())
    (permit, *_) = told["grants"].values()
    for name, value in [("state", "asleep"), ("i", 2), ("reads", "0"), ("until", -5)]:
        permit_before = permit[name]
        permit[name] = value
        with pytest.raises(BadInput):
            Kept.parse(json.dumps(told).encode())
        permit[name] = permit_before
    assert Kept.parse(json.dumps(told).encode()) == kept


def test_the_secrets_of_the_place_show_in_no_repr():
    assert repr(PLACE) == "Place(slot=7)"
