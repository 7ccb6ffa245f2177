"""Contests by the API: a company meets its own, answers by name, and is refused in plain words."""

import json
from hashlib import sha256

import pytest

from audit_portal.contests.claims import Claim
from audit_portal.contests.evidence import SentFile
from audit_portal.contests.rules import Kind
from consent.confirmations import Confirmed
from tests.vaults import served
from vault.base64url import encode

TITLE = "work.title"
ANSWERS = {"handler": "R. Okafor"}


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def shop(vault):
    return vault.company()


@pytest.fixture
def contest(vault, shop):
    return contested(vault, shop)


def contested(vault, shop, who="A-1", **claim):
    """Somebody contests the title this company supplied; the contest's id."""
    person = vault.consumer(shop, vault.enrol(shop, who, {TITLE: "Clerk"}))
    told = {"kind": Kind.INACCURATE, "field": TITLE, "version": 1, "words": "I never was.", **claim}
    sent = vault.services.contests.opening.open(person, Claim(**told))
    assert isinstance(sent, Confirmed)
    return sent.ref


def get(company, path, query=""):
    return company.send("GET", path, company.token(scope="contests"), query=query)


def post(company, path, value):
    body = json.dumps(value).encode()
    return company.send("POST", path, company.token(scope="contests"), body=body)


def act(company, ref, what, value):
    return post(company, f"/v1/contests/{ref}/{what}", value)


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    return answer.status_code, told["type"].rpartition("/")[2], told.get("member")


# --- reading --------------------------------------------------------------------------------------


def test_a_company_lists_what_waits_for_it_and_opens_nothing(vault, shop, contest):
    [listed] = get(shop, "/v1/contests").json()["contests"]
    assert listed["contest_id"] == contest
    assert (listed["state"], listed["field"], listed["kind"]) == ("submitted", TITLE, "inaccurate")
    assert listed["consumer"].startswith("p_")
    assert listed["may"] == ["acknowledge"]
    assert "words" not in listed


def test_contests_come_page_by_page(vault, shop):
    refs = [contested(vault, shop, f"B-{number}") for number in range(3)]
    first = get(shop, "/v1/contests", "limit=2").json()
    rest = get(shop, "/v1/contests", f"limit=2&after={first['next']}").json()
    found = [one["contest_id"] for page in (first, rest) for one in page["contests"]]
    assert sorted(found) == sorted(refs)
    assert rest["next"] is None


def test_to_open_a_contest_is_recorded_before_its_words_are_out(vault, shop):
    ref = contested(vault, shop, value="Chef")
    act(shop, ref, "acknowledgement", ANSWERS)
    opened = get(shop, f"/v1/contests/{ref}").json()
    assert [(one["by"], one["text"], one["value"]) for one in opened["words"]] == [
        ("consumer", "I never was.", None),
        ("consumer", "", "Chef"),
    ]
    assert opened["about"]["fields"] == [TITLE]
    assert opened["state"] == "under_review"
    person = vault.consumer(shop, opened["consumer"])
    [last] = vault.services.reader.entries(person, newest_first=True, limit=1)
    assert (last.type, last.P["contest_id"]) == ("case_read", ref)


def test_a_contested_access_names_the_companys_own_request(vault, shop):
    bank = vault.company("Northbank")
    who = vault.enrol(bank, "C-1", {TITLE: "Clerk"})
    vault.permit(bank, who, [TITLE])
    token = bank.token(details=bank.details(purpose="run_account", consumers=[who], fields=[TITLE]))
    bank.read(token, {who: [TITLE]})
    person = vault.consumer(bank, who)
    [read] = vault.services.reader.entries(person, types=["read"])
    claim = Claim(kind=Kind.ACCESS, event=str(read.i), words="I did not allow this.")
    ref = vault.services.contests.opening.open(person, claim).ref
    opened = get(bank, f"/v1/contests/{ref}").json()
    assert opened["about"]["request_id"] == read.P["request_id"]
    assert opened["about"]["purpose"] == "run_account"


def test_a_file_is_downloaded_as_it_was_sent_and_as_nothing_a_browser_runs(vault, shop, contest):
    page = b"<script>alert(1)</script>" * 4_000
    opened = get(shop, f"/v1/contests/{contest}").json()
    person = vault.consumer(shop, opened["consumer"])
    sent = SentFile(name="proof.html", media_type="text/html", pieces=[page])
    vault.services.contests.evidence.add(person, contest, sent)
    [file] = get(shop, f"/v1/contests/{contest}").json()["files"]
    assert (file["name"], file["length"]) == ("proof.html", len(page))
    assert file["sha256"] == encode(sha256(page).digest())
    answer = get(shop, f"/v1/contests/{contest}/files/{file['file_id']}")
    assert answer.content == page
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["x-content-type-options"] == "nosniff"
    stranger = vault.company("Northbank")
    for who, name in ((stranger, file["file_id"]), (shop, encode(bytes(16))), (shop, "no-file")):
        missing = get(who, f"/v1/contests/{contest}/files/{name}")
        assert problem(missing) == (404, "not_available", None)


# --- acting ---------------------------------------------------------------------------------------


