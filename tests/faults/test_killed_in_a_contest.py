"""Threat 1 for contests: kill -9 at any statement of an accepted contest.

Remedy, verdict, entries, notices and deadlines share one commit. After each death either all of it
stands or none: never a corrected value with an open case, nor a decided case with the wrong value.
"""

import pytest
from sqlmodel import col, select

from audit_portal.contests.states import OPEN, Outcome
from consent.gate.writes import WRITING_KEYS, Write
from consent.notices import NoticeKind
from consent.tables import Notice
from tests import arrange
from tests.arrange import NAME
from tests.cases import Cases
from tests.check_everything import check_everything
from tests.faults.conftest import Mortal, Survivor
from tests.rooms import Rooms

STATEMENTS = 48
"""More than an answer has; beyond its end nothing strikes and the process ends by itself."""

FEW = (4, 16, 28, 36, STATEMENTS - 1)


def every_or_few() -> list[object]:
    """A few statements in every run, all of them in the heavy suite."""
    return [
        number if number in FEW else pytest.param(number, marks=pytest.mark.heavy)
        for number in range(STATEMENTS)
    ]


@pytest.mark.parametrize("statement", every_or_few())
def test_an_accepted_contest_is_done_whole_or_not_at_all(
    survivor: Survivor, mortal: Mortal, statement: int
) -> None:
    person, contest_id = begin(survivor, statement)
    right = f"Right {statement}"
    fate = mortal.run(
        survivor.order("accept", statement=statement, contest=contest_id, value=right)
    )
    world = survivor.open()
    survivor.remember(world, fate)
    cases = Cases.around(Rooms.around(world))
    case = cases.view(person, contest_id)
    value = world.own_view.show(person, [NAME])[NAME]
    if fate.all("accepted"):
        assert case.outcome is Outcome.CORRECTED
    assert (value == right) == (case.outcome is Outcome.CORRECTED)
    assert (value == right) == (case.state not in OPEN)
    assert told(world, person, NoticeKind.CORRECTED) == ([survivor.company] * (value == right))
    world.sequence()
    check_everything(world)


def begin(survivor: Survivor, statement: int) -> tuple[bytes, str]:
    """A person whose wrong name a company supplied and read, and who contests it."""
    world = survivor.here()
    who = arrange.person(world, survivor.company, values={arrange.EMAIL: "ada@example.org"})
    write = Write(
        consumer=who.consumer, source=survivor.company, values={NAME: f"Wrong {statement}"}
    )
    with world.log.acting([who.consumer], uses=WRITING_KEYS) as act:
        world.writes.write([write], inside=act)
    arrange.permit(world, who, survivor.company, [NAME])
    arrange.read(world, arrange.request(survivor.company, who, [NAME]))
    cases = Cases.around(Rooms.around(world))
    contest_id = cases.sent(who.consumer, NAME)
    cases.taken_up(survivor.company, contest_id)
    world.sequence()
    return who.consumer, contest_id


def told(world, person: bytes, kind: NoticeKind) -> list[str]:
    """Which companies were told so."""
    with world.stores.main.reading() as tx:
        wanted = select(Notice.company_id).where(
            col(Notice.consumer_id) == person, col(Notice.kind) == kind
        )
        return list(tx.exec(wanted))
