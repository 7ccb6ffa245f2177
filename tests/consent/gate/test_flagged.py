"""A value under dispute never leaves bare: withheld, or with why, since when, and what they say."""

import pytest

from consent.gate.texts import TEXT_KEYS, CaseText, TextKind
from consent.restrictions import Serving, flag, lift, restrict
from tests.consent.gate.conftest import Desk
from vault.identifiers import new_consumer_id, raw

EMAIL, NAME = "contact.email", "identity.full_name"
FIRST, SECOND = "ctn_0000000000000000000000000A", "ctn_0000000000000000000000000B"
DAY = 86_400_000
SAID = "That address was never mine."


@pytest.fixture
def held(desk: Desk) -> Desk:
    """Northbank may read the email and the name that Rosa gave."""
    desk.world.write(desk.person, None, {EMAIL: "rosa@example.org", NAME: "Rosa Quint"})
    desk.grant(desk.northbank, {EMAIL: "full", NAME: "full"})
    return desk


def dispute(desk: Desk, contest_id: str = FIRST, *, said: str | None = None, **told) -> None:
    """A contest flags the email, with a statement of the person if they wrote one."""
    text_id = raw(contest_id)
    given = {"reason": "statement_filed", "now_ms": desk.world.clock.now_ms(), **told}
    with desk.world.log.acting([desk.person], uses=TEXT_KEYS) as act:
        if said is not None:
            kind = TextKind.STATEMENT
            desk.world.texts.put(act, desk.person, kind, text_id, said.encode())
            given["statement_id"] = text_id
        flag(act, desk.person, [EMAIL], contest_id=contest_id, **given)


def withhold(desk: Desk, contest_id: str = FIRST) -> None:
    now = desk.world.clock.now_ms()
    with desk.world.log.acting([desk.person]) as act:
        told = {"reason": "accuracy_contested", "now_ms": now, "contest_id": contest_id}
        restrict(act, desk.person, [EMAIL], **told)


def settle(desk: Desk, contest_id: str = FIRST) -> tuple[str, ...]:
    with desk.world.log.acting([desk.person]) as act:
        told = {"reason": "refused", "actor": desk.northbank, "contest_id": contest_id}
        return lift(act, desk.person, [EMAIL], **told)


def test_a_flagged_value_goes_with_why_since_when_and_the_statement(held: Desk) -> None:
    began = held.world.clock.now_ms() // DAY * DAY
    dispute(held, said=SAID)
    fields = held.read(held.northbank, EMAIL, NAME).fields
    assert fields[EMAIL]["value"] == "rosa@example.org"
    assert fields[EMAIL]["disputed"] is True
    assert fields[EMAIL]["restriction"] == {"reason": "statement_filed", "since": began}
    assert fields[EMAIL]["statement"] == SAID
    assert fields[NAME].keys() == {"value", "version", "nature"}


def test_without_a_statement_the_value_is_flagged_all_the_same(held: Desk) -> None:
    dispute(held)
    [told] = held.read(held.northbank, EMAIL).fields.values()
    assert told["disputed"] is True
    assert "statement" not in told


def test_the_entry_names_what_went_out_as_disputed(held: Desk) -> None:
    dispute(held, said=SAID)
    held.read(held.northbank, EMAIL, NAME)
    [entry] = held.entries("read")
    assert entry.P["disputed"] == [EMAIL]
    settle(held)
    held.read(held.northbank, EMAIL, NAME)
    assert "disputed" not in held.entries("read")[-1].P


def test_one_contest_that_withholds_is_enough(held: Desk) -> None:
    dispute(held, FIRST, said=SAID)
    withhold(held, SECOND)
    outcome = held.read(held.northbank, EMAIL, NAME)
    assert outcome.fields.keys() == {NAME}
    assert outcome.restrictions[EMAIL]["reason"] == "accuracy_contested"


def test_lifting_one_contest_leaves_what_another_holds(held: Desk) -> None:
    withhold(held, FIRST)
    withhold(held, SECOND)
    assert settle(held, FIRST) == (EMAIL,)
    assert held.read(held.northbank, EMAIL).reason == "restricted"
    assert settle(held, FIRST) == ()
    assert settle(held, SECOND) == (EMAIL,)
    assert held.read(held.northbank, EMAIL).outcome == "allowed"


