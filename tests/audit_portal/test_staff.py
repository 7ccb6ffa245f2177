"""Who works on the operator's side, and their visits, on both engines."""

import pytest
from sqlalchemy import text
from starlette.responses import Response

from audit_portal.attempts import PERIOD_MS, TooMany
from audit_portal.staff import Role, StaffRegister, role_named
from audit_portal.staff_sessions import (
    IDLE_MS,
    LONGEST_MS,
    MOST_PER_CODE,
    MOST_PER_NETWORK,
    StaffSessions,
)
from consent.ledger.entry_types import EntryType
from tests.bureau import SECRET, Bureau, asking
from tests.check_everything import check_everything
from tests.world import World
from vault.crypto.primitives import sha256
from vault.errors import BadInput


@pytest.fixture
def bureau(stores, clock, tmp_path):
    world = World.begin(stores, clock, tmp_path)
    yield Bureau.around(world)
    check_everything(world)


@pytest.fixture
def code(bureau):
    return bureau.staff.add(name="Officer on duty", role=Role.OFFICER)


def change(bureau, statement, **bound):
    """What somebody does who writes to the database."""
    with bureau.world.stores.main.transaction() as tx:
        tx.connection().execute(text(statement), bound)


def row_of(bureau, table):
    with bureau.world.stores.main.reading() as tx:
        return dict(tx.connection().execute(text(f"SELECT * FROM {table}")).mappings().one())  # noqa: S608 - our words


# --- the register -------------------------------------------------------------------------------


def test_somebody_is_added_renewed_and_removed_on_the_record(bureau, code):
    [member] = bureau.staff.list()
    assert (member.name, member.role) == ("Officer on duty", Role.OFFICER)
    assert bureau.staff.whose(f" {code}\n") == member
    newer = bureau.staff.renew(member.staff_id)
    assert bureau.staff.whose(code) is None
    assert bureau.staff.whose(newer) == member
    bureau.staff.remove(member.staff_id)
    assert bureau.staff.whose(newer) is None
    assert bureau.staff.list() == []
    for kind in (EntryType.STAFF_ADDED, EntryType.STAFF_RENEWED, EntryType.STAFF_REMOVED):
        [told] = bureau.told(kind)
        assert told["staff_id"] == member.staff_id
        assert "Officer on duty" not in str(told)


def test_nobody_is_neither_renewed_nor_removed(bureau):
    for act in (bureau.staff.renew, bureau.staff.remove):
        with pytest.raises(BadInput):
            act("stf_0000000000000000")
    assert bureau.told(EntryType.STAFF_REMOVED) == []


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a\x00b", "a\nb\x1b"])
def test_what_is_no_name_is_refused(bureau, name):
    with pytest.raises(BadInput):
        bureau.staff.add(name=name, role=Role.OFFICER)


def test_a_role_is_one_of_two(bureau):
    assert role_named("operator") is Role.OPERATOR
    with pytest.raises(BadInput, match="officer, operator"):
        role_named("root")


def test_the_store_holds_no_code(bureau, code):
    row = row_of(bureau, "staff")
    assert code not in str(row)
    assert bytes(row["code_hash"]) != sha256(code.encode())


def test_a_code_outlives_the_renewal_of_the_key_behind_it(bureau, code):
    world = bureau.world
    later = StaffRegister(
        main=world.stores.main,
        log=world.log,
        vault=bureau.vault,
        clock=world.clock,
        secrets=[SECRET, b"new" * 11],
    )
    assert later.whose(code) is not None


def test_a_role_changed_by_hand_opens_nothing(bureau):
    code = bureau.staff.add(name="Operator", role=Role.OPERATOR)
    browser = bureau.sign_in(code)
    change(bureau, "UPDATE staff SET role = 'officer'")
    assert bureau.sessions.find(browser) is None
    assert bureau.sessions.sign_in(asking(), code) is None


def test_a_code_copied_to_another_row_opens_nothing(bureau, code):
    row = row_of(bureau, "staff")
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    change(bureau, "DELETE FROM staff")
    forged = {**row, "staff_id": "stf_ffffffffffffffff"}
    change(bureau, f"INSERT INTO staff ({names}) VALUES ({values})", **forged)  # noqa: S608 - our words
    assert bureau.staff.whose(code) is None


# --- visits -------------------------------------------------------------------------------------


def test_a_code_signs_in_and_the_record_says_who(bureau, code):
    browser = bureau.sign_in(code)
    visit = bureau.sessions.find(browser)
    assert visit.member == bureau.staff.list()[0]
    [told] = bureau.told(EntryType.SIGN_IN)
    assert (told["staff_id"], told["actor"]) == (visit.member.staff_id, "operator")
    assert "Officer" not in repr(visit)


