"""A year of two companies and two people, after which the whole state is one true story."""

from consent.purposes import BUILT_IN
from consent.restrictions import lift, restrict
from consent.tables import GrantRow
from tests.check_everything import check_everything
from tests.rooms import A_DAY, chosen

EMAIL, PHONE, NAME = "contact.email", "contact.phone_home", "identity.full_name"


def test_every_act_leaves_a_state_that_its_entries_tell(rooms, northbank, alder, rosa):
    world, grants = rooms.world, rooms.grants
    world.write(rosa, northbank, {EMAIL: "rosa@north.example", PHONE: "+49 30 901820"})
    world.write(rosa, None, {NAME: "Rosa Test"})
    with world.log.acting([rosa]) as act:
        declare = {"purpose": BUILT_IN["prevent_fraud"], "fields": [EMAIL]}
        declared = grants.declare(act, rosa, northbank, **declare)
    grants.pause(rosa, declared.ref)
    with world.log.acting([rosa]) as act:
        grants.declare(act, rosa, northbank, **{**declare, "fields": [PHONE]})
    world.sequence()
    check_everything(world)

    given = rooms.grant(northbank, rosa, [EMAIL, PHONE])
    assert rooms.read(northbank, rosa, [EMAIL, NAME]).outcome == "allowed"
    grants.narrow(rosa, given, chosen(EMAIL))
    with world.log.acting([rosa]) as act:
        now = world.clock.now_ms()
        dispute = {"reason": "accuracy_contested", "contest_id": "ctn_1"}
        restrict(act, rosa, [EMAIL], now_ms=now, **dispute)
    assert rooms.read(northbank, rosa, [EMAIL]).outcome == "refused"
    with world.log.acting([rosa]) as act:
        lift(act, rosa, [EMAIL], reason="decided", actor="operator", contest_id="ctn_1")
    assert rooms.read(northbank, rosa, [EMAIL]).outcome == "allowed"
    waived = rooms.grant(alder, rosa, [NAME])
    grants.waive(alder, waived)
    grants.refuse_offer(rosa, rooms.laid(alder, rosa, [EMAIL]))
    rooms.laid(alder, rosa, [PHONE])
    world.sequence()
    check_everything(world)

    cedar = rooms.company("Cedar Travel")
    second = rooms.person(cedar, "C-1")
    world.write(second, cedar, {EMAIL: "rosa@old.example", PHONE: "+49 30 901820"})
    world.write(second, cedar, {EMAIL: "rosa@cedar.example"})
    for purpose, field in (("run_account", EMAIL), ("meet_legal_duty", PHONE)):
        with world.log.acting([second]) as act:
            grants.declare(act, second, cedar, purpose=BUILT_IN[purpose], fields=[field])
    assert rooms.read(cedar, second, [EMAIL], "run_account").outcome == "allowed"
    [ended] = [row for row in rooms.rows(GrantRow) if row.purpose == "meet_legal_duty"]
    grants.waive(cedar, ended.grant_id)
    world.sequence()
    rooms.claiming.join(rosa, rooms.enrolment.invite(cedar, "C-1", valid_ms=A_DAY))
    assert rooms.read(cedar, rosa, [EMAIL], "run_account").outcome == "allowed"
    check_everything(world)
    world.sequence()
    check_everything(world)

    world.clock.advance(200 * A_DAY)
    rooms.expiry.run(world.clock.now_ms())
    grants.stop_all(rosa)
    world.companies.suspend(northbank)
    world.sequence()
    check_everything(world)
