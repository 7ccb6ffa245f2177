"""A contested value is corrected or deleted: what companies read then, and what cannot return."""

import pytest

from consent.gate.corrections import CORRECTING_KEYS
from consent.gate.texts import CaseText, TextKind
from consent.tables import Guard
from tests.arrange import person as arranged
from tests.check_everything import check_everything
from vault.base64url import decode
from vault.errors import BadInput
from vault.fields import field_named
from vault.identifiers import raw

EMAIL, NAME = "contact.email", "identity.full_name"
CONTEST = "ctn_0000000000000000000000000A"
WRONG, RIGHT = "rosa@wrong.example", "rosa@right.example"


class Case:
    """Northbank supplied an address that Rosa contests; Alder may read it."""

    def __init__(self, rooms, northbank, alder):
        self.rooms, self.world = rooms, rooms.world
        self.northbank, self.alder = northbank, alder
        self.rosa = rooms.person(northbank, "A-7", address="rosa@sign-in.example")
        self.world.write(self.rosa, northbank, {EMAIL: WRONG}, nature="observed")
        rooms.grant(alder, self.rosa, [EMAIL])

    def correct(self, value=RIGHT, **told):
        with self.world.log.acting([self.rosa], uses=CORRECTING_KEYS) as act:
            given = {"company": self.northbank, "contest_id": CONTEST, "versions": [1], **told}
            return self.world.corrections.correct(act, self.rosa, EMAIL, value, **given)

    def delete(self, **told):
        with self.world.log.acting([self.rosa], uses=CORRECTING_KEYS) as act:
            given = {"company": self.northbank, "contest_id": CONTEST, "versions": [1], **told}
            return self.world.corrections.delete(act, self.rosa, EMAIL, **given)

    def choose(self, version):
        with self.world.log.acting([self.rosa]) as act:
            self.world.profiles.choose(act.tx, self.rosa, EMAIL, version)

    def read(self):
        return self.rooms.read(self.alder, self.rosa, [EMAIL])

    def versions(self):
        return {one.version: one for one in self.world.own_view.overview(self.rosa)}


@pytest.fixture
def case(rooms, northbank, alder):
    return Case(rooms, northbank, alder)


def test_a_correction_is_a_new_version_in_the_sources_line(case):
    remedied = case.correct()
    assert remedied.version == 2
    assert case.read().fields[EMAIL]["value"] == RIGHT
    right, wrong = case.versions()[2], case.versions()[1]
    assert (right.source, right.nature, right.channel) == (wrong.source, "observed", "contest")
    assert (right.written_i, wrong.deleted) == (remedied.entry_i, False)


def test_the_entry_says_after_which_contest_and_of_which_versions(case):
    case.correct()
    entry = case.rooms.last(case.rosa)
    assert (entry.type, entry.company) == ("write", case.northbank)
    assert entry.P["actor"] == case.northbank
    assert (entry.P["fields"], entry.P["channel"]) == ([EMAIL], "contest")
    assert entry.P["contest_id"] == CONTEST
    assert entry.P["consumer"] == case.rooms.enrolment.pairwise(case.northbank, case.rosa)
    assert entry.Q["versions"] == {EMAIL: "2"}
    assert entry.Q["contested"] == {EMAIL: ["1"]}


def test_an_officer_decides_in_the_operators_name(case):
    case.correct(actor="operator")
    entry = case.rooms.last(case.rosa)
    assert (entry.P["actor"], entry.P["company"]) == ("operator", case.northbank)


def test_a_deletion_takes_the_record_and_leaves_the_number(case):
    remedied = case.delete()
    entry = case.rooms.last(case.rosa)
    assert (entry.type, entry.P["contest_id"]) == ("deleted", CONTEST)
    assert entry.Q["deleted"] == {EMAIL: ["1"]}
    assert (remedied.version, remedied.entry_i) == (None, entry.i)
    assert case.read().reason == "no_value"
    assert case.versions()[1].deleted


def test_both_leave_a_guard_that_the_entry_names(case):
    case.correct()
    [guard] = case.rooms.rows(Guard)
    assert (guard.consumer_id, guard.field, guard.contest_id) == (case.rosa, EMAIL, CONTEST)
    assert decode(case.rooms.last(case.rosa).Q["guards"][EMAIL]) == guard.likeness
    case.delete(versions=[2], contest_id="ctn_2")
    assert {row.contest_id for row in case.rooms.rows(Guard)} == {CONTEST, "ctn_2"}


def test_a_chosen_wrong_version_is_chosen_no_more(case):
    case.choose(1)
    case.correct()
    assert case.read().fields[EMAIL]["value"] == RIGHT


def test_the_proposed_value_is_taken_without_a_look_at_it(case):
    proposed = CaseText(kind=TextKind.PROPOSED, text_id=raw(CONTEST))
    world, rosa = case.world, case.rosa
    with world.log.acting([rosa], uses=CORRECTING_KEYS) as act:
        plain = field_named(EMAIL).encode(RIGHT)
        world.texts.put(act, rosa, proposed.kind, proposed.text_id, plain)
        world.corrections.correct_as_proposed(
            act,
            rosa,
            EMAIL,
            proposed,
            company=case.northbank,
            contest_id=CONTEST,
            versions=[1],
        )
    assert case.read().fields[EMAIL]["value"] == RIGHT
    assert "case_read" not in case.rooms.types(rosa)


@pytest.mark.parametrize("value", [WRONG, WRONG.upper(), "no address"])
def test_a_correction_is_another_value_that_fits(case, value):
    before = case.rooms.types(case.rosa)
    with pytest.raises(BadInput):
        case.correct(value)
    assert case.rooms.types(case.rosa) == before
    assert case.rooms.rows(Guard) == []


@pytest.mark.parametrize("versions", [[], [2], [1, 2], [3]])
def test_only_versions_of_the_company_are_remedied(case, versions):
    case.world.write(case.rosa, None, {NAME: "Rosa Quint"})
    knows = arranged(case.world, case.alder, values={})
    assert knows.consumer != case.rosa
    with pytest.raises(BadInput):
        case.delete(versions=versions)
    with pytest.raises(BadInput):
        case.correct(company=case.alder, versions=[1])


def test_what_is_cut_off_leaves_nothing(case):
    rosa, world = case.rosa, case.world
    before = case.rooms.types(rosa)
    with pytest.raises(KeyboardInterrupt), world.log.acting([rosa], uses=CORRECTING_KEYS) as act:
        world.corrections.delete(
            act, rosa, EMAIL, company=case.northbank, contest_id=CONTEST, versions=[1]
        )
        raise KeyboardInterrupt
    assert case.rooms.types(rosa) == before
    assert not case.versions()[1].deleted
    assert case.rooms.rows(Guard) == []


def test_the_whole_story_holds_behind_remedies(case):
    case.correct()
    case.delete(versions=[2], contest_id="ctn_2")
    case.world.sequence()
    check_everything(case.world)
