"""Threat 32 for contests: a contest that is sent while companies read bites at once.

Two readers over a process of their own, and a person who sends: no bare value stands behind the
restriction, in the chain or in an answer. The same when a correction is made under readers: from
its commit on nobody gets what was corrected.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from audit_portal.contests.answers import Verdict
from consent.gate.asks import Outcome
from consent.gate.writes import WRITING_KEYS, Write
from tests import arrange
from tests.arrange import EMAIL, NAME
from tests.cases import Cases
from tests.check_everything import check_everything
from tests.faults.conftest import Survivor
from tests.faults.test_parallel_reads import Race
from tests.rooms import Rooms
from tests.world import World

ROUNDS, MANY_ROUNDS = 10, 500
RIGHT = "Right Example"


@dataclass(slots=True)
class Scene:
    """Somebody two readers read about, and the rooms in which they contest."""

    survivor: Survivor
    cases: Cases
    elsewhere: World
    person: arrange.Person

    def read(self) -> Outcome:
        asked = arrange.request(self.survivor.company, self.person, [EMAIL, NAME])
        return arrange.read(self.elsewhere, asked)

    def gets_bare(self) -> bool:
        """Whether a read hands the value out as if it were fine."""
        told = self.read().fields.get(NAME)
        return told is not None and not told.get("disputed")

    def newest(self) -> int:
        """The version that counts now."""
        return self.cases.rooms.world.own_view.current(self.person.consumer)[NAME]

    def supply(self, number: int) -> None:
        """The company supplies another value, so that there is something to contest."""
        world, person = self.cases.rooms.world, self.person.consumer
        write = Write(
            consumer=person, source=self.survivor.company, values={NAME: f"Wrong {number}"}
        )
        with world.log.acting([person], uses=WRITING_KEYS) as act:
            world.writes.write([write], inside=act)


@pytest.fixture
def scene(survivor: Survivor) -> Iterator[Scene]:
    world = survivor.here()
    person = arrange.person(world, survivor.company, values={EMAIL: "rosa@example.org"})
    arrange.permit(world, person, survivor.company, [EMAIL, NAME])
    with survivor.elsewhere() as elsewhere:
        cases = Cases.around(Rooms.around(world))
        scene = Scene(survivor=survivor, cases=cases, elsewhere=elsewhere, person=person)
        scene.supply(0)
        yield scene
    world.sequence()
    check_everything(world)


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(MANY_ROUNDS, marks=pytest.mark.heavy)])
def test_no_bare_value_stands_behind_a_contest(scene: Scene, rounds: int) -> None:
    consumer = scene.person.consumer
    for number in range(rounds):
        sent: list[str] = []

        def send(sent: list[str] = sent) -> None:
            sent.append(scene.cases.sent(consumer, NAME, version=scene.newest()))

        times, afterwards = Race(scene.gets_bare, send, after=number % 4).run()
        assert times >= number % 4
        assert not afterwards, "the contest was confirmed before this read began"
        scene.cases.contests.person.withdraw(consumer, sent[0])


def test_what_was_corrected_is_never_read_again(scene: Scene) -> None:
    consumer, company = scene.person.consumer, scene.survivor.company
    for number in range(1, ROUNDS):
        scene.supply(number)
        wrong = f"Wrong {number}"
        contest_id = scene.cases.sent(consumer, NAME, version=scene.newest(), value=RIGHT)
        scene.cases.taken_up(company, contest_id)

        def is_not_right_yet(wrong: str = wrong) -> bool:
            told = scene.read().fields.get(NAME)
            assert told is None or told["value"] != wrong
            return told is None

        right = f"{RIGHT} {number}"

        def accept(contest_id: str = contest_id, right: str = right) -> None:
            scene.cases.answer(company, contest_id, Verdict.ACCEPT, value=right)
            scene.cases.contests.person.agree(consumer, contest_id)

        _, afterwards = Race(is_not_right_yet, accept, after=number % 3).run()
        assert not afterwards
