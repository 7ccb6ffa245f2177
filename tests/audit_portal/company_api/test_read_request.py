import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_portal.company_api.read_request import MAX_BYTES, parse
from vault.errors import BadInput
from vault.identifiers import Prefix, new_id

REQUEST_ID = new_id(Prefix.REQUEST)
SOMEBODY = new_id(Prefix.PAIRWISE)
READ = {"consumer": SOMEBODY, "fields": ["contact.email"]}


def body(**changes):
    members = {"request_id": REQUEST_ID, "reads": [READ], **changes}
    return json.dumps({name: value for name, value in members.items() if value is not ...}).encode()


def refused(sent):
    with pytest.raises(BadInput) as flaw:
        parse(sent)
    return flaw.value.member


def test_a_whole_request_is_understood():
    asked = parse(body(purpose="run_account"))
    assert (asked.request_id, asked.purpose) == (REQUEST_ID, "run_account")
    assert asked.reads[0].fields == ("contact.email",)
    assert parse(body()).purpose is None


def test_a_malformed_id_is_a_person_nobody_knows():
    assert parse(body(reads=[{**READ, "consumer": "nobody"}])).reads[0].consumer == "nobody"


@pytest.mark.parametrize(
    ("sent", "member"),
    [
        (body(request_id=...), "request_id"),
        (body(request_id="req_1"), "request_id"),
        (body(request_id=new_id(Prefix.GRANT)), "request_id"),
        (body(request_id=7), "request_id"),
        (body(purpose="Run account"), "purpose"),
        (body(purpose=None), "purpose"),
        (body(reads=...), "reads"),
        (body(reads=[]), "reads"),
        (body(reads={}), "reads"),
        (body(reads=[READ, READ]), "reads"),
        (body(reads=[{**READ, "consumer": f"p{n}"} for n in range(101)]), "reads"),
        (body(reads=["x"]), "reads[0]"),
        (body(reads=[{**READ, "why": "x"}]), "reads[0]"),
        (body(reads=[READ, {"consumer": "p"}]), "reads[1].fields"),
        (body(reads=[{**READ, "consumer": 7}]), "reads[0].consumer"),
        (body(reads=[{**READ, "consumer": ""}]), "reads[0].consumer"),
        (body(reads=[{**READ, "consumer": "p" * 65}]), "reads[0].consumer"),
        (body(reads=[{**READ, "fields": []}]), "reads[0].fields"),
        (body(reads=[{**READ, "fields": ["contact.email", "contact.email"]}]), "reads[0].fields"),
        (body(reads=[{**READ, "fields": [f"a.b{n}" for n in range(65)]}]), "reads[0].fields"),
        (
            body(reads=[{**READ, "fields": ["work.title", "contact.\u0435mail"]}]),
            "reads[0].fields[1]",
        ),
        (body(reads=[{**READ, "fields": ["' OR 1=1 --"]}]), "reads[0].fields[0]"),
        (body(reads=[{**READ, "fields": ["click.here"]}]), "reads[0].fields[0]"),
        (body(extra=1), ""),
        (b'{"request_id":1,"request_id":2,"reads":[]}', "request_id"),
        (b'{"request_id":"\\u0000","reads":[]}', "request_id"),
        (b'{"request_id":"\\ud800","reads":[]}', "request_id"),
        (b'{"request_id":NaN,"reads":[]}', "request_id"),
        (b"[" * 100 + b"]" * 100, ""),
        (b"", ""),
        (b"[]", ""),
        (b'"' + b"x" * MAX_BYTES + b'"', ""),
    ],
    ids=lambda one: one if isinstance(one, str) else "body",  # ids of people are new in every run
)
def test_what_is_wrong_is_named_by_its_path(sent, member):
    assert refused(sent) == member


@given(st.binary(max_size=200))
def test_bytes_of_anybody_are_understood_or_refused(sent):
    with contextlib.suppress(BadInput):
        assert parse(sent).reads
