"""The register of purposes is closed, plain and spoken in DPV's terms."""

import json
import re

import jsonschema
import pytest

from consent.dpv_purposes import DPV_PURPOSES
from consent.purposes import BUILT_IN, LEGAL_BASES, LegalBasis, check_new_purpose
from tests.conftest import shared_path
from vault.errors import BadInput, Conflict

PLAN_VISITS = {
    "code": "plan_visits",
    "words": "To plan the visits of our fitters at your home.",
    "dpv": "dpv:ServiceProvision",
    "legal_basis": "eu-gdpr:A6-1-b",
}


def defined(vocabulary: str) -> str:
    return shared_path(f"vectors/dpv/{vocabulary}.ttl").read_text()


def purposes_of_dpv() -> set[str]:
    """Every class that the vocabulary declares to be a ``dpv:Purpose``."""
    heads = re.findall(r"^dpv:(\w+) a ([^;]+);", defined("dpv"), re.MULTILINE)
    return {name for name, kinds in heads if "dpv:Purpose" in re.split(r"[\s,]+", kinds)}


def test_there_are_ten_and_each_is_said_in_a_sentence():
    assert len(BUILT_IN) == 10
    for code, purpose in BUILT_IN.items():
        assert purpose.code == code
        assert re.fullmatch(r"To [^\n]{7,276}\.", purpose.words)
        assert purpose.version == 1


def test_every_code_may_stand_in_an_offer_and_in_a_token():
    offer = json.loads(shared_path("schemas/offer.schema.json").read_text())
    token = json.loads(shared_path("schemas/rar-customer-profile-access.schema.json").read_text())
    for code in BUILT_IN:
        jsonschema.validate(code, offer["properties"]["purpose"])
        jsonschema.validate({"code": code}, token["properties"]["purpose"])


def test_the_purposes_of_dpv_are_the_vocabulary_s_own():
    assert purposes_of_dpv() == DPV_PURPOSES
    assert all(purpose.dpv.removeprefix("dpv:") in DPV_PURPOSES for purpose in BUILT_IN.values())


def test_every_legal_basis_is_defined_by_dpv_and_used():
    for term in LEGAL_BASES:
        assert re.search(rf"^{term} a ", defined("eu-gdpr"), re.MULTILINE)
    assert {purpose.basis for purpose in BUILT_IN.values()} == set(LegalBasis)


def test_sale_and_sharing_are_told_apart():
    assert [p.code for p in BUILT_IN.values() if p.sells_or_shares] == ["share_with_partners"]


def test_a_new_purpose_joins_the_register():
    purpose = check_new_purpose(BUILT_IN, **PLAN_VISITS)
    assert (purpose.code, purpose.version, purpose.basis) == ("plan_visits", 1, "contract")


def test_new_words_make_a_new_version():
    first = check_new_purpose(BUILT_IN, **PLAN_VISITS)
    register = {**BUILT_IN, first.code: first}
    second = check_new_purpose(register, **PLAN_VISITS | {"words": "To plan visits at your home."})
    assert (second.code, second.version) == ("plan_visits", 2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "code: is in the register with these very words"),
        ({"words": "To plan your holidays.", "dpv": "dpv:Marketing"},
         "code: is in the register with another DPV term or legal basis"),
        ({"words": "To plan your holidays.", "legal_basis": "eu-gdpr:A6-1-a"},
         "code: is in the register with another DPV term or legal basis"),
        ({"code": "run_account"}, "code: is built in"),
    ],
)  # fmt: skip
def test_a_code_never_comes_to_mean_something_else(change, reason):
    first = check_new_purpose(BUILT_IN, **PLAN_VISITS)
    with pytest.raises(Conflict) as caught:
        check_new_purpose({**BUILT_IN, first.code: first}, **PLAN_VISITS | change)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("code", ""),
        ("code", "x"),
        ("code", "Run"),
        ("code", "run account"),
        ("code", "run_account\n"),
        ("code", "x" * 49),
        ("words", "To sell."),
        ("words", " " * 11),
        ("words", "x" * 281),
        ("words", "To plan visits,\nand to sell."),
        ("words", "To plan visits \ud800."),
        ("dpv", "ServiceProvision"),
        ("dpv", "dpv:Nonsense"),
        ("dpv", "pd:Age"),
        ("legal_basis", "consent"),
        ("legal_basis", "eu-gdpr:A6-1-d"),
    ],
)
def test_a_malformed_purpose_is_refused_by_member(member, value):
    with pytest.raises(BadInput) as caught:
        check_new_purpose(BUILT_IN, **PLAN_VISITS | {member: value})
    assert caught.value.member == member
