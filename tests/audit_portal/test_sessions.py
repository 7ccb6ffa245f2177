"""Signing in, staying in, proving it again, on both engines."""

from dataclasses import dataclass, field

import pytest
from sqlmodel import select
from starlette.requests import Request
from starlette.responses import Response

from audit_portal.attempts import PERIOD_MS, Attempt, Attempts, TooMany, network_of
from audit_portal.one_time_codes import MOST_PER_ADDRESS, Delivery, OneTimeCodes, Use, Wrong
from audit_portal.sessions import (
    FRESH_MS,
    IDLE_MS,
    LAST_VISIT_KEPT_MS,
    LONGEST_MS,
    Sessions,
    SignedIn,
)
from audit_portal.tables import Session, SignInAttempt, SignInCode
from tests.audit_portal.consumer_portal.desk_of_tests import LetterBox
from tests.fakes import FakeClock
from vault.errors import BadInput
from vault.identifiers import ConsumerId

ROSA = ConsumerId(b"r" * 16)
ADDRESS = "rosa@example.org"
SECRET = b"k" * 32
SITE = "https://vault.example"


class AddressBook:
    def find_account(self, address: str) -> ConsumerId | None:
        return ROSA if address.lower() == ADDRESS else None

    def address_of(self, consumer: ConsumerId) -> str:
        assert consumer == ROSA
        return ADDRESS


@dataclass(slots=True)
class Browser:
    """Keeps cookies, and nothing else a browser does."""

    cookies: dict[str, str] = field(default_factory=dict)
    host: str = "192.0.2.1"

    def request(self) -> Request:
        told = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = [(b"cookie", told.encode())] if told else []
        return Request({"type": "http", "headers": headers, "client": (self.host, 1)})

    def take(self, answer: Response) -> None:
        for cookie in answer.headers.getlist("set-cookie"):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')


@dataclass(slots=True, kw_only=True)
class Gatehouse:
    sessions: Sessions
    clock: FakeClock
    box: LetterBox
    stores: object
    waiting: list = field(default_factory=list)

    def ask(self, browser: Browser, address: str = ADDRESS, use: Use = Use.SIGN_IN):
        answer = Response()
        over = self.sessions.ask(browser.request(), answer, use, address)
        browser.take(answer)
        return over

    def sign_in(self, browser: Browser) -> None:
        assert self.ask(browser) is None
        signed_in = self.sessions.sign_in(browser.request(), self.box.code())
        assert isinstance(signed_in, SignedIn)
        browser.cookies[self.sessions.cookies.session] = signed_in.token.hex()

    def find(self, browser: Browser):
        return self.sessions.find(browser.request())

    def rows(self, table: type) -> list:
        with self.stores.main.reading() as inside:
            return list(inside.exec(select(table)))


@pytest.fixture
def gatehouse(stores, clock):
    box = LetterBox()
    delivery = Delivery(accounts=AddressBook(), mailer=box, soon=lambda errand: errand(), site=SITE)
    codes = OneTimeCodes(stores.main, clock, secret=b"s" * 32, delivery=delivery)
    sessions = Sessions(stores.main, clock, codes, secret=SECRET, secure=True)
    return Gatehouse(sessions=sessions, clock=clock, box=box, stores=stores)


# --- codes --------------------------------------------------------------------------------------


