"""The staff's pages: who may see which, that they are plain, and that nobody is on them."""

import re

import pytest

from audit_portal.compliance import words
from audit_portal.privacy_middleware import POLICY
from audit_portal.staff import Role
from consent.ledger.entry_types import EntryType
from tests.audit_portal.compliance.conftest import SECRETS
from tests.audit_portal.consumer_portal.test_every_page import Page
from vault.identifiers import text

FOR_OFFICERS = ("/officer/search", "/officer/search?search=1", "/officer/companies")


def paths_of(staffed):
    company = f"/officer/companies/{staffed.shop.client_id}"
    return (*FOR_OFFICERS, company, f"{company}/suspend")


def crawled(client, *starts):
    """Every page that can be reached by links from ``starts``."""
    found, waiting = {}, list(starts)
    while waiting:
        path = waiting.pop()
        if path in found or not path.startswith("/officer"):
            continue
        answer = client.get(path)
        assert answer.status_code == 200, f"a dead link to {path}"
        found[path] = answer
        page = Page(answer.text)
        forms = set(re.findall(r'action="([^"]+)" method="post"', answer.text))
        waiting += [link for link in page.links if link not in forms and "sign-out" not in link]
    return found


# --- who may see what -----------------------------------------------------------------------------


def test_nobody_sees_anything_without_signing_in(staffed):
    stranger = staffed.browser()
    for path in ("/officer", *paths_of(staffed)):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/officer/sign-in")
    answer = stranger.post(f"/officer/companies/{staffed.shop.client_id}/suspend")
    assert answer.headers["location"] == "/officer/sign-in"


def test_a_person_signed_in_is_no_staff(staffed):
    code = staffed.vault.services.enrolment.invite(
        staffed.shop.client_id, "canary-id-0", valid_ms=60_000
    )
    consumer = staffed.vault.services.portal.claim(code, "canary-mail@example.org")
    begun = staffed.vault.services.sessions.begin(consumer)
    cookies = f"habeas={begun.token.hex()}; habeas-staff={begun.token.hex()}"
    answer = staffed.browser().get("/officer", headers={"cookie": cookies})
    assert answer.status_code == 303


def test_an_operator_sees_whether_the_vault_is_well_and_nothing_else(staffed, operator):
    home = operator.get("/officer")
    assert "How it stands" in home.text
    assert "/officer/search" not in home.text
    searches = len(told(staffed, EntryType.SEARCH))
    refused = {operator.get(path).status_code for path in paths_of(staffed)}
    acts = ("suspend", "activate", "second")
    company = f"/officer/companies/{staffed.shop.client_id}"
    refused |= {operator.post(f"{company}/{act}").status_code for act in acts}
    assert refused == {404}
    assert len(told(staffed, EntryType.SEARCH)) == searches
    assert staffed.office.suspensions.asked(staffed.shop.client_id) is None


def told(staffed, kind):
    services = staffed.vault.services
    return services.reader.entries(services.vault, types=[kind])


def test_a_role_taken_back_counts_at_once(staffed, officer):
    [member] = staffed.office.staff.list()
    staffed.office.staff.remove(member.staff_id)
    assert officer.get("/officer").headers["location"] == "/officer/sign-in"


# --- signing in -----------------------------------------------------------------------------------


def test_an_unknown_code_and_a_wrong_one_get_the_same_page(staffed):
    code = staffed.office.staff.add(name="First Officer", role=Role.OFFICER)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    pages = [
        staffed.browser().post("/officer/sign-in", data={"code": typed})
        for typed in (wrong, "A" * 22, "")
    ]
    assert {page.status_code for page in pages} == {400}
    assert len({page.text for page in pages}) == 1
    assert wrong not in pages[0].text


