"""The catalogue and its values: what is kept, what is refused, what counts as the same."""

import hashlib
import json
import re

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import shared_path
from vault.errors import BadInput
from vault.field_definition import MAX_ENCODED, Field
from vault.field_types.field_type import LOW_ENTROPY, FieldType, Mask
from vault.field_types.places import COUNTRIES
from vault.fields import CATALOGUE, GROUPS, Sensitivity, field_named

FROZEN = {
    "identity": (16, "5530cd91cef15f2e"),
    "contact": (10, "4fbc8c84715e1a11"),
    "address": (7, "f60ff6b885f64af0"),
    "household": (9, "06e82802628961f9"),
    "work": (10, "1a11dc7372c7c798"),
    "money": (12, "f4d0cd6dc2d7acfb"),
    "preferences": (17, "23048611a32a148d"),
    "loyalty": (15, "116b92840a13a9a1"),
    "marketing": (15, "ec3b4fba8c77b088"),
    "inferred": (9, "6c3bcee14045aaf8"),
}
"""How many fields a group had when this was frozen, and SHA-256 over their id, name and type."""

FIELDS = list(CATALOGUE.values())


def name_of(field: Field) -> str:
    return field.name


def refusal(name: str, value: object) -> BadInput:
    with pytest.raises(BadInput) as caught:
        field_named(name).validate(value)
    return caught.value


def same(name: str, one: object, other: object, *, country: str | None = None) -> bool:
    field = field_named(name)
    return field.normalise(field.validate(one), country=country) == field.normalise(
        field.validate(other), country=country
    )


# --- the catalogue ----------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
def test_a_number_once_given_to_a_field_stays_with_its_name_and_type(group):
    count, digest = FROZEN[group]
    known = [f"{f.schema_id} {f.name} {f.type}" for f in FIELDS if f.group == group][:count]
    assert len(known) == count
    assert hashlib.sha256("\n".join(known).encode()).hexdigest()[:16] == digest


def test_no_number_and_no_label_is_given_twice():
    assert len({field.schema_id for field in FIELDS}) == len(FIELDS)
    assert len({field.label for field in FIELDS}) == len(FIELDS)


def test_groups_stand_together_and_in_the_order_of_a_page():
    assert GROUPS[:3] == ("identity", "contact", "address")
    assert sorted(FIELDS, key=lambda f: GROUPS.index(f.group)) == FIELDS


@pytest.mark.parametrize("field", FIELDS, ids=name_of)
def test_a_label_is_plain_words_that_fit_after_your(field):
    assert re.fullmatch(r"[a-z][a-z0-9 ,]{2,39}", field.label)
    assert not field.label.startswith(("your ", "the ", "a "))


@pytest.mark.parametrize("field", FIELDS, ids=name_of)
def test_every_term_of_personal_data_is_defined_by_dpv(field):
    terms = re.findall(r"^(pd:\w+) a ", shared_path("vectors/dpv/pd.ttl").read_text(), re.MULTILINE)
    assert field.dpv in terms


@pytest.mark.parametrize("field", FIELDS, ids=name_of)
def test_a_name_fits_what_offers_and_tokens_may_ask_for(field):
    offer = json.loads(shared_path("schemas/offer.schema.json").read_text())
    name = offer["properties"]["fields"]["items"]["properties"]["name"]
    jsonschema.validate(field.name, name)


@pytest.mark.parametrize("kind", LOW_ENTROPY)
def test_a_field_with_few_possible_values_cannot_be_made_searchable(kind):
    with pytest.raises(ValueError, match=f"cannot be searchable: {LOW_ENTROPY[kind]}"):
        Field(
            name="test.field",
            schema_id=1,
            type=kind,
            label="test",
            sensitivity=Sensitivity.PLAIN,
            dpv="pd:Name",
            index_bits=8,
        )


def test_every_field_that_is_not_searchable_says_why():
    assert field_named("identity.age").why_not_searchable == LOW_ENTROPY[FieldType.INTEGER]
    assert field_named("contact.email").why_not_searchable is None
    assert all(field.searchable or field.why_not_searchable for field in FIELDS)


def test_a_field_with_few_possible_values_is_never_handed_out_as_a_hash():
    assert all(Mask.HASH not in f.masks for f in FIELDS if f.type in LOW_ENTROPY)
    assert all(Mask.FULL in f.masks for f in FIELDS)


