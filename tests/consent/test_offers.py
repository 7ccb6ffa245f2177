"""Offers are read strictly: by the published schema and the catalogue, refused by member."""

import copy
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from consent.grant_terms import Benefit, FieldTerm, GrantTerms, Notice, Retention
from consent.offers import To, parse_grant_terms, parse_offer, parse_offer_terms
from consent.purposes import LegalBasis
from tests.conftest import shared_path
from vault.crypto.canonical import canonical, strict_json
from vault.errors import BadInput
from vault.fields import Mask

OFFER = {
    "to": {"external_id": "A-10442"},
    "fields": [
        {"name": "contact.email", "why": "To send you the receipts that you asked for."},
        {
            "name": "identity.birth_date",
            "why": "To congratulate you once a year.",
            "optional": True,
            "mask": "year",
        },
    ],
    "purpose": "personal_offers",
    "until": "P6M",
    "max_reads": 200,
    "retention": {"max": "P1Y"},
    "recipients": ["Northbank Cards Ltd"],
    "benefit": {
        "kind": "discount",
        "amount": "5.00",
        "currency": "EUR",
        "period": "once",
        "terms_uri": "https://shop.example/terms",
    },
    "notice": {
        "uri": "https://shop.example/notice",
        "version": "3",
        "sha256": "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
        "language": "en",
    },
}


def changed(path: tuple[str | int, ...], value: object) -> dict[str, object]:
    """The offer with one member set, or taken out where ``value`` is ``...``."""
    offer = copy.deepcopy(OFFER)
    place = offer
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return offer


def refusal(obj: object) -> str:
    with pytest.raises(BadInput) as caught:
        parse_offer(obj)
    return str(caught.value)


def test_an_offer_is_read_with_its_defaults_written_out():
    offer = parse_offer(OFFER)
    terms = offer.asked.terms
    assert offer.to == To(kind="external_id", value="A-10442")
    assert offer.asked.until == "P6M"
    assert terms.fields == (
        FieldTerm(name="contact.email", why="To send you the receipts that you asked for."),
        FieldTerm(
            name="identity.birth_date",
            why="To congratulate you once a year.",
            optional=True,
            mask=Mask.YEAR,
        ),
    )
    assert terms.retention == Retention(max="P1Y", on_withdrawal="delete")
    assert terms.recipients == ("Northbank Cards Ltd",)
    assert terms.benefit == Benefit(
        kind="discount",
        amount="5.00",
        currency="EUR",
        period="once",
        terms_uri="https://shop.example/terms",
    )
    assert terms.notice == Notice(
        uri="https://shop.example/notice",
        version="3",
        sha256="n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
        language="en",
    )
    assert (terms.max_reads, terms.automated_decision) == (200, False)


def test_the_published_example_is_an_offer():
    example = strict_json(
        shared_path("schemas/offer.example.json").read_bytes(), max_bytes=65_536, max_depth=6
    )
    assert parse_offer(example).asked.terms.masks == {
        "contact.email": Mask.FULL,
        "preferences.shoe_size": Mask.FULL,
    }


def test_what_is_kept_reads_back_as_the_same_offer():
    asked = parse_offer(OFFER).asked
    kept = json.loads(canonical(asked.to_json()))
    assert parse_offer_terms(kept) == asked
    assert parse_offer_terms(kept).hash() == asked.hash()


