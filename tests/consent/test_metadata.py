"""What the issuer says about itself is true, and in the form of the RFCs."""

import json

import jsonschema

from consent.metadata import authorization_server_metadata, protected_resource_metadata
from tests.conftest import shared_path
from tests.consent.oauth_company import ISSUER, READS_URL, TOKEN_URL, element


def test_the_document_of_rfc_8414_fits_its_schema():
    schema = json.loads(
        shared_path(
            "vectors/oauth-metadata/rfc8414-oauth_authorization_server_metadata.schema.json"
        ).read_text()
    )
    jsonschema.Draft202012Validator(schema).validate(authorization_server_metadata(ISSUER))


def test_the_issuer_offers_what_it_serves_and_nothing_else():
    document = authorization_server_metadata(ISSUER)
    assert document["issuer"] == ISSUER
    assert document["token_endpoint"] == TOKEN_URL
    assert document["grant_types_supported"] == ["client_credentials"]
    assert document["response_types_supported"] == []
    assert document["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert document["authorization_details_types_supported"] == [element()["type"]]
    for name, algorithms in document.items():
        if name.endswith("alg_values_supported"):
            assert algorithms == ["ES256", "EdDSA"]
    assert "authorization_endpoint" not in document


def test_the_resource_names_its_issuer_and_takes_no_bearer_token():
    document = protected_resource_metadata(ISSUER)
    assert document["resource"] == ISSUER
    assert document["authorization_servers"] == [ISSUER]
    assert document["dpop_bound_access_tokens_required"] is True
    assert document["bearer_methods_supported"] == []
    assert READS_URL.startswith(document["resource"])