def test_flagging_after_withholding_keeps_the_first_day(held: Desk) -> None:
    began = held.world.clock.now_ms() // DAY * DAY
    withhold(held)
    held.world.sequence()
    held.world.clock.advance(40 * DAY)
    dispute(held, said=SAID)
    told = held.read(held.northbank, EMAIL).fields[EMAIL]
    assert told["restriction"] == {"reason": "statement_filed", "since": began}
    assert [entry.P["serving"] for entry in held.entries("restrict")] == list(Serving)


def test_all_statements_are_served_the_oldest_first(held: Desk) -> None:
    dispute(held, SECOND, said="First words.")
    held.world.sequence()
    held.world.clock.advance(DAY)
    dispute(held, FIRST, said="Second words.")
    told = held.read(held.northbank, EMAIL).fields[EMAIL]
    assert told["statement"] == "First words.\n\nSecond words."


def test_a_statement_is_opened_only_behind_the_commit(held: Desk, monkeypatch) -> None:
    dispute(held, said=SAID)
    opener, entries = held.world.gate._opener, []
    opened = opener.statements

    def seen(part, key):
        entries.append(len(held.entries("read")))
        return opened(part, key)

    monkeypatch.setattr(opener, "statements", seen)
    held.read(held.northbank, EMAIL)
    assert entries == [1]


def test_a_statement_that_is_gone_or_swapped_releases_nothing(held: Desk) -> None:
    dispute(held, said=SAID)
    with held.world.log.acting([held.person]) as act:
        gone = CaseText(kind=TextKind.STATEMENT, text_id=raw(FIRST))
        held.world.texts.drop(act, held.person, [gone])
    outcome = held.read(held.northbank, EMAIL)
    assert (outcome.reason, outcome.fields) == ("undelivered", {})
    assert held.entries("undelivered")[0].P["reason"] == "damaged"


def test_a_repeat_after_the_flag_changed_is_refused(held: Desk) -> None:
    held.read(held.northbank, EMAIL, request_id="one")
    dispute(held, said=SAID)
    assert held.read(held.northbank, EMAIL, request_id="one").reason == "repeated_after_change"
    first = held.read(held.northbank, EMAIL, request_id="two")
    again = held.read(held.northbank, EMAIL, request_id="two")
    assert again.fields == first.fields
    assert again.fields[EMAIL]["statement"] == SAID
    settle(held)
    assert held.read(held.northbank, EMAIL, request_id="two").reason == "repeated_after_change"


@pytest.mark.parametrize("meanwhile", [dispute, withhold])
def test_a_late_answer_does_not_carry_what_was_disputed_meanwhile(
    held: Desk, monkeypatch, meanwhile
) -> None:
    def slow(*arguments, **told):
        meanwhile(held)
        held.world.clock.advance(3_000)
        return opened(*arguments, **told)

    opened = held.world.gate._opener.told
    monkeypatch.setattr(held.world.gate._opener, "told", slow)
    assert held.read(held.northbank, EMAIL).reason == "undelivered"


def test_a_flagged_value_may_be_late(held: Desk, monkeypatch) -> None:
    dispute(held, said=SAID)

    def slow(*arguments, **told):
        held.world.clock.advance(3_000)
        return opened(*arguments, **told)

    opened = held.world.gate._opener.told
    monkeypatch.setattr(held.world.gate._opener, "told", slow)
    assert held.read(held.northbank, EMAIL).fields[EMAIL]["statement"] == SAID


def test_a_batch_of_people_carries_each_their_own_words(held: Desk) -> None:
    dispute(held, said=SAID)
    other = held.person
    held.person = new_consumer_id()
    held.world.open_chain(held.person, "consumer")
    held.world.write(held.person, None, {EMAIL: "ida@example.org"})
    held.grant(held.northbank, {EMAIL: "full"})
    dispute(held, SECOND, said="Nor mine.")
    people = {held.known_as(held.northbank, one): (EMAIL,) for one in (other, held.person)}
    [answer] = held.world.gate.read([held.request(held.northbank, people)])
    said = [one.fields[EMAIL]["statement"] for one in answer.outcomes]
    assert said == [SAID, "Nor mine."]
