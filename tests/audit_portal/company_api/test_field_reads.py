import json

import pytest

from examples.company import Dishonest, new_request_id
from tests.vaults import served
from vault.identifiers import Prefix, new_id

EMAIL = "contact.email"
NAME = "identity.full_name"
VALUES = {EMAIL: "ada@example.org", NAME: "Ada Example"}
PURPOSE = "run_account"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def shop(vault):
    return vault.company()


@pytest.fixture
def ada(vault, shop):
    """A person who lets the shop read her address and her name."""
    person = vault.enrol(shop, "A-1", VALUES)
    vault.permit(shop, person, [EMAIL, NAME], purpose=PURPOSE)
    return person


@pytest.fixture
def token(shop, ada):
    return reading(shop, ada)


def reading(shop, *people, fields=(EMAIL, NAME), purpose=PURPOSE):
    return shop.token(details=shop.details(purpose=purpose, consumers=people, fields=fields))


def body(*reads, **more):
    members = {"request_id": new_request_id(), "reads": list(reads), **more}
    return json.dumps(members).encode()


def ask(person, *fields):
    return {"consumer": person, "fields": list(fields or (EMAIL,))}


def post(shop, token, sent):
    return shop.send("POST", "/v1/field-reads", token, body=sent)


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()["type"].rpartition("/")[2], answer.json().get("member")


def entries(vault, shop, person):
    found = vault.services.reader.entries(vault.consumer(shop, person))
    return [(entry.type, entry.P.get("reason")) for entry in found]


def test_what_was_permitted_is_read_and_proved(shop, ada, token):
    [outcome] = shop.read(token, {ada: [EMAIL, NAME]})
    values = {name: told["value"] for name, told in outcome["fields"].items()}
    assert (outcome["outcome"], values) == ("allowed", VALUES)
    assert outcome["opening"]
    assert outcome["promise"]


def test_the_look_is_on_the_record(vault, shop, ada, token):
    shop.read(token, {ada: [EMAIL]})
    assert entries(vault, shop, ada)[-1] == ("read", None)


def test_an_answer_that_proves_another_request_is_not_believed(shop, ada, token, monkeypatch):
    first = post(shop, token, body(ask(ada))).json()
    monkeypatch.setattr(shop, "send", lambda *_, **__: Replayed(first))
    with pytest.raises(Dishonest):
        shop.read(token, {ada: [EMAIL]})


class Replayed:
    """An answer that was given before."""

    status_code = 200

    def __init__(self, told):
        self.told = told

    def json(self):
        return self.told


def test_stop_means_stop_whatever_the_token_says(vault, shop, ada, token):
    vault.services.grants.stop_all(vault.consumer(shop, ada))
    [outcome] = shop.read(token, {ada: [EMAIL]})
    assert (outcome["outcome"], outcome["reason"]) == ("refused", "stopped")
    assert "fields" not in outcome


def test_a_field_outside_the_token_is_withheld(shop, ada):
    [outcome] = shop.read(reading(shop, ada, fields=[EMAIL]), {ada: [EMAIL, NAME]})
    assert set(outcome["fields"]) == {EMAIL}
    assert outcome["withheld"] == {NAME: "not_in_token"}


def test_a_person_outside_the_token_is_as_unknown_as_nobody(vault, shop, ada, token):
    """Ben permits it too, but this token was asked for Ada alone."""
    ben = vault.enrol(shop, "A-2", VALUES)
    vault.permit(shop, ben, [EMAIL], purpose=PURPOSE)
    [outcome] = shop.read(token, {ben: [EMAIL]})
    assert outcome == {"consumer": ben, "outcome": "not_available"}


def test_nobody_learns_who_exists(vault, shop, ada, token):
    other = vault.company("Northbank")
    strangers = [
        vault.enrol(shop, "A-2", VALUES),  # without a permission
        vault.enrol(other, "B-1", VALUES),  # another company's
        new_id(Prefix.PAIRWISE),  # nobody
        "nonsense",
    ]
    outcomes = shop.read(token, {ada: [EMAIL], **dict.fromkeys(strangers, (EMAIL,))})
    assert outcomes[0]["outcome"] == "allowed"
    for who, outcome in zip(strangers, outcomes[1:], strict=True):
        assert outcome == {"consumer": who, "outcome": "not_available"}


def test_a_purpose_of_its_own_is_refused_and_recorded(vault, shop, ada, token):
    answer = post(shop, token, body(ask(ada), purpose="send_news"))
    assert problem(answer) == (403, "purpose_mismatch", "purpose")
    kind, reason = entries(vault, shop, ada)[-1]
    assert (kind, reason) == ("refused", "purpose_mismatch")


