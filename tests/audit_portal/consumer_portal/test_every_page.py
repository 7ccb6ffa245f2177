"""What holds for every page: no script, no inline style, no dead link, nothing foreign, no leak."""

import re
from html.parser import HTMLParser

import pytest

from audit_portal.look.assets import Assets
from audit_portal.look.forms import MAX_BYTES
from tests.audit_portal.consumer_portal.demo import ADDRESS, fill
from tests.audit_portal.consumer_portal.desk_of_tests import House
from tests.audit_portal.consumer_portal.paper_portal import LUMEN, NORTHBANK, PARCELO
from tests.fakes import FakeClock
from tests.stores import fresh
from vault.errors import Damaged, OperatorMustAct, Unready

VOID = {"input", "link", "meta", "br", "path", "circle", "rect"}


class Page(HTMLParser):
    """A page's links, texts and oddities."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.odd: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.text: dict[str, str] = {}
        self.feed(html)
        assert self.open == [], "a tag was left open"

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.odd += [tag] if tag in {"script", "style", "iframe", "img", "base", "object"} else []
        self.odd += [name for name in told if name == "style" or name.startswith("on")]
        self.ids += [told["id"]] if "id" in told else []
        self.links += [
            told[name] for name in ("href", "src", "action", "formaction") if name in told
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data


def crawled(client, *starts: str) -> dict[str, Page]:
    """Every page that can be reached by links from ``starts``."""
    found, waiting = {}, list(starts)
    while waiting:
        path = waiting.pop().partition("#")[0]
        if path in found or not path.startswith("/") or path.startswith(("/look/", "/used/list")):
            continue
        answer = client.get(path)
        if answer.headers.get("location") == "/sign-in":
            continue
        assert answer.status_code == 200, f"a dead link to {path}"
        found[path] = Page(answer.text)
        forms = set(re.findall(r'action="([^"]+)"[^>]* method="post"', answer.text))
        waiting += [link for link in found[path].links if link not in forms]
    return found


@pytest.fixture(scope="module")
def pages(sqlite_maker):
    """Every page, as Rosa and as nobody sees it."""
    with fresh(sqlite_maker) as stores:
        house = House.open(stores.main, FakeClock())
        fill(house.portal, house.clock)
        mine, nobodys = house.browser(), house.browser()
        house.sign_in(mine, ADDRESS)
        open_to_all = crawled(nobodys, "/sign-in", "/sign-in/code")
        return {
            **crawled(mine, "/"),
            **{f"{path} (nobody)": page for path, page in open_to_all.items()},
        }


def test_every_link_leads_to_a_page_and_every_page_is_plain(pages):
    assert len(pages) > 100
    for path, page in pages.items():
        assert page.odd == [], path
        assert len(set(page.ids)) == len(page.ids), path
        assert page.text["h1"].strip(), path


def test_nothing_foreign_is_loaded_and_only_plain_links_lead_away(pages):
    assets = Assets.load()
    for path, page in pages.items():
        away = {link for link in page.links if not link.startswith(("/", "#"))}
        assert away <= {
            "https://lumen.example/terms",
            "https://lumen.example/notice",
            "mailto:help@vault.example",
        }, path
        kept = {link for link in page.links if link.startswith("/look/")}
        assert kept == {assets.styles.path, assets.icon.path}


def test_titles_and_addresses_hold_nothing_personal(pages):
    secrets = [ADDRESS, "rosa", "Rosa", *[one.name for one in (NORTHBANK, LUMEN, PARCELO)]]
    for path, page in pages.items():
        for link in [path, page.text["title"], *page.links]:
            assert not [secret for secret in secrets if secret in link.replace("lumen.e", "")]


def test_every_page_says_where_help_and_complaints_are_in_the_same_place(rosas):
    for path in ("/", "/data", "/sign-in/code", "/help", "/nothing-here"):
        html = rosas.get(path).text
        foot = html[html.index("<footer") :]
        assert re.findall(r'href="([^"]+)"', foot) == ["/help", "/help#check", "/help#complain"]


def test_nothing_is_kept_by_a_cache_but_the_look(rosas):
    assert rosas.get("/data").headers["cache-control"] == "no-store"
    styles = rosas.get(Assets.load().styles.path)
    assert styles.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert styles.headers["content-type"] == "text/css; charset=utf-8"


def test_every_address_needs_a_session_but_those_that_begin_one(house, rosa):
    stranger = house.browser()
    grant = next(iter(house.portal.sheets[rosa].grants))
    closed = ["/", "/data", "/data/add", "/data/contact.email", "/used", "/used/list.csv"]
    closed += ["/permissions", f"/permissions/{grant}/stop", "/permissions/stop-all", "/copy"]
    closed += ["/done/1", "/data/contact.email/change", f"/permissions/{grant}/reduce"]
    for path in closed:
        assert stranger.get(path).headers["location"] == "/sign-in", path
    before = len(house.portal.sheets[rosa].events)
    acts = ["/data/show", "/data/contact.email/show", "/data/contact.email/change", "/copy"]
    acts += [f"/permissions/{grant}/{act}" for act in ("stop", "pause", "reduce")]
    acts += ["/permissions/stop-all", "/permissions/pause-all", "/claim/join"]
    for path in acts:
        assert stranger.post(path).headers["location"] == "/sign-in", path
    assert len(house.portal.sheets[rosa].events) == before


def test_a_form_from_elsewhere_is_refused_before_anything_happens(rosas, sheet):
    before = len(sheet.events)
    for said in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        answer = rosas.post("/permissions/stop-all", headers=said)
        assert answer.status_code == 403
        assert "We did not accept that" in answer.text
        assert "Nothing was changed" in answer.text
    del rosas.headers["sec-fetch-site"]
    assert rosas.post("/permissions/stop-all").status_code == 403
    assert len(sheet.events) == before
    assert rosas.post("/sign-out", headers={"origin": "http://localhost:8000"}).status_code == 303


# --- your copy ----------------------------------------------------------------------------------


def test_a_copy_is_taken_by_post_after_a_second_code(house, rosas, sheet):
    assert "habeas verify my-record.json --key" in rosas.get("/copy").text
    asked = rosas.post("/copy")
    assert "One more code" in asked.text
    assert sheet.events[-1].type != "export"
    answer = rosas.post("/copy", data={"code": house.box.code()})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="my-record.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.json()["entries"]) == len(sheet.events)


def test_a_copy_follows_the_check_whose_number_is_typed(house, rosas):
    asked = rosas.post("/copy", data={"since": "3"})
    assert '<input type="hidden" name="since" value="3">' in asked.text
    answer = rosas.post("/copy", data={"since": "3", "code": house.box.code()})
    assert answer.json()["since"] == 3


@pytest.mark.parametrize("typed", ["-1", "three", "³", "999", "9" * 40])
def test_a_number_no_check_told_gets_no_copy(house, rosas, typed):
    rosas.post("/copy")
    rosas.post("/copy", data={"code": house.box.code()})
    answer = rosas.post("/copy", data={"since": typed})
    assert answer.status_code == 400
    assert "never told such a number" in answer.text


def test_a_joined_record_is_a_file_of_its_own(house, rosas, rosa):
    assert "Get it" in rosas.get("/copy").text
    house.portal.join(rosa, "PARC-7F3K-22QM")
    page = rosas.get("/copy").text
    assert "You added the record of another company to yours." in page
    assert page.count("Get the file") == 2
    assert "You get it as <code>my-record-1.json</code>." in page
    assert "habeas verify my-record-1.json" in page
    assert "--kept my-record-1.kept" in page
    rosas.post("/copy", data={"record": "1"})
    answer = rosas.post("/copy", data={"record": "1", "code": house.box.code()})
    assert answer.headers["content-disposition"] == 'attachment; filename="my-record-1.json"'
    assert answer.json()["record"] == 1
    assert rosas.post("/copy", data={"record": "2"}).status_code == 404
    assert rosas.post("/copy", data={"record": "x"}).status_code == 400


def test_the_key_that_checks_a_copy_is_shown(rosas):
    for path in ("/copy", "/help"):
        assert "vault.example/log+c1a5e7a1+" in rosas.get(path).text


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (Unready("a store lags"), 503, "Not possible just now"),
        (OperatorMustAct("/secret/path"), 503, "Not possible just now"),
        (Damaged("row 7"), 500, "Something broke"),
        (ZeroDivisionError("rosa@example.org"), 500, "Something broke"),
    ],
)
def test_an_error_says_what_happened_whether_anything_changed_and_what_to_do(
    house, rosas, monkeypatch, error, status, title
):
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(type(house.portal), "permissions", fails)
    answer = rosas.get("/permissions")
    assert answer.status_code == status
    assert title in answer.text
    assert "Did anything change?" in answer.text
    assert "What to do" in answer.text
    assert re.search(r"E-[0-9A-Z]{4}-[0-9A-Z]{4}", answer.text)
    assert str(error) not in answer.text


def test_a_page_that_does_not_exist_repeats_nothing(rosas):
    answer = rosas.get("/no<b>such</b>page")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "such</b>" not in answer.text
    assert "This is a step in the middle" in rosas.get("/claim/join").text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=" + b"x" * MAX_BYTES, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 201, "application/x-www-form-urlencoded", 400),
        (b"a=%00", "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        ("a=é".encode(), "application/x-www-form-urlencoded", 400),
        (b'{"a": 1}', "application/json", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
    ],
)
def test_what_no_browser_sends_is_a_page_that_says_so(rosas, body, kind, status):
    answer = rosas.post("/sign-in", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert "We could not read that" in answer.text
