import gc
import io
import json
import logging
import re

import pytest
import structlog
from starlette.testclient import TestClient

from audit_portal import service_log
from audit_portal.app import make_app
from audit_portal.problems import MEANINGS
from consent.ledger.checkpoint import VerifierKey, parse_checkpoint, parse_note, signed_by
from examples.company import new_request_id
from tests.conftest import shared_path
from tests.vaults import served

EMAIL = "contact.email"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


def get(vault, path):
    answer = vault.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer


def test_a_stranger_finds_out_where_to_ask(vault):
    server = get(vault, "/.well-known/oauth-authorization-server").json()
    resource = get(vault, "/.well-known/oauth-protected-resource").json()
    assert server["issuer"] == resource["resource"] == vault.issuer
    assert server["token_endpoint"] == f"{vault.issuer}/oauth/token"
    [key] = get(vault, server["jwks_uri"].removeprefix(vault.issuer)).json()["keys"]
    assert key["kty"] == "EC"
    assert "d" not in key


def test_the_metadata_fits_its_schema(vault):
    jsonschema = pytest.importorskip("jsonschema")
    schema = shared_path(
        "vectors/oauth-metadata/rfc8414-oauth_authorization_server_metadata.schema.json"
    )
    document = get(vault, "/.well-known/oauth-authorization-server").json()
    jsonschema.validate(document, json.loads(schema.read_text()))


def test_the_newest_checkpoint_is_served_as_it_was_signed(tmp_path):
    with served(tmp_path) as fresh:
        early = fresh.http.get("/log/checkpoint")
        assert (early.status_code, early.json()["type"].rpartition("/")[2]) == (503, "unready")
        fresh.company()
        fresh.services.sequencer.run_once()
        note = get(fresh, "/log/checkpoint").text
        keys = get(fresh, "/log/keys").json()
    assert signed_by(parse_note(note), VerifierKey.parse(keys["log"]))
    assert parse_checkpoint(parse_note(note).text).origin == keys["origin"] == "localhost:8000/log"


def test_health_tells_up_from_ready(vault):
    assert get(vault, "/healthz").json() == {"up": True}
    assert get(vault, "/readyz").json() == {"keys": True, "log": True, "sequencer": True}
    vault.clock.jump(6 * 60_000)
    try:
        answer = vault.http.get("/readyz")
    finally:
        vault.clock.jump(-6 * 60_000)
    assert (answer.status_code, answer.json()["log"]) == (503, False)
    assert answer.headers["retry-after"].isdecimal()


def test_readiness_tells_that_a_chore_fails_and_stays_green(vault):
    for well in (True, False):
        told = {"worker": lambda well=well: well}
        with TestClient(make_app(vault.services, told=told), base_url=vault.issuer) as http:
            answer = http.get("/readyz")
        assert (answer.status_code, answer.json()["worker"]) == (200, well)


def test_a_vault_whose_entries_wait_is_not_ready(tmp_path):
    with served(tmp_path) as fresh:
        fresh.company()
        fresh.clock.advance(61_000)
        assert fresh.http.get("/readyz").json()["sequencer"] is False
        fresh.services.sequencer.run_once()
        fresh.clock.advance(1_000)
        assert fresh.http.get("/readyz").status_code == 200


def test_the_reference_names_every_operation_and_asks_nobody_else(vault):
    page = get(vault, "/reference").text
    document = get(vault, "/openapi.json").json()
    for path in document["paths"]:
        assert path in page
    assert re.findall(r'(?:src|href|url\()=?["\']?http', page) == []
    assert "<script" not in page


def test_the_document_describes_the_whole_api(vault):
    document = get(vault, "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/oauth/token",
        "/v1/contests",
        "/v1/contests/{contest_id}",
        "/v1/contests/{contest_id}/acknowledgement",
        "/v1/contests/{contest_id}/answer",
        "/v1/contests/{contest_id}/extension",
        "/v1/contests/{contest_id}/files/{file_id}",
        "/v1/contests/{contest_id}/messages",
        "/v1/field-reads",
        "/v1/field-writes",
        "/v1/held-values",
        "/v1/held-values/{held_id}/certification",
        "/v1/held-values/{held_id}/withdrawal",
        "/v1/notices",
        "/v1/notices/{notice_id}/acknowledgement",
        "/v1/offers",
        "/v1/people",
        "/v1/receipts",
    }
    assert "HTTPValidationError" not in json.dumps(document)
    references = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert references <= document["components"]["schemas"].keys()


def test_the_document_tells_what_the_hot_route_answers(vault):
    jsonschema = pytest.importorskip("jsonschema")
    document = get(vault, "/openapi.json").json()
    shop = vault.company()
    ada = vault.enrol(shop, "A-1", {EMAIL: "ada@example.org"})
    vault.permit(shop, ada, [EMAIL])
    token = shop.token(details=shop.details(purpose="run_account", consumers=[ada], fields=[EMAIL]))
    sent = {"request_id": new_request_id(), "reads": [{"consumer": ada, "fields": [EMAIL]}]}
    answer = shop.send("POST", "/v1/field-reads", token, body=json.dumps(sent).encode()).json()
    for name, instance in (("FieldReads", sent), ("Outcomes", answer)):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(instance, schema)


def test_the_published_schema_of_an_offer_is_the_served_one(vault):
    document = get(vault, "/openapi.json").json()
    body = document["paths"]["/v1/offers"]["post"]["requestBody"]
    published = json.loads(shared_path("schemas/offer.schema.json").read_text())
    assert body["content"]["application/json"]["schema"] == published


@pytest.mark.parametrize("kind", sorted(MEANINGS))
def test_each_problem_type_has_its_page(vault, kind):
    assert kind in get(vault, f"/problems/{kind}").text
    assert vault.http.get("/problems/made_up").status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi", "/v1/nothing"])
def test_what_is_not_served_is_not_there(vault, path):
    assert vault.http.get(path).status_code == 404


def test_a_program_gets_a_problem_and_a_person_a_page(vault):
    for path, kind in (("/v1/nothing", "application/problem+json"), ("/nothing", "text/html")):
        assert vault.http.get(path).headers["content-type"].startswith(kind)
    wrong = vault.http.request("DELETE", "/v1/people")
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")


def test_telemetry_is_off_in_every_part(vault):
    app = make_app(vault.services)._rest._app._app
    assert set(app._telemetry.values()) <= {False, None}


def test_what_was_made_at_the_start_is_left_alone(tmp_path):
    before = gc.get_freeze_count()
    with served(tmp_path):
        assert gc.get_freeze_count() > before
    assert gc.get_freeze_count() == 0


@pytest.fixture
def log():
    """The service's own log."""
    stream = io.StringIO()
    service_log.configure(stream)
    yield stream
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def test_no_log_line_holds_what_was_sent(vault, log):
    vault.http.get("/v1/people?external_id=canary-1", headers={"Authorization": "DPoP canary-2"})
    vault.http.post("/oauth/token", data={"client_assertion": "canary-3"})
    vault.http.post("/v1/offers", content=b'{"canary-4":1}')
    vault.http.get("/canary-5")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {line["route"] for line in lines} == {
        "/v1/people",
        "/oauth/token",
        "/v1/offers",
        "unknown",
    }
    assert "canary" not in log.getvalue()


def test_every_answer_has_the_reference_of_its_line(vault):
    assert re.fullmatch("[0-9a-f]{16}", get(vault, "/healthz").headers["x-request-id"])