def test_a_contest_is_worked_through_from_acknowledgement_to_answer(vault, shop, contest):
    said = act(shop, contest, "acknowledgement", ANSWERS).json()
    assert (said["state"], said["handler"]) == ("acknowledged", "R. Okafor")
    asked = act(shop, contest, "messages", {"kind": "question", "words": "Since when?"}).json()
    assert asked["state"] == "awaiting_consumer"
    source = act(shop, contest, "messages", {"kind": "source_asked", "words": "We ask HR."}).json()
    assert source["state"] == "awaiting_source"
    heard = act(shop, contest, "messages", {"kind": "source_heard", "words": "HR agrees."}).json()
    assert heard["state"] == "under_review"
    before = heard["due_at"]
    longer = act(shop, contest, "extension", {"reason": "The archive is slow."}).json()
    assert longer["extended"] is True
    assert longer["due_at"] > before
    accepted = {"verdict": "accept", "value": "Chef", **ANSWERS}
    done = act(shop, contest, "answer", accepted).json()
    assert (done["state"], done["outcome"]) == ("notifying_recipients", "corrected")
    assert done["lifts_at"] is not None
    assert get(shop, "/v1/contests", "open=true").json()["contests"] == []


def test_a_refusal_needs_a_reason_and_a_second_person(shop, contest):
    act(shop, contest, "acknowledgement", ANSWERS)
    refusal = {"verdict": "refuse", **ANSWERS}
    for member, value in (("reason", "Our file says so."), ("reviewer", "S. Lind")):
        lacking = act(shop, contest, "answer", refusal)
        assert problem(lacking) == (400, "invalid", member)
        refusal[member] = value
    assert act(shop, contest, "answer", refusal).json()["outcome"] == "refused"


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("answer", {"verdict": "delete", **ANSWERS}),
        ("extension", {"reason": "The archive is slow."}),
        ("messages", {"kind": "question", "words": "Since when?"}),
    ],
)
def test_what_cannot_be_done_now_is_a_conflict_that_says_so(shop, contest, what, value):
    early = act(shop, contest, what, value)
    assert problem(early) == (409, "conflict", None)
    assert "Nothing was written" in early.json()["detail"]


def test_the_contested_value_is_no_correction(shop, contest):
    act(shop, contest, "acknowledgement", ANSWERS)
    for value, member in (("Clerk", TITLE), (["Chef"], "")):
        answer = act(shop, contest, "answer", {"verdict": "accept", "value": value, **ANSWERS})
        status, kind, named = problem(answer)
        assert (status, kind) == (400, "invalid")
        assert named == member or not member
    assert get(shop, f"/v1/contests/{contest}").json()["state"] == "under_review"


def test_the_same_post_under_one_key_is_done_once(vault, shop, contest):
    act(shop, contest, "acknowledgement", ANSWERS)
    token, path = shop.token(scope="contests"), f"/v1/contests/{contest}/messages"
    body = json.dumps({"words": "We are on it."}).encode()

    def send():
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": shop._proof("POST", shop.issuer + path, token),
            "Content-Type": "application/json",
            "Idempotency-Key": "one",
        }
        return vault.http.post(path, content=body, headers=headers)

    first, second = send(), send()
    assert first.json() == second.json()
    words = get(shop, f"/v1/contests/{contest}").json()["words"]
    assert [one["text"] for one in words] == ["I never was.", "We are on it."]


# --- whose it is ----------------------------------------------------------------------------------


def test_anothers_contest_is_as_unknown_as_none(vault, shop, contest):
    bank = vault.company("Northbank")
    nobody = "ctn_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"
    for ref in (contest, nobody):
        assert problem(get(bank, f"/v1/contests/{ref}")) == (404, "not_available", None)
        tried = act(bank, ref, "acknowledgement", ANSWERS)
        assert problem(tried) == (404, "not_available", None)
    assert get(bank, "/v1/contests").json() == {"contests": [], "next": None}
    assert problem(get(bank, "/v1/contests", f"after={contest}")) == (400, "invalid", "after")


def test_a_token_for_something_else_opens_no_contest(shop, contest):
    token = shop.token(scope="offers")
    answer = shop.send("GET", f"/v1/contests/{contest}", token)
    assert answer.status_code == 403
    assert "insufficient_scope" in answer.headers["www-authenticate"]


def test_a_suspended_company_is_told_so(vault, shop, contest):
    token = shop.token(scope="contests")
    vault.services.companies.suspend(shop.client_id)
    answer = shop.send("GET", "/v1/contests", token)
    assert problem(answer)[:2] == (403, "stopped")


@pytest.mark.parametrize(
    ("what", "value", "member"),
    [
        ("acknowledgement", {}, "handler"),
        ("acknowledgement", {"handler": ""}, "handler"),
        ("acknowledgement", {"handler": "x" * 121}, "handler"),
        ("acknowledgement", {"handler": "R. Okafor", "more": 1}, "more"),
        ("messages", {"words": ""}, "words"),
        ("messages", {"words": "x", "kind": "shout"}, "kind"),
        ("extension", {}, "reason"),
        ("answer", {"verdict": "maybe", "handler": "R. Okafor"}, "verdict"),
        ("answer", {"verdict": "delete", "handler": 7}, "handler"),
    ],
)
def test_bodies_are_strict(shop, contest, what, value, member):
    assert problem(act(shop, contest, what, value)) == (400, "invalid", member)
