"""Requests that are malformed in every way: refused by name, and nothing is written.

Threats 43, 44 and 41c. Each is answered with a problem (RFC 9457) that names the member to mend.
All rows of all tables are compared before and after; only what a request uses up by being sent (its
proof) is remembered. In a batch, what is wrong with one person's part is that part's own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from audit_portal.company_api.strict_body import MAX_BYTES
from consent.gate.asks import Answered, Ask, ReadRequest, TurnedAway
from examples.company import Company, new_request_id
from tests import arrange
from tests.arrange import EMAIL
from tests.attacks.looking import rows_of
from tests.check_everything import check_everything
from tests.vaults import Vault, offer_json, served
from tests.world import World
from vault.identifiers import Prefix, new_id
from vault.tables import FieldVersion

READS, WRITES, PEOPLE, OFFERS = "/v1/field-reads", "/v1/field-writes", "/v1/people", "/v1/offers"
ROUTES = (READS, WRITES, PEOPLE, OFFERS)
SCOPES = {WRITES: "fields:write", PEOPLE: "people", OFFERS: "offers"}


@dataclass(frozen=True, slots=True)
class Site:
    """A vault, a company with a token for each route, and two people it may read."""

    vault: Vault
    shop: Company
    tokens: dict[str, str]
    ada: str
    ben: str

    def good(self, path: str) -> dict[str, object]:
        """A request that would be served."""
        offer = offer_json(self.ada, [EMAIL])
        write = {"consumer": self.ada, "values": {EMAIL: "new@example.org"}, "channel": "web"}
        read = {"consumer": self.ada, "fields": [EMAIL]}
        return {
            READS: {"request_id": new_request_id(), "reads": [read]},
            WRITES: {"writes": [write]},
            PEOPLE: {"external_id": "A-9"},
            OFFERS: offer,
        }[path]

    def send(self, path: str, body: bytes, media_type: str = "application/json") -> httpx2.Response:
        token, url = self.tokens[path], self.vault.issuer + path
        headers = {"Authorization": f"DPoP {token}", "DPoP": self.shop._proof("POST", url, token)}
        if media_type:
            headers["Content-Type"] = media_type
        return self.vault.http.post(url, content=body, headers=headers)

    def refused(self, path: str, body: bytes, media_type: str = "application/json") -> str | None:
        """Sent, refused as a problem, nothing written; the member it names."""
        before = rows_of(self.vault.services.main)
        answer = self.send(path, body, media_type)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        told = answer.json()
        assert answer.status_code == told["status"]
        assert answer.status_code in {400, 413, 415}, answer.text
        assert told["type"].endswith("/problems/invalid")
        assert rows_of(self.vault.services.main) == before
        return told.get("member")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("vault")) as vault:
        shop = vault.company()
        ada, ben = (vault.enrol(shop, one, {EMAIL: f"{one}@example.org"}) for one in ("A", "B"))
        for one in (ada, ben):
            vault.permit(shop, one, [EMAIL])
        tokens = {path: shop.token(scope=scope) for path, scope in SCOPES.items()}
        details = shop.details(purpose="run_account", consumers=[ada, ben], fields=[EMAIL])
        tokens[READS] = shop.token(details=details)
        yield Site(vault, shop, tokens, ada, ben)


def test_what_is_made_worse_below_is_good(site):
    assert all(site.send(path, _bytes(site.good(path))).is_success for path in ROUTES)


# --- JSON that has no one meaning ---------------------------------------------------------------

NO_MEMBER = (
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"7",
    b"{",
    b"{} {}",
    b"{}\0",
    b"{'a':1}",
    b"\xef\xbb\xbf{}",
    b'{"a":"\xff"}',
    b'{"a":"\xc0\xaf"}',
    b'{"a":"\xed\xa0\x80"}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"a":1,}',
    b"{}" + b" " * MAX_BYTES,
)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("body", NO_MEMBER, ids=range(len(NO_MEMBER)))
def test_what_is_no_json_object(site, path, body):
    site.refused(path, body)


AMBIGUOUS = {
    '{"x":NaN}': "x",
    '{"x":Infinity}': "x",
    '{"x":-Infinity}': "x",
    '{"x":1e999}': "x",
    '{"x":9007199254740993}': "x",
    '{"x":' + "9" * 5000 + "}": "x",
    '{"x":1,"x":1}': "x",
    '{"x":{"y":[0,{"z":1,"z":2}]}}': "x.y[1].z",
    '{"x":["\\u0000"]}': "x[0]",
    '{"x":"\\ud800"}': "x",
    '{"x":"\\udc00\\ud800"}': "x",
    '{"x":{"\\ud800":1}}': "x",
}


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(("body", "member"), AMBIGUOUS.items(), ids=range(len(AMBIGUOUS)))
def test_what_two_readers_would_read_differently_is_named(site, path, body, member):
    named = site.refused(path, body.encode())
    assert named is not None
    assert named.startswith(member)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json-patch+json",
        "text/json",
        "*/*",
        "json",
    ],
)
def test_another_media_type(site, path, media_type):
    site.refused(path, _bytes(site.good(path)), media_type)


# --- members that are not the ones --------------------------------------------------------------

LOOK_ALIKES = {
    "cyrillic": str.maketrans("aceopxy", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443"),
    "wide": str.maketrans({c: chr(ord(c) + 0xFEE0) for c in "abcdefghijklmnopqrstuvwxyz_"}),
    "capitals": str.maketrans({c: c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}),
}
ZERO_WIDTH = "\u200b"


def lookalikes(name: str) -> Iterator[str]:
    """Names a person reads as ``name`` and a machine does not."""
    yield from {name.translate(table) for table in LOOK_ALIKES.values()} - {name}
    yield name[:2] + ZERO_WIDTH + name[2:]
    yield name + " "
    yield "\u202e" + name


@pytest.mark.parametrize("path", ROUTES)
def test_a_member_that_only_looks_like_one(site, path):
    good = site.good(path)
    for name in good:
        for other in lookalikes(name):
            body = {other if one == name else one: value for one, value in good.items()}
            assert site.refused(path, _bytes(body)) is not None or path == READS


def test_a_field_that_only_looks_like_one(site):
    """In a read and in an offer it is no field; in a write its form is refused before its value."""
    for other in lookalikes(EMAIL):
        read = {"consumer": site.ada, "fields": [EMAIL, other]}
        body = {"request_id": new_request_id(), "reads": [read]}
        assert site.refused(READS, _bytes(body)) == "reads[0].fields[1]"
        write = {"consumer": site.ada, "values": {other: "x@example.org"}}
        named = site.refused(WRITES, _bytes({"writes": [write]}))
        assert str(named).startswith("writes[0].values")
        offer = offer_json(site.ada, [EMAIL, other])
        assert site.refused(OFFERS, _bytes(offer)) == "fields[1].name"


WRONG = (None, True, 7, 1.5, [], {}, "", [[]], {"a": 1})


@pytest.mark.parametrize("path", ROUTES)
def test_a_member_of_another_type(site, path):
    good = site.good(path)
    for name, value in good.items():
        for wrong in WRONG:
            if type(wrong) is type(value) and wrong:
                continue
            assert site.refused(path, _bytes({**good, name: wrong})) is not None, (name, wrong)
        left_out = {one: value for one, value in good.items() if one != name}
        assert site.refused(path, _bytes(left_out)) is not None, name


# --- too much of it -----------------------------------------------------------------------------


def test_a_value_of_64_kib_and_one_byte_is_refused_alone(site):
    """64 KiB of canonical JSON are taken: two of them are its quotes."""
    values = {"contact.note": "x" * (65_536 - 2), "preferences.assistance": "x" * (65_536 - 1)}
    body = {"writes": [{"consumer": site.ada, "values": values}]}
    [result] = site.send(WRITES, _bytes(body)).json()["results"]
    assert result["stored"] == ["contact.note"]
    assert result["refused"].keys() == {"preferences.assistance"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (READS, {"reads": [{"consumer": f"p_{n}", "fields": ["a.b"]} for n in range(101)]}),
        (READS, {"reads": [{"consumer": "p", "fields": [f"a.b{n}" for n in range(65)]}]}),
        (WRITES, {"writes": [{"consumer": f"p{n}", "values": {"a.b": 1}} for n in range(101)]}),
        (WRITES, {"writes": [{"consumer": "p", "values": {f"a.b{n}": 1 for n in range(129)}}]}),
        (PEOPLE, {"external_id": "x" * 129}),
        (OFFERS, {"fields": [{"name": EMAIL, "why": "x" * 281}]}),
        (OFFERS, {"recipients": [f"r{n}" for n in range(17)]}),
    ],
)
def test_more_than_there_may_be(site, path, body):
    assert site.refused(path, _bytes({**site.good(path), **body})) is not None


# --- one part of many ---------------------------------------------------------------------------


def test_the_others_of_a_batch_of_writes_are_served(site):
    """One person unknown, one value impossible, one field unheard of; the rest is written."""
    writes = [
        {"consumer": site.ada, "values": {"identity.age": 41, EMAIL: "no address"}},
        {"consumer": "'; DROP TABLE heads; --", "values": {"identity.age": 41}},
        {"consumer": site.ben, "values": {"identity.age": 42, "made.up": 1}},
    ]
    results = site.send(WRITES, _bytes({"writes": writes})).json()["results"]
    assert [one["outcome"] for one in results] == ["written", "not_available", "written"]
    assert [one["stored"] for one in results] == [["identity.age"], [], ["identity.age"]]


def test_the_others_of_a_batch_of_reads_are_served(site):
    reads = [
        {"consumer": who, "fields": [EMAIL]}
        for who in (site.ada, "\u202e nonsense", new_id(Prefix.PAIRWISE), site.ben)
    ]
    body = {"request_id": new_request_id(), "reads": reads}
    outcomes = site.send(READS, _bytes(body)).json()["outcomes"]
    told = [one["outcome"] for one in outcomes]
    assert told == ["allowed", "not_available", "not_available", "allowed"]


def test_the_others_of_a_shared_transaction_are_served(stores, clock, tmp_path):
    """Three companies' reads in one batch of the gate; a request id the engine cannot store, and a
    person whose record is broken, sink their own parts and no other."""
    world = World.begin(stores, clock, tmp_path)
    company = arrange.company(world)
    people = [arrange.person(world, company) for _ in range(3)]
    for one in people:
        arrange.permit(world, one, company, [EMAIL])
    with world.stores.main.transaction() as tx:
        row = tx.get_one(FieldVersion, (people[1].consumer, EMAIL, 1))
        row.rec = row.rec[:-1] + bytes([row.rec[-1] ^ 1])
    poisoned = ReadRequest(
        company=company,
        purpose="run_account",
        request_id="req_\0",
        request_hash=bytes(32),
        asks=(Ask(consumer=people[0].pairwise, fields=(EMAIL,), unrestricted=True),),
    )
    asked = [arrange.request(company, one) for one in people]
    answers = world.gate.read([asked[0], poisoned, *asked[1:]])
    engine_refuses = stores.kind == "postgresql"
    assert isinstance(answers[1], TurnedAway if engine_refuses else Answered)
    outcomes = [one.outcomes[0].outcome for one in answers if isinstance(one, Answered)]
    assert outcomes == ["allowed", *(() if engine_refuses else ("allowed",)), "refused", "allowed"]
    with pytest.raises(Exception, match="record that was written"):
        check_everything(world)  # the broken record is seen, and nothing else was left behind


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode()
