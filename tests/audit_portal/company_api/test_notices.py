"""What a company must know, over its API: its own alone, page by page, until it says it knows."""

import pytest

from consent.notices import NewNotice, NoticeKind
from consent.outbox import enqueue
from tests.vaults import served
from vault.identifiers import CompanyId

PATH = "/v1/notices"
CONTEST = "ctn_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def shop(vault):
    return vault.company()


@pytest.fixture
def rosa(vault, shop):
    return vault.enrol(shop, "A-1")


def tell(vault, company, person, about=CONTEST, kind=NoticeKind.CORRECTED):
    consumer, source = vault.consumer(company, person), CompanyId(company.client_id)
    notice = NewNotice(
        consumer=consumer,
        company=source,
        kind=kind,
        about=about,
        fields=["contact.email"],
        contest_id=CONTEST,
    )
    with vault.services.log.acting([consumer]) as act:
        return enqueue(act, notice, now_ms=vault.clock.now_ms())


def listed(company, query="", scope="contests"):
    return company.send("GET", PATH, company.token(scope=scope), query=query)


def acknowledge(company, notice_id, body=b"{}"):
    path = f"{PATH}/{notice_id}/acknowledgement"
    return company.send("POST", path, company.token(scope="contests"), body=body)


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json().get("type", "").rpartition("/")[2]


def test_a_company_is_told_of_a_correction_by_its_own_id_of_the_person(vault, shop, rosa):
    notice_id = tell(vault, shop, rosa)
    answer = listed(shop)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "notices": [
            {
                "type": "corrected",
                "timestamp": "2026-01-01T00:00:00Z",
                "data": {"id": notice_id, "consumer": rosa, "fields": ["contact.email"]},
            }
        ],
        "next": None,
    }


def test_pages_follow_each_other_to_the_end(vault, shop, rosa):
    made = [tell(vault, shop, rosa, about=f"ctn_{number}") for number in range(5)]
    seen, query = [], "limit=2"
    while True:
        page = listed(shop, query).json()
        seen += [notice["data"]["id"] for notice in page["notices"]]
        if page["next"] is None:
            break
        query = f"limit=2&after={page['next']}"
    assert sorted(seen) == sorted(made)
    assert len(listed(shop, "limit=200").json()["notices"]) == 5


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=", "after=ntc_x"])
def test_a_page_is_asked_for_exactly(shop, query):
    assert problem(listed(shop, query)) == (400, "invalid")


def test_acknowledging_takes_it_off_the_list_and_may_be_said_twice(vault, shop, rosa):
    notice_id = tell(vault, shop, rosa)
    first = acknowledge(shop, notice_id)
    assert first.status_code == 200
    assert first.json() == {"id": notice_id, "acknowledged_at": "2026-01-01T00:00:05Z"}
    vault.clock.advance(60_000)
    assert acknowledge(shop, notice_id).json() == first.json()
    vault.clock.jump(-60_000)
    assert listed(shop).json() == {"notices": [], "next": None}
    consumer = vault.consumer(shop, rosa)
    assert vault.services.outbox.silent(consumer, NoticeKind.CORRECTED, CONTEST) == []


def test_anothers_notice_is_as_unknown_as_none(vault, shop, rosa):
    notice_id = tell(vault, shop, rosa)
    bank = vault.company("Northbank")
    unknown = [acknowledge(bank, notice_id), acknowledge(bank, "ntc_unknown")]
    assert {problem(answer) for answer in unknown} == {(404, "not_available")}
    assert unknown[0].json() == unknown[1].json()
    assert listed(bank, f"after={notice_id}").json() == listed(bank).json()
    assert listed(bank).json()["notices"] == []
    assert len(listed(shop).json()["notices"]) == 1


def test_another_scope_does_not_open_notices(shop):
    assert listed(shop, scope="offers").status_code == 403


@pytest.mark.parametrize("body", [b'{"a":1}', b"[]", b"", b"null", b'{"a":1,"a":1}'])
def test_an_acknowledgement_says_nothing_more(vault, shop, rosa, body):
    notice_id = tell(vault, shop, rosa)
    assert problem(acknowledge(shop, notice_id, body=body)) == (400, "invalid")
    assert len(listed(shop).json()["notices"]) == 1
