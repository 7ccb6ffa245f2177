"""What a company declares on another basis than consent, and what the person can do about it."""

from consent.confirmations import NothingChanged
from consent.grant_rules import Refusal, Refused
from consent.purposes import BUILT_IN
from consent.tables import GrantRow
from tests.rooms import chosen

EMAIL, PHONE = "contact.email", "contact.phone_home"


def declare(rooms, company, consumer, fields, purpose="run_account"):
    with rooms.world.log.acting([consumer]) as act:
        return rooms.grants.declare(
            act, consumer, company, purpose=BUILT_IN[purpose], fields=fields
        )


def test_a_declared_basis_is_shown_as_a_grant(rooms, northbank, rosa):
    declared = declare(rooms, northbank, rosa, [EMAIL])
    [row] = rooms.rows(GrantRow)
    assert (row.grant_id, row.basis, row.state) == (declared.ref, "contract", "active")
    entry = rooms.last(rosa)
    assert (entry.type, entry.P["actor"], entry.P["basis"]) == ("declared", northbank, "contract")


def test_declaring_again_extends_and_never_repeats(rooms, northbank, rosa):
    first = declare(rooms, northbank, rosa, [EMAIL])
    again = declare(rooms, northbank, rosa, [EMAIL])
    assert again == NothingChanged(ref=first.ref, state="active")
    more = declare(rooms, northbank, rosa, [PHONE])
    assert more.ref == first.ref
    assert {field["name"] for field in rooms.last(rosa).P["fields"]} == {EMAIL, PHONE}
    assert rooms.types(rosa).count("declared") == 2
    assert declare(rooms, northbank, rosa, [EMAIL], "meet_legal_duty").ref != first.ref


def test_consent_cannot_be_declared(rooms, northbank, rosa):
    answer = declare(rooms, northbank, rosa, [EMAIL], "send_news")
    assert answer == Refused(reason=Refusal.RESTS_ON_CONSENT, member="purpose")
    assert rooms.rows(GrantRow) == []


def test_a_declared_grant_opens_only_what_the_company_supplied(rooms, northbank, rosa):
    rooms.world.write(rosa, None, {EMAIL: "rosa@example.org"})
    rooms.world.write(rosa, northbank, {PHONE: "+49 30 901820"})
    declare(rooms, northbank, rosa, [EMAIL, PHONE])
    outcome = rooms.read(northbank, rosa, [EMAIL, PHONE], "run_account")
    assert set(outcome.fields) == {PHONE}
    assert outcome.withheld == {EMAIL: "no_value"}


def test_contract_is_contested_and_an_interest_is_paused(rooms, northbank, rosa):
    contract = declare(rooms, northbank, rosa, [EMAIL])
    interest = declare(rooms, northbank, rosa, [EMAIL], "prevent_fraud")
    refused = Refused(reason=Refusal.CONTEST_INSTEAD)
    assert rooms.grants.revoke(rosa, contract.ref) == refused
    assert rooms.grants.pause(rosa, contract.ref) == refused
    assert rooms.grants.revoke(rosa, interest.ref) == refused
    assert rooms.grants.narrow(rosa, interest.ref, chosen(EMAIL)) == refused
    stopped = rooms.grants.stop_all(rosa)
    assert [one.ref for one in stopped.done] == [interest.ref]
    assert stopped.left == (contract.ref,)


def test_an_objection_outlives_the_next_import(rooms, northbank, rosa):
    interest = declare(rooms, northbank, rosa, [EMAIL], "prevent_fraud")
    rooms.grants.pause(rosa, interest.ref)
    declare(rooms, northbank, rosa, [EMAIL, PHONE], "prevent_fraud")
    [row] = rooms.rows(GrantRow)
    assert row.state == "paused"
    assert rooms.types(rosa)[-2:] == ["declared", "pause"]