def test_too_many_tries_are_told_when_to_come_again(staffed):
    browser = staffed.browser()
    for _ in range(5):
        browser.post("/officer/sign-in", data={"code": "guess"})
    answer = browser.post("/officer/sign-in", data={"code": "guess"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Too many tries" in answer.text


def test_signing_out_ends_the_visit(staffed, officer):
    cookie = officer.cookies["habeas-staff"]
    assert officer.post("/officer/sign-out").headers["location"] == "/officer/sign-in?came=out"
    again = staffed.browser().get("/officer", headers={"cookie": f"habeas-staff={cookie}"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    "said", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
def test_a_form_from_elsewhere_is_refused_before_anything_happens(staffed, officer, said):
    path = f"/officer/companies/{staffed.shop.client_id}/suspend"
    answer = officer.post(path, data={"cause": "misuse"}, headers=said)
    assert answer.status_code == 403
    assert staffed.office.suspensions.asked(staffed.shop.client_id) is None
    del officer.headers["sec-fetch-site"]
    assert officer.post(path, data={"cause": "misuse"}).status_code == 403


# --- what is on the pages -------------------------------------------------------------------------


def test_every_page_is_plain_and_every_link_leads_somewhere(staffed, officer):
    staffed.read()
    pages = crawled(officer, "/officer", "/officer/search?search=1")
    assert len(pages) == 8
    for path, answer in pages.items():
        page = Page(answer.text)
        assert page.odd == [], path
        assert len(set(page.ids)) == len(page.ids), path
        assert page.text["h1"].strip(), path
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"


def test_no_page_holds_a_value_an_address_or_an_id_of_a_person(staffed, officer, second):
    """Canaries: values, external ids, addresses, pairwise ids, the vault's own ids of people."""
    services = staffed.vault.services
    code = services.enrolment.invite(staffed.shop.client_id, "canary-id-0", valid_ms=60_000)
    consumer = services.portal.claim(code, "canary-mail@example.org")
    services.portal.show(consumer, ["contact.email"])
    staffed.read()
    ask_and_do(staffed, officer, second)
    pages = crawled(officer, "/officer", "/officer/search?search=1")
    whole = "\n".join(f"{path} {page.text} {page.headers}" for path, page in pages.items())
    people = [services.enrolment.resolve(staffed.shop.client_id, one) for one in staffed.people]
    ids = [*staffed.people, *map(text, people), *(one.hex() for one in people)]
    for secret in ("canary", "Canary", "73571", "grt_", *ids, *SECRETS):
        assert secret not in whole, secret
    assert "person " in whole


def ask_and_do(staffed, officer, second):
    company = f"/officer/companies/{staffed.shop.client_id}"
    assert officer.post(f"{company}/suspend", data={"cause": "misuse"}).status_code == 200
    asked_at = re.search(r'name="asked_at" value="(\d+)"', second.get(f"{company}/second").text)[1]
    return second.post(f"{company}/second", data={"asked_at": asked_at})


def test_small_numbers_are_not_shown(staffed, officer):
    staffed.read()
    home = officer.get("/officer").text
    assert "<dt>People</dt><dd>fewer than 5</dd>" in home
    assert "<dt>Looks at data</dt><dd>fewer than 5</dd>" in home
    assert "<dt>Blocked attempts</dt><dd>none</dd>" in home


def test_every_type_of_entry_has_words_and_one_place_in_the_filter():
    assert set(words.TYPES) == set(EntryType)
    assert sum(len(types) for types in words.GROUPS.values()) == len(EntryType)


# --- searching ------------------------------------------------------------------------------------


def test_opening_the_page_is_no_search(staffed, officer):
    assert "Nothing was searched yet" in officer.get("/officer/search").text
    assert told(staffed, EntryType.SEARCH) == []


def test_a_search_is_on_the_record_with_its_filters(staffed, officer):
    query = {"search": "1", "company": staffed.shop.client_id, "type": "read", "from": "2026-01-01"}
    page = officer.get("/officer/search", params={**query, "to": "2026-01-02", "x": "y"})
    [entry] = told(staffed, EntryType.SEARCH)
    assert f"entry {entry.i} of the vault" in page.text
    assert entry.P["filters"] == {
        "company": staffed.shop.client_id,
        "types": ["read"],
        "since": 1_767_225_600_000,
        "until": 1_767_225_600_000 + 2 * 86_400_000,
    }
    [member] = staffed.office.staff.list()
    assert entry.P["staff_id"] == member.staff_id


def test_what_names_nothing_does_not_narrow_and_a_bad_cursor_is_refused(staffed, officer):
    query = {"search": "1", "company": "cmp_x", "type": "nonsense", "from": "2026-02-31"}
    assert officer.get("/officer/search", params=query).status_code == 200
    [entry] = told(staffed, EntryType.SEARCH)
    assert entry.P["filters"] == {}
    assert officer.get("/officer/search?search=1&after=x").status_code == 400
    assert len(told(staffed, EntryType.SEARCH)) == 1


def test_older_pages_follow_by_their_links(staffed, officer, monkeypatch):
    monkeypatch.setattr("audit_portal.compliance.pages.searching.A_PAGE", 3)
    seen, path = [], "/officer/search?search=1&type=enrolled&type=grant&type=write"
    while path:
        text_of_it = officer.get(path).text
        seen += re.findall(r"Entry (\d+)", text_of_it)
        older = re.search(r'href="([^"]+)">Older entries', text_of_it)
        path = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == 6


# --- suspending -----------------------------------------------------------------------------------


def test_two_officers_suspend_and_let_act_again(staffed, officer, second):
    company = f"/officer/companies/{staffed.shop.client_id}"
    assert staffed.read() == "allowed"
    assert "Choose a reason" in officer.post(f"{company}/suspend").text
    done = ask_and_do(staffed, officer, second)
    assert "cannot read, write or ask for anything as of" in done.text
    with pytest.raises(Exception, match="unauthorized_client"):
        staffed.read()
    assert "Suspended" in officer.get(company).text
    asked = officer.post(f"{company}/activate", data={"cause": "settled"})
    assert "Asked for" in asked.text
    own = officer.get(f"{company}/second").text
    assert "You asked for this yourself" in own
    asked_at = staffed.office.suspensions.asked(staffed.shop.client_id).asked_at
    form = {"asked_at": str(asked_at)}
    refused = officer.post(f"{company}/second", data=form)
    assert (refused.status_code, "Another officer has to" in refused.text) == (409, True)
    assert "may act again" in second.post(f"{company}/second", data=form).text
    assert staffed.read() == "allowed"


def test_what_is_done_is_what_was_shown(staffed, officer, second):
    company = f"/officer/companies/{staffed.shop.client_id}"
    officer.post(f"{company}/suspend", data={"cause": "misuse"})
    answer = second.post(f"{company}/second", data={"asked_at": "1"})
    assert (answer.status_code, "no longer stands" in answer.text) == (409, True)
    assert staffed.read() == "allowed"


@pytest.mark.parametrize("company", ["cmp_" + "0" * 26, "x", "cmp_", "p_" + "0" * 26])
def test_no_company_is_a_page_that_says_so(officer, company):
    for step in ("", "/suspend", "/second"):
        answer = officer.get(f"/officer/companies/{company}{step}")
        assert (answer.status_code, "There is nothing here for you" in answer.text) == (404, True)


def test_a_fault_shows_nothing_of_itself_and_leads_back_to_the_first_page(officer, monkeypatch):
    def fail(*_):
        raise RuntimeError("canary")

    monkeypatch.setattr("audit_portal.compliance.pages.dashboard.counts.shown", fail)
    answer = officer.get("/officer")
    assert (answer.status_code, "Something broke" in answer.text) == (500, True)
    assert "canary" not in answer.text
    assert 'class="button" href="/officer"' in answer.text
