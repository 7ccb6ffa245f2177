import json

import pytest

from consent.gate.corrections import CORRECTING_KEYS
from tests.vaults import offer_json, served

EMAIL = "contact.email"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def shop(vault):
    return vault.company()


def send(company, path, scope, value, method="POST", **headers):
    token = company.token(scope=scope)
    body = b"" if value is None else json.dumps(value).encode()
    return company.send(method, path, token, body=body, **headers)


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].rpartition("/")[2], answer.json().get("member")


# --- people ---------------------------------------------------------------------------------------


def enrol(company, external_id="A-1"):
    return send(company, "/v1/people", "people", {"external_id": external_id})


def find(company, external_id="A-1"):
    token = company.token(scope="people")
    return company.send("GET", "/v1/people", token, query=f"external_id={external_id}")


def test_a_person_is_enrolled_once(shop):
    first, second = enrol(shop), enrol(shop)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json() == find(shop).json()


def test_two_companies_know_a_person_by_nothing_in_common(vault, shop):
    bank = vault.company("Northbank")
    assert enrol(shop).json()["consumer"] != enrol(bank).json()["consumer"]


def test_anothers_person_is_as_unknown_as_nobody(vault, shop):
    bank = vault.company("Northbank")
    enrol(shop, "A-1")
    theirs, nobody = find(bank, "A-1"), find(bank, "A-2")
    assert problem(theirs) == problem(nobody) == (404, "not_available", None)


@pytest.mark.parametrize(
    ("value", "member"),
    [
        ({}, "external_id"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": 7}, "external_id"),
        ({"external_id": "x" * 129}, "external_id"),
        ({"external_id": "A-1", "email": "x"}, "email"),
        ([], None),
    ],
)
def test_a_person_is_described_exactly(shop, value, member):
    status, kind, named = problem(send(shop, "/v1/people", "people", value))
    assert (status, kind) == (400, "invalid")
    assert member is None or named == member


# --- values ---------------------------------------------------------------------------------------


def write(company, *writes):
    return send(company, "/v1/field-writes", "fields:write", {"writes": list(writes)})


def test_each_value_has_its_own_result(vault, shop):
    ada = vault.enrol(shop, "A-1", {"identity.full_name": "Ada Example"})
    values = {EMAIL: "ada@example.org", "identity.full_name": "Ada Example", "identity.age": "old"}
    answer = write(
        shop, {"consumer": ada, "values": values}, {"consumer": "p_x", "values": {EMAIL: "x"}}
    )
    assert answer.status_code == 200
    first, second = answer.json()["results"]
    assert first["outcome"] == "written"
    assert (first["stored"], first["unchanged"]) == ([EMAIL], ["identity.full_name"])
    assert first["refused"]["identity.age"]["reason"] == "invalid"
    assert second["outcome"] == "not_available"


def test_a_value_that_was_removed_is_told_as_held(vault, shop):
    eve = vault.enrol(shop, "A-4", {EMAIL: "eve@wrong.example"})
    remove(vault, shop, vault.consumer(shop, eve), EMAIL)
    values = {EMAIL: "EVE@wrong.example", "identity.full_name": "Eve Example"}
    [result] = write(shop, {"consumer": eve, "values": values}).json()["results"]
    assert (result["held"], result["stored"]) == ([EMAIL], ["identity.full_name"])
    assert result["outcome"] == "written"


def test_a_company_says_what_it_concluded_a_value_from(vault, shop):
    fay = vault.enrol(shop, "A-6")
    inferred = {
        "consumer": fay,
        "values": {"inferred.response_chance": "0.7"},
        "nature": "inferred",
        "derived_from": ["loyalty.orders", "returns of the last year"],
    }
    [result] = write(shop, inferred).json()["results"]
    assert result["stored"] == ["inferred.response_chance"]
    assert problem(write(shop, {**inferred, "nature": "provided"}))[0] == 400
    assert problem(write(shop, {**inferred, "derived_from": ["x"] * 17}))[0] == 400
    assert problem(write(shop, {**inferred, "derived_from": ["two\nlines"]}))[0] == 400


def remove(vault, company, consumer, field):
    """What a dispute that was decided leaves behind."""
    with vault.services.log.acting([consumer], uses=CORRECTING_KEYS) as act:
        vault.services.corrections.delete(
            act, consumer, field, company=company.client_id, contest_id="ctn_1", versions=[1]
        )


def test_a_field_nobody_has_is_refused_alone(vault, shop):
    ada = vault.enrol(shop, "A-1")
    answer = write(shop, {"consumer": ada, "values": {"made.up": 1, EMAIL: "ada@example.org"}})
    [result] = answer.json()["results"]
    assert result["stored"] == [EMAIL]
    assert set(result["refused"]) == {"made.up"}


def test_anothers_person_cannot_be_written_about(vault, shop):
    ada = vault.enrol(vault.company("Northbank"), "A-1")
    [result] = write(shop, {"consumer": ada, "values": {EMAIL: "x@example.org"}}).json()["results"]
    assert result["outcome"] == "not_available"


def test_no_answer_repeats_a_value(vault, shop):
    ada = vault.enrol(shop, "A-1")
    answer = write(shop, {"consumer": ada, "values": {EMAIL: "canary"}})
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    ("writes", "member"),
    [
        ([], "writes"),
        ([{"consumer": "p", "values": {}}], "writes[0].values"),
        ([{"consumer": "p", "values": {EMAIL: 1}, "nature": "guessed"}], "writes[0].nature"),
        ([{"consumer": "p", "values": {EMAIL: 1}, "channel": "a b"}], "writes[0].channel"),
        ([{"consumer": "p", "values": {EMAIL: 1}}] * 2, "writes"),
        ([{"values": {EMAIL: 1}}], "writes[0].consumer"),
    ],
)
def test_what_is_wrong_with_a_write_is_named(shop, writes, member):
    status, kind, named = problem(write(shop, *writes))
    assert (status, kind) == (400, "invalid")
    assert named in {member, None}