def test_a_code_works_again_in_another_browser(bureau, code):
    first, second = bureau.sign_in(code), bureau.sign_in(code, host="192.0.2.2")
    bureau.sessions.end(bureau.sessions.find(first))
    assert bureau.sessions.find(first) is None
    assert bureau.sessions.find(second) is not None


@pytest.mark.parametrize("typed", ["", "A" * 22, "é", "\x00", "x" * 10_000])
def test_nobodys_code_signs_nobody_in(bureau, code, typed):
    assert bureau.sessions.sign_in(asking(), typed) is None
    assert bureau.told(EntryType.SIGN_IN) == []


def test_one_text_is_tried_a_few_times_and_then_the_next_quarter(bureau, code):
    tried = [
        bureau.sessions.sign_in(asking(host=f"192.0.2.{host}"), "guess")
        for host in range(MOST_PER_CODE + 1)
    ]
    again_at = (bureau.world.clock.now_ms() // PERIOD_MS + 1) * PERIOD_MS
    assert tried == [None] * MOST_PER_CODE + [TooMany(again_at=again_at)]
    assert bureau.sign_in(code)
    bureau.world.clock.advance(PERIOD_MS)
    assert bureau.sessions.sign_in(asking(), "guess") is None


def test_one_network_tries_so_often_and_then_not_even_the_right_code(bureau, code):
    for number in range(MOST_PER_NETWORK):
        assert bureau.sessions.sign_in(asking(), f"guess {number}") is None
    assert isinstance(bureau.sessions.sign_in(asking(), code), TooMany)
    assert bureau.sign_in(code, host="198.51.100.1")


def test_a_visit_ends_after_a_quarter_of_an_hour_unused(bureau, code):
    browser = bureau.sign_in(code)
    bureau.world.clock.advance(IDLE_MS - 1)
    assert bureau.sessions.find(browser) is not None
    bureau.world.clock.advance(IDLE_MS - 1)
    assert bureau.sessions.find(browser) is not None
    bureau.world.clock.advance(IDLE_MS)
    assert bureau.sessions.find(browser) is None


def test_a_visit_ends_after_eight_hours_however_it_is_used(bureau, code):
    browser = bureau.sign_in(code)
    for _ in range(LONGEST_MS // (10 * 60_000) - 1):
        bureau.world.clock.advance(10 * 60_000)
        assert bureau.sessions.find(browser) is not None
    bureau.world.clock.advance(10 * 60_000)
    assert bureau.sessions.find(browser) is None


@pytest.mark.parametrize("act", ["renew", "remove"])
def test_a_new_code_or_removal_ends_every_visit(bureau, code, act):
    browser = bureau.sign_in(code)
    member = bureau.sessions.find(browser).member
    getattr(bureau.staff, act)(member.staff_id)
    assert bureau.sessions.find(browser) is None


def test_a_visit_put_in_or_turned_by_hand_is_none(bureau, code):
    """The other's token, my session; a session of mine that never ends; one out of thin air."""
    browser = bureau.sign_in(code)
    other = bureau.officer("Another")
    row, token = row_of(bureau, "staff_sessions"), bytes(range(32))
    invented = {**row, "token_hash": sha256(token), "mark": bytes(32)}
    names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    change(bureau, f"INSERT INTO staff_sessions ({names}) VALUES ({values})", **invented)  # noqa: S608 - our words
    assert bureau.sessions.find(asking({bureau.sessions.cookie: token.hex()})) is None
    change(bureau, "UPDATE staff_sessions SET ends_at = ends_at + 1")
    assert bureau.sessions.find(browser) is None
    change(bureau, "UPDATE staff_sessions SET ends_at = ends_at - 1")
    assert bureau.sessions.find(browser) is not None
    change(bureau, "UPDATE staff_sessions SET staff_id = :other", other=other.staff_id)
    assert bureau.sessions.find(browser) is None


def test_a_sweep_forgets_what_is_over_and_nothing_else(bureau, code):
    bureau.sign_in(code)
    bureau.world.clock.advance(IDLE_MS - 1)
    browser = bureau.sign_in(code)
    bureau.world.clock.advance(1)
    assert bureau.sessions.sweep() == 1
    assert bureau.sessions.find(browser) is not None


def test_the_cookie_is_bound_to_the_host_and_no_link_brings_it_along(bureau):
    sessions, answer = bureau.sessions, Response()
    sessions.jar.put(answer, sessions.cookie, bytes(32), max_age_s=60)
    told = answer.headers["set-cookie"]
    assert told.startswith("__Host-habeas-staff=")
    for word in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"):
        assert word in told
    plain: StaffSessions = Bureau.around(bureau.world, secure=False).sessions
    assert plain.cookie == "habeas-staff"