def test_terms_of_a_grant_read_back_and_have_frozen_bytes():
    terms = GrantTerms(
        terms=parse_offer(OFFER).asked.terms,
        basis=LegalBasis.CONSENT,
        from_ms=1_767_225_600_000,
        until_ms=1_782_864_000_000,
    )
    assert parse_grant_terms(json.loads(canonical(terms.to_json()))) == terms
    assert terms.hash().hex() == "08834a63e6c2202442e13dbeb802fc122c76ad8dc199afaaf2a749934132c82e"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("to",), ..., "to: is missing"),
        (("price",), "0", "price: is no member of an offer"),
        (("to",), {}, "to: must name exactly one of consumer, external_id, email"),
        (("to",), {"phone": "1"}, "to: must name exactly one of consumer, external_id, email"),
        (("to",), {"consumer": "p_1"}, "to.consumer: has not the form of such a member"),
        (("to",), {"external_id": ""}, "to.external_id: must be text of 1 to 128 characters"),
        (("to",), {"email": "nobody"},
         "to.email: must be an e-mail address such as name@example.org"),
        (("fields",), [], "fields: must be a list of 1 to 64"),
        (("fields", 0), "contact.email", "fields[0]: must be an object"),
        (("fields", 0, "name"), "contact.fax", "fields[0].name: is no field of the catalogue"),
        (("fields", 1, "name"), "contact.email", "fields[1].mask: does not suit this field"),
        (("fields", 1), {"name": "contact.email", "why": "To send the receipts again."},
         "fields[1].name: names a field twice"),
        (("fields", 0, "why"), "Because.", "fields[0].why: must be text of 10 to 280 characters"),
        (("fields", 0, "why"), ..., "fields[0].why: is missing"),
        (("fields", 0, "why"), "To send you\nreceipts.",
         "fields[0].why: holds a control character or a line break"),
        (("fields", 0, "optional"), 1, "fields[0].optional: must be true or false"),
        (("fields", 0, "mask"), "none",
         "fields[0].mask: must be one of band, full, hash, last_four, region, year"),
        (("purpose",), "Sell", "purpose: has not the form of such a member"),
        (("until",), "", "until: must be text of 1 to 40 characters"),
        (("until",), "soon", "until: must be an RFC 3339 date-time or a duration"),
        (("until",), "P", "until: must be an RFC 3339 date-time or a duration"),
        (("max_reads",), 0, "max_reads: must be a whole number of 1 or more"),
        (("max_reads",), True, "max_reads: must be a whole number of 1 or more"),
        (("automated_decision",), "no", "automated_decision: must be true or false"),
        (("retention",), {}, "retention.max: is missing"),
        (("retention", "max"), "PT1H",
         "retention.max: must be a duration of whole days, such as P1Y"),
        (("retention", "on_withdrawal"), "keep",
         "retention.on_withdrawal: must be one of anonymise, delete"),
        (("recipients",), ["a", "a"], "recipients[1]: is given twice"),
        (("recipients",), [""], "recipients[0]: must be one line of 1 to 200 characters"),
        (("benefit", "kind"), "gold",
         "benefit.kind: must be one of discount, money, none, points, service"),
        (("benefit", "amount"), ...,
         "benefit.amount: is missing for a benefit of the kind discount"),
        (("benefit", "amount"), "5.000", "benefit.amount: has not the form of such a member"),
        (("benefit", "period"), "daily",
         "benefit.period: must be one of once, per_access, per_month"),
        (("benefit", "terms_uri"), "javascript:alert(1)",
         "benefit.terms_uri: has not the form of such a member"),
        (("notice", "sha256"), "n4bQ", "notice.sha256: has not the form of such a member"),
        (("notice", "language"), "English",
         "notice.language: must be text of 0 to 6 characters"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_member(path, value, message):
    assert refusal(changed(path, value)) == message


@pytest.mark.parametrize("obj", [None, 7, "offer", [], [OFFER], {}])
def test_what_is_no_offer_at_all_is_refused(obj):
    refusal(obj)


# --- against the schema -----------------------------------------------------------------------

PATHS = (
    [(name,) for name in OFFER]
    + [("to", name) for name in ("consumer", "external_id", "email", "x")]
    + [("fields", 0, name) for name in ("name", "why", "optional", "mask", "x")]
    + [("retention", name) for name in ("max", "on_withdrawal", "x")]
    + [("benefit", name) for name in (*OFFER["benefit"], "description", "x")]
    + [("notice", name) for name in (*OFFER["notice"], "x")]
    + [("recipients", 0), ("automated_decision",), ("x",)]
)
VALUES = [
    *(..., None, True, False, 0, 1, -1, 64, 1.5, "", "x", "x" * 9, "x" * 10, "x" * 129, "x" * 281),
    *("P1Y", "P1M2W", "P", "PT1H", "2027-01-31T00:00:00Z", "5", "5.5", "5.555", "EUR", "eur"),
    *("none", "money", "service", "points", "once", "delete", "anonymise", "full", "year", "de-AT"),
    *("contact.email", "household.pets", "Contact.Email", "run_account", "n4bQ" * 10 + "abc"),
    *("p_01J8ZQ4M7T3VXW2Y5N6B8C9D0E", "rosa@example.org", "https://example.org/x"),
    *(
        [],
        {},
        ["a"],
        ["a", "b"],
        ["a", "a"],
        {"max": "P1D"},
        {"kind": "none"},
        {"email": "a@b.org"},
    ),
]
STRICTER_BY_INTENT = re.compile(
    r"fields\[.\]\.name: names a field twice"
    r"|fields\[.\]\.name: is no field of the catalogue"
    r"|fields\[.\]\.mask: does not suit this field"
    r"|until: must be .*"
    r"|retention\.max: must be text of 2 to 40 characters"
    r"|recipients\[.\]: must be one line of 1 to 200 characters"
    r"|to\.email: must be an e-mail address such as name@example.org"
    r"|(benefit\.terms_uri|notice\.uri): has not the form of such a member"
    r"|notice\.version: must be text of 0 to 32 characters"
)
"""Where the vault asks for more than the schema can say."""


def with_member(offer: object, path: tuple[str | int, ...], value: object) -> None:
    """Set or take out one member where the path still leads somewhere."""
    *steps, last = path
    for step in steps:
        try:
            offer = offer[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(offer, dict) and value is ...:
        offer.pop(last, None)
    elif isinstance(offer, dict) or (isinstance(offer, list) and value is not ... and offer):
        offer[last] = value


CHANGES = st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(VALUES)), max_size=3)


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(shared_path("schemas/offer.schema.json").read_text()))


@given(CHANGES)
def test_an_offer_is_accepted_where_the_schema_accepts_it(schema, changes):
    offer = copy.deepcopy(OFFER)
    for path, value in changes:
        with_member(offer, path, copy.deepcopy(value))
    refused = None
    try:
        parse_offer(offer)
    except BadInput as error:
        refused = str(error)
    if schema.is_valid(offer):
        assert refused is None or STRICTER_BY_INTENT.fullmatch(refused)
    else:
        assert refused is not None
