import json
from urllib.parse import urlencode

import pytest

from examples.company import ASSERTION, Refused
from tests.vaults import served
from vault.identifiers import ConsumerId, raw

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def shop(vault):
    return vault.company()


def form(shop, **changes):
    members = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": shop._assertion(),
        "scope": "people",
        **changes,
    }
    return urlencode({name: value for name, value in members.items() if value is not None})


def post(vault, shop, sent, *, media_type=FORM, query="", proofs=1):
    url = f"{vault.issuer}/oauth/token"
    headers = [("Content-Type", media_type)]
    headers += [("DPoP", shop._proof("POST", url)) for _ in range(proofs)]
    return vault.http.post(url + query, content=sent, headers=headers)


def refused(answer):
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) <= {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


def test_a_token_is_given_and_kept_by_nobody(vault, shop):
    answer = post(vault, shop, form(shop))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("DPoP", 300, "people")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"authorization_details": "{"}, "invalid_authorization_details"),
        ({"authorization_details": json.dumps([{}])}, "invalid_authorization_details"),
    ],
)
def test_what_is_wrong_with_a_form_is_told_in_oauths_words(vault, shop, changes, error):
    assert refused(post(vault, shop, form(shop, **changes))) == (400, error)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_assertion": "x.y.z"},
        {"client_assertion": None},
        {"client_assertion_type": "made_up"},
        {"client_id": "cmp_another"},
        {"client_secret": "secret"},
    ],
)
def test_who_does_not_prove_themselves_learns_nothing(vault, shop, changes):
    answer = post(vault, shop, form(shop, **changes))
    assert refused(answer) == (401, "invalid_client")
    assert "error_description" not in answer.json()


def test_an_assertion_serves_once(vault, shop):
    sent = form(shop)
    assert post(vault, shop, sent).status_code == 200
    assert refused(post(vault, shop, sent)) == (401, "invalid_client")


@pytest.mark.parametrize("proofs", [0, 2])
def test_a_token_is_bound_to_exactly_one_proof(vault, shop, proofs):
    assert refused(post(vault, shop, form(shop), proofs=proofs)) == (400, "invalid_dpop_proof")


def test_nothing_left_of_what_was_asked_is_a_refusal(vault, shop):
    stranger = vault.enrol(vault.company("Northbank"), "B-1")
    details = shop.details(purpose="run_account", consumers=[stranger], fields=["contact.email"])
    with pytest.raises(Refused, match="access_denied"):
        shop.token(details=details)


def test_a_wish_to_read_after_a_stop_is_in_the_persons_record(vault, shop):
    ada = vault.enrol(shop, "A-1", {"contact.email": "ada@example.org"})
    grant = vault.permit(shop, ada, ["contact.email"])
    consumer = vault.consumer(shop, ada)
    vault.services.grants.revoke(consumer, grant)
    details = shop.details(purpose="run_account", consumers=[ada], fields=["contact.email"])
    for _ in range(3):
        with pytest.raises(Refused, match="access_denied"):
            shop.token(details=details)
    [entry] = vault.services.reader.entries(consumer, types=["refused"])
    told = {name: entry.P[name] for name in ("actor", "reason", "fields", "purpose", "grant_id")}
    assert told == {
        "actor": shop.client_id,
        "reason": "stopped",
        "fields": ["contact.email"],
        "purpose": "run_account",
        "grant_id": grant,
    }


def test_a_wish_to_read_a_stranger_is_in_the_companys_own_chain(vault, shop):
    stranger = vault.enrol(vault.company("Northbank"), "B-2")
    details = shop.details(purpose="run_account", consumers=[stranger], fields=["contact.email"])
    with pytest.raises(Refused, match="access_denied"):
        shop.token(details=details)
    [entry] = vault.services.reader.entries(ConsumerId(raw(shop.client_id)), types=["refused"])
    assert (entry.P["reason"], entry.P["consumer"]) == ("not_available", stranger)


def test_a_suspended_company_gets_no_token(vault, shop):
    vault.services.companies.suspend(shop.client_id)
    assert refused(post(vault, shop, form(shop))) == (400, "unauthorized_client")


def test_a_removed_key_signs_nobody_in(vault, shop):
    vault.services.companies.remove_key(shop.client_id, shop.key.thumbprint())
    assert refused(post(vault, shop, form(shop))) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("sent", "media_type", "query"),
    [
        (None, "application/json", ""),
        (None, FORM, "?client_id=x"),
        ("a", FORM, ""),
        ("&".join(f"p{n}=1" for n in range(40)), FORM, ""),
        ("a=%ff\xff", FORM, ""),
    ],
)
def test_a_form_has_one_shape_and_one_place(vault, shop, sent, media_type, query):
    answer = post(vault, shop, sent or form(shop), media_type=media_type, query=query)
    assert refused(answer) == (400, "invalid_request")


def test_a_form_has_an_end(vault, shop):
    answer = post(vault, shop, "a=" + "x" * 70_000)
    assert answer.status_code == 413


def test_a_parameter_twice_is_refused(vault, shop):
    assert refused(post(vault, shop, form(shop) + "&scope=offers")) == (400, "invalid_request")


def test_there_is_nothing_to_get(vault):
    assert vault.http.get("/oauth/token").status_code == 405
