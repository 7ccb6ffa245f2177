"""Give access or refuse: nothing chosen, nothing wider, a second code for giving only."""

import re

import pytest

from tests.audit_portal.consumer_portal.paper_portal import LUMEN, NORTHBANK


@pytest.fixture
def offer(sheet):
    return next(iter(sheet.offers.values()))


@pytest.fixture
def path(offer):
    return f"/permissions/requests/{offer.offer_id}"


def choice(offer, *names: str, end: int = 0) -> dict[str, object]:
    return {"answer": "give", "field": [*names], "until": str(offer.ends[end])}


def test_each_field_stands_with_the_companys_own_reason(rosas, path):
    page = rosas.get(path).text
    assert "To tell you on the day when the technician will be at your door." in page
    assert page.count(">Optional<") == 2
    assert "They get a range only." in page
    assert page.index("Mobile phone number") < page.index("Number of people at home")


def test_nothing_is_chosen_beforehand_and_nothing_is_for_ever(rosas, path):
    page = rosas.get(path).text
    assert " checked" not in page
    assert " selected" not in page
    assert "forever" not in page.lower()
    assert "for ever" not in page.lower()


def test_the_shortest_period_comes_first(rosas, offer, path):
    ends = re.findall(r'name="until" value="(\d+)"', rosas.get(path).text)
    assert ends == sorted(ends) == [str(end) for end in offer.ends]


def test_what_they_get_and_give_is_said(rosas, path):
    page = rosas.get(path).text
    assert "A discount of 5.00 EUR once." in page
    assert "6 months. When you stop, they say they delete it." in page
    assert "Example Print House and Example Mailing." in page
    assert "At most 200 times." in page
    assert 'rel="noopener noreferrer external"' in page


def test_what_a_company_did_not_say_is_said_to_be_missing(house, rosas, rosa):
    offer_id = house.portal.ask(rosa, NORTHBANK, ["contact.email"])
    page = rosas.get(f"/permissions/requests/{offer_id}").text
    assert page.count("The company did not say") == 2


def test_giving_takes_a_check_page_and_a_second_code(house, rosas, sheet, offer, path):
    told = choice(offer, "contact.phone_mobile", "preferences.interests")
    check = rosas.post(f"{path}/check", data=told)
    assert "Give Lumen Energy access?" in check.text
    assert "Your mobile phone number and interests" in check.text
    assert len(sheet.offers) == 1
    without = rosas.post(f"{path}/give", data=told)
    assert without.status_code == 200
    assert len(sheet.offers) == 1, "no code, no permission"
    wrong = rosas.post(f"{path}/give", data={**told, "code": "123"})
    assert wrong.status_code == 400
    assert "tries left" in wrong.text
    done = rosas.post(f"{path}/give", data={**told, "code": house.box.code()})
    page = rosas.get(done.headers["location"]).text
    assert "Access given" in page
    assert "Lumen Energy can read your mobile phone number and interests as of" in page
    given = list(sheet.grants.values())[-1]
    assert [one.name for one in given.fields] == ["contact.phone_mobile", "preferences.interests"]
    assert given.until_ms == offer.ends[0]


def test_the_code_is_asked_for_again_after_five_minutes(house, rosas, rosa, offer, path):
    told = choice(offer, "contact.phone_mobile")
    rosas.post(f"{path}/check", data=told)
    rosas.post(f"{path}/give", data={**told, "code": house.box.code()})
    second = house.portal.ask(rosa, LUMEN, ["contact.email"])
    other = f"/permissions/requests/{second}"
    told = choice(house.portal.offer(rosa, second), "contact.email")
    assert "second code" not in rosas.post(f"{other}/check", data=told).text
    house.clock.advance(5 * 60_000)
    assert "second code" in rosas.post(f"{other}/check", data=told).text
    assert rosas.post(f"{other}/give", data=told).status_code == 200
    assert house.portal.offer(rosa, second)


def test_a_new_code_is_sent_when_it_is_asked_for(house, rosas, offer, path):
    told = choice(offer, "contact.phone_mobile")
    rosas.post(f"{path}/check", data=told)
    sent = len(house.box.letters)
    rosas.post(f"{path}/check", data=told)
    assert len(house.box.letters) == sent
    again = rosas.post(f"{path}/give", data={**told, "again": "1", "code": ""})
    assert again.status_code == 200
    assert len(house.box.letters) == sent + 1


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Choose at least one, or refuse."),
        ({"field": "money.income", "until": "1"}, "Choose at least one, or refuse."),
        ({"field": "contact.phone_mobile"}, "Choose until when."),
        ({"field": "contact.phone_mobile", "until": "9" * 18}, "Choose until when."),
        ({"field": "contact.phone_mobile", "until": "-1"}, "Choose until when."),
        ({"field": "contact.phone_mobile", "until": "\u0661"}, "Choose until when."),
    ],
)
@pytest.mark.parametrize("step", ["check", "give"])
def test_what_is_missing_is_said_and_what_was_chosen_is_kept(rosas, path, told, said, step):
    answer = rosas.post(f"{path}/{step}", data=told)
    assert answer.status_code == 400
    assert said in answer.text
    chosen = re.findall(r'value="([^"]*)" checked', answer.text)
    assert chosen == (["contact.phone_mobile"] if "phone" in str(told) else [])


def test_more_than_was_asked_is_never_given(house, rosas, sheet, offer, path):
    told = choice(offer, "contact.phone_mobile", "money.income", "contact.email", end=-1)
    rosas.post(f"{path}/check", data=told)
    rosas.post(f"{path}/give", data={**told, "code": house.box.code()})
    given = list(sheet.grants.values())[-1]
    assert [one.name for one in given.fields] == ["contact.phone_mobile"]


def test_refusing_takes_no_code_and_no_choice(house, rosas, sheet, path):
    sent = len(house.box.letters)
    check = rosas.post(f"{path}/check", data={"answer": "refuse"})
    assert "Refuse Lumen Energy?" in check.text
    done = rosas.post(f"{path}/refuse")
    assert "Request refused" in rosas.get(done.headers["location"]).text
    assert (len(house.box.letters), sheet.offers) == (sent, {})


def test_an_offer_that_is_gone_or_anothers_is_nothing(house, rosas, rosa, path):
    other = house.portal.person("other@example.org")
    theirs = house.portal.ask(other, LUMEN, ["contact.email"])
    rosas.post(f"{path}/refuse")
    for address in (path, f"/permissions/requests/{theirs}", "/permissions/requests/x"):
        answer = rosas.get(address)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text
    assert rosas.post(f"{path}/refuse").status_code == 409
    assert rosas.post(f"/permissions/requests/{theirs}/refuse").status_code == 409
    assert house.portal.offer(other, theirs)


def test_a_companys_words_are_text(house, rosas, rosa):
    hostile = house.portal.sheets[rosa].offers
    offer_id = house.portal.ask(rosa, NORTHBANK, [])
    asked = hostile[offer_id].terms.__class__(
        why="<script>alert(1)</script>", notice_uri="javascript:alert(1)", recipients=('"><b>',)
    )
    fields = tuple(
        one.__class__(name=one.name, why="<img src=x onerror=alert(1)>")
        for one in next(iter(hostile.values())).fields
    )
    changed = hostile[offer_id].__class__(
        **{
            name: getattr(hostile[offer_id], name)
            for name in ("offer_id", "company", "ends", "made_at")
        },
        terms=asked,
        fields=fields,
    )
    hostile[offer_id] = changed
    page = rosas.get(f"/permissions/requests/{offer_id}").text
    assert "<script" not in page
    assert "<img" not in page
    assert "javascript:" not in page
