"""requests_oauth2client, unmodified: what a company with a Python program would do."""

import json

import pytest
import requests
from jwskate import Jwk
from requests_oauth2client import (
    BearerToken,
    DPoPKey,
    DPoPToken,
    InvalidClient,
    OAuth2Client,
    PrivateKeyJwt,
)
from requests_oauth2client.dpop import MissingDPoPNonce

from examples.company import new_request_id
from tests.vaults import running

EMAIL = "contact.email"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with running(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(vault):
    return vault.company()


@pytest.fixture(scope="module")
def ada(vault, shop):
    person = vault.enrol(shop, "A-1", {EMAIL: "ada@example.org"})
    vault.permit(shop, person, [EMAIL])
    return person


@pytest.fixture(scope="module")
def client(vault, shop):
    key = Jwk({**shop.key.as_dict(private=True), "kid": shop.key.thumbprint(), "alg": "ES256"})
    return OAuth2Client.from_discovery_endpoint(
        f"{vault.issuer}/.well-known/oauth-authorization-server",
        issuer=vault.issuer,
        auth=PrivateKeyJwt(shop.client_id, key, aud=vault.issuer),
        dpop_bound_access_tokens=True,
        testing=True,  # a loopback address is not https
    )


@pytest.fixture
def token(client, shop, ada):
    details = shop.details(purpose="run_account", consumers=[ada], fields=[EMAIL])
    return client.client_credentials(authorization_details=json.dumps([details]))


def read(vault, ada, auth):
    sent = {"request_id": new_request_id(), "reads": [{"consumer": ada, "fields": [EMAIL]}]}
    return requests.post(f"{vault.issuer}/v1/field-reads", json=sent, auth=auth, timeout=30)


def test_it_discovers_signs_in_and_reads(vault, ada, token):
    assert isinstance(token, DPoPToken)
    [outcome] = read(vault, ada, token).json()["outcomes"]
    assert outcome["fields"][EMAIL]["value"] == "ada@example.org"


def test_the_token_as_bearer_is_refused(vault, ada, token):
    answer = read(vault, ada, BearerToken(token.access_token))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP ")


def test_the_token_under_another_key_is_refused(vault, ada, token):
    stolen = DPoPToken(access_token=token.access_token, _dpop_key=DPoPKey.generate("ES256"))
    # The library takes every DPoP challenge for a wish for a nonce; what counts is the answer.
    with pytest.raises(MissingDPoPNonce) as refused:
        read(vault, ada, stolen)
    with refused.value.response as answer:
        assert answer.status_code == 401


def test_the_same_proof_twice_is_refused(vault, ada, token):
    first = read(vault, ada, token)
    assert first.status_code == 200
    first.request.hooks = {"response": []}  # nothing is to be mended, only sent again
    with requests.Session() as session:
        assert session.send(first.request, timeout=30).status_code == 401


def test_a_company_nobody_registered_is_refused(vault, client):
    stranger = OAuth2Client(
        token_endpoint=client.token_endpoint,
        auth=PrivateKeyJwt("cmp_unknown", client.auth.private_jwk, aud=vault.issuer),
        dpop_bound_access_tokens=True,
        testing=True,
    )
    with pytest.raises(InvalidClient):
        stranger.client_credentials(scope="people")
