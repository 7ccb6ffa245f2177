"""A value that was corrected or removed comes again: it is held until its source stands by it."""

import pytest

from consent.confirmations import Confirmed, NotFound
from consent.gate.corrections import CORRECTING_KEYS
from consent.gate.holding import HOLDING_KEYS
from consent.gate.texts import CaseText, TextKind
from consent.gate.writes import Write
from consent.reinsertion import HeldState, of_company, of_person
from consent.tables import Guard
from tests.check_everything import check_everything
from vault.fields import field_named

EMAIL, NAME, PHONE = "contact.email", "identity.full_name", "contact.phone_home"
CONTEST, LATER = "ctn_0000000000000000000000000A", "ctn_0000000000000000000000000B"
WRONG, RIGHT = "Rosa O'Neil", "Rosa Quint"


class Story:
    """Northbank had Rosa's name wrong, and corrected it; Alder knows her too."""

    def __init__(self, rooms, northbank, alder):
        self.rooms, self.world = rooms, rooms.world
        self.northbank, self.alder = northbank, alder
        self.rosa = rooms.person(northbank, "A-7", address="rosa@sign-in.example")
        rooms.grant(alder, self.rosa, [NAME])
        self.send(northbank, WRONG)
        self.correct()

    def send(self, company, value, field=NAME, **told):
        return self.world.write(self.rosa, company, {field: value}, **told)

    def correct(self, value=RIGHT, versions=(1,), field=NAME, contest_id=CONTEST):
        with self.world.log.acting([self.rosa], uses=CORRECTING_KEYS) as act:
            told = {"company": self.northbank, "contest_id": contest_id, "versions": versions}
            return self.world.corrections.correct(act, self.rosa, field, value, **told)

    def delete(self, versions, field=NAME, contest_id=CONTEST):
        with self.world.log.acting([self.rosa], uses=CORRECTING_KEYS) as act:
            told = {"company": self.northbank, "contest_id": contest_id, "versions": versions}
            return self.world.corrections.delete(act, self.rosa, field, **told)

    def certify(self, company, held_id, consumer=None):
        with self.world.log.acting([self.rosa], uses=HOLDING_KEYS) as act:
            return self.world.holding.certify(act, company, consumer or self.rosa, held_id)

    def drop(self, company, held_id):
        with self.world.log.acting([self.rosa], uses=HOLDING_KEYS) as act:
            return self.world.holding.drop(act, company, self.rosa, held_id)

    def held(self):
        with self.world.stores.main.reading() as tx:
            return of_person(tx, self.rosa)

    def value(self, company=None):
        return self.rooms.read(company or self.alder, self.rosa, [NAME]).fields[NAME]["value"]

    def versions(self, field=NAME):
        return [one for one in self.world.own_view.overview(self.rosa) if one.field == field]


@pytest.fixture
def story(rooms, northbank, alder):
    return Story(rooms, northbank, alder)


@pytest.mark.parametrize("who", ["northbank", "alder"])
@pytest.mark.parametrize(
    "spelling", [WRONG, "ROSA ONEIL", "rosa  o\u2019neil.", "Rosa O\u200b'Neil"]
)
def test_the_old_value_is_held_whoever_sends_it_in_whatever_spelling(story, who, spelling):
    written = story.send(getattr(story, who), spelling)
    assert (written.held, written.stored, written.unchanged) == ((NAME,), (), ())
    assert written.entry_i is None
    assert story.value() == RIGHT
    assert len(story.versions()) == 2


def test_the_entry_tells_the_person_and_names_the_contest(story):
    story.send(story.alder, WRONG, channel="import", nature="observed")
    entry = story.rooms.last(story.rosa)
    assert (entry.type, entry.company) == ("held", story.alder)
    assert (entry.P["fields"], entry.P["contest_id"]) == ([NAME], CONTEST)
    assert (entry.P["channel"], entry.P["nature"]) == ("import", "observed")
    [held] = story.held()
    assert entry.Q["held"][NAME]["id"] == held.held_id


def test_the_same_value_is_held_once(story):
    story.send(story.alder, WRONG)
    before = story.rooms.types(story.rosa)
    assert story.send(story.alder, WRONG.upper()).held == (NAME,)
    assert story.rooms.types(story.rosa) == before
    assert len(story.held()) == 1
    story.send(story.northbank, WRONG)
    assert len(story.held()) == 2


def test_other_values_and_fields_of_the_same_write_come_in(story):
    values = {NAME: WRONG, EMAIL: "rosa@alder.example"}
    written = story.world.write(story.rosa, story.alder, values)
    assert (written.held, written.stored) == ((NAME,), (EMAIL,))
    assert story.rooms.types(story.rosa)[-2:] == ["held", "write"]
    assert story.send(story.alder, "Rosa Test").stored == (NAME,)


def test_the_person_is_never_held(story):
    story.delete([2])
    with story.world.log.acting([story.rosa], uses=CORRECTING_KEYS) as act:
        told = {"company": story.northbank, "contest_id": CONTEST, "versions": [1]}
        story.world.corrections.delete(act, story.rosa, NAME, **told)
    assert story.send(None, WRONG).stored == (NAME,)


def test_the_person_may_look_at_what_is_held(story):
    story.send(story.alder, WRONG)
    [held] = story.held()
    text = CaseText(kind=TextKind.HELD, text_id=held.text_id)
    [plain] = story.world.texts.open_own(story.rosa, [text])
    assert field_named(NAME).decode(plain) == WRONG
    assert story.rooms.last(story.rosa).type == "own_view"


