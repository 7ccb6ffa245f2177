"""Who used it: the count, the filters, the pages and the file say the same."""

import csv
import io
import re

import pytest

from audit_portal.consumer_portal.kinds import Kind
from tests.audit_portal.consumer_portal.paper_portal import LUMEN, NORTHBANK, PARCELO


def rows(page: str) -> list[str]:
    return re.findall(r"Entry (\d+)</span>", page)


def walked(rosas, path: str) -> list[str]:
    """Every entry of a list, page by page."""
    found, page = [], rosas.get(path).text
    while True:
        found += rows(page)
        older = re.search(r'href="([^"]*)">Older events', page)
        if older is None:
            return found
        page = rosas.get(older[1].replace("&amp;", "&")).text


def test_the_sentence_says_who_looked_at_what_and_why(rosas):
    page = rosas.get("/used").text
    assert "<b>Northbank</b> looked at your <b>email and income</b>." in page
    assert "Why: To run the account or contract you have with us" in page
    assert "<b>Parcelo</b> tried to look at your <b>home address</b> and was blocked" in page
    assert "you stopped their access." in page


@pytest.mark.parametrize(
    "query",
    ["", "kind=looked", f"company={NORTHBANK.id}", f"company={NORTHBANK.id}&kind=looked"],
)
def test_list_headline_and_file_agree(rosas, query):
    page = rosas.get(f"/used?{query}").text
    entries = walked(rosas, f"/used?{query}")
    file = list(csv.DictReader(io.StringIO(rosas.get(f"/used/list.csv?{query}").text)))
    assert [row["entry"] for row in file] == entries
    assert len(set(entries)) == len(entries)
    looks = sum(row["type"] == "read" for row in file)
    assert f"looked at your data {looks} times." in page


def test_each_kind_is_a_part_of_the_whole(rosas, sheet):
    parts = [entry for kind in Kind for entry in walked(rosas, f"/used?kind={kind}")]
    assert sorted(parts) == sorted(walked(rosas, "/used"))
    assert len(parts) == len(sheet.events)


def test_a_filter_is_a_chip_that_takes_itself_away(rosas):
    page = rosas.get(f"/used?company={LUMEN.id}&kind=looked&field=contact.email").text
    assert "Lumen Energy looked at your email 4 times." in page
    chips = re.findall(r'class="chip" href="([^"]*)"', page)
    assert [chip.replace("&amp;", "&") for chip in chips] == [
        "/used?kind=looked&field=contact.email",
        f"/used?company={LUMEN.id}&field=contact.email",
        f"/used?company={LUMEN.id}&kind=looked",
    ]


@pytest.mark.parametrize("query", ["company=cmp_nobody", "kind=all", "field=x.y", "kind=<b>"])
def test_a_filter_that_names_nothing_does_not_narrow(rosas, query):
    assert rosas.get(f"/used?{query}").text == rosas.get("/used").text


def test_a_cursor_of_nobody_is_a_page_that_says_so(rosas):
    answer = rosas.get("/used?after=%3Cscript%3E")
    assert answer.status_code == 400
    assert "script" not in answer.text


def test_days_are_days_in_the_persons_zone(house, rosas, rosa):
    house.clock.wall_ms = 1_798_758_000_000 - 1  # a millisecond before 2027 in Berlin
    house.portal.enter(rosa, "read", company=NORTHBANK, fields=("contact.email",))
    house.clock.wall_ms += 1
    house.portal.enter(rosa, "read", company=NORTHBANK, fields=("contact.email",))
    house.sign_in(rosas, "rosa@example.org")
    page = rosas.get("/used").text
    assert "Friday, 1 January 2027" in page
    assert "Thursday, 31 December 2026" in page
    assert "23:59 CET" in page


def test_the_file_is_harmless_to_a_spreadsheet(house, rosas, rosa):
    named = NORTHBANK.__class__(id=PARCELO.id, name='=HYPERLINK("http://x","y"),\n@b')
    house.portal.enter(rosa, "read", company=named)
    answer = rosas.get("/used/list.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="who-used-it.csv"'
    newest = next(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert newest["company"].startswith("'=HYPERLINK")
    assert not [
        cell
        for row in csv.reader(io.StringIO(answer.text, newline=""))
        for cell in row
        if cell.startswith(("=", "+", "-", "@"))
    ]


def test_an_event_of_an_unknown_type_is_shown_by_its_tag(house, rosas, rosa):
    house.portal.enter(rosa, "brand_new<b>")
    assert "Another kind of event: <b>brand_new&lt;b&gt;</b>." in rosas.get("/used").text


def test_the_overview_tells_what_happened_since_the_last_visit(house, rosas, rosa):
    assert "What happened so far" in rosas.get("/").text
    rosas.post("/sign-out")
    house.clock.advance(3_600_000)
    house.portal.enter(rosa, "read", company=LUMEN, fields=("contact.email",))
    house.sign_in(rosas, "rosa@example.org")
    page = rosas.get("/").text
    assert "Since your last visit" in page
    assert "1 company looked at your data 1 time." in page
    assert rows(page) == [str(len(house.portal.sheets[rosa].events))]
