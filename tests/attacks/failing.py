"""Requests that fail, each with a value or a secret in the very place that fails.

Rules kept here:
- Everything sent is a value made by the mint, so that whatever repeats it is found.
- Failures of every floor: a form that is none, a proof that is none, a bug in a room, an error of
  the database, a mail server that refuses, a command that stops.

Use::

    fail_in_every_way(garden)
"""

import json
import threading
from urllib.parse import quote

import pytest

from audit_portal.cli.friendly import explain
from tests.attacks.planting import BY_CONTRACT, Garden
from tests.vaults import offer_json
from vault.errors import BadInput

EMAIL = "contact.email"


def fail_in_every_way(garden: Garden) -> None:
    """All of them, one after the other."""
    for fail in (_bodies, _values, _proofs, _bugs, _database, _pages, _letters, _commands):
        fail(garden)


def _bodies(garden: Garden) -> None:
    """JSON that is refused, with a value beside what is wrong with it."""
    text = garden.mint.text()
    quoted = json.dumps(text)
    scopes = {"/v1/people": "people", "/v1/field-writes": "fields:write", "/v1/offers": "offers"}
    for path, scope in scopes.items():
        token = garden.bank.token(scope=scope)
        for body in (
            f'{{"external_id": {quoted}, "external_id": {quoted}}}',
            f'{{"external_id": [{quoted}]}}',
            f'{{"external_id": {quoted}, "more": {quoted}}}',
            f'{{"to": {quoted}, "writes": {quoted}}}',
            f"{{{quoted}",
            f'{{"external_id": "{text}\\u0000"}}',
            quoted,
        ):
            answer = garden.bank.send("POST", path, token, body=body.encode())
            assert answer.status_code == 400, answer.text


def _values(garden: Garden) -> None:
    """Values that do not fit, people nobody knows, offers that are none."""
    mint, person = garden.mint, next(iter(garden.people.values()))
    values = {
        EMAIL: mint.text(),
        "identity.age": mint.number(),
        "contact.phone_mobile": mint.text(),
        "money.income": {"amount": mint.text(), "currency": "EUR"},
        "household.owns_home": mint.text(),
    }
    garden.post("fields:write", "/v1/field-writes", {"writes": [_write(person, values)]})
    offer = offer_json(person, [EMAIL])
    for changes in (
        {"purpose": mint.text()},
        {"until": mint.text()},
        {"to": {"email": mint.text()}},
        {"to": {"external_id": mint.text(), "email": mint.email()}},
        {"fields": [{"name": mint.text(), "why": mint.text()}]},
    ):
        assert garden.ask("offers", "/v1/offers", {**offer, **changes}).status_code == 400
    token = garden.bank.token(scope="people")
    for name in (mint.code("N-"), mint.email(), mint.text()):
        query = f"external_id={quote(name)}"
        assert garden.bank.send("GET", "/v1/people", token, query=query).status_code == 404


def _write(person: str, values: dict[str, object]) -> dict[str, object]:
    return {"consumer": person, "values": values}


def _proofs(garden: Garden) -> None:
    """Tokens, proofs and assertions that are none; a token in an address."""
    http, code = garden.vault.http, garden.mint.code("secret")
    for headers in (
        {"Authorization": f"DPoP {code}"},
        {"Authorization": f"Bearer {code}"},
        {"Authorization": f"DPoP {code}", "DPoP": code},
        {"Cookie": f"habeas={code}; habeas-ticket={code}"},
    ):
        http.post("/v1/people", json={"external_id": code}, headers=headers)
        http.get("/data", headers=headers, follow_redirects=False)
    http.post(f"/v1/people?access_token={code}", json={})
    http.post("/oauth/token", data={"client_assertion": code, "grant_type": code})
    http.post(f"/oauth/token?client_assertion={code}")


def _bugs(garden: Garden) -> None:
    """Rooms that raise what nobody foresaw, a value in their words."""
    services, text = garden.vault.services, garden.mint.text()

    def raises(*_: object, **__: object) -> None:
        raise ValueError(text, {"value": text})

    person = next(iter(garden.people.values()))
    details = garden.bank.details(purpose=BY_CONTRACT, consumers=[person], fields=[EMAIL])
    reading = garden.bank.token(details=details)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(services.reads), "_parts", raises)
        patch.setattr(type(services.enrolment), "find", raises)
        patch.setattr(type(services.enrolment), "enrol_many", raises)
        patch.setattr(type(services.portal), "invitation", raises)
        read = {"consumer": person, "fields": [EMAIL]}
        body = {"request_id": "req_" + "0" * 26, "reads": [read]}
        told = garden.bank.send("POST", "/v1/field-reads", reading, body=json.dumps(body).encode())
        assert told.status_code in {500, 503}
        assert garden.ask("people", "/v1/people", {"external_id": text}).status_code == 500
        assert garden.form("/claim", invitation=text, address=text).status_code == 500


def _database(garden: Garden) -> None:
    """A statement that fails with its parameters in hand."""
    main, mint = garden.vault.services.main, garden.mint
    garden.vault.clock.advance(60_000)
    token = garden.bank.token(scope="people")
    with main.transaction() as tx:
        tx.connection().exec_driver_sql("ALTER TABLE lookup RENAME TO lookup_away")
    try:
        query = f"external_id={mint.code('D-')}"
        assert garden.bank.send("GET", "/v1/people", token, query=query).status_code == 500
        assert garden.form("/sign-in", address=mint.email()).status_code in {303, 500}
    finally:
        with main.transaction() as tx:
            tx.connection().exec_driver_sql("ALTER TABLE lookup_away RENAME TO lookup")


def _pages(garden: Garden) -> None:
    """Forms and addresses that are none."""
    http, mint = garden.vault.http, garden.mint
    text, email, code = mint.text(), mint.email(), mint.code("secret")
    garden.form("/sign-in", address=text)
    garden.form("/sign-in/code", code=code)
    garden.form("/claim", invitation=code, address=email)
    garden.form("/claim/code", invitation=code, address=email, code=code)
    for path in (f"/{code}", f"/data/{code}", f"/done/{code}", f"/sign-in?came={code}", "/used"):
        http.get(path, params={"company": code, "after": code}, follow_redirects=False)
    http.post("/sign-in", data={"address": email})  # from no page of ours
    http.post("/sign-in", data={"address": email}, headers={"sec-fetch-site": "cross-site"})
    ours = {"sec-fetch-site": "same-origin"}
    http.post("/sign-in", content=f"address={code}&%ff=%00".encode(), headers=ours)
    http.post("/sign-in", json={"address": email}, headers=ours)
    http.put(f"/data/{code}", content=text.encode(), headers=ours)


def _letters(garden: Garden) -> None:
    """A mail server that says no, and says to whom."""
    address = garden.mint.email()
    name, _ = list(garden.people.items())[-1]
    code = garden.vault.services.enrolment.invite(garden.bank.client_id, name, valid_ms=3_600_000)
    garden.keep(code)

    tried = threading.Event()

    def refuses(_: object) -> None:
        tried.set()
        raise OSError(550, f"no such user {address}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(garden.letters, "send", refuses)
        garden.vault.clock.advance(16 * 60_000)
        garden.form("/claim", invitation=code, address=address)
        assert tried.wait(timeout=20), "the letter was not even tried"


def _commands(garden: Garden) -> None:
    """What the program says at a terminal of an error with a value in it."""
    text = garden.mint.text()
    for error in (ValueError(text), KeyError(text), OSError(2, text), BadInput("is no address")):
        words, _ = explain(error)
        garden.stream.write(f"{words}\n")