@pytest.mark.parametrize(
    "name",
    [
        "contact.\u0435mail",
        "contact.email\u200b",
        "Contact.email",
        "contact",
        "",
        "x" * 9_999,
        7,
        None,
    ],
)
def test_a_name_that_only_looks_like_a_field_is_unknown(name):
    with pytest.raises(BadInput) as caught:
        field_named(name, member="fields[0].name")
    assert str(caught.value) == "fields[0].name: is no field of the catalogue"


def test_countries_are_those_of_the_standard():
    assert len(COUNTRIES) == 249


# --- what is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given_value", "kept"),
    [
        ("identity.full_name", "  Rosa Luz ", "Rosa Luz"),
        ("identity.birth_date", "1980-03-22", "1980-03-22"),
        ("identity.birth_date", "--02-29", "--02-29"),
        ("identity.birth_date", "1980-03", "1980-03"),
        ("identity.birth_date", "1980", "1980"),
        ("identity.birth_date", "---31", "---31"),
        ("identity.gender", "Female", "female"),
        ("identity.age", 58, 58),
        ("contact.email", "Rosa@Example.ORG", "Rosa@Example.ORG"),
        ("contact.email", "\uff52osa\uff20example.org", "rosa@example.org"),
        ("contact.phone_home", "905-555-1234", "905-555-1234"),
        ("contact.phone_home", "(905)   555-1234", "(905) 555-1234"),
        ("contact.website", "www.example.org", "www.example.org"),
        ("contact.note", "one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("address.residence_country", "ca", "CA"),
        ("preferences.language", "DE_at", "de-AT"),
        ("preferences.language", "zh-hant", "zh-Hant"),
        ("preferences.newsletter", False, False),
        ("preferences.interests", ["sailing", " sailing", "chess"], ["sailing", "chess"]),
        ("loyalty.weeks_known", "38.860", "38.860"),
        ("loyalty.weeks_known", 38, "38"),
        ("money.income", {"amount": "-12.50", "currency": "EUR"},
         {"amount": "-12.50", "currency": "EUR"}),
        ("address.home", {"street": " 1 Main St ", "locality": "", "region": None},
         {"street": "1 Main St"}),
    ],
)  # fmt: skip
def test_a_value_is_kept_as_it_was_given_but_tidy(name, given_value, kept):
    field = field_named(name)
    assert field.validate(given_value) == kept
    assert field.validate(kept) == kept
    assert field.decode(field.encode(kept)) == kept


