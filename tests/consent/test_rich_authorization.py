"""An authorisation element is read by the schema's letter; what is granted is what people allow."""

import copy
import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.rich_authorization import (
    MAX_CONSUMERS,
    MAX_FIELDS,
    ProfileAccess,
    granted,
    parse_details,
    parse_element,
)
from tests.conftest import shared_path
from tests.consent.oauth_company import (
    ABSENT,
    ANNA,
    BEN,
    CATALOGUE,
    ISSUER,
    READS_URL,
    STRANGER,
    element,
)
from vault.errors import BadInput

PEOPLE = [f"p_{place:026d}" for place in range(MAX_CONSUMERS + 1)]
FIELDS = [f"a.f{place}" for place in range(MAX_FIELDS + 1)]


def schema():
    """The published schema; its ``$`` is meant as the end, where Python's allows a line end."""
    text = shared_path("schemas/rar-customer-profile-access.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text.replace('$"', '\\\\Z"')))


def is_for_us(value):
    """What the schema leaves open: whose type and place it is, and what is served here."""
    return (
        value["type"] == f"{ISSUER}/rar/customer-profile-access/v1"
        and value["locations"] == [READS_URL]
        and value["actions"] == ["read"]
        and "current_user" not in value["subjects"]
    )


def is_read(value):
    try:
        parse_element(value, issuer=ISSUER)
    except BadInput:
        return False
    return True


def refused_member(text):
    with pytest.raises(BadInput) as refused:
        parse_details(text, issuer=ISSUER)
    return refused.value.member


def test_the_published_example_is_read():
    example = json.loads(
        shared_path("schemas/rar-customer-profile-access.example.json").read_text()
    )
    access = parse_element(example, issuer=ISSUER)
    assert access.consumers == {ANNA}
    assert access.fields == {"contact.email", "address.home"}
    assert access.purpose == "run_account"


ODD = st.sampled_from([None, True, False, 0, 1, "", "x", [], {}, [None], [[]], {"code": 1}])
TEXTS = {
    "people": st.sampled_from([*PEOPLE[:3], ANNA, ANNA + "\n", "p_" + "U" * 26, "con_" + "0" * 26]),
    "fields": st.sampled_from(
        ["contact.email", "a.b.c.d", "a.b.c.d.e", "a", "A.b", "a.b\n", "a..b", "1.a", "\u0430.b"]
    ),
    "codes": st.sampled_from(
        ["run_account", "ab", "a", "a" * 48, "a" * 49, "Run", "run_account\n"]
    ),
}


def lists(items, odd=ODD):
    return st.lists(items | odd, max_size=4) | odd


SUBJECTS = st.one_of(
    st.builds(lambda people: {"consumers": people}, lists(TEXTS["people"])),
    st.sampled_from(
        [
            {"cohort": "all_consented"},
            {"cohort": "all"},
            {"cohort": "all_consented", "consumers": [ANNA]},
            {"cohort": "all_consented", "extra": 1},
            {"current_user": True},
            {"current_user": False},
            {"consumers": PEOPLE},
            {"consumers": PEOPLE[:MAX_CONSUMERS]},
            {"consumers": [ANNA, ANNA]},
        ]
    ),
    ODD,
)
MEMBERS = {
    "type": st.sampled_from([element()["type"], "https://evil.example", element()["type"] + "/"])
    | ODD,
    "locations": st.sampled_from([[READS_URL], [READS_URL] * 2, READS_URL]) | ODD,
    "actions": st.sampled_from([["read"], ["read", "read"], ["subscribe_changes"], "read"]) | ODD,
    "subjects": SUBJECTS,
    "datatypes": lists(TEXTS["fields"]) | st.sampled_from([FIELDS, FIELDS[:MAX_FIELDS]]),
    "purpose": st.one_of(
        st.builds(lambda code: {"code": code}, TEXTS["codes"] | ODD),
        st.just({"code": "run_account", "words": "x"}),
        ODD,
    ),
    "extra": ODD,
}


@st.composite
def elements(draw):
    """A good element with up to two members bent or gone, so that about half of them are good."""
    value = element(draw(st.sampled_from([(ANNA,), (ANNA, BEN)])))
    for name in draw(st.lists(st.sampled_from(sorted(MEMBERS)), max_size=2)):
        if draw(st.integers(0, 9)) == 0:
            value.pop(name, None)
        else:
            value[name] = draw(MEMBERS[name])
    return value


@settings(max_examples=400)
@given(value=elements() | ODD)
def test_the_parser_agrees_with_the_schema(value):
    fits = schema().is_valid(value)
    assert is_read(value) == (fits and is_for_us(value))


@given(value=elements())
def test_what_is_read_is_written_back_and_stays_within_the_schema(value):
    if not is_read(value):
        return
    access = parse_element(value, issuer=ISSUER)
    written = access.to_json(issuer=ISSUER)
    assert schema().is_valid(written)
    assert parse_element(written, issuer=ISSUER) == access
    assert parse_details(json.dumps([value]), issuer=ISSUER) == access


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"type": "https://vault.example/rar/other/v1"}, "type"),
        ({"type": "https://evil.example/rar/customer-profile-access/v1"}, "type"),
        ({"type": ABSENT}, "element"),
        ({"locations": ["https://evil.example/v1/field-reads"]}, "locations"),
        ({"actions": ["read", "subscribe_changes"]}, "actions"),
        ({"actions": []}, "actions"),
        ({"subjects": {"current_user": True}}, "subjects.current_user"),
        ({"subjects": {}}, "subjects"),
        ({"subjects": {"consumers": [ANNA, "nobody"]}}, "subjects.consumers[1]"),
        ({"subjects": {"consumers": []}}, "subjects.consumers"),
        ({"subjects": {"consumers": PEOPLE}}, "subjects.consumers"),
        ({"datatypes": [*FIELDS]}, "datatypes"),
        ({"datatypes": ["contact.email", 5]}, "datatypes[1]"),
        ({"datatypes": ["contact.email"] * 2}, "datatypes"),
        ({"purpose": "run_account"}, "purpose"),
        ({"purpose": {"code": "Run Account"}}, "purpose.code"),
        ({"purpose": {"code": "ab", "text": "free"}}, "purpose"),
        ({"identifier": "x"}, "element"),
    ],
)
def test_the_wrong_member_is_named(changes, member):
    assert refused_member(json.dumps([element(**changes)])) == member


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{}",
        "[]",
        json.dumps([element(), element()]),
        json.dumps(element()),
        json.dumps([[element()]]),
        "[" * 1000,
        json.dumps([element()])[:-1],
        json.dumps([element()]) + " " * 20_000,
        json.dumps([element()]).replace('"type"', '"type":1,"type"'),
    ],
)
def test_only_a_list_of_exactly_one_element_is_read(text):
    refused_member(text)


