"""The dispute board, and an officer's decision, over a whole vault."""

import re

import pytest

from audit_portal.compliance import dispute_words
from audit_portal.contests.answers import Answer, Ruling, Verdict
from audit_portal.contests.claims import Claim
from audit_portal.contests.rules import Kind
from audit_portal.contests.states import State
from consent.claiming import Home
from consent.confirmations import Confirmed
from consent.ledger.entry_types import EntryType

EMAIL = "contact.email"
RIGHT = "right-canary@example.org"
WHY = "The letter canary says another one."
REASON = "Our canary files say so."
HOME = Home(time_zone="Europe/Berlin", country="DE", language="en")
A_DAY = 86_400_000


@pytest.fixture
def contests(staffed):
    return staffed.vault.services.contests


@pytest.fixture
def person(staffed):
    services = staffed.vault.services
    code = services.enrolment.invite(staffed.shop.client_id, "canary-id-0", valid_ms=60_000)
    return services.claiming.claim(code, "canary-mail@example.org", home=HOME)


@pytest.fixture
def sent(staffed, contests, person):
    """A dispute the company has to answer."""
    claim = Claim(kind=Kind.INACCURATE, field=EMAIL, version=1, words=WHY, value=RIGHT)
    opened = contests.opening.open(person, claim)
    assert isinstance(opened, Confirmed), opened
    staffed.vault.clock.advance(1)
    return opened.ref


@pytest.fixture
def escalated(staffed, contests, person, sent):
    """The same, refused by the company and brought before an officer."""
    company = staffed.shop.client_id
    contests.company.acknowledge(company, sent, handler="R. Okafor")
    contests.company.case(company, sent)
    refusal = Answer(verdict=Verdict.REFUSE, handler="R. Okafor", reviewer="S. Lind", reason=REASON)
    assert isinstance(contests.company.answer(company, sent, refusal), Confirmed)
    asked = contests.person.escalate(person, sent, "Please look at it again.")
    assert isinstance(asked, Confirmed), asked
    staffed.vault.clock.advance(1)
    return sent


def state_of(contests, ref):
    return contests.views.for_officer(ref).state


def test_the_board_says_what_is_due_and_then_overdue(staffed, officer, sent):
    page = officer.get("/officer/disputes").text
    assert "0 disputes wait for an officer, 0 are overdue, 1 is under way." in page
    assert "Corner Shoes: email" in page
    assert re.search(r"\d+ days left", page)
    staffed.vault.clock.advance(40 * A_DAY)
    later = staffed.signed_in("Later").get("/officer/disputes").text
    assert "1 is overdue" in later
    assert re.search(r"\d+ days? over", later)


def test_how_a_case_stands_is_shown_without_opening_it(staffed, officer, person, sent):
    before = staffed.vault.services.reader.count(person)
    page = officer.get(f"/officer/disputes/{sent}")
    assert "It is for the company to answer" in page.text
    assert "canary" not in page.text
    assert staffed.vault.services.reader.count(person) == before


def test_words_are_opened_only_when_it_is_an_officers_to_decide(staffed, officer, person, sent):
    page = officer.post(f"/officer/disputes/{sent}/words")
    assert "canary" not in page.text
    reader = staffed.vault.services.reader
    assert reader.entries(person, types=[EntryType.CASE_READ]) == []


def test_opening_words_is_in_the_persons_record_with_the_officer(
    staffed, officer, person, escalated
):
    assert "canary" not in officer.get(f"/officer/disputes/{escalated}").text
    page = officer.post(f"/officer/disputes/{escalated}/words").text
    assert WHY in page
    assert RIGHT in page
    [member] = staffed.office.staff.list()
    reads = staffed.vault.services.reader.entries(person, types=[EntryType.CASE_READ])
    assert reads[-1].P["staff_id"] == member.staff_id
    assert "canary-7f3k" not in page, "the contested value is nobody's to see here"


def test_an_officer_decides_and_it_binds(staffed, officer, contests, person, escalated):
    assert "1 dispute waits for an officer" in officer.get("/officer/disputes").text
    path = f"/officer/disputes/{escalated}"
    form = {"ruling": "correct", "reason": "The letter is clear about it."}
    check = officer.post(f"{path}/check", data=form).text
    assert "Decide this dispute?" in check
    assert state_of(contests, escalated) is State.ESCALATED
    assert "Decided" in officer.post(f"{path}/decide", data=form).text
    assert state_of(contests, escalated) is not State.ESCALATED
    shown = staffed.vault.services.portal.show(person, [EMAIL])
    assert shown[EMAIL] == RIGHT
    again = officer.post(f"{path}/decide", data=form)
    assert (again.status_code, "Nothing was decided" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, dispute_words.CHOOSE),
        ({"ruling": "burn", "reason": "Because it is so."}, dispute_words.CHOOSE),
        ({"ruling": "keep", "reason": ""}, "Say why"),
        ({"ruling": "keep", "reason": "x" * 5_000}, "Say why"),
    ],
)
def test_a_decision_says_how_and_why(officer, contests, escalated, form, said):
    answer = officer.post(f"/officer/disputes/{escalated}/check", data=form)
    assert (answer.status_code, said in answer.text) == (400, True)
    too_short = {"ruling": "keep", "reason": "No."}
    answer = officer.post(f"/officer/disputes/{escalated}/decide", data=too_short)
    assert (answer.status_code, "Say why" in answer.text) == (400, True)
    assert state_of(contests, escalated) is State.ESCALATED


def test_an_operator_has_no_disputes(staffed, operator, contests, escalated):
    path = f"/officer/disputes/{escalated}"
    form = {"ruling": "keep", "reason": "Because it is so."}
    refused = {operator.get(one).status_code for one in ("/officer/disputes", path)}
    acts = (f"{path}/words", f"{path}/check", f"{path}/decide", f"{path}/files/{'0' * 32}")
    refused |= {operator.post(one, data=form).status_code for one in acts}
    assert refused == {404}
    assert state_of(contests, escalated) is State.ESCALATED


@pytest.mark.parametrize("ref", ["x", "ctn_" + "0" * 26])
def test_no_dispute_is_a_page_that_says_so(officer, ref):
    assert officer.get(f"/officer/disputes/{ref}").status_code == 404
    assert officer.post(f"/officer/disputes/{ref}/words").status_code == 404
    assert officer.post(f"/officer/disputes/{ref}/files/x").status_code == 404


def test_everything_has_words():
    assert set(dispute_words.KINDS) == set(Kind)
    assert set(dispute_words.RULINGS) == set(Ruling)
    unseen = {State.DRAFT, State.REINSERTION_HELD}
    assert set(dispute_words.STATES) == set(State) - unseen
