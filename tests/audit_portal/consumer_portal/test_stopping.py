"""Reduce, pause, stop, all of them: never a code. Resume: a code. Always what and since when."""

import re

import pytest

from audit_portal.consumer_portal.facts import Act
from tests.audit_portal.consumer_portal.paper_portal import LUMEN


@pytest.fixture
def grant(sheet):
    """Northbank's permission, active, for email and income."""
    return next(one for one in sheet.grants.values() if not one.is_paused and one.acts)


@pytest.fixture
def paused(sheet):
    return next(one for one in sheet.grants.values() if one.is_paused)


@pytest.fixture
def path(grant):
    return f"/permissions/{grant.grant_id}"


def test_the_three_acts_stand_side_by_side(rosas, grant):
    page = rosas.get("/permissions").text
    acts = re.findall(rf'class="([^"]*)" href="/permissions/{grant.grant_id}/(\w+)"', page)
    assert acts == [("button", "reduce"), ("button", "pause"), ("button", "stop")]


def test_stopping_says_what_it_does_then_does_it_then_says_since_when(house, rosas, sheet, path):
    sent = len(house.box.letters)
    check = rosas.get(f"{path}/stop").text
    assert "Northbank can no longer read your email and income" in check
    assert "They looked 7 times" in check
    assert "10 years. When you stop, they say they delete it." in check
    done = rosas.post(f"{path}/stop")
    page = rosas.get(done.headers["location"]).text
    assert "Access stopped" in page
    assert re.search(
        r"Northbank cannot read your email and income as of \d+ \w+ 202\d, \d\d:\d\d CET\.", page
    )
    assert f"Entry {len(sheet.events)} of your record" in page
    assert len(house.box.letters) == sent, "stopping asked for a code"
    assert "You stopped it" in rosas.get("/permissions").text


def test_stopping_twice_says_that_it_is_over(rosas, path):
    rosas.post(f"{path}/stop")
    answer = rosas.post(f"{path}/stop")
    assert answer.status_code == 409
    assert "That is no longer possible" in answer.text
    assert rosas.get(f"{path}/stop").status_code == 404


def test_a_pause_can_be_resumed_with_a_code(rosas, house, rosa, grant, path):
    sent = len(house.box.letters)
    done = rosas.post(f"{path}/pause")
    assert "Access paused" in rosas.get(done.headers["location"]).text
    assert house.portal.grant(rosa, grant.grant_id).is_paused
    assert f'href="{path}/resume"' in rosas.get("/permissions").text
    assert rosas.get(f"{path}/pause").status_code == 404
    assert len(house.box.letters) == sent, "pausing asked for a code"
    assert "we then ask for a code" in rosas.get(f"{path}/resume").text
    assert len(house.box.letters) == sent, "a page that was only opened sent a code"
    assert "second code" in rosas.post(f"{path}/resume").text
    wrong = rosas.post(f"{path}/resume", data={"code": "1"})
    assert (wrong.status_code, "That is not the code" in wrong.text) == (400, True)
    assert house.portal.grant(rosa, grant.grant_id).is_paused
    done = rosas.post(f"{path}/resume", data={"code": house.box.code()})
    assert "can read your email and income again as of" in rosas.get(done.headers["location"]).text


def test_a_fresh_proof_resumes_at_once_and_only_what_is_paused(rosas, house, grant, path):
    assert rosas.get(f"{path}/resume").status_code == 404
    assert rosas.post(f"{path}/resume").status_code == 404
    rosas.post(f"{path}/pause")
    rosas.post(f"{path}/resume")
    rosas.post(f"{path}/resume", data={"code": house.box.code()})
    rosas.post(f"{path}/pause")
    assert "ask for a code" not in rosas.get(f"{path}/resume").text
    assert rosas.post(f"{path}/resume").status_code == 303


