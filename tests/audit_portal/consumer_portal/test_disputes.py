"""Disputes: as easy as giving, checked before it is sent, with words shown only on request."""

import re

import pytest

from audit_portal.contests.states import Outcome
from tests.audit_portal.consumer_portal.paper_portal import LUMEN

NAME = "identity.full_name"
CLAIM = {"kind": "inaccurate", "words": "My name was misspelt.", "value": "Rosa Exemple"}


@pytest.fixture
def sent(house, rosas, rosa):
    """The reference of a dispute about the name."""
    answer = rosas.post(f"/data/{NAME}/dispute", data=CLAIM)
    assert answer.status_code == 303
    [case] = house.disputes.disputes(rosa)
    return case.ref


def test_what_a_company_supplied_can_be_disputed_and_what_one_gave_can_be_changed(rosas):
    assert "Something is wrong" in rosas.get(f"/data/{NAME}").text
    mine = rosas.get("/data/contact.email").text
    assert "Change</a>" in mine
    assert "Something is wrong" not in mine
    assert "You can change this at once" in rosas.get("/data/contact.email/dispute").text


def test_nothing_is_chosen_beforehand(rosas):
    page = rosas.get(f"/data/{NAME}/dispute").text
    assert " checked" not in page
    assert "Northbank supplied it" in page


def test_it_is_checked_before_it_is_sent(house, rosas, rosa):
    page = rosas.post(f"/data/{NAME}/dispute/check", data=CLAIM)
    assert page.status_code == 200
    assert "My name was misspelt." in page.text
    assert "Rosa Exemple" in page.text
    assert house.disputes.disputes(rosa) == ()


def test_what_was_typed_is_carried_from_the_check_page(house, rosas, rosa):
    page = rosas.post(f"/data/{NAME}/dispute/check", data=CLAIM).text
    carried = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    done = rosas.post(f"/data/{NAME}/dispute", data=carried)
    [case] = house.disputes.disputes(rosa)
    assert done.status_code == 303
    assert (case.field, case.version, case.company.name) == (NAME, 1, "Northbank")
    assert house.disputes.proposed[case.ref] == "Rosa Exemple"


@pytest.mark.parametrize(
    ("missing", "said"),
    [("kind", "Choose one of these."), ("words", "Say in a few words what is wrong.")],
)
def test_what_is_missing_is_said_beside_it(house, rosas, rosa, missing, said):
    told = {name: value for name, value in CLAIM.items() if name != missing}
    for path in ("dispute/check", "dispute"):
        answer = rosas.post(f"/data/{NAME}/{path}", data=told)
        assert answer.status_code == 400
        assert said in answer.text
    assert house.disputes.disputes(rosa) == ()


def test_a_value_that_does_not_fit_is_not_sent(house, rosas, rosa):
    told = {"kind": "inaccurate", "words": "Wrong day.", "value": "the first of May"}
    answer = rosas.post("/data/identity.birth_date/dispute/check", data=told)
    assert answer.status_code == 400
    assert "This " in answer.text
    assert house.disputes.disputes(rosa) == ()


def test_the_same_value_is_not_disputed_twice(rosas, sent):
    again = rosas.post(f"/data/{NAME}/dispute", data=CLAIM)
    assert again.status_code == 409
    assert "under dispute already" in again.text


def test_the_list_says_who_must_answer_by_when(rosas, sent):
    page = rosas.get("/disputes").text
    assert "1 dispute is open." in page
    assert re.search(r"Northbank must answer by \d+ \w+ \d{4} \(30 days left\)", page)
    assert re.search(r"D-[0-9A-Z]{4}-[0-9A-Z]{2}", page)


def test_words_are_shown_on_request_and_the_look_is_an_entry(rosas, sheet, sent):
    assert "My name was misspelt." not in rosas.get(f"/disputes/{sent}").text
    before = len(sheet.events)
    shown = rosas.post(f"/disputes/{sent}/show").text
    assert "My name was misspelt." in shown
    assert "Rosa Exemple" in shown
    assert sheet.events[before].type == "own_view"


def test_taking_back_takes_one_press_and_no_code(house, rosas, rosa, sent):
    assert rosas.post(f"/disputes/{sent}/withdrawal").status_code == 303
    assert "You took it back on" in rosas.get(f"/disputes/{sent}").text
    assert rosas.post(f"/disputes/{sent}/withdrawal").status_code == 409


