"""My data, one field, changing: values only on request, and what a company supplied stays."""

import re

import pytest

from audit_portal.consumer_portal.facts import Source
from audit_portal.consumer_portal.past_facts import CameAgain, PastVersion
from audit_portal.consumer_portal.views.past import NO_RECORD, past_lines
from tests.audit_portal.consumer_portal.demo import ADDRESS
from tests.audit_portal.consumer_portal.paper_portal import NORTHBANK
from vault.fields import field_named

VALUES = ("Rosa Example", "22 March 1980", "43000.00", "Example Street", "cycling", "night owl")


def test_a_page_opened_by_get_holds_no_value_and_makes_no_entry(rosas, sheet):
    before = len(sheet.events)
    for path in ("/", "/data", "/data/contact.email", "/data/money.income", "/used"):
        page = rosas.get(path).text
        assert not [value for value in (*VALUES, ADDRESS) if value in page]
    assert len(sheet.events) == before


def test_show_is_a_post_and_an_entry(rosas, sheet):
    page = rosas.post("/data/show", data={"field": "contact.email"}).text
    assert ADDRESS in page
    assert "cycling" not in page
    assert (sheet.events[-1].type, sheet.events[-1].fields) == ("own_view", ("contact.email",))
    assert rosas.get("/data/show").status_code == 404


def test_several_values_are_one_entry(rosas, sheet):
    before = len(sheet.events)
    told = {"field": ["identity.full_name", "identity.birth_date"]}
    page = rosas.post("/data/show", data=told).text
    assert "Rosa Example" in page
    assert "22 March 1980" in page
    assert len(sheet.events) == before + 1


def test_what_is_not_held_is_not_shown(rosas, sheet):
    before = len(sheet.events)
    told = {"field": ["contact.phone_home", "no.such_field"]}
    assert rosas.post("/data/show", data=told).status_code == 200
    assert len(sheet.events) == before
    assert rosas.get("/data/contact.phone_home").status_code == 404
    assert rosas.post("/data/no.such_field/show").status_code == 404


def test_what_is_sensitive_is_shown_after_a_second_code(house, rosas, sheet):
    before = len(sheet.events)
    asked = rosas.post("/data/money.income/show")
    assert "One more code" in asked.text
    assert "43000" not in asked.text
    assert len(sheet.events) == before
    wrong = rosas.post("/data/money.income/show", data={"code": "1"})
    assert "43000" not in wrong.text
    shown = rosas.post("/data/money.income/show", data={"code": house.box.code()})
    assert "43000.00 EUR" in shown.text
    assert "43000.00 EUR" in rosas.post("/data/show", data={"field": "money.income"}).text


def test_dots_do_not_tell_a_value_apart(rosas):
    page = rosas.get("/data").text
    assert set(re.findall(r"•+", page)) == {"•" * 8}


def test_each_field_says_where_it_came_from_and_who_may_see_it(rosas):
    page = rosas.get("/data").text
    assert "From Northbank, customer file" in page
    assert "You gave it" in page
    assert "Inferred" in page
    assert "May be seen by Northbank" in page
    assert "Last looked at by Lumen Energy" in page


def test_a_company_that_did_not_say_how_is_told_so(rosas):
    page = rosas.get("/data/money.income").text
    assert "The company did not say" in page
    assert "2 versions, the newest first" in page


def test_every_version_is_shown_on_request_and_that_is_an_entry(house, rosas, rosa, sheet):
    house.portal.change(rosa, "contact.email", "rosa.new@example.org")
    before = len(sheet.events)
    page = rosas.get("/data/contact.email").text
    assert "Show all versions" in page
    assert not [value for value in (ADDRESS, "rosa.new") if value in page]
    assert len(sheet.events) == before
    assert rosas.get("/data/contact.email/past").status_code == 405
    opened = rosas.post("/data/contact.email/past").text
    versions = opened.partition("Where it came from")[2]
    assert versions.index("rosa.new@example.org") < versions.index(ADDRESS)
    assert "Show all versions" not in opened
    assert len(sheet.events) == before + 1
    assert (sheet.events[-1].type, sheet.events[-1].fields) == ("own_view", ("contact.email",))


def test_the_past_of_what_is_sensitive_is_shown_after_a_second_code(house, rosas, sheet):
    before = len(sheet.events)
    asked = rosas.post("/data/money.income/past").text
    assert "One more code" in asked
    assert 'href="/data/money.income"' in asked
    assert "41200" not in asked
    assert len(sheet.events) == before
    shown = rosas.post("/data/money.income/past", data={"code": house.box.code()}).text
    assert "43000.00 EUR" in shown
    assert "41200.00 EUR" in shown


def test_the_past_says_from_what_a_value_was_derived_and_after_which_dispute(house, rosas, sheet):
    told = {"derived_from": ("loyalty.orders", "<b>returns</b>"), "dispute": "ctn_1"}
    sheet.behind["inferred.segment", 1] = told
    assert "Derived from" not in rosas.get("/data/inferred.segment").text
    rosas.post("/data/inferred.segment/past")
    page = rosas.post("/data/inferred.segment/past", data={"code": house.box.code()}).text
    assert "night owl" in page
    label = field_named("loyalty.orders").label
    assert f"Derived from: {label}, &lt;b&gt;returns&lt;/b&gt;" in page
    assert 'href="/disputes/ctn_1"' in page
    assert "Lumen Energy supplied it" in page


def test_a_version_without_a_value_says_why():
    past = {"source": Source(company=NORTHBANK, at=0), "is_current": False}
    deleted = PastVersion(version=1, is_deleted=True, **past)
    [damaged, gone] = past_lines("work.title", [PastVersion(version=2, **past), deleted])
    assert (damaged.missing, damaged.value) == (NO_RECORD, None)
    assert (gone.missing, gone.is_deleted) == ("", True)


