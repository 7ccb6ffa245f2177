"""The words of a case: on the record before they are opened, for nobody but whom they are meant."""

import pytest

from consent.gate.texts import TEXT_KEYS, CaseText, TextKind
from tests.consent.gate.conftest import Desk
from vault.errors import BadInput, Conflict, Damaged
from vault.identifiers import raw

CONTEST = "ctn_0000000000000000000000000A"
CLAIM = CaseText(kind=TextKind.CLAIM, text_id=raw(CONTEST))
REPLY = CaseText(kind=TextKind.MESSAGE, text_id=b"m" * 16)


def put(desk: Desk, text: CaseText, words: bytes) -> bytes:
    with desk.world.log.acting([desk.person], uses=TEXT_KEYS) as act:
        return desk.world.texts.put(act, desk.person, text.kind, text.text_id, words)


@pytest.fixture
def case(desk: Desk) -> Desk:
    desk.known_as(desk.northbank)
    put(desk, CLAIM, b"not mine")
    put(desk, REPLY, b"we will look")
    return desk


def test_the_person_reads_their_words_in_one_own_view(case: Desk) -> None:
    opened = case.world.texts.open_own(case.person, [REPLY, CLAIM], contest_id=CONTEST)
    assert opened == [b"we will look", b"not mine"]
    [entry] = case.entries("own_view")
    assert (entry.P["actor"], entry.P["contest_id"]) == ("consumer", CONTEST)


def test_a_company_reads_behind_an_entry_that_names_the_case(case: Desk) -> None:
    texts = case.world.texts
    opened = texts.open_for_company(case.northbank, case.person, CONTEST, [CLAIM, REPLY])
    assert opened == [b"not mine", b"we will look"]
    [entry] = case.entries("case_read")
    assert (entry.company, entry.P["contest_id"]) == (case.northbank, CONTEST)
    assert entry.P["words"] == ["claim", "message"]
    assert entry.P["consumer"] == case.known_as(case.northbank)


def test_an_officer_is_named(case: Desk) -> None:
    texts = case.world.texts
    assert texts.open_for_officer("stf_1", case.person, CONTEST, [CLAIM]) == [b"not mine"]
    [entry] = case.entries("case_read")
    assert (entry.P["actor"], entry.P["staff_id"], entry.company) == ("operator", "stf_1", None)


def test_nothing_is_opened_before_the_entry_is_durable(case: Desk, monkeypatch) -> None:
    seen = []
    sealed = case.world.texts._texts
    opened = type(sealed).open

    def watching(self, texts):
        seen.append(len(case.entries("case_read", "own_view")))
        return opened(self, texts)

    monkeypatch.setattr(type(sealed), "open", watching)
    case.world.texts.open_for_company(case.northbank, case.person, CONTEST, [CLAIM])
    case.world.texts.open_own(case.person, [CLAIM])
    assert seen == [1, 2]


def test_a_crash_before_the_commit_opens_nothing(case: Desk, monkeypatch) -> None:
    def cut(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("consent.ledger.log.Log.append", cut)
    with pytest.raises(KeyboardInterrupt):
        case.world.texts.open_for_company(case.northbank, case.person, CONTEST, [CLAIM])
    monkeypatch.undo()
    assert case.entries("case_read") == []


def test_a_stranger_and_a_suspended_company_read_nothing(case: Desk) -> None:
    open_for = case.world.texts.open_for_company
    with pytest.raises(Conflict):
        open_for(case.parcelo, case.person, CONTEST, [CLAIM])
    case.world.companies.suspend(case.northbank)
    with pytest.raises(Conflict):
        open_for(case.northbank, case.person, CONTEST, [CLAIM])
    assert case.entries("case_read") == []


def test_what_is_not_there_makes_no_entry(case: Desk) -> None:
    gone = CaseText(kind=TextKind.REASON, text_id=raw(CONTEST))
    for ask in (
        lambda: case.world.texts.open_own(case.person, [CLAIM, gone]),
        lambda: case.world.texts.open_for_company(case.northbank, case.person, CONTEST, [gone]),
    ):
        with pytest.raises(KeyError):
            ask()
    assert case.entries("case_read", "own_view") == []


def test_words_moved_to_another_kind_do_not_open(case: Desk) -> None:
    with case.world.stores.main.transaction() as tx:
        tx.connection().exec_driver_sql(
            "UPDATE sealed_texts SET kind = 'reason' WHERE kind = 'claim'"
        )
    moved = CaseText(kind=TextKind.REASON, text_id=CLAIM.text_id)
    with pytest.raises(Damaged):
        case.world.texts.open_own(case.person, [moved])


def test_words_put_again_replace_and_dropped_ones_are_gone(case: Desk) -> None:
    assert put(case, CLAIM, b"not mine at all") != put(case, CLAIM, b"not mine at all")
    assert case.world.texts.open_own(case.person, [CLAIM]) == [b"not mine at all"]
    with case.world.log.acting([case.person]) as act:
        case.world.texts.drop(act, case.person, [CLAIM])
    with pytest.raises(KeyError):
        case.world.texts.open_own(case.person, [CLAIM])


def test_words_have_a_bound(case: Desk) -> None:
    with pytest.raises(BadInput):
        put(case, CLAIM, bytes(65_537))
