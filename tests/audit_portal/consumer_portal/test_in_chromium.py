"""The pages in a real browser: accessible, narrow, without scripts, with a keyboard, fair.

Axe runs with scripts on (it is one); the flows run with scripts off, as people may.
"""

import re
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.audit_portal.consumer_portal.demo import fill
from tests.audit_portal.consumer_portal.paper_portal import LUMEN
from tests.audit_portal.consumer_portal.serving import served
from tests.fakes import FakeClock
from tests.stores import fresh

MODES = {
    "light": {"color_scheme": "light", "viewport": {"width": 1100, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1100, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 320, "height": 700}},
    "forced": {"forced_colors": "active", "viewport": {"width": 1100, "height": 900}},
}
ADDRESSES = (f"rosa{number}@example.org" for number in count())
PLAIN = [
    *("/", "/data", "/data/add", "/data/contact.email", "/data/inferred.segment"),
    *("/data/contact.email/change", "/data/address.delivery/change"),
    *("/data/household.owns_home/change", "/data/household.pets/change"),
    *("/used", "/used?kind=looked&field=contact.email", "/permissions", "/permissions/stop-all"),
    *("/permissions/pause-all", "/claim", "/copy", "/help", "/done/9", "/nothing-here"),
]
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

SMALL_TARGETS = """() => [...document.querySelectorAll(
    'button, .button, summary, .tabs a, .account a, .chip, .pick, .input, .back, .foot a')]
  .map(one => [one.textContent.trim().slice(0, 30), one.getBoundingClientRect().height])
  .filter(([_, height]) => height < 44 - 0.5)"""
FOCUSABLE = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary')].length"""
FOCUSED = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    return [one.tagName, one.textContent.trim().slice(0, 40), style.outlineStyle]}"""
LOOKS = """one => { const style = getComputedStyle(one), box = one.getBoundingClientRect();
    return [Math.round(box.width), Math.round(box.height), style.color, style.backgroundColor,
            style.borderTopColor, style.borderTopWidth, style.fontSize, style.fontWeight]}"""


@pytest.fixture(scope="module")
def street(sqlite_maker) -> Iterator[tuple]:
    """A house that stands for the whole module; each test brings its own person."""
    clock = FakeClock(wall_ms=1_795_266_120_000)
    with fresh(sqlite_maker) as stores, served(stores.main, clock) as opened:
        yield opened


@pytest.fixture
def visitor(street, browser) -> Iterator[Callable[..., Page]]:
    """Opens the portal as a new person, signed in, in a context of the test's choosing."""
    house, site = street
    contexts: list[BrowserContext] = []

    def open_as_somebody(**options: object) -> Page:
        house.clock.advance(15 * 60_000)  # a new quarter: many people come from this machine
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.person = fill_in(house)
        page.house = house
        sign_in(page)
        return page

    yield open_as_somebody
    for context in contexts:
        context.close()


def fill_in(house) -> str:
    address = next(ADDRESSES)
    fill(house.portal, house.clock, address)
    return address


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Your e-mail address").fill(page.person)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(page.house.box.code())
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def join(page: Page) -> None:
    """Another company's record, added to the person's own."""
    portal = page.house.portal
    portal.invite(LUMEN, "LUME-1")
    portal.join(portal.find_account(page.person), "LUME-1")


def walk(page: Page) -> Iterator[str]:
    """Every kind of page, one after the other; yields a name for each."""
    for path in PLAIN:
        page.goto(path)
        yield path
    page.goto("/data")
    page.locator("form[action='/data/show#money.income'] button").click()
    yield "one more code"
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Show").click()
    yield "a wrong code"
    page.goto("/data")
    page.locator("form[action='/data/show#contact.email'] button").click()
    yield "a value shown"
    page.goto("/data/contact.email/change")
    page.get_by_label("New value").fill("new@example.org")
    page.get_by_role("button", name="Check it").click()
    yield "check a change"
    page.goto("/permissions")
    page.get_by_role("link", name="Answer this request").click()
    yield "decide"
    page.get_by_role("button", name="Give access").click()
    yield "nothing chosen"
    page.get_by_label("Mobile phone number").check()
    page.get_by_label("1 month").check()
    page.get_by_role("button", name="Give access").click()
    yield "check giving"
    page.goto("/permissions")
    for act in ("Reduce", "Pause", "Stop"):
        page.get_by_role("link", name=f"{act} access of Northbank").click()
        yield f"check: {act}"
        page.go_back()
    page.get_by_role("link", name="Reduce access of Northbank").click()
    page.get_by_label("Income").check()
    page.get_by_role("button", name="Reduce access").click()
    yield "check reducing"
    page.get_by_role("button", name="Reduce access").click()
    yield "reduced"
    page.goto("/permissions")
    page.get_by_role("link", name="Resume access").click()
    yield "check: Resume"
    page.get_by_role("button", name="Resume access").click()
    yield "resume: a code"
    join(page)
    page.goto("/copy")
    page.get_by_text("I have checked a copy of it before").first.click()
    yield "two records to copy"
    page.context.clear_cookies()
    for path in ("/sign-in?came=ended", "/sign-in/code", "/claim", "/help"):
        page.goto(path)
        yield f"{path} (nobody)"


