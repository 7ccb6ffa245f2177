"""Somebody with a long record: a page opens what it shows, and says how far back it counted."""

import csv
import io
import re

import pytest

from audit_portal.consumer_portal.facts import Filters
from audit_portal.consumer_portal.kinds import Kind
from audit_portal.portal_facts.permissions import ENDED_SHOWN
from consent.access_log import LOOKED_THROUGH
from consent.gate.asks import Ask, ReadRequest
from consent.ledger.reader import LogReader
from examples.company import new_request_id
from tests.vaults import served
from vault.identifiers import CompanyId

EMAIL, NAME, TITLE = "contact.email", "identity.full_name", "work.title"
A_BATCH = 100
READS = LOOKED_THROUGH + A_BATCH
WEEK_MS = 7 * 24 * 60 * 60 * 1000


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        opened.http.headers["sec-fetch-site"] = "same-origin"
        yield opened


@pytest.fixture(scope="module")
def bank(vault):
    return vault.company("Northbank")


@pytest.fixture(scope="module")
def pairwise(vault, bank):
    values = {EMAIL: "rosa@example.org", NAME: "Rosa Example"}
    return vault.enrol(bank, "A-1", values)


@pytest.fixture(scope="module")
def rosa(vault, bank, pairwise):
    """Her bank looked at her e-mail once, and at her name ever since; she is signed in."""
    code = vault.services.enrolment.invite(bank.client_id, "A-1", valid_ms=WEEK_MS)
    rosa = vault.services.portal.claim(code, "rosa@example.org")
    vault.permit(bank, pairwise, [EMAIL])
    vault.permit(bank, pairwise, [NAME], purpose="personal_offers")
    look(vault, bank, pairwise, "run_account", EMAIL, times=1)
    for _ in range(READS // A_BATCH):
        look(vault, bank, pairwise, "personal_offers", NAME, times=A_BATCH)
    token = vault.services.sessions.begin(rosa).token
    vault.http.cookies.set(vault.services.sessions.cookies.session, token.hex())
    return rosa


def look(vault, bank, pairwise, purpose, field, *, times):
    vault.clock.advance(60_000)
    ask = Ask(consumer=pairwise, fields=(field,), unrestricted=True)
    requests = [
        ReadRequest(
            company=CompanyId(bank.client_id),
            purpose=purpose,
            request_id=new_request_id(),
            request_hash=bytes(32),
            asks=(ask,),
        )
        for _ in range(times)
    ]
    answers = vault.services.reads.read(requests)
    assert {one.outcome for answer in answers for one in answer.outcomes} == {"allowed"}


@pytest.fixture
def opened(monkeypatch):
    """How many entries were opened since the test began."""
    count, opening = [0], LogReader.open

    def counting(self, consumer, view, rows):
        found = opening(self, consumer, view, rows)
        count[0] += len(found)
        return found

    monkeypatch.setattr(LogReader, "open", counting)
    return count


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", LOOKED_THROUGH),
        ("/data", LOOKED_THROUGH),
        ("/data/contact.email", 2 * LOOKED_THROUGH),
        ("/data/work.title/change", LOOKED_THROUGH),
        ("/used", 0),
        ("/used?kind=looked", 0),
        ("/used?kind=blocked", 0),
        ("/used?field=contact.email", LOOKED_THROUGH),
        ("/permissions", LOOKED_THROUGH),
        ("/permissions/stop-all", LOOKED_THROUGH),
        ("/done/7", 0),
        ("/copy", 0),
    ],
)
def test_a_page_opens_no_more_than_it_needs(vault, rosa, opened, path, most):
    answer = vault.http.get(path)
    assert answer.status_code == 200
    assert len(answer.content) < 60_000
    assert opened[0] <= most + 300


def test_counts_are_of_everything_where_nothing_need_be_opened(vault, rosa):
    assert f"1 company looked at your data {READS + 1:,} times." in vault.http.get("/used").text
    counts = vault.services.portal.who_used_it(rosa, Filters(), cursor=None, limit=1).counts
    assert (counts.looks, counts.since_ms) == (READS + 1, None)


def test_what_was_not_looked_through_is_said(vault, rosa):
    since = r"since \d+ \w+ 2026, \d\d:\d\d UTC"
    used = vault.http.get(f"/used?field={EMAIL}").text
    assert re.search(f"Nobody has looked at your email {since}", used)
    assert "Nothing here matches these filters; older events may" in used
    data = vault.http.get("/data").text
    assert re.search(f"Not looked at {since}", plain(data))
    permissions = plain(vault.http.get("/permissions").text)
    assert re.search(f"Not {since}", permissions)
    assert re.search(rf"{LOOKED_THROUGH:,} times {since}", permissions)


def test_what_is_old_is_found_further_down(vault, rosa):
    path, found = f"/used?field={EMAIL}&kind=looked", []
    while path:
        page = vault.http.get(path).text
        found += re.findall(r"looked at your <b>(\w+)</b>", page)
        older = re.search(r'href="([^"]*)">Older events', page)
        path = older and older[1].replace("&amp;", "&")
    assert found == ["email"]


def test_the_file_holds_all_of_it(vault, rosa):
    text = vault.http.get("/used/list.csv").text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    whole = vault.services.portal.who_used_it(rosa, Filters(), cursor=None, limit=1).counts
    assert len({row["entry"] for row in rows}) == len(rows) == whole.events
    old = vault.http.get(f"/used/list.csv?field={EMAIL}&kind=looked").text
    assert len(old.splitlines()) == 2


def test_of_what_ended_the_newest_are_shown(vault, bank, pairwise, rosa):
    portal = vault.services.portal
    for _ in range(ENDED_SHOWN + 5):
        vault.clock.advance(1_000)
        portal.revoke(rosa, vault.permit(bank, pairwise, [EMAIL], purpose="send_news"))
    permissions = portal.permissions(rosa)
    assert (len(permissions.ended), permissions.more_ended) == (ENDED_SHOWN, 5)
    assert [one.at for one in permissions.ended] == sorted(
        (one.at for one in permissions.ended), reverse=True
    )
    page = vault.http.get("/permissions").text
    assert "5 more permissions or requests ended before." in page
    counts = portal.who_used_it(rosa, Filters(kind=Kind.PERMISSIONS), cursor=None, limit=1).counts
    assert counts.events == 2 * 2 + 3 * (ENDED_SHOWN + 5)


def test_versions_come_in_pages(vault, rosa):
    portal = vault.services.portal
    for number in range(30):
        portal.change(rosa, TITLE, f"Rank {number}")
    page = vault.http.get(f"/data/{TITLE}").text
    assert "30 versions, the newest first" in page
    assert re.findall(r"<b>Version (\d+)</b>", page) == [str(n) for n in range(30, 10, -1)]
    older = re.search(r'href="([^"]*)">Older versions', page)[1]
    page = vault.http.get(older).text
    assert re.findall(r"<b>Version (\d+)</b>", page) == [str(n) for n in range(10, 0, -1)]
    assert "Back to the newest" in page


def plain(page):
    """A page without its tags."""
    return re.sub(r"<[^>]+>", "", page)
