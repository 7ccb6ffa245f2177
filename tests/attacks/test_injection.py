"""SQL in every string that a company, a person or a stranger can send: it stays a string.

Threat 42, on both engines. Each string of each good request is replaced by each piece of SQL, one
at a time. Nothing fails inside, somebody else's rows stay as they are, and what is taken as text
comes back as the very text.
"""

import copy
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx2
import pytest

from audit_portal.settings import Settings
from examples.company import Company, new_request_id
from tests.attacks.listening import listening
from tests.attacks.looking import Rows, rows_of
from tests.stores import Maker
from tests.vaults import Vault, offer_json, served
from vault.identifiers import CompanyId, ConsumerId

EMAIL = "contact.email"
PIECES = (
    "'; DROP TABLE entries; --",
    "' OR '1'='1",
    '" OR ""="',
    "x') UNION SELECT rec FROM field_versions --",
    "\\'; DELETE FROM grants; --",
    "$$; TRUNCATE heads; $$",
    "1; SELECT pg_sleep(60)",
    "%(id)s :id ?1 {0} $1",
)
SCOPES = {"/v1/people": "people", "/v1/field-writes": "fields:write", "/v1/offers": "offers"}
NAMES = {"main": "database_url", "keys": "keys_url", "lock": "lock_url"}
FOUR_WEEKS_MS = 28 * 86_400_000


@dataclass(frozen=True, slots=True)
class Site:
    """A vault with a company that attacks, a person who is signed in, and a bystander."""

    vault: Vault
    shop: Company
    tokens: dict[str, str]
    ada: str
    bystander: ConsumerId
    before: Rows

    def send(self, path: str, body: bytes, **headers: str) -> httpx2.Response:
        """A POST of the company's under a token that was asked for once."""
        token, url = self.tokens[path], self.vault.issuer + path
        proof = self.shop._proof("POST", url, token)
        told = {"Authorization": f"DPoP {token}", "DPoP": proof, "Content-Type": "application/json"}
        return self.vault.http.post(url, content=body, headers={**told, **headers})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    maker: Maker = request.getfixturevalue(f"{request.param}_maker")
    folder: Path = tmp_path_factory.mktemp("vault")
    with ExitStack() as closing:
        stores = {}
        for name, setting in NAMES.items():
            stores[setting], removal = maker.copy(name)
            closing.callback(removal)
        letters, _ = closing.enter_context(listening())
        settings = Settings(data_dir=folder, **stores)
        vault = closing.enter_context(served(folder, settings=settings))
        yield _site(vault, letters)


def _site(vault: Vault, letters: object) -> Site:
    shop, bank = vault.company("Shop"), vault.company("Northbank")
    ada = vault.enrol(shop, "A-1", {EMAIL: "ada@example.org"})
    vault.permit(shop, ada, [EMAIL])
    other = vault.enrol(bank, "B-1", {EMAIL: "ben@example.org", "identity.age": 41})
    vault.permit(bank, other, [EMAIL])
    bystander = vault.consumer(bank, other)
    code = vault.services.enrolment.invite(CompanyId(shop.client_id), "A-1", valid_ms=FOUR_WEEKS_MS)
    told = {"invitation": code, "address": "ada@example.org"}
    _form(vault, "/claim", told)
    assert _form(vault, "/claim/code", {**told, "code": letters.code()}).status_code == 303
    tokens = {path: shop.token(scope=scope) for path, scope in SCOPES.items()}
    details = shop.details(purpose="run_account", consumers=[ada], fields=[EMAIL])
    tokens["/v1/field-reads"] = shop.token(details=details)
    before = rows_of(vault.services.main, bystander)
    assert sum(map(len, before.values())) > 5
    return Site(vault, shop, tokens, ada, bystander, before)


def _form(vault: Vault, path: str, told: dict[str, str]) -> httpx2.Response:
    return vault.http.post(
        path, data=told, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
    )


@pytest.fixture(autouse=True)
def nobody_else_is_touched(site: Site) -> Iterator[None]:
    """After each test: the bystander's rows are as they were, and every table is there."""
    yield
    assert rows_of(site.vault.services.main, site.bystander) == site.before
    assert len(rows_of(site.vault.services.main)) >= 25
    assert not site.vault.services.soundness.damaged(site.bystander)


# --- the company API ----------------------------------------------------------------------------


def bodies(site: Site) -> dict[str, dict[str, object]]:
    """A good request to each address, with every string there can be."""
    offer = {
        **offer_json(site.ada, [EMAIL]),
        "recipients": ["Example Print House"],
        "benefit": {
            "kind": "discount",
            "amount": "5.00",
            "currency": "EUR",
            "period": "once",
            "description": "A discount.",
            "terms_uri": "https://shop.example/terms",
        },
        "notice": {
            "uri": "https://shop.example/notice",
            "sha256": "n" * 43,
            "version": "1",
            "language": "en",
        },
    }
    offer["fields"][0]["mask"] = "hash"
    write = {
        "consumer": site.ada,
        "values": {EMAIL: "a@example.org", "contact.note": "x", "preferences.likes": ["a"]},
        "nature": "observed",
        "channel": "web",
    }
    read = {"consumer": site.ada, "fields": [EMAIL]}
    return {
        "/v1/people": {"external_id": "A-2"},
        "/v1/field-writes": {"writes": [write]},
        "/v1/offers": offer,
        "/v1/field-reads": {
            "request_id": new_request_id(),
            "purpose": "run_account",
            "reads": [read],
        },
    }