def test_after_a_refusal_one_can_state_or_go_further(house, rosas, rosa, sent):
    house.disputes.answer(rosa, sent, Outcome.REFUSED, reason="It stands so in the contract.")
    page = rosas.get(f"/disputes/{sent}").text
    assert "The company keeps it" in page
    assert "Add my statement" in page
    assert "Ask an officer to decide" in page
    assert rosas.post(f"/disputes/{sent}/statement", data={"words": " "}).status_code == 400
    stated = rosas.post(f"/disputes/{sent}/statement", data={"words": "It is not my name."})
    assert stated.status_code == 303
    assert rosas.post(f"/disputes/{sent}/escalation", data={"words": "Please."}).status_code == 303


def test_how_it_went_can_be_said_once(house, rosas, rosa, sent):
    house.disputes.answer(rosa, sent, Outcome.CORRECTED, reason="")
    assert rosas.post(f"/disputes/{sent}/rating", data={"rating": "6"}).status_code == 400
    assert rosas.post(f"/disputes/{sent}/rating", data={"rating": "4"}).status_code == 303
    assert rosas.post(f"/disputes/{sent}/rating", data={"rating": "4"}).status_code == 409


def test_who_was_told_and_who_is_silent_is_listed(house, rosas, rosa, sent):
    assert "nobody to tell" in rosas.get(f"/disputes/{sent}").text
    house.disputes.tell(rosa, sent, LUMEN, "restricted")
    page = rosas.get(f"/disputes/{sent}").text
    assert "<b>Lumen Energy</b> was told that the value is under dispute." in page
    assert "It has not said yet that it heard." in page


def test_a_look_can_be_disputed(house, rosas, rosa, sheet):
    read = next(one for one in sheet.events if one.type == "read")
    assert f"/used/{read.name}/dispute" in rosas.get("/used?kind=looked").text
    page = rosas.get(f"/used/{read.name}/dispute").text
    assert read.company.name in page
    assert rosas.post(f"/used/{read.name}/dispute", data={"words": ""}).status_code == 400
    done = rosas.post(f"/used/{read.name}/dispute", data={"words": "I was not a customer."})
    assert done.status_code == 303
    assert house.disputes.disputes(rosa)[0].event == read.name


@pytest.mark.parametrize("path", ["/used/1/dispute", "/used/9999/dispute", "/used/x/dispute"])
def test_what_is_no_look_cannot_be_disputed_as_one(rosas, path):
    assert rosas.get(path).status_code == 404


@pytest.mark.parametrize("path", ["", "/show", "/message", "/withdrawal", "/statement"])
def test_anothers_dispute_is_not_there(house, rosas, sent, path):
    house.portal.person("ben@example.org")
    bens = house.browser()
    house.sign_in(bens, "ben@example.org")
    asked = bens.post if path else bens.get
    assert asked(f"/disputes/{sent}{path}").status_code == 404


def test_a_file_is_given_and_taken_as_it_was_sent(house, rosas, rosa, sheet, sent):
    page = rosas.get(f"/disputes/{sent}").text
    assert 'enctype="multipart/form-data"' in page
    letter = {"file": ("letter.pdf", b"%PDF letter", "application/pdf")}
    assert rosas.post(f"/disputes/{sent}/files", files=letter).status_code == 303
    assert "letter.pdf" not in rosas.get(f"/disputes/{sent}").text
    assert "letter.pdf" in rosas.post(f"/disputes/{sent}/show").text
    taken = rosas.post(f"/disputes/{sent}/files/0")
    assert taken.content == b"%PDF letter"
    assert taken.headers["content-type"] == "application/octet-stream"
    assert sheet.events[-1].type == "own_view"
    assert rosas.post(f"/disputes/{sent}/files/7").status_code == 404


def test_what_is_no_file_is_refused_and_nothing_is_given(house, rosas, sent):
    path = f"/disputes/{sent}/files"
    assert rosas.post(path, data={"file": "text"}).status_code == 415
    assert rosas.post(path, files={"file": ("a.txt", b"", "text/plain")}).status_code == 400
    assert rosas.post(path, files={"other": ("a.txt", b"a", "text/plain")}).status_code == 400
    assert house.disputes.given == {}


def test_nobody_gives_a_file_without_signing_in(house, sent):
    letter = {"file": ("letter.pdf", b"%PDF", "application/pdf")}
    answer = house.browser().post(f"/disputes/{sent}/files", files=letter)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
