"""Sign in, sign out, claim, add a record: in pages."""

import pytest

from tests.audit_portal.consumer_portal.demo import ADDRESS
from tests.audit_portal.consumer_portal.paper_portal import LUMEN

CODE = "PARC-7F3K-22QM"


def test_somebody_not_signed_in_is_asked_to_sign_in(house):
    answer = house.browser().get("/data")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_a_code_signs_in_and_a_session_begins(house, rosa):
    client = house.browser()
    answer = house.sign_in(client, ADDRESS)
    assert answer.headers["location"] == "/"
    assert client.get("/").status_code == 200
    assert client.get("/sign-in").headers["location"] == "/"


def test_known_and_unknown_addresses_get_the_same_pages(house, rosa):
    known, unknown = house.browser(), house.browser()
    pages = []
    for client, address in ((known, ADDRESS), (unknown, "nobody@example.org")):
        asked = client.post("/sign-in", data={"address": address})
        entered = client.post("/sign-in/code", data={"code": "0000 0000"})
        told = [name for name in asked.headers if name != "set-cookie"]
        pages.append((asked.status_code, told, client.get("/sign-in/code").text, entered.text))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("address", ["", "rosa", "<script>@x", "a@b@c"])
def test_what_is_no_address_is_not_repeated(house, address):
    answer = house.browser().post("/sign-in", data={"address": address})
    assert answer.status_code == 400
    assert "does not look like an e-mail address" in answer.text
    assert "script>@x" not in answer.text


def test_a_wrong_code_says_how_many_tries_are_left(house, rosa):
    client = house.browser()
    client.post("/sign-in", data={"address": ADDRESS})
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        assert left in client.post("/sign-in/code", data={"code": "x"}).text
    assert "not any more" in client.post("/sign-in/code", data={"code": "x"}).text


def test_too_many_codes_say_when_to_come_again(house, rosa):
    client = house.browser()
    answers = [client.post("/sign-in", data={"address": ADDRESS}) for _ in range(6)]
    assert [one.status_code for one in answers] == [303] * 5 + [429]
    assert "Come back at 00:15 UTC" in answers[5].text
    assert int(answers[5].headers["retry-after"]) > 0


def test_signing_out_is_one_press(house, rosas):
    answer = rosas.post("/sign-out")
    assert answer.headers["location"] == "/sign-in?came=out"
    assert "You are signed out" in rosas.get("/sign-in?came=out").text
    assert rosas.get("/").headers["location"] == "/sign-in"


def test_an_ended_session_says_so(house, rosas):
    house.clock.advance(31 * 60_000)
    answer = rosas.get("/permissions")
    assert answer.headers["location"] == "/sign-in?came=ended"
    assert "Your last visit has ended" in rosas.get("/sign-in?came=ended").text


def test_an_act_after_the_session_ended_changes_nothing(house, rosas, sheet):
    house.clock.advance(31 * 60_000)
    assert rosas.post("/permissions/stop-all").status_code == 303
    assert len(sheet.grants) == 3


# --- claim --------------------------------------------------------------------------------------


def test_an_invitation_becomes_an_account_once_the_address_is_shown(house):
    house.portal.invite(LUMEN, CODE)
    client = house.browser()
    asked = client.post("/claim", data={"invitation": f" {CODE} ", "address": "New@example.org"})
    assert "Enter the code we sent you" in asked.text
    told = {"invitation": f" {CODE} ", "address": "New@example.org", "code": house.box.code()}
    assert client.post("/claim/code", data=told).headers["location"] == "/"
    assert "made a record about you" in client.get("/used").text
    assert house.portal.find_account("new@example.org")


def test_nobody_claims_with_somebody_elses_address(house):
    house.portal.invite(LUMEN, CODE)
    client = house.browser()
    client.post("/claim", data={"invitation": CODE, "address": "mine@example.org"})
    told = {"invitation": CODE, "address": "theirs@example.org", "code": house.box.code()}
    assert client.post("/claim/code", data=told).status_code == 400
    assert house.portal.find_account("theirs@example.org") is None
    assert CODE in house.portal.invitations


def test_a_code_that_does_not_work_sends_no_letter(house):
    told = {"invitation": "no-such-code", "address": "new@example.org"}
    answer = house.browser().post("/claim", data=told)
    assert (answer.status_code, house.box.letters) == (400, [])
    assert "This code does not work" in answer.text


def test_a_wrong_code_keeps_what_was_typed_before(house):
    house.portal.invite(LUMEN, CODE)
    client = house.browser()
    told = {"invitation": CODE, "address": "new@example.org"}
    client.post("/claim", data=told)
    answer = client.post("/claim/code", data={**told, "code": "1"})
    assert answer.status_code == 400
    assert f'name="invitation" value="{CODE}"' in answer.text
    told["code"] = house.box.code()
    assert client.post("/claim/code", data=told).status_code == 303


def test_an_address_that_has_a_vault_is_told_what_to_do(house, rosa):
    client = house.browser()
    told = {"invitation": CODE, "address": ADDRESS}
    client.post("/claim", data=told)
    answer = client.post("/claim/code", data={**told, "code": house.box.code()})
    assert "You already have a vault" in answer.text
    assert CODE in house.portal.invitations


def test_guessing_invitations_is_limited(house):
    client = house.browser()
    told = {"invitation": "guess", "address": "new@example.org"}
    answers = [client.post("/claim", data=told).status_code for _ in range(21)]
    assert answers == [400] * 20 + [429]


def test_somebody_signed_in_adds_the_record_to_their_own(house, rosas, sheet):
    asked = rosas.post("/claim", data={"invitation": CODE})
    assert "Add the record of Parcelo?" in asked.text
    done = rosas.post("/claim/join", data={"invitation": CODE})
    assert "Record added" in rosas.get(done.headers["location"]).text
    assert sheet.events[-1].type == "joined"
    assert (
        "This invitation does not work" in rosas.post("/claim/join", data={"invitation": CODE}).text
    )
