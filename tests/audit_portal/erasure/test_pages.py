"""Erasing oneself through the pages, without a script: what is said, asked for, handed out."""

import re
import time

import pytest

from audit_portal.chores import worker_of
from audit_portal.sessions import FRESH_MS
from consent.ledger.certificates import Attested, verify_certificate
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.log_check import Policy
from consent.ledger.verdicts import Verified
from consent.ledger.verifier import verify_bundle
from consent.legal_holds import place
from tests.vaults import served

DAY_MS = 86_400_000
CODE = "One more code, to be sure it is you"


@pytest.fixture
def vault(tmp_path):
    with served(tmp_path) as opened:
        yield opened


@pytest.fixture
def rosa(vault):
    """Somebody with an account, of whom one company supplied and read something."""
    shop = vault.company("Corner Shoes")
    known_as = vault.enrol(shop, "A-1", {"contact.email": "rosa@example.org"})
    vault.permit(shop, known_as, ["contact.email"])
    details = shop.details(purpose="run_account", consumers=[known_as], fields=["contact.email"])
    shop.read(shop.token(details=details), {known_as: ["contact.email"]})
    code = vault.services.enrolment.invite(shop.client_id, "A-1", valid_ms=DAY_MS)
    consumer = vault.services.portal.claim(code, "rosa@example.org")
    sequence(vault)
    return consumer


@pytest.fixture
def browser(vault, rosa):
    """Rosa's browser, signed in."""
    vault.http.headers["sec-fetch-site"] = "same-origin"
    vault.http.follow_redirects = False
    token = vault.services.sessions.begin(rosa).token
    vault.http.cookies.set("habeas", token.hex())
    return vault.http, token


def fresh(vault, token):
    sessions = vault.services.sessions
    sessions._refresh(token, vault.clock.now_ms() + FRESH_MS)


def sequence(vault):
    while vault.services.sequencer.run_once():
        pass


def log_key(vault):
    return VerifierKey.parse(vault.services.log_keys["log"])


def test_the_page_says_what_goes_what_stays_and_until_when(browser):
    page, _ = browser
    text = page.get("/erase").text
    assert "What goes" in text
    assert "What stays" in text
    assert text.count("GDPR") == 2
    assert "no way back" in text
    assert "<input" not in text.partition("<main")[2]  # nothing has to be typed


def test_it_takes_a_fresh_code_and_nothing_else(vault, rosa, browser):
    page, token = browser
    asked = page.post("/erase")
    assert asked.status_code == 200
    assert CODE in asked.text
    assert page.post("/erase", data={"code": "00000000"}).status_code == 200
    assert vault.services.erasing.people.standing(rosa) is None
    fresh(vault, token)
    assert page.post("/erase").headers["location"] == "/erase"
    assert vault.services.erasing.people.standing(rosa) is not None


def test_copy_certificate_end(vault, rosa, browser):
    page, token = browser
    fresh(vault, token)
    page.post("/erase")
    assert "Look again" in page.get("/erase").text
    assert page.post("/erase/copy", data={"record": "0"}).status_code == 503
    sequence(vault)
    text = page.get("/erase").text
    assert text.index("Your last copy") < text.index("Your certificate") < text.index("The end")
    assert "/erase/finish" not in text
    copy = page.post("/erase/copy", data={"record": "0"})
    policy, now = Policy(max_age_ms=None), vault.clock.now_ms()
    answer = verify_bundle(copy.content, log_key=log_key(vault), kept=None, now=now, policy=policy)
    assert isinstance(answer, Verified)
    assert answer.counts["erase"] == 1
    certificate = page.post("/erase/certificate")
    named = certificate.headers["content-disposition"]
    assert re.search(r'filename="erasure-certificate\.json"', named)
    attested = verify_certificate(certificate.content, log_key=log_key(vault))
    assert isinstance(attested, Attested)
    assert "/erase/finish" in page.get("/erase").text
    over = page.post("/erase/finish")
    assert "Everything is erased" in over.text
    assert 'habeas=""' in over.headers["set-cookie"]
    vault.http.cookies.set("habeas", token.hex())
    assert page.get("/erase").headers["location"] == "/sign-in?came=ended"
    assert vault.services.erasing.people.standing(rosa) is None


def test_every_other_page_leads_there_meanwhile(vault, browser):
    page, token = browser
    fresh(vault, token)
    page.post("/erase")
    for path in ("/", "/data", "/used", "/permissions", "/copy"):
        assert page.get(path).headers["location"] == "/erase", path
    assert page.post("/data/contact.email/show").headers["location"] == "/erase"


def test_a_legal_hold_stands_on_the_page_with_its_end_and_stops_it(vault, rosa, browser):
    page, token = browser
    until = vault.clock.now_ms() + 10 * DAY_MS
    with vault.services.log.acting([rosa]) as act:
        law = "Commercial Code, section 257"
        place(act, rosa, law=law, until_ms=until, now_ms=vault.clock.now_ms())
    held = page.get("/erase")
    assert held.status_code == 409
    assert law in held.text
    assert "<time" in held.text.partition(law)[2][:80]
    assert 'action="/erase"' not in held.text
    fresh(vault, token)
    assert page.post("/erase").status_code == 409
    assert vault.services.erasing.people.standing(rosa) is None


def test_the_worker_ends_it_after_a_day(vault, rosa, browser):
    page, token = browser
    fresh(vault, token)
    page.post("/erase")
    sequence(vault)
    vault.clock.advance(DAY_MS)
    worker = worker_of(vault.services)
    worker.start()
    patience = time.monotonic() + 20
    while vault.services.erasing.people.standing(rosa) and time.monotonic() < patience:
        time.sleep(0.01)
    worker.stop()
    assert vault.services.erasing.people.standing(rosa) is None
