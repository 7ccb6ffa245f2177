"""A process that is there to be killed: it opens a vault, acts, and dies where the order says.

Rules kept here:
- One order a line on standard input. For each the process forks, and only the fork opens stores: it
  dies like a server dies, by SIGKILL, with its connections and locks.
- The record is a file written with one system call a line, so that what stands there was written
  before the end. An acknowledgement is written before anything else happens.
- A strike is laid from outside (``strikes``); the product knows nothing of it.

Use, through the fixture ``mortal``::

    python -m tests.faults.child
"""

import json
import os
import resource
import signal
import sys
import traceback
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.orm import configure_mappers

from audit_portal.contests.answers import Verdict
from tests import arrange
from tests.cases import Cases
from tests.fakes import FakeClock
from tests.faults import strikes
from tests.faults.days import day
from tests.rooms import Rooms
from tests.stores import Kind, Name, Removal, Stores
from tests.world import World
from vault.errors import OperatorMustAct, Unready
from vault.identifiers import CompanyId, ConsumerId, PairwiseId

REFUSED, FAILED = 3, 4
"""How a fork ends that was refused at its start, or that met with a surprise."""

Order = dict[str, Any]


class Record:
    """What a fork tells before it dies: one JSON object a line."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, **told: object) -> None:
        """One line, with one system call: the page cache outlives the process."""
        os.write(self._file, json.dumps(told).encode() + b"\n")


@dataclass(frozen=True, slots=True)
class Standing:
    """Stands for a maker where all stores exist already."""

    kind: Kind

    def copy(self, name: Name) -> tuple[str, Removal]:
        """Nothing is made here."""
        raise LookupError(name)


def die() -> NoReturn:
    """End like a process whose machine was told to kill it: no handler, no flush, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still here")


# --- what a fork may be ordered to do -----------------------------------------------------------


def read(world: World, order: Order, record: Record) -> None:
    """One read that is acknowledged, then one during which the process dies."""
    watch(world, record)
    acknowledge(world, order, record, order["acknowledged"])
    strikes.lay(world, strikes.READ, order["point"], die)
    record.write(struck=order["struck"])
    acknowledge(world, order, record, order["struck"])


def sequence(world: World, order: Order, record: Record) -> None:
    """Reads that are acknowledged, then a run of the sequencer during which the process dies."""
    watch(world, record)
    acknowledge(world, order, record, order["acknowledged"])
    if order["point"][0] == 2:
        strikes.stage_only(world)
        acknowledge(world, order, record, order["struck"])
    strikes.lay(world, strikes.SEQUENCE, order["point"], die)
    world.sequence()


def open_only(world: World, order: Order, record: Record) -> None:
    """Nothing: opening was all."""
    record.write(opened=True)


def live_a_day(world: World, order: Order, record: Record) -> None:
    """A day of acts; the process dies at a statement of the order's choice, whatever it is."""
    watch(world, record)
    strikes.at_statement(world, order["statement"], die)
    for told in day(world, CompanyId(order["company"]), person(order)):
        record.write(**told)


def accept_a_contest(world: World, order: Order, record: Record) -> None:
    """A company accepts what a person says is right; the process dies at some statement."""
    cases = Cases.around(Rooms.around(world))
    strikes.at_statement(world, order["statement"], die)
    company = CompanyId(order["company"])
    cases.answer(company, order["contest"], Verdict.ACCEPT, value=order["value"])
    record.write(accepted=order["contest"])


def work_in_threads(world: World, order: Order, record: Record) -> None:
    """Days in several threads and a sequencer beside them, until somebody kills the process."""
    watch(world, record)
    for _ in range(order["threads"]):
        Thread(target=_days, args=(world, order, record), daemon=True).start()
    record.write(begun=True)
    while True:
        world.sequence()


def _days(world: World, order: Order, record: Record) -> None:
    while True:
        with suppress(Unready):
            for told in day(world, CompanyId(order["company"]), person(order), sequencing=False):
                record.write(**told)


def read_on_a_failing_disk(world: World, order: Order, record: Record) -> None:
    """Reads until a write fails; then one more, which must not succeed by luck."""
    watch(world, record)
    acknowledge(world, order, record, order["acknowledged"])
    home = Path(str(make_url(order["urls"]["main"]).database)).parent
    largest = max(file.stat().st_size for file in home.iterdir())
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 64 * 1024, resource.RLIM_INFINITY))
    try:
        for number in range(1_000):
            acknowledge(world, order, record, f"{order['struck']}_{number}")
    except OperatorMustAct:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        with suppress(Unready):
            _try_again(world, order, record)
        raise


def _try_again(world: World, order: Order, record: Record) -> None:
    try:
        acknowledge(world, order, record, order["struck"])
    except OperatorMustAct as refusal:
        record.write(again=type(refusal).__name__)


SCENARIOS = {
    "failing_disk": read_on_a_failing_disk,
    "read": read,
    "sequence": sequence,
    "open": open_only,
    "day": live_a_day,
    "accept": accept_a_contest,
    "threads": work_in_threads,
}


def watch(world: World, record: Record) -> None:
    """Tell of every value that is opened, and of every note that is signed, at once."""
    opener = world.gate._opener
    strikes.after(opener, "values", lambda: record.write(opened=True), pytest.MonkeyPatch())
    signer = world.sequencer._signer
    sign = signer.sign

    def signing(**told: Any) -> str:
        note = sign(**told)
        record.write(note=note)
        return note

    signer.sign = signing  # type: ignore[method-assign] # a recording double around the signer


def acknowledge(world: World, order: Order, record: Record, request_id: str) -> None:
    """Read, and tell of the answer before anything else happens."""
    asked = arrange.request(CompanyId(order["company"]), person(order), request_id=request_id)
    outcome = arrange.read(world, asked)
    record.write(answered=request_id, opening=outcome.opening)


def person(order: Order) -> arrange.Person:
    """The person the order is about."""
    return arrange.Person(
        consumer=ConsumerId(bytes.fromhex(order["consumer"])),
        pairwise=PairwiseId(order["pairwise"]),
    )


# --- the life of a fork -------------------------------------------------------------------------


def live(order: Order) -> int:
    """Open the vault, do what was ordered; how the process ends if nothing kills it."""
    record = Record(order["record"])
    try:
        with ExitStack() as closing:
            stores = Stores(
                maker=Standing(order["kind"]), closing=closing, urls=dict(order["urls"])
            )
            clock = FakeClock(wall_ms=order["now"])
            world = World.open(stores, clock, Path(order["folder"]))
            SCENARIOS[order["scenario"]](world, order, record)
    except (OperatorMustAct, Unready) as refusal:
        record.write(refused=type(refusal).__name__, why=str(refusal))
        return REFUSED
    except BaseException:  # noqa: BLE001 - whatever it was, the parent must see it
        record.write(failed=traceback.format_exc())
        return FAILED
    return 0


def main() -> None:
    """Fork for each order; tell the fork's id at once, and how it ended."""
    configure_mappers()  # once, instead of in every fork
    for line in sys.stdin:
        order = json.loads(line)
        fork = os.fork()
        if not fork:
            os._exit(live(order))
        print(json.dumps({"pid": fork}), flush=True)  # noqa: T201 - the protocol with the parent
        _, status = os.waitpid(fork, 0)
        ended = os.waitstatus_to_exitcode(status)
        print(json.dumps({"ended": ended}), flush=True)  # noqa: T201 - the protocol with the parent


if __name__ == "__main__":
    main()