def test_only_what_is_held_has_a_past(rosas, sheet):
    before = len(sheet.events)
    for name in ("contact.phone_home", "no.such_field"):
        assert rosas.post(f"/data/{name}/past").status_code == 404
    assert len(sheet.events) == before


def test_what_came_again_is_told_without_its_value(rosas, sheet, house):
    now = house.clock.now_ms()
    assert "came again" not in rosas.get("/data/money.income").text
    sheet.came_again["money.income"] = [CameAgain(company=NORTHBANK, since=now, dispute="ctn_1")]
    page = rosas.get("/data/money.income").text
    assert "A value that was corrected or deleted came again from Northbank." in page
    assert "It has been held since <time" in page
    assert "It is not used unless Northbank stands by it, and you will see that." in page
    assert 'href="/disputes/ctn_1"' in page
    assert not [value for value in VALUES if value in page]
    assert "came again" not in rosas.get("/data/contact.email").text


def test_change_is_for_what_the_person_gave(rosas, sheet):
    page = rosas.get("/data").text
    assert 'href="/data/contact.email/change"' in page
    assert 'href="/data/money.income/change"' not in page
    assert "You cannot change this here" in rosas.get("/data/money.income/change").text
    told = {"amount": "1.00", "currency": "EUR"}
    assert rosas.post("/data/money.income/change", data=told).status_code == 409
    assert len(sheet.values["money.income"]) == 2


def test_a_change_is_checked_then_saved_then_confirmed(rosas, sheet):
    told = {"value": "rosa.new@example.org"}
    check = rosas.post("/data/contact.email/change/check", data=told).text
    assert "rosa.new@example.org" in check
    assert "Northbank, the next time they look" in check
    assert len(sheet.values["contact.email"]) == 1
    done = rosas.post("/data/contact.email/change", data=told)
    assert re.fullmatch(r"/done/\d+", done.headers["location"])
    confirmed = rosas.get(done.headers["location"]).text
    assert "The new value of your email counts as of" in confirmed
    assert "rosa.new" not in confirmed
    assert sheet.values["contact.email"][-1][0] == "rosa.new@example.org"


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("contact.email", {"value": "nope"}, "This must be"),
        ("contact.email", {}, "This "),
        ("identity.age", {"value": "old"}, "must be a whole number"),
        ("identity.gender", {"value": "<b>"}, "This must be"),
        ("household.owns_home", {}, "must be true or false"),
        ("address.delivery", {}, "This "),
        ("money.savings", {"amount": "1", "currency": "Euro"}, "three capital letters"),
    ],
)
def test_what_does_not_fit_is_said_beside_it(rosas, name, typed, said):
    answer = rosas.post(f"/data/{name}/change/check", data=typed)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'class="wrong"' in answer.text


@pytest.mark.parametrize(
    ("name", "typed", "kept", "shown"),
    [
        ("identity.age", {"value": "46"}, 46, "46"),
        ("household.owns_home", {"value": "yes"}, True, "Yes"),
        ("household.pets", {"value": "a cat\r\n\r\n two hens "}, ["a cat", "two hens"], "a cat"),
        (
            "money.savings",
            {"amount": "12.50", "currency": "eur"},
            {"amount": "12.50", "currency": "EUR"},
            "12.50 EUR",
        ),
        (
            "address.delivery",
            {"street": "Example Lane 1", "locality": "Berlin", "country": ""},
            {"street": "Example Lane 1", "locality": "Berlin"},
            "Example Lane 1\nBerlin",
        ),
        (
            "identity.birth_place",
            {"value": "<b>Here</b>"},
            "<b>Here</b>",
            "&lt;b&gt;Here&lt;/b&gt;",
        ),
        ("contact.note", {"value": "two\r\nlines"}, "two\nlines", "two\nlines"),
    ],
)
def test_every_kind_of_value_can_be_added(rosas, sheet, name, typed, kept, shown):
    check = rosas.post(f"/data/{name}/change/check", data=typed)
    assert check.status_code == 200
    assert shown in check.text
    carried = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', check.text))
    assert carried.keys() == typed.keys()
    assert rosas.post(f"/data/{name}/change", data=typed).status_code == 303
    assert sheet.values[name][-1][0] == kept


def test_everything_that_can_be_added_has_a_page(rosas):
    links = re.findall(r'href="(/data/[^"]+/change)"', rosas.get("/data/add").text)
    assert len(links) > 40
    assert not [path for path in links if rosas.get(path).status_code != 200]


def test_what_companies_suppose_cannot_be_added(rosas):
    assert rosas.get("/data/inferred.segment/change").status_code == 404
    assert rosas.get("/data/marketing.took_offer/change").status_code == 404


def test_who_gets_a_new_value_is_said_also_for_a_field_without_one(house, rosas, rosa):
    house.portal.give(rosa, house.portal.companies(rosa)[0], ["contact.phone_home"])
    told = {"value": "+49 30 123456"}
    page = rosas.post("/data/contact.phone_home/change/check", data=told).text
    assert "Lumen Energy, the next time they look" in page


def test_an_empty_vault_says_why_it_is_empty(house):
    house.portal.person("new@example.org")
    client = house.browser()
    house.sign_in(client, "new@example.org")
    assert "Nothing is held about you yet" in client.get("/data").text
    assert "Nothing has happened yet" in client.get("/used").text
    assert "No company may see anything of yours" in client.get("/permissions").text
    assert "Nothing waits for you" in client.get("/").text
