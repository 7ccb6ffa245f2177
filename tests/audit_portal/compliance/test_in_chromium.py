"""The staff's pages in a real browser: accessible, narrow, asking nobody else, without scripts."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from audit_portal.contests.claims import Claim
from audit_portal.contests.rules import Kind
from audit_portal.staff import Role
from audit_portal.suspensions import Cause
from consent.claiming import Home
from consent.companies import SUSPENDED
from tests.audit_portal.consumer_portal.test_in_chromium import AXE, MODES, SMALL_TARGETS
from tests.vaults import Vault, running

HOME = Home(time_zone="Europe/Berlin", country="DE", language="en")
EMAIL = "contact.email"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[tuple[Vault, str, list[str]]]:
    """A vault with something on every page; a second officer's code; the pages."""
    with running(tmp_path_factory.mktemp("vault") / "data") as vault:
        services, office = vault.services, vault.services.office
        one, two = vault.company("Corner Shoes").client_id, vault.company("Northbank")
        vault.enrol(two, "A-1", {EMAIL: "ada@example.org"})
        code = services.enrolment.invite(two.client_id, "A-1", valid_ms=60_000)
        person = services.claiming.claim(code, "ada@example.org", home=HOME)
        claim = Claim(kind=Kind.OUTDATED, field=EMAIL, version=1, words="Not any more.")
        dispute = services.contests.opening.open(person, claim).ref
        first = office.staff.whose(office.staff.add(name="First", role=Role.OFFICER))
        office.suspensions.ask(first, one, status=SUSPENDED, cause=Cause.MISUSE)
        second = office.staff.add(name="Second", role=Role.OFFICER)
        paths = [
            "/officer/companies/nobody",
            "/officer",
            "/officer/search",
            "/officer/search?search=1&type=grant",
        ]
        paths += ["/officer/search?search=1", "/officer/companies", f"/officer/companies/{one}"]
        paths += [f"/officer/companies/{one}/second", "/officer/disputes"]
        paths += [f"/officer/companies/{two.client_id}/suspend", f"/officer/disputes/{dispute}"]
        yield vault, second, paths


def sign_in(page: Page, code: str) -> None:
    page.goto("/officer/sign-in")
    page.get_by_label("Your personal code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="How it stands")).to_be_visible()


@pytest.mark.parametrize("mode", MODES)
def test_every_page_is_accessible_fits_and_asks_nobody_else(place, browser, mode):
    vault, code, paths = place
    context = browser.new_context(base_url=vault.issuer, **MODES[mode])
    page, asked, said, flaws = context.new_page(), [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    sign_in(page, code)
    for path in (*paths, "/officer/sign-out"):
        if path.endswith("sign-out"):
            page.get_by_role("button", name="Sign out").click()
        else:
            page.goto(path)
        found = Axe().run(page, options=AXE).response["violations"]
        flaws += [(path, one["id"], one["nodes"][0]["html"][:120]) for one in found]
        flaws += [(path, "target", *small) for small in page.evaluate(SMALL_TARGETS)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            flaws.append((path, "wider than the window"))
    context.close()
    assert flaws == []
    assert {url for url in asked if not url.startswith(vault.issuer)} == set()
    assert [text for text in said if "status of 4" not in text] == []


def test_a_second_officer_suspends_without_a_script(place, browser):
    vault, code, _ = place
    context = browser.new_context(base_url=vault.issuer, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, code)
    page.get_by_role("link", name="Companies").click()
    page.get_by_role("link", name="Corner Shoes").click()
    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suspended")
    context.close()