@pytest.mark.parametrize("mode", MODES)
def test_every_page_is_accessible_fits_and_asks_nobody_else(visitor, street, mode):
    page = visitor(**MODES[mode])
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    axe, flaws, names = Axe(), [], []
    for name in walk(page):
        page.wait_for_load_state()
        names.append(name)
        found = axe.run(page, options=AXE).response["violations"]
        flaws += [(name, one["id"], one["nodes"][0]["html"][:120]) for one in found]
        flaws += [(name, "target", *small) for small in page.evaluate(SMALL_TARGETS)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            flaws.append((name, "wider than the window"))
    assert flaws == []
    assert len(names) == 38
    assert {url for url in asked if not url.startswith(street[1])} == set()
    assert [text for text in said if "status of 4" not in text] == []


def test_yes_and_no_look_the_same(visitor):
    page = visitor()
    page.goto("/permissions")
    page.get_by_role("link", name="Answer this request").click()
    assert_same_looks(page, "Give access", "Refuse")
    page.get_by_label("Mobile phone number").check()
    page.get_by_label("1 month").check()
    page.get_by_role("button", name="Give access").click()
    assert_same_looks(page, "Give access", "Refuse")
    page.goto("/permissions")
    card = page.get_by_role("article", name="Northbank").first
    acts = card.locator(".answers .button")
    assert acts.count() == 3
    looks = [acts.nth(at).evaluate(LOOKS) for at in range(3)]
    assert looks[0] == looks[1] == looks[2]


def assert_same_looks(page: Page, *names: str) -> None:
    one, other = (page.get_by_role("button", name=name).evaluate(LOOKS) for name in names)
    assert one == other


class Steps:
    """Counts what a person does, with scripts off."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taken = 0

    def press(self, role: str, name: str) -> None:
        self.taken += 1
        self.page.get_by_role(role, name=name).first.click()

    def choose(self, label: str) -> None:
        self.taken += 1
        self.page.get_by_label(label).check()

    def type(self, label: str, text: str) -> None:
        self.taken += 1
        self.page.get_by_label(label).fill(text)


def test_stopping_takes_fewer_steps_than_giving_and_neither_needs_a_script(visitor):
    page = visitor(java_script_enabled=False)
    giving = Steps(page)
    page.goto("/permissions")
    giving.press("link", "Answer this request")
    giving.choose("Mobile phone number")
    giving.choose("1 month")
    giving.press("button", "Give access")
    giving.type("Code", page.house.box.code())
    giving.press("button", "Give access")
    expect(page.get_by_role("heading", level=1)).to_have_text("Access given")
    steps = {}
    for act, done in (("Pause", "paused"), ("Stop", "stopped")):
        page.goto("/permissions")
        taking = Steps(page)
        taking.press("link", f"{act} access of")
        taking.press("button", f"{act} access")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Access {done}")
        steps[act] = taking.taken
    assert steps == {"Pause": 2, "Stop": 2}
    assert giving.taken == 6


def test_the_confirmation_says_who_what_and_since_when(visitor):
    page = visitor(java_script_enabled=False)
    page.goto("/permissions")
    page.get_by_role("link", name="Stop access of Northbank").first.click()
    page.get_by_role("button", name="Stop access").click()
    said = page.get_by_role("main").inner_text()
    assert re.search(
        r"Northbank cannot read your email and income as of \d+ \w+ 2026, \d\d:\d\d CET\.", said
    )
    assert re.search(r"Entry \d+ of your record", said)


@pytest.mark.parametrize(
    "path", ["/", "/data", "/permissions", "/used", "/data/contact.email/change"]
)
def test_a_keyboard_reaches_everything_in_order_and_sees_where_it_is(visitor, path):
    page = visitor(viewport={"width": 1100, "height": 900})
    page.goto(path)
    reached = []
    for _ in range(page.evaluate(FOCUSABLE)):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    assert reached[0][1] == "Go to the content"
    assert "BODY" not in {tag for tag, _, _ in reached}
    assert {outline for _, _, outline in reached} == {"solid"}
    assert reached[-1][1] == "How to complain"


def test_the_first_key_press_leads_past_the_navigation(visitor):
    page = visitor()
    page.goto("/data")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_printed_confirmation_is_the_confirmation_alone(visitor):
    page = visitor()
    page.goto("/done/9")
    page.emulate_media(media="print")
    for gone in (".tabs", ".account", ".button", ".foot a"):
        assert not page.locator(gone).first.is_visible()
    assert page.get_by_text("of your record").is_visible()