def test_the_right_code_signs_in_the_browser_that_asked(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    assert gatehouse.find(browser).consumer == ROSA


def test_a_code_works_once(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    assert gatehouse.sessions.sign_in(browser.request(), gatehouse.box.code()) == Wrong(
        tries_left=0
    )


def test_a_code_is_worth_nothing_in_another_browser(gatehouse):
    gatehouse.ask(Browser())
    stranger = Browser()
    gatehouse.ask(stranger, "somebody@example.org")
    wrong = gatehouse.sessions.sign_in(stranger.request(), gatehouse.box.code())
    assert isinstance(wrong, Wrong)
    assert isinstance(gatehouse.sessions.sign_in(Browser().request(), gatehouse.box.code()), Wrong)


def test_five_wrong_tries_use_a_code_up(gatehouse):
    browser = Browser()
    gatehouse.ask(browser)
    right = gatehouse.box.code()
    wrong = f"{(int(right) + 1) % 10**8:08}"
    left = [gatehouse.sessions.sign_in(browser.request(), wrong).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert gatehouse.sessions.sign_in(browser.request(), right) == Wrong(tries_left=0)


def test_a_code_works_with_spaces_and_until_its_tenth_minute(gatehouse):
    browser = Browser()
    gatehouse.ask(browser)
    gatehouse.clock.advance(10 * 60_000 - 1)
    code = gatehouse.box.code()
    spaced = f" {code[:4]} {code[4:]} "
    assert isinstance(gatehouse.sessions.sign_in(browser.request(), spaced), SignedIn)


def test_a_code_does_not_work_after_its_tenth_minute(gatehouse):
    browser = Browser()
    gatehouse.ask(browser)
    gatehouse.clock.advance(10 * 60_000)
    assert isinstance(gatehouse.sessions.sign_in(browser.request(), gatehouse.box.code()), Wrong)


def test_a_sign_in_code_proves_nothing_else(gatehouse):
    browser = Browser()
    gatehouse.ask(browser, use=Use.CLAIM)
    code = gatehouse.box.code()
    assert isinstance(gatehouse.sessions.sign_in(browser.request(), code), Wrong)
    assert gatehouse.sessions.shows_address(browser.request(), code, ADDRESS) is True


def test_a_claim_is_for_the_address_the_code_was_sent_to(gatehouse):
    browser = Browser()
    gatehouse.ask(browser, "new@example.org", use=Use.CLAIM)
    code = gatehouse.box.code()
    shown = gatehouse.sessions.shows_address(browser.request(), code, "other@example.org")
    assert shown is False


def test_an_unknown_address_gets_the_same_answer_and_no_letter(gatehouse):
    known, unknown = Browser(), Browser()
    assert gatehouse.ask(known) == gatehouse.ask(unknown, "nobody@example.org") is None
    assert len(gatehouse.box.letters) == 1
    assert known.cookies.keys() == unknown.cookies.keys()
    first = gatehouse.sessions.sign_in(known.request(), "00000000")
    assert first == gatehouse.sessions.sign_in(unknown.request(), "00000000")


def test_the_answer_is_given_before_anybody_looks_for_the_account(gatehouse):
    later = []
    delivery = gatehouse.sessions._codes._delivery
    gatehouse.sessions._codes._delivery = Delivery(
        accounts=delivery.accounts, mailer=delivery.mailer, soon=later.append, site=SITE
    )
    browser = Browser()
    assert gatehouse.ask(browser) is None
    assert gatehouse.box.letters == []
    assert isinstance(gatehouse.sessions.sign_in(browser.request(), "12345678"), Wrong)
    later.pop()()
    signed_in = gatehouse.sessions.sign_in(browser.request(), gatehouse.box.code())
    assert isinstance(signed_in, SignedIn)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "rosa",
        "rosa@",
        "@example.org",
        "a b@example.org",
        "a@b\r\nBcc: c@d",
        "x" * 65 + "@e.org",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(gatehouse, address):
    with pytest.raises(BadInput) as refused:
        gatehouse.ask(Browser(), address)
    assert str(refused.value) == "address: is not an e-mail address"


def test_too_many_codes_for_an_address_are_refused_until_the_next_quarter(gatehouse):
    for _ in range(MOST_PER_ADDRESS):
        assert gatehouse.ask(Browser()) is None
    over = gatehouse.ask(Browser(host="192.0.2.9"))
    assert isinstance(over, TooMany)
    assert gatehouse.ask(Browser(), "other@example.org") is None
    gatehouse.clock.advance(over.again_at - gatehouse.clock.now_ms())
    assert gatehouse.ask(Browser()) is None


def test_too_many_codes_from_one_network_are_refused(gatehouse):
    asked = [gatehouse.ask(Browser(), f"a{n}@example.org") for n in range(31)]
    assert asked[:30] == [None] * 30
    assert isinstance(asked[30], TooMany)


def test_the_store_holds_neither_address_nor_code_nor_ticket_nor_token(gatehouse):
    browser = Browser()
    gatehouse.ask(browser)
    code, ticket = gatehouse.box.code(), next(iter(browser.cookies.values()))
    kept = repr([gatehouse.rows(table) for table in (SignInCode, SignInAttempt)])
    gatehouse.sign_in(browser)
    kept += repr(gatehouse.rows(Session))
    token = browser.cookies[gatehouse.sessions.cookies.session]
    for secret in (ADDRESS.encode(), code.encode(), bytes.fromhex(ticket), bytes.fromhex(token)):
        assert repr(secret)[2:-1] not in kept


def test_passed_rows_do_not_stay(gatehouse):
    gatehouse.ask(Browser())
    gatehouse.clock.advance(PERIOD_MS)
    gatehouse.ask(Browser(), "other@example.org")
    assert len(gatehouse.rows(SignInCode)) == 1
    assert len(gatehouse.rows(SignInAttempt)) == 2


# --- sessions -----------------------------------------------------------------------------------


def test_a_session_ends_after_half_an_hour_unused(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    gatehouse.clock.advance(IDLE_MS - 1)
    assert gatehouse.find(browser)
    gatehouse.clock.advance(IDLE_MS - 1)
    assert gatehouse.find(browser)
    gatehouse.clock.advance(IDLE_MS)
    assert gatehouse.find(browser) is None


def test_a_session_ends_after_half_a_day_however_it_is_used(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    for _ in range(LONGEST_MS // (IDLE_MS // 2) - 1):
        gatehouse.clock.advance(IDLE_MS // 2)
        assert gatehouse.find(browser)
    gatehouse.clock.advance(IDLE_MS // 2)
    assert gatehouse.find(browser) is None


def test_signing_out_ends_this_session_and_no_other(gatehouse):
    here, there = Browser(), Browser()
    gatehouse.sign_in(here)
    gatehouse.sign_in(there)
    gatehouse.sessions.end(gatehouse.find(here))
    assert gatehouse.find(here) is None
    assert gatehouse.find(there)


def test_signing_in_makes_a_new_token_and_tells_when_the_last_visit_was(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    first, began = gatehouse.find(browser), gatehouse.clock.now_ms()
    assert first.last_visit_at is None
    gatehouse.sessions.end(first)
    gatehouse.clock.advance(LONGEST_MS)
    gatehouse.sign_in(browser)
    second = gatehouse.find(browser)
    assert second.token != first.token
    assert second.last_visit_at == began
    assert len(gatehouse.rows(Session)) == 1


def test_an_erased_person_has_no_session(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    with gatehouse.stores.main.transaction() as inside:
        gatehouse.sessions.end_all(inside, ROSA)
    assert gatehouse.find(browser) is None
    assert gatehouse.rows(Session) == []


def test_a_sweep_keeps_who_is_here_and_when_each_was_here_last(gatehouse):
    for _ in range(3):
        gatehouse.clock.advance(60_000)
        gatehouse.sign_in(Browser())
    here = Browser()
    gatehouse.sign_in(here)
    gatehouse.ask(Browser())
    assert gatehouse.sessions.sweep() == 0
    gatehouse.clock.advance(IDLE_MS - 1)
    gatehouse.sessions.sweep()
    assert gatehouse.find(here), "a session that lives was swept"
    assert (len(gatehouse.rows(Session)), gatehouse.rows(SignInCode)) == (2, [])
    gatehouse.clock.advance(LONGEST_MS)
    gatehouse.sessions.sweep()
    [last] = gatehouse.rows(Session)
    assert last.seen_at == max(row.seen_at for row in gatehouse.rows(Session))
    gatehouse.clock.advance(LAST_VISIT_KEPT_MS)
    gatehouse.sessions.sweep()
    assert gatehouse.rows(Session) == gatehouse.rows(SignInAttempt) == []


@pytest.mark.parametrize("planted", ["", "zz", "00" * 31, "00" * 32, "é"])
def test_a_cookie_that_is_no_token_finds_nobody(gatehouse, planted):
    assert gatehouse.find(Browser({gatehouse.sessions.cookies.session: planted})) is None


def test_over_https_cookies_are_bound_to_the_host(gatehouse):
    answer = Response()
    gatehouse.sessions.cookies.put(answer, "__Host-habeas", b"\1" * 32, max_age_s=60)
    assert answer.headers["set-cookie"] == (
        f"__Host-habeas={'01' * 32}; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure"
    )
    assert gatehouse.sessions.cookies.session == "__Host-habeas"


def test_over_http_cookies_have_a_plain_name(gatehouse, clock):
    demo = Sessions(
        gatehouse.stores.main, clock, gatehouse.sessions._codes, secret=SECRET, secure=False
    )
    answer = Response()
    demo.cookies.put(answer, demo.cookies.session, b"\1" * 32, max_age_s=60)
    assert demo.cookies.session == "habeas"
    assert "Secure" not in answer.headers["set-cookie"]


# --- fresh proof --------------------------------------------------------------------------------


def test_signing_in_is_no_fresh_proof_and_a_second_code_is_one_for_five_minutes(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    session = gatehouse.find(browser)
    assert not session.is_fresh(gatehouse.clock.now_ms())
    assert gatehouse.sessions.ask_for_proof(session) is None
    assert gatehouse.sessions.prove(session, gatehouse.box.code()) is None
    fresh = gatehouse.find(browser)
    assert fresh.is_fresh(gatehouse.clock.now_ms())
    gatehouse.clock.advance(FRESH_MS)
    assert not gatehouse.find(browser).is_fresh(gatehouse.clock.now_ms())


def test_the_code_of_the_sign_in_is_no_proof(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    session, code = gatehouse.find(browser), gatehouse.box.code()
    assert isinstance(gatehouse.sessions.prove(session, code), Wrong)
    gatehouse.sessions.ask_for_proof(session)
    other = f"{(int(gatehouse.box.code()) + 1) % 10**8:08}"
    assert gatehouse.sessions.prove(session, other) == Wrong(tries_left=4)


def test_asking_twice_sends_one_code_unless_a_new_one_is_wanted(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    session = gatehouse.find(browser)
    for _ in range(3):
        assert gatehouse.sessions.ask_for_proof(session) is None
    assert len(gatehouse.box.letters) == 2
    old = gatehouse.box.code()
    assert gatehouse.sessions.ask_for_proof(session, again=True) is None
    assert len(gatehouse.box.letters) == 3
    assert old == gatehouse.box.code() or isinstance(gatehouse.sessions.prove(session, old), Wrong)


def test_proofs_are_limited_too(gatehouse):
    browser = Browser()
    gatehouse.sign_in(browser)
    session = gatehouse.find(browser)
    asked = [gatehouse.sessions.ask_for_proof(session, again=True) for _ in range(6)]
    assert asked[:5] == [None] * 5
    assert isinstance(asked[5], TooMany)


# --- counting -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "same"),
    [
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("192.0.2.1", "192.0.2.1"),
        ("testclient", "another"),
    ],
)
def test_a_network_is_what_its_bearer_cannot_choose(host, same):
    assert network_of(host) == network_of(same)


def test_networks_differ():
    assert network_of("2001:db8:1:2::") != network_of("2001:db8:1:3::")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")


def test_every_kind_is_counted_by_itself(stores, clock):
    attempts = Attempts(clock, secret=b"s" * 32)
    with stores.main.transaction() as inside:
        one, two = (Attempt(kind=kind, who=b"x", most=1) for kind in ("one", "two"))
        assert attempts.count(inside, one) is None
        assert attempts.count(inside, two) is None
        assert attempts.count(inside, one) == TooMany(
            again_at=(clock.now_ms() // PERIOD_MS + 1) * PERIOD_MS
        )