def test_a_certified_value_becomes_a_version_of_its_source(story):
    story.send(story.alder, WRONG, nature="observed", channel="import")
    [held] = story.held()
    assert isinstance(story.certify(story.alder, held.held_id), Confirmed)
    entry = story.rooms.last(story.rosa)
    assert (entry.type, entry.P["contest_id"], entry.Q["versions"]) == (
        "certified",
        CONTEST,
        {NAME: "3"},
    )
    newest = story.versions()[0]
    assert (newest.version, newest.nature, newest.channel) == (3, "observed", "import")
    assert story.value() == WRONG
    assert story.held()[0].state is HeldState.CERTIFIED


def test_who_certified_may_send_it_again_and_nobody_else(story):
    story.send(story.alder, WRONG)
    story.certify(story.alder, story.held()[0].held_id)
    assert story.send(story.alder, WRONG).unchanged == (NAME,)
    assert story.send(story.northbank, WRONG).held == (NAME,)


def test_another_contest_takes_the_certified_word_back(story, rooms):
    story.send(story.northbank, WRONG)
    story.certify(story.northbank, story.held()[0].held_id)
    story.correct("Rosa Q.", versions=[3], contest_id=LATER)
    assert {row.contest_id for row in rooms.rows(Guard)} == {LATER}
    assert story.send(story.northbank, WRONG).held == (NAME,)


def test_what_is_dropped_is_gone_and_held_again_when_it_comes_again(story):
    story.send(story.alder, WRONG)
    [held] = story.held()
    assert isinstance(story.drop(story.alder, held.held_id), Confirmed)
    assert story.rooms.last(story.rosa).type == "deleted"
    with pytest.raises(KeyError):
        text = CaseText(kind=TextKind.HELD, text_id=held.text_id)
        story.world.texts.open_own(story.rosa, [text])
    assert story.certify(story.alder, held.held_id) == NotFound()
    assert story.send(story.alder, WRONG).held == (NAME,)
    assert [one.state for one in story.held()].count(HeldState.WAITING) == 1


def test_only_the_company_that_sent_it_has_a_word(story):
    story.send(story.alder, WRONG)
    [held] = story.held()
    assert story.certify(story.northbank, held.held_id) == NotFound()
    assert story.drop(story.northbank, held.held_id) == NotFound()
    assert story.certify(story.alder, "hld_00000000000000000000000000") == NotFound()
    with story.world.stores.main.reading() as tx:
        assert [one.held_id for one in of_company(tx, story.alder)] == [held.held_id]
        assert of_company(tx, story.northbank) == []


def test_a_correction_of_the_spelling_holds_only_the_wrong_spelling(story):
    story.correct("rosa quint", versions=[2], contest_id=LATER)
    assert story.send(story.alder, RIGHT).held == (NAME,)
    assert story.send(story.alder, "rosa quint").stored == (NAME,)
    assert story.send(story.northbank, "rosa quint").unchanged == (NAME,)


def test_a_later_verdict_lets_an_old_value_in_again(story, rooms):
    story.correct(WRONG, versions=[2], contest_id=LATER)
    assert story.send(story.alder, WRONG).stored == (NAME,)
    assert story.send(story.northbank, RIGHT).held == (NAME,)
    released = rooms.world.reader.entries(story.rosa, types=["write"])[-2].Q["released"]
    assert released.keys() == {NAME}


@pytest.mark.parametrize(
    ("field", "wrong", "right", "again"),
    [
        (EMAIL, "Rosa@Wrong.example", "rosa@right.example", "rosa@WRONG.EXAMPLE"),
        (PHONE, "030 901820", "030 901821", "+49 (30) 90-18-20"),
        ("identity.birth_date", "1980-03-22", "1980-03-23", "1980-03-22"),
        (
            "address.home",
            {"street": "Lindenweg 5", "locality": "Berlin"},
            {"street": "Lindenweg 6", "locality": "Berlin"},
            {"street": "LINDENWEG, 5 — Berlin"},
        ),
    ],
)
def test_each_kind_of_value_is_known_again(story, field, wrong, right, again):
    story.send(story.northbank, wrong, field)
    story.correct(right, field=field)
    assert story.send(story.alder, again, field).held == (field,)
    assert story.send(story.alder, right, field).stored == (field,)


def test_a_guard_knows_one_person_and_one_field(story, rooms):
    other = rooms.person(story.northbank, "A-8")
    assert rooms.world.write(other, story.northbank, {NAME: WRONG}).stored == (NAME,)
    second = story.world.write(story.rosa, story.northbank, {"identity.given_name": WRONG})
    assert second.held == ()


def test_what_is_cut_off_holds_nothing(story):
    before = story.rooms.types(story.rosa)
    write = Write(consumer=story.rosa, source=story.alder, values={NAME: WRONG})
    acting = story.world.log.acting([story.rosa], uses=HOLDING_KEYS)
    with pytest.raises(KeyboardInterrupt), acting as act:
        assert story.world.writes.write([write], inside=act)[0].held == (NAME,)
        raise KeyboardInterrupt
    assert (story.held(), story.rooms.types(story.rosa)) == ([], before)
    assert story.send(story.alder, WRONG).held == (NAME,)


def test_the_whole_story_holds(story):
    story.send(story.alder, WRONG)
    story.send(story.northbank, WRONG)
    story.certify(story.alder, story.held()[0].held_id)
    story.world.sequence()
    check_everything(story.world)