# --- offers ---------------------------------------------------------------------------------------


def offer(company, value):
    return send(company, "/v1/offers", "offers", value)


def test_an_offer_to_a_person_and_to_nobody_answer_alike(vault, shop):
    ada = vault.enrol(shop, "A-1")
    known = offer(shop, offer_json(ada, [EMAIL]))
    strangers = [
        offer_json("p_01J8ZQ4M7T3VXW2Y5N6B8C9D0E", [EMAIL]),
        {**offer_json(ada, [EMAIL]), "to": {"external_id": "nobody"}},
        {**offer_json(ada, [EMAIL]), "to": {"email": "nobody@example.org"}},
    ]
    for sent in strangers:
        unknown = offer(shop, sent)
        assert (unknown.status_code, unknown.content) == (202, known.content)
    assert known.status_code == 202


def test_what_was_refused_comes_again_only_later(vault, shop):
    ada = vault.enrol(shop, "A-1")
    sent = offer_json(ada, [EMAIL])
    offer(shop, sent)
    consumer = vault.consumer(shop, ada)
    [waiting] = vault.services.portal.views.offers(consumer)
    vault.services.grants.refuse_offer(consumer, waiting.offer_id)
    again = offer(shop, sent)
    assert problem(again) == (409, "conflict", "fields")
    assert "2026-07-01T00:00:" in again.json()["detail"]


def test_what_is_wrong_with_an_offer_is_named(vault, shop):
    ada = vault.enrol(shop, "A-1")
    sent = offer_json(ada, [EMAIL])
    sent["fields"][0]["why"] = "short"
    assert problem(offer(shop, sent)) == (400, "invalid", "fields[0].why")


# --- every route ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "scope"),
    [("/v1/people", "people"), ("/v1/field-writes", "fields:write"), ("/v1/offers", "offers")],
)
def test_each_route_needs_its_scope_and_a_fresh_proof(vault, shop, path, scope):
    other = {"people": "offers", "offers": "people"}.get(scope, "people")
    refused = send(shop, path, other, {})
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    answer = send(shop, path, scope, {})
    again = vault.http.send(answer.request)
    assert again.status_code == 401
    assert vault.http.post(path, json={}).status_code == 401


@pytest.mark.parametrize("path", ["/v1/people", "/v1/field-writes", "/v1/offers"])
@pytest.mark.parametrize(
    ("sent", "media_type", "status"),
    [
        (b'{"a":1,"a":2}', "application/json", 400),
        (b'{"a":"\\u0000"}', "application/json", 400),
        (b'{"a":"\\ud800"}', "application/json", 400),
        (b'{"a":NaN}', "application/json", 400),
        (b"[" * 64, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b" " * 1_100_000, "application/json", 413),
    ],
)
def test_every_body_is_read_strictly(vault, shop, path, sent, media_type, status):
    scope = {"/v1/people": "people", "/v1/offers": "offers"}.get(path, "fields:write")
    token = shop.token(scope=scope)
    url = vault.issuer + path
    headers = {"Authorization": f"DPoP {token}", "DPoP": shop._proof("POST", url, token)}
    if media_type:
        headers["Content-Type"] = media_type
    answer = vault.http.post(url, content=sent, headers=headers)
    assert (answer.status_code, problem(answer)[1]) == (status, "invalid")


def test_a_suspended_company_is_told_so(vault, shop):
    token = shop.token(scope="people")
    vault.services.companies.suspend(shop.client_id)
    answer = shop.send("POST", "/v1/people", token, body=b'{"external_id":"A-1"}')
    assert problem(answer) == (403, "stopped", None)


# --- the same request twice -----------------------------------------------------------------------


def keyed(vault, company, key, value, path="/v1/people", scope="people"):
    token = company.token(scope=scope)
    url = vault.issuer + path
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": company._proof("POST", url, token),
        "Idempotency-Key": key,
        "Content-Type": "application/json",
    }
    return vault.http.post(url, content=json.dumps(value).encode(), headers=headers)


def test_a_key_gives_the_first_answer_again(vault, shop):
    first = keyed(vault, shop, "k1", {"external_id": "A-1"})
    again = keyed(vault, shop, "k1", {"external_id": "A-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


def test_a_key_stands_for_one_request_of_one_company(vault, shop):
    keyed(vault, shop, "k1", {"external_id": "A-1"})
    assert problem(keyed(vault, shop, "k1", {"external_id": "A-2"}))[:2] == (409, "conflict")
    bank = vault.company("Northbank")
    assert keyed(vault, bank, "k1", {"external_id": "A-2"}).status_code == 201


def test_a_key_is_forgotten_after_a_day(vault, shop):
    keyed(vault, shop, "k1", {"external_id": "A-1"})
    vault.clock.advance(24 * 60 * 60 * 1000 + 1)
    assert keyed(vault, shop, "k1", {"external_id": "A-2"}).status_code == 201


def test_a_refusal_lets_its_key_go(vault, shop):
    assert keyed(vault, shop, "k1", {"external_id": ""}).status_code == 400
    assert keyed(vault, shop, "k1", {"external_id": "A-1"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_length(vault, shop, key):
    answer = keyed(vault, shop, key, {"external_id": "A-1"})
    assert problem(answer) == (400, "invalid", "Idempotency-Key")