def test_another_purpose_releases_nothing_even_where_it_is_permitted(vault, shop, ada, token):
    vault.permit(shop, ada, [EMAIL], purpose="send_news")
    answer = post(shop, token, body(ask(ada), purpose="send_news"))
    assert problem(answer) == (403, "purpose_mismatch", "purpose")
    assert entries(vault, shop, ada)[-1] == ("refused", "not_in_token")


def test_the_tokens_own_purpose_may_be_repeated(shop, ada, token):
    assert post(shop, token, body(ask(ada), purpose=PURPOSE)).status_code == 200


def test_the_same_request_is_one_look(vault, shop, ada, token):
    sent = body(ask(ada))
    first, second = post(shop, token, sent).json(), post(shop, token, sent).json()
    assert first["outcomes"][0]["opening"] == second["outcomes"][0]["opening"]
    assert [kind for kind, _ in entries(vault, shop, ada)].count("read") == 1


def test_a_request_id_stands_for_one_body(shop, ada, token):
    request_id = new_request_id()
    assert post(shop, token, body(ask(ada), request_id=request_id)).status_code == 200
    another = body(ask(ada, NAME), request_id=request_id)
    assert problem(post(shop, token, another)) == (409, "conflict", "request_id")


def test_a_proof_serves_once(vault, shop, ada, token):
    sent = body(ask(ada))
    answer = post(shop, token, sent)
    assert answer.status_code == 200
    again = vault.http.send(answer.request)
    assert again.status_code == 401
    assert 'error="invalid_dpop_proof"' in again.headers["www-authenticate"]


def test_a_token_without_its_key_is_refused(vault, shop, ada, token):
    thief = vault.client(shop.client_id, vault.company("Northbank").key)
    answer = post(thief, token, body(ask(ada)))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP ")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer {token}"}, 401),
        ({"Authorization": "DPoP {token}"}, 401),
        ({"Authorization": "DPoP {token}", "DPoP": "x"}, 401),
    ],
)
def test_a_token_alone_opens_nothing(vault, token, headers, status):
    given = {name: value.format(token=token) for name, value in headers.items()}
    answer = vault.http.post("/v1/field-reads", headers=given, json={})
    assert answer.status_code == status
    assert answer.headers["www-authenticate"].startswith("DPoP ")


def test_a_token_in_the_address_is_refused(vault, shop, token, ada):
    sent = body(ask(ada))
    answer = shop.send("POST", "/v1/field-reads", token, body=sent, query=f"access_token={token}")
    assert answer.status_code == 400


def test_a_token_for_something_else_does_not_read(shop, ada):
    answer = post(shop, shop.token(scope="people"), body(ask(ada)))
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("sent", "status", "member"),
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b'{"request_id":1,"request_id":2}', 400, "request_id"),
        (b'{"request_id":"\\u0000","reads":[]}', 400, "request_id"),
        (b'{"reads":"\\ud800"}', 400, "reads"),
        (b"[" * 1000, 400, None),
        (b'"' + b"x" * 600_000 + b'"', 413, None),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(
    vault, shop, ada, token, sent, status, member
):
    before = entries(vault, shop, ada)
    assert problem(post(shop, token, sent)) == (status, "invalid", member)
    assert entries(vault, shop, ada) == before


def test_another_media_type_is_refused(vault, shop, ada, token):
    request = post(shop, token, body(ask(ada))).request
    fresh = shop._proof("POST", f"{vault.issuer}/v1/field-reads", token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": fresh, "Content-Type": "text/plain"}
    answer = vault.http.post("/v1/field-reads", content=request.content, headers=headers)
    assert answer.status_code == 415


def test_another_method_is_refused(vault):
    answer = vault.http.get("/v1/field-reads")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_hundred_people_are_one_request(vault, shop):
    people = [vault.enrol(shop, f"A-{n}", {EMAIL: f"a{n}@example.org"}) for n in range(100)]
    for person in people[:3]:
        vault.permit(shop, person, [EMAIL])
    outcomes = shop.read(reading(shop, *people[:3]), dict.fromkeys(people, (EMAIL,)))
    assert [outcome["consumer"] for outcome in outcomes] == people
    assert [outcome["outcome"] for outcome in outcomes[:4]] == ["allowed"] * 3 + ["not_available"]


def test_who_is_not_ready_says_when_to_come_again(vault, shop, ada, token):
    """A clock that was set while running is not believed until the operator confirms it."""
    vault.clock.jump(6 * 60_000)
    try:
        answer = post(shop, reading(shop, ada), body(ask(ada)))
    finally:
        vault.clock.jump(-6 * 60_000)
    assert problem(answer) == (503, "unready", None)
    assert answer.headers["retry-after"].isdecimal()