def test_what_is_sealed_is_canonical_json():
    money = field_named("money.income")
    kept = money.validate({"currency": "EUR", "amount": "1"})
    assert money.encode(kept) == b'{"amount":"1","currency":"EUR"}'
    assert field_named("contact.email").encode("a@example.org") == b'"a@example.org"'


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("identity.full_name", "Ro\0sa", "identity.full_name: holds a NUL"),
        ("identity.full_name", "Ro\ud800sa", "identity.full_name: holds a lone surrogate"),
        ("identity.full_name", "Rosa\nLuz",
         "identity.full_name: holds a control character or a line break"),
        ("identity.full_name", " ", "identity.full_name: is empty"),
        ("identity.full_name", 7, "identity.full_name: must be text"),
        ("identity.full_name", "x" * 1_001, "identity.full_name: is longer than 1,000 characters"),
        ("identity.age", True, "identity.age: must be a whole number"),
        ("identity.age", "58", "identity.age: must be a whole number"),
        ("identity.age", 5.0, "identity.age: must be a whole number"),
        ("identity.age", 151, "identity.age: must be from 0 to 150"),
        ("identity.birth_date", "1981-02-29", "identity.birth_date: is a day no calendar has"),
        ("identity.birth_date", "--02-30", "identity.birth_date: is a day no calendar has"),
        ("identity.birth_date", "0000", "identity.birth_date: is a day no calendar has"),
        ("loyalty.weeks_known", 38.86,
         'loyalty.weeks_known: must be a decimal written as text, such as "22.50"'),
        ("inferred.leaving_risk", "1.01", "inferred.leaving_risk: must be from 0 to 1"),
        ("money.income", {"amount": "x", "currency": "EUR"},
         'money.income.amount: must be a decimal written as text, such as "22.50"'),
        ("money.income", {"amount": "1", "currency": "euro"},
         "money.income.currency: must be three capital letters, such as EUR"),
        ("money.income", {"amount": "1"}, "money.income: must be an object of amount and currency"),
        ("address.home", {"planet": "Earth"}, "address.home.planet: is no part of an address"),
        ("address.home", {"a b": "Earth"}, "address.home.?: is no part of an address"),
        ("address.home", {"street": 7}, "address.home.street: must be text"),
        ("address.home", {}, "address.home: has no part with text"),
        ("preferences.newsletter", 1, "preferences.newsletter: must be true or false"),
        ("preferences.interests", [], "preferences.interests: must be a list of 1 to 64 texts"),
        ("preferences.interests", ["x"] * 65,
         "preferences.interests: must be a list of 1 to 64 texts"),
        ("address.residence_country", "XX",
         "address.residence_country: must be a country code of ISO 3166-1, such as CA"),
        ("contact.website", "javascript:alert(1)",
         "contact.website: must be a web address such as https://example.org"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_the_reason(name, value, message):
    assert str(refusal(name, value)) == message


@pytest.mark.parametrize(
    "value",
    ["", "rosa", "rosa@", "@example.org", "a b@example.org", "a@b@c", "a@-b.org", "a@b..org",
     "a@example.org, b@example.org", "<a@example.org>", "a" * 65 + "@b.org", "a@" + "b" * 254],
)  # fmt: skip
def test_what_is_no_address_is_refused(value):
    refusal("contact.email", value)


@pytest.mark.parametrize("value", ["ask at the desk", "12", "1" * 65, "555\x071234"])
def test_what_is_no_phone_number_is_refused(value):
    refusal("contact.phone_home", value)


@pytest.mark.parametrize(
    "value",
    ["mailto:a@b.org", "ftp://example.org", "http://[x", "hello", "http://", "//example.org/ x"],
)
def test_what_is_no_web_address_is_refused(value):
    refusal("contact.website", value)


def test_a_text_of_64_kib_fits_and_one_byte_more_does_not():
    note = field_named("contact.note")
    longest = "é" * ((MAX_ENCODED - 2) // 2)  # two quotes around it
    assert len(note.encode(note.validate(longest))) == MAX_ENCODED
    assert refusal("contact.note", longest + "x").reason == "is longer than 65,536 bytes"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def kept_or_refused(field: Field, value: object) -> object:
    try:
        return field.validate(value)
    except BadInput as error:
        return error


@given(st.sampled_from(FIELDS), JSON)
def test_any_value_is_kept_in_full_or_refused_without_being_shown(field, value):
    kept = kept_or_refused(field, value)
    if isinstance(kept, BadInput):
        assert kept.member.startswith(field.name)
        assert not isinstance(value, str) or len(value) < 12 or value not in str(kept)
        assert kept.__suppress_context__
        return
    assert field.validate(kept) == kept
    assert field.decode(field.encode(kept)) == kept
    assert field.encode(field.normalise(kept))


# --- what two spellings have in common --------------------------------------------------------


def test_two_spellings_of_one_value_compare_equal():
    assert same("contact.email", "Rosa@Example.org", "rosa@example.ORG")
    assert same("identity.full_name", "\uff21nn  Lee", "Ann Lee")
    assert same("loyalty.mean_purchase", {"amount": "22.50", "currency": "USD"},
                {"amount": "22.5", "currency": "USD"})  # fmt: skip
    assert same("loyalty.weeks_known", "-0.00", "0")
    assert same("loyalty.weeks_known", "100", "100.0")
    assert same("loyalty.card_number", "ab-12 34", "AB1234")
    assert same("preferences.shoe_size", "9½", "9.5")
    assert same("preferences.interests", ["chess", "sailing"], ["sailing", "chess"])
    assert same("contact.website", "HTTP://Example.org/", "example.org")
    assert same("contact.website", "example.org/?at=http://x", "http://example.org/?at=http://x")


def test_a_capital_letter_in_a_name_is_a_difference():
    assert not same("identity.family_name", "mcdonald", "McDonald")


def test_a_phone_number_compares_as_e164_once_its_country_is_known():
    phone = field_named("contact.phone_work")
    assert phone.normalise("+1-418-656-9254;ext=102") == "+14186569254;ext=102"
    assert phone.normalise("(905) 555-1234") == "9055551234"
    assert phone.normalise("(905) 555-1234", country="CA") == "+19055551234"
    assert same("contact.phone_work", "905-555-1234", "+1 905 555 1234", country="CA")
    assert not same("contact.phone_work", "905-555-1234", "+1 905 555 1234")
    assert phone.normalise("1-800-FLOWERS x") == "1800flowersx"
