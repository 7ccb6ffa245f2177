"""One value is one value however somebody writes it; another value is another."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto.versioned_key import VersionedKey
from vault.field_types.loose import bare
from vault.fields import field_named
from vault.likeness import likeness

KEY, OTHER_KEY = VersionedKey(1, bytes(range(32))), VersionedKey(1, bytes(32))

ONE_VALUE = [
    ("identity.full_name", "Rosa O'Neil", ["ROSA ONEIL", "rosa  o\u2019neil", "Rosa-O`Neil."]),
    ("identity.full_name", "Zoë Strauß", ["ZOE\u0308 STRAUSS", "zoë strauss"]),
    ("identity.full_name", "\uff32osa", ["Rosa"]),
    ("contact.email", "Rosa@Example.org", ["rosa@example.ORG", " ROSA@EXAMPLE.ORG "]),
    ("contact.email", "rosa@bücher.example", ["rosa@xn--bcher-kva.example"]),
    ("contact.phone_home", "030 901820", ["+49 30 901820", "(030) 90-18-20", "0049 30 901820"]),
    ("contact.website", "https://Example.org/me/", ["example.org/me", "HTTP://example.org/ME"]),
    ("identity.national_id", "DE-89 3704.0044", ["de8937040044", "DE 89 37040044"]),
    (
        "money.income",
        {"amount": "22.50", "currency": "EUR"},
        [{"amount": "22.5", "currency": "EUR"}],
    ),
    ("contact.note", "Paid 22.50\nin cash!", ["paid 22,50 in cash"]),
    (
        "address.home",
        {"street": "Lindenweg 5", "locality": "Berlin", "postal_code": "10115"},
        [{"street": "LINDENWEG, 5", "locality": "10115 Berlin"}],
    ),
]

ANOTHER_VALUE = [
    ("identity.full_name", "Rosa Quint", ["Rosa Quinn", "Rosa", "Quint Rosa"]),
    ("identity.full_name", "Muller", ["Müller"]),
    (
        "contact.email",
        "rosa.quint@example.org",
        ["rosaquint@example.org", "rosa.quint@example.com"],
    ),
    ("contact.phone_home", "030 901820", ["030 901821", "+43 30 901820"]),
    ("contact.note", "Paid 22.50", ["Paid 2250", "Paid 22.51"]),
    ("contact.note", "A+", ["A-"]),
    ("identity.birth_date", "1980-03-22", ["1980-03", "1980-03-23"]),
    (
        "money.income",
        {"amount": "22.50", "currency": "EUR"},
        [{"amount": "22.50", "currency": "USD"}],
    ),
]


def of(name, value, key=KEY):
    field = field_named(name)
    return likeness(key, field, field.validate(value), country="DE")


@pytest.mark.parametrize(("name", "value", "others"), ONE_VALUE)
def test_another_spelling_is_the_same_value(name, value, others):
    assert {of(name, other).alike for other in others} == {of(name, value).alike}


@pytest.mark.parametrize(("name", "value", "others"), ANOTHER_VALUE)
def test_another_value_is_another(name, value, others):
    alike = [of(name, one).alike for one in (value, *others)]
    assert len(set(alike)) == len(alike)


def test_a_likeness_is_of_one_person_and_one_field():
    name, value = "identity.full_name", "Rosa"
    mine, theirs = of(name, value), of(name, value, OTHER_KEY)
    elsewhere = of("identity.given_name", value)
    assert len(mine.both | theirs.both | elsewhere.both) == 6
    assert {len(one) for one in mine.both} == {16}


def test_the_bytes_of_a_likeness_are_frozen():
    """A guard is kept for years and never made again: these bytes may not change."""
    assert of("contact.email", "Rosa@Example.org").alike.hex() == "b501a486a5b63713249b239ec3ceb3e6"
    assert of("identity.full_name", "Rosa O'Neil").alike.hex() == "632be797ae8cfc6d14d2dda315fbd58b"


@given(st.text(min_size=1))
def test_a_bare_text_stays_as_it_is(value):
    once = bare(value)
    assert bare(once) == once


@given(st.text(min_size=1), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_how_a_text_is_encoded_makes_no_difference(value, form):
    assert bare(unicodedata.normalize(form, value)) == bare(value)


@given(st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_case_and_what_stands_between_letters_make_no_difference(value):
    letters = "".join(one for one in value if one.isalpha())
    assert bare(" ".join(letters)) == bare("-".join(letters)) == bare(letters)
