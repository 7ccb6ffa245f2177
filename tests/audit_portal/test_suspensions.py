"""A company is suspended by two officers, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from audit_portal.staff import Role
from audit_portal.suspensions import CAUSES, STANDS_MS, Cause, NotTurned, cause_named
from consent.companies import ACTIVE, SUSPENDED
from consent.confirmations import Confirmed
from consent.ledger.entry_types import EntryType
from tests import arrange
from tests.arrange import EMAIL
from tests.bureau import Bureau
from tests.check_everything import check_everything
from tests.world import World
from vault.errors import BadInput
from vault.identifiers import ConsumerId, raw


@pytest.fixture
def bureau(stores, clock, tmp_path):
    world = World.begin(stores, clock, tmp_path)
    yield Bureau.around(world)
    check_everything(world)


@pytest.fixture
def officers(bureau):
    return [bureau.officer(name) for name in ("First", "Second", "Third")]


@pytest.fixture
def shop(bureau):
    return arrange.company(bureau.world)


def ask(bureau, officer, company, status=SUSPENDED, cause=Cause.MISUSE):
    return bureau.suspensions.ask(officer, company, status=status, cause=cause)


def status_of(bureau, company):
    return bureau.world.companies.named(company).status


def test_one_asks_and_a_second_one_does_it(bureau, officers, shop):
    first, second, _ = officers
    person = arrange.person(bureau.world, shop)
    arrange.permit(bureau.world, person, shop, [EMAIL])
    assert isinstance(ask(bureau, first, shop), Confirmed)
    assert status_of(bureau, shop) == ACTIVE
    assert arrange.read(bureau.world, arrange.request(shop, person)).outcome == "allowed"
    bureau.world.clock.advance(1)
    done = bureau.suspensions.do(second, bureau.suspensions.asked(shop))
    assert isinstance(done, Confirmed)
    assert status_of(bureau, shop) == SUSPENDED
    refused = arrange.read(bureau.world, arrange.request(shop, person))
    assert (refused.outcome, refused.reason) == ("refused", "suspended")
    assert bureau.suspensions.asked(shop) is None


def test_the_record_says_who_asked_who_did_it_and_why(bureau, officers, shop):
    first, second, _ = officers
    ask(bureau, first, shop)
    bureau.suspensions.do(second, bureau.suspensions.asked(shop))
    [asked] = bureau.told(EntryType.SUSPENSION_ASKED)
    told = {name: asked[name] for name in ("staff_id", "company", "status", "reason")}
    assert told == {
        "staff_id": first.staff_id,
        "company": shop,
        "status": "suspended",
        "reason": "misuse",
    }
    kind = EntryType.COMPANY_SUSPENDED
    [done] = bureau.world.reader.entries(ConsumerId(raw(shop)), types=[kind])
    assert done.P["asked_by"] == first.staff_id
    assert done.P["done_by"] == second.staff_id
    assert done.P["reason"] == "misuse"


def test_nobody_does_what_they_asked_for(bureau, officers, shop):
    ask(bureau, officers[0], shop)
    asked = bureau.suspensions.asked(shop)
    assert bureau.suspensions.do(officers[0], asked) is NotTurned.SAME_OFFICER
    assert status_of(bureau, shop) == ACTIVE


def test_an_end_takes_two_as_well(bureau, officers, shop):
    first, second, third = officers
    ask(bureau, first, shop)
    bureau.suspensions.do(second, bureau.suspensions.asked(shop))
    assert ask(bureau, first, shop) is NotTurned.ALREADY
    bureau.world.clock.advance(1)
    assert isinstance(ask(bureau, second, shop, ACTIVE, Cause.SETTLED), Confirmed)
    asked = bureau.suspensions.asked(shop)
    assert bureau.suspensions.do(second, asked) is NotTurned.SAME_OFFICER
    assert isinstance(bureau.suspensions.do(third, asked), Confirmed)
    assert status_of(bureau, shop) == ACTIVE


def test_what_was_asked_before_is_not_asked_again(bureau, officers, shop):
    ask(bureau, officers[0], shop)
    assert ask(bureau, officers[1], shop) is NotTurned.ASKED_BEFORE
    assert len(bureau.told(EntryType.SUSPENSION_ASKED)) == 1


def test_an_ask_stands_for_seven_days(bureau, officers, shop):
    ask(bureau, officers[0], shop)
    asked = bureau.suspensions.asked(shop)
    bureau.world.clock.advance(STANDS_MS)
    assert bureau.suspensions.asked(shop) is None
    assert bureau.suspensions.do(officers[1], asked) is NotTurned.NOTHING_ASKED
    assert isinstance(ask(bureau, officers[1], shop), Confirmed)


def test_only_what_was_shown_is_done(bureau, officers, shop):
    ask(bureau, officers[0], shop)
    shown = replace(bureau.suspensions.asked(shop), cause=Cause.ORDER)
    assert bureau.suspensions.do(officers[1], shown) is NotTurned.NOTHING_ASKED


def test_both_are_officers_when_it_is_done(bureau, officers, shop):
    first, second, third = officers
    operator = bureau.officer("Operator", Role.OPERATOR)
    assert ask(bureau, operator, shop) is NotTurned.NO_OFFICER
    ask(bureau, first, shop)
    asked = bureau.suspensions.asked(shop)
    assert bureau.suspensions.do(operator, asked) is NotTurned.NO_OFFICER
    bureau.staff.remove(second.staff_id)
    assert bureau.suspensions.do(second, asked) is NotTurned.NO_OFFICER
    bureau.staff.remove(first.staff_id)
    assert bureau.suspensions.do(third, asked) is NotTurned.NO_OFFICER
    assert status_of(bureau, shop) == ACTIVE


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE suspensions_asked SET asked_by = :other",
        "UPDATE suspensions_asked SET reason = 'order'",
        "UPDATE suspensions_asked SET asked_at = asked_at + 1",
    ],
)
def test_an_ask_changed_by_hand_is_none(bureau, officers, shop, change):
    """One officer who also writes rows would need no second one."""
    ask(bureau, officers[0], shop)
    with bureau.world.stores.main.transaction() as tx:
        bound = {"other": officers[1].staff_id} if ":other" in change else {}
        tx.connection().execute(text(change), bound)
    assert bureau.suspensions.asked(shop) is None
    assert isinstance(ask(bureau, officers[1], shop), Confirmed)


def test_two_who_do_it_at_once_do_it_once(bureau, officers, shop):
    ask(bureau, officers[0], shop)
    asked = bureau.suspensions.asked(shop)
    with ThreadPoolExecutor(2) as pool:
        doing = [pool.submit(bureau.suspensions.do, one, asked) for one in officers[1:]]
        answers = [one.result(20) for one in doing]
    assert sorted(isinstance(one, Confirmed) for one in answers) == [False, True]
    assert NotTurned.NOTHING_ASKED in answers


def test_a_cause_belongs_to_what_it_causes(bureau, officers, shop):
    assert cause_named("misuse", SUSPENDED) is Cause.MISUSE
    with pytest.raises(BadInput, match="settled"):
        cause_named("misuse", ACTIVE)
    with pytest.raises(ValueError, match="cause"):
        ask(bureau, officers[0], shop, SUSPENDED, Cause.SETTLED)
    assert set(Cause) == {cause for causes in CAUSES.values() for cause in causes}


def test_no_company_is_no_company(bureau, officers):
    with pytest.raises(BadInput):
        ask(bureau, officers[0], "cmp_" + "0" * 26)
