"""Masks show what they say and no more."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.gate.masks import apply
from vault.errors import BadInput
from vault.fields import CATALOGUE, FieldType, Mask, field_named

NORTHBANK_AND_ROSA = bytes(range(32))
NORTHBANK_AND_OTHER = bytes(32)


def shown(mask: str, name: str, value: object, *, key: bytes = NORTHBANK_AND_ROSA) -> object:
    field = field_named(name)
    return apply(Mask(mask), field, field.validate(value), key=key)


@pytest.mark.parametrize(
    ("mask", "name", "value", "left"),
    [
        ("full", "contact.email", "Rosa@example.org", "Rosa@example.org"),
        ("last_four", "money.account_number", "DE02 1203 0000 0000 2020 51", "2051"),
        ("last_four", "money.account_number", "1234-567", ""),
        ("last_four", "contact.phone_work", "+1-418-656-9254;ext=102", "9254"),
        ("last_four", "contact.phone_home", "(905) 555-1234", "1234"),
        ("last_four", "contact.phone_home", "112", ""),
        ("year", "identity.birth_date", "1980-03-22", "1980"),
        ("year", "identity.birth_date", "1980", "1980"),
        ("year", "identity.birth_date", "--03-22", ""),
        ("region", "contact.phone_work", "+1-418-656-9254", {"country": "CA"}),
        ("region", "contact.phone_work", "418-656-9254", {}),
        ("region", "address.home", {"street": "1 Main St", "locality": "Quebec", "region": "QC",
         "postal_code": "G1V 2M2", "country": "Canada"}, {"region": "QC", "country": "Canada"}),
        ("region", "address.home", {"street": "1 Main St"}, {}),
        ("band", "identity.age", 58, {"from": "50", "below": "60"}),
        ("band", "identity.age", 60, {"from": "60", "below": "70"}),
        ("band", "loyalty.weeks_known", "38.86", {"from": "26", "below": "39"}),
        ("band", "money.average_balance", {"amount": "-0.01", "currency": "EUR"},
         {"from": "-1000", "below": "0", "currency": "EUR"}),
        ("band", "money.average_balance", {"amount": "9" * 15 + "." + "9" * 12, "currency": "EUR"},
         {"from": "999999999999000", "below": "1000000000000000", "currency": "EUR"}),
    ],
)  # fmt: skip
def test_a_mask_leaves_what_it_names(mask, name, value, left):
    assert shown(mask, name, value) == left


def test_a_mask_that_does_not_fit_the_field_is_refused():
    for field in CATALOGUE.values():
        for mask in set(Mask) - field.masks:
            with pytest.raises(BadInput) as caught:
                apply(mask, field, "1980", key=NORTHBANK_AND_ROSA)
            assert str(caught.value) == f"{field.name}: cannot be masked as {mask}"


def test_every_type_has_a_field_that_can_be_shown_in_full():
    assert {field.type for field in CATALOGUE.values()} == set(FieldType)


def test_the_bytes_of_a_hash_are_frozen():
    assert shown("hash", "contact.email", "Rosa@Example.org") == "FDg20Jq0MEpUDNAk2o2Feg"


def test_a_hash_tells_a_change_and_joins_nothing():
    before = shown("hash", "contact.email", "rosa@example.org")
    assert shown("hash", "contact.email", "ROSA@example.org") == before
    assert shown("hash", "contact.email", "rosa@example.net") != before
    assert shown("hash", "contact.email_other", "rosa@example.org") != before
    assert shown("hash", "contact.email", "rosa@example.org", key=NORTHBANK_AND_OTHER) != before


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_last_four_never_shows_more_than_half(number):
    field = field_named("money.account_number")
    kept = field.validate(number)
    left = apply(Mask.LAST_FOUR, field, kept, key=NORTHBANK_AND_ROSA)
    assert 2 * len(left) <= len(str(field.normalise(kept)))


@given(st.integers(0, 150))
def test_a_band_holds_its_value_and_nine_others(age):
    band = shown("band", "identity.age", age)
    assert Decimal(band["from"]) <= age < Decimal(band["below"])
    assert len({str(shown("band", "identity.age", other)) for other in range(151)}) == 16