def test_a_field_can_be_taken_away(rosas, house, rosa, grant, path):
    told = {"take": "money.income"}
    check = rosas.post(f"{path}/reduce/check", data=told).text
    assert check.index("They no longer see") < check.index("Income") < check.index("They still see")
    done = rosas.post(f"{path}/reduce", data=told)
    page = rosas.get(done.headers["location"]).text
    assert "Northbank can read only your email as of" in page
    assert [one.name for one in house.portal.grant(rosa, grant.grant_id).fields] == [
        "contact.email"
    ]


def test_an_end_can_be_brought_forward(rosas, house, rosa, grant, path):
    page = rosas.get(f"{path}/reduce").text
    assert " checked" not in page
    ends = re.findall(r'name="until" value="(\d+)"', page)
    assert ends == sorted(ends)
    assert all(int(end) < grant.until_ms for end in ends)
    told = {"until": ends[0]}
    assert "instead of" in rosas.post(f"{path}/reduce/check", data=told).text
    assert rosas.post(f"{path}/reduce", data=told).status_code == 303
    assert house.portal.grant(rosa, grant.grant_id).until_ms == int(ends[0])


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Choose what they may no longer see, or an earlier end."),
        ({"take": "no.such"}, "Choose what they may no longer see, or an earlier end."),
        ({"until": "9" * 15}, "Choose what they may no longer see, or an earlier end."),
        ({"take": ["contact.email", "money.income"]}, "Use Stop access for that."),
    ],
)
@pytest.mark.parametrize("step", ["/check", ""])
def test_reducing_to_nothing_or_by_nothing_is_said(rosas, path, told, said, step):
    answer = rosas.post(f"{path}/reduce{step}", data=told)
    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.parametrize(
    ("act", "told", "left"),
    [("stop", ("Access stopped", "income."), 1), ("pause", ("Access paused", "until you"), 3)],
)
def test_all_of_them_at_once(rosas, sheet, act, told, left):
    title, words = told
    check = rosas.get(f"/permissions/{act}-all").text
    assert "<b>Northbank</b> cannot read your email and income" in check
    assert words in check
    assert "allowed because: the law" in check
    done = rosas.post(f"/permissions/{act}-all")
    page = rosas.get(done.headers["location"]).text
    assert title in page
    assert len(sheet.grants) == left
    again = rosas.post(f"/permissions/{act}-all")
    assert "There is nothing to do" in again.text


def test_stopping_all_says_what_it_can_only_pause(house, rosas, rosa, sheet):
    interest = house.portal.give(
        rosa,
        LUMEN,
        ["identity.full_name"],
        basis="legitimate_interest",
        acts=frozenset({Act.PAUSE}),
    )
    check = rosas.get("/permissions/stop-all").text
    assert "<b>Lumen Energy</b> cannot read your full name, until you resume it." in check
    assert "you can pause it here, and not stop it" in check
    rosas.post("/permissions/stop-all")
    assert sheet.grants[interest].is_paused


def test_what_does_not_rest_on_consent_says_why_it_has_no_buttons(rosas, sheet):
    by_law = next(one for one in sheet.grants.values() if not one.acts)
    page = rosas.get("/permissions").text
    assert "This does not rest on your consent" in page
    for act in ("stop", "pause", "reduce", "resume"):
        assert rosas.get(f"/permissions/{by_law.grant_id}/{act}").status_code == 404


def test_another_persons_permission_is_nothing(house, rosas):
    other = house.portal.person("other@example.org")
    theirs = house.portal.give(other, LUMEN, ["contact.email"])
    assert rosas.get(f"/permissions/{theirs}/stop").status_code == 404
    assert rosas.post(f"/permissions/{theirs}/stop").status_code == 409
    assert house.portal.grant(other, theirs)


def test_a_paused_permission_says_that_nothing_is_seen(rosas, paused):
    assert paused.company == LUMEN
    page = rosas.get("/permissions").text
    assert "Nothing while it is paused; otherwise: email and home address" in page


@pytest.mark.parametrize("entries", ["0", "999999", "x", "1-x", "-1", "1-", "9" * 16])
def test_a_confirmation_of_nothing_is_nothing(rosas, entries):
    assert rosas.get(f"/done/{entries}").status_code == 404