def poisoned(value: object, piece: str) -> Iterator[object]:
    """Copies of a JSON value, each with another of its strings, or member names, replaced."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in list(items):
        if isinstance(member, str):
            yield _with(value, key, piece)
        elif isinstance(member, dict | list):
            for inner in poisoned(member, piece):
                yield _with(value, key, inner)
        if isinstance(key, str):
            renamed = copy.deepcopy(value)
            renamed[piece] = renamed.pop(key)
            yield renamed


def _with(value: object, key: object, member: object) -> object:
    changed = copy.deepcopy(value)
    changed[key] = member
    return changed


@pytest.mark.parametrize("path", [*SCOPES, "/v1/field-reads"])
def test_in_a_body(site, path):
    tried = 0
    for piece in PIECES:
        for body in poisoned(bodies(site)[path], piece):
            answer = site.send(path, json.dumps(body).encode())
            assert answer.status_code in {200, 201, 202, 400, 403}, answer.text
            tried += 1
    assert tried >= 2 * len(PIECES)


@pytest.mark.parametrize("piece", PIECES)
def test_in_an_external_id_that_is_then_looked_for(site, piece):
    """Any printable text may be an external id, so it is one, and finds itself alone."""
    made = site.send("/v1/people", json.dumps({"external_id": piece}).encode()).json()["consumer"]
    token = site.tokens["/v1/people"]
    for text, found in ((piece, made), (f"{piece} ", made), (f"{piece}'", None)):
        query = urlencode({"external_id": text})
        answer = site.shop.send("GET", "/v1/people", token, query=query)
        assert answer.json().get("consumer") == found


@pytest.mark.parametrize("piece", PIECES)
def test_in_a_value_that_is_then_shown(site, piece):
    eve = site.vault.enrol(site.shop, f"E-{PIECES.index(piece)}")
    write = {"consumer": eve, "values": {"contact.note": piece}}
    answer = site.send("/v1/field-writes", json.dumps({"writes": [write]}).encode())
    assert answer.json()["results"][0]["stored"] == ["contact.note"]
    shown = site.vault.services.portal.show(site.vault.consumer(site.shop, eve), ["contact.note"])
    assert shown == {"contact.note": piece}


@pytest.mark.parametrize("piece", PIECES)
def test_in_headers_and_addresses(site, piece):
    body = json.dumps({"external_id": "A-3"}).encode()
    answer = site.send("/v1/people", body, **{"Idempotency-Key": piece})
    assert answer.status_code in {200, 201}
    for header in ("Authorization", "DPoP"):
        assert site.send("/v1/people", body, **{header: piece}).status_code == 401
    for path in (f"/v1/{quote(piece)}", f"/log/{quote(piece)}", f"/problems/{quote(piece)}"):
        assert site.vault.http.get(path).status_code == 404


@pytest.mark.parametrize("piece", PIECES)
def test_in_the_form_of_a_token(site, piece):
    """Strings of the form, of the assertion's claims and of what is asked for."""
    shop, address = site.shop, f"{site.vault.issuer}/oauth/token"
    details = shop.details(purpose="run_account", consumers=[site.ada], fields=[EMAIL])
    good = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "authorization_details": json.dumps([details]),
        "scope": "people",
    }
    forms = [{**good, name: piece} for name in (*good, "client_id", piece)]
    forms += [
        {**good, "authorization_details": json.dumps([changed])}
        for changed in poisoned(details, piece)
    ]
    for form in forms:
        form.setdefault("client_assertion", shop._assertion())
        proof = shop._proof("POST", address)
        answer = site.vault.http.post(address, data=form, headers={"DPoP": proof})
        assert answer.status_code in {200, 400, 401}, answer.text
        assert answer.is_success or set(answer.json()) <= {"error", "error_description"}


# --- pages --------------------------------------------------------------------------------------

FORMS = {
    "/sign-in": ("address",),
    "/sign-in/code": ("code",),
    "/claim": ("invitation",),
    "/claim/join": ("invitation",),
    "/data/show": ("field",),
    "/data/identity.nickname/change/check": ("value",),
    "/data/identity.nickname/change": ("value",),
    "/data/address.home/change/check": ("street", "country"),
    "/permissions/stop-all": ("x",),
    "/copy": ("code", "again"),
}
ADDRESSES = (
    "/data/{}",
    "/data/{}/change",
    "/permissions/{}/stop",
    "/permissions/{}/reduce",
    "/permissions/requests/{}",
    "/done/{}",
    "/used?company={}&kind={}&field={}&since={}&until={}&after={}",
    "/used/list.csv?company={}&after={}",
    "/sign-in?came={}",
)


@pytest.mark.parametrize("piece", PIECES)
def test_in_the_forms_of_pages(site, piece):
    for path, members in FORMS.items():
        answer = _form(site.vault, path, dict.fromkeys(members, piece))
        assert answer.status_code in {200, 303, 400, 404, 409, 429}, (path, answer.status_code)
    shown = site.vault.http.post(
        "/data/show", data={"field": "identity.nickname"}, headers={"sec-fetch-site": "same-origin"}
    )
    assert shown.status_code == 200


@pytest.mark.parametrize("piece", PIECES)
def test_in_the_addresses_of_pages(site, piece):
    for template in ADDRESSES:
        path = template.replace("{}", quote(piece, safe=""))
        answer = site.vault.http.get(path, follow_redirects=False)
        assert answer.status_code in {200, 303, 400, 404}, (path, answer.status_code)