def test_no_value_is_in_a_refusal():
    with pytest.raises(BadInput) as refused:
        parse_details(json.dumps([element(consumers=["p_canary"])]), issuer=ISSUER)
    assert "canary" not in str(refused.value)


# --- granted = requested and consented --------------------------------------------------------


def consents_of(consented):
    return lambda *, company, purpose, consumers: {  # noqa: ARG005  # a double of Consents
        who: consented[who] for who in consumers if who in consented and purpose == "run_account"
    }


def grant(asked, consented):
    consents = consents_of(consented)
    return granted(asked, company="cmp_x", consents=consents, catalogue=CATALOGUE)


def asked_of(consumers, fields, purpose="run_account"):
    return ProfileAccess(
        consumers=None if consumers is None else frozenset(consumers),
        fields=frozenset(fields),
        purpose=purpose,
    )


def test_an_unknown_person_and_an_unwilling_one_are_dropped_alike():
    consented = {ANNA: {"contact.email"}, BEN: {"address.home"}}
    left = grant(asked_of([ANNA, BEN, STRANGER], ["contact.email"]), consented)
    assert left == asked_of([ANNA], ["contact.email"])
    without_ben = grant(asked_of([ANNA, STRANGER], ["contact.email"]), consented)
    assert left == without_ben


def test_nothing_left_is_no_grant():
    assert grant(asked_of([STRANGER], ["contact.email"]), {ANNA: {"contact.email"}}) is None
    assert grant(asked_of([ANNA], ["address.home"]), {ANNA: {"contact.email"}}) is None
    assert (
        grant(asked_of([ANNA], ["contact.email"], "marketing"), {ANNA: {"contact.email"}}) is None
    )


def test_a_cohort_enumerates_nobody_and_keeps_the_fields_there_are():
    asked = asked_of(None, ["contact.email", "no.such_field"])
    left = granted(asked, company="cmp_x", consents=never_asked, catalogue=CATALOGUE)
    assert left == asked_of(None, ["contact.email"])
    assert left.names(ANNA)
    assert "consumers" not in json.dumps(left.to_json(issuer=ISSUER))
    assert grant(asked_of(None, ["no.such_field"]), {}) is None


def never_asked(**_):
    pytest.fail("a cohort is not looked up")


CONSENTED = st.dictionaries(
    st.sampled_from([ANNA, BEN, STRANGER]), st.sets(st.sampled_from(sorted(CATALOGUE)))
)


@given(
    consented=CONSENTED,
    consumers=st.sets(st.sampled_from([ANNA, BEN, STRANGER]), min_size=1),
    fields=st.sets(st.sampled_from(sorted(CATALOGUE)), min_size=1),
)
def test_granted_is_the_narrowest_element_that_holds_requested_and_consented(
    consented, consumers, fields
):
    before = copy.deepcopy(consented)
    left = grant(asked_of(consumers, fields), consented)
    pairs = {(who, f) for who in consumers for f in fields & consented.get(who, set())}
    if not pairs:
        assert left is None
    else:
        assert left.consumers == {who for who, _ in pairs}
        assert left.fields == {name for _, name in pairs}
        assert not left.names(STRANGER) or STRANGER in left.consumers
    assert consented == before
