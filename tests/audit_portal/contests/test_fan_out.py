"""Who is told: exactly the companies that got a contested version, each once, however it is sent.

Random histories of reads, new versions, lost answers and a joined record, against a plain list of
what left the vault; then deliveries that fail at random until everybody has heard.
"""

import json
import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from audit_portal.contests.answers import Verdict
from consent.deliveries import WAITS_MS
from consent.purposes import BUILT_IN
from tests.audit_portal.webhooks.conftest import Telling
from tests.audit_portal.webhooks.receiver import receiving
from tests.cases import Cases, done
from tests.check_everything import check_everything
from tests.fakes import FakeClock
from tests.rooms import A_DAY, Rooms
from tests.stores import SqliteMaker, fresh
from tests.world import World

TITLE = "work.title"
READERS = ("Alder Books", "Parcelo", "Corner Shoes")
WRONG = ("Clerk", "Head of design", "Carpenter", "Pilot")
PERSON = ("own", "joined")

a_read = st.tuples(st.just("read"), st.sampled_from(READERS), st.sampled_from(PERSON))
a_lost_read = st.tuples(st.just("lost"), st.sampled_from(READERS), st.sampled_from(PERSON))
a_write = st.tuples(st.just("write"), st.just("Northbank"), st.sampled_from(PERSON))
a_join = st.just(("join", "", ""))
histories = st.lists(st.one_of(a_read, a_read, a_lost_read, a_write, a_join), max_size=14)


class History:
    """Two records that may become one, and what left the vault of each version."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms, self.world = rooms, rooms.world
        self.companies = {name: rooms.company(name) for name in ("Northbank", "Cedar", *READERS)}
        self.rosa = rooms.person(self.companies["Northbank"], "A-1", address="rosa@example.org")
        self.second = rooms.person(self.companies["Cedar"], "B-1")
        self.is_joined = False
        self.lines: dict[str, list[str]] = {"own": [], "joined": []}
        """The values of each record, oldest first; of both in one once they are joined."""
        self.left: dict[str, set[str]] = defaultdict(set)
        """value -> the companies it left the vault for."""
        self.write("own")
        self.write("joined")
        for name in READERS[:2]:
            rooms.grant(self.companies[name], self.rosa, [TITLE])
        with self.world.log.acting([self.second]) as act:
            purpose = BUILT_IN["run_account"]
            cedar = self.companies["Cedar"]
            rooms.grants.declare(act, self.second, cedar, purpose=purpose, fields=[TITLE])

    def act(self, what: str, company: str, record: str) -> None:
        """One step; a second passes."""
        self.world.clock.advance(1_000)
        if what == "join" and not self.is_joined:
            code = self.rooms.enrolment.invite(self.companies["Cedar"], "B-1", valid_ms=A_DAY)
            done(self.rooms.claiming.join(self.rosa, code))
            self.is_joined = True
            self.lines["own"] += self.lines.pop("joined")
        elif what == "write":
            self.write(record)
        elif what in {"read", "lost"}:
            self.read(company, record, lost=what == "lost")

    def write(self, record: str) -> None:
        """A value nobody said before: its company is Rosa's furnisher, or Cedar."""
        record = "own" if self.is_joined else record
        number = sum(map(len, self.lines.values()))
        value, source = f"{WRONG[number % 4]} {number}", "Northbank" if record == "own" else "Cedar"
        person = self.rosa if record == "own" else self.second
        assert self.world.write(person, self.companies[source], {TITLE: value}).stored
        self.lines[record].append(value)

    def read(self, company: str, record: str, *, lost: bool) -> None:
        """Readers read Rosa's record; of the other one only Cedar may, before they are joined."""
        other = record == "joined" and not self.is_joined
        who, purpose = ("Cedar", "run_account") if other else (company, "personal_offers")
        person = self.second if other else self.rosa
        with pytest.MonkeyPatch.context() as patch:
            if lost:
                patch.setattr(self.world.gate._opener, "values", lambda *_: {}["gone"])
            outcome = self.rooms.read(self.companies[who], person, [TITLE], purpose)
        assert bool(outcome.fields) is (not lost and who != READERS[2])
        if outcome.fields:
            self.left[outcome.fields[TITLE]["value"]].add(who)

    def contested(self, number: int) -> str:
        """The value of one version of Rosa's record."""
        return self.lines["own"][number - 1]


JOINED = [("read", "Alder Books", "joined"), ("join", "", ""), ("read", "Parcelo", "own")]


@example(history=JOINED, choice=1, seed=Random(1))
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(history=histories, choice=st.integers(0, 20), seed=st.randoms(use_true_random=False))
def test_exactly_those_who_got_it_are_told_and_each_once(history, choice, seed):
    with tempfile.TemporaryDirectory() as folder, fresh(SqliteMaker(folder=Path(folder))) as stores:
        rooms = Rooms.around(World.begin(stores, FakeClock(), Path(folder)))
        cases, past = Cases.around(rooms), History(rooms)
        for step in history:
            past.act(*step)
        version = choice % len(past.lines["own"]) + 1
        value = past.contested(version)
        contest_id = cases.sent(past.rosa, TITLE, version=version, value="Head of state")
        case = cases.view(past.rosa, contest_id)
        cases.taken_up(case.company, contest_id)
        done(cases.answer(case.company, contest_id, Verdict.ACCEPT))
        done(cases.contests.person.agree(past.rosa, contest_id))
        named = {company: name for name, company in past.companies.items()}
        told = Counter(
            (named[one.company], one.kind.value) for one in cases.outbox.told(past.rosa, contest_id)
        )
        right = {(who, kind) for who in past.left[value] for kind in KINDS}
        assert told == Counter(right | {(named[case.company], "contest")})
        _deliver(rooms, past, seed, told)
        check_everything(rooms.world)


KINDS = ("restricted", "corrected", "lifted")


def _deliver(rooms, past, seed, right):
    """Every company listens badly; in the end each has heard each notice under one id."""
    telling, moment = Telling(rooms), rooms.world.clock
    with receiving() as receiver:
        hooks = {
            name: telling.register.set(company, f"{receiver.url}&who={number}").secrets[0]
            for number, (name, company) in enumerate(past.companies.items())
        }
        receiver.answers = [seed.choice((200, 500, 503, 404)) for _ in range(8)]
        for wait in (0, *WAITS_MS[:7]):
            moment.advance(wait)
            _run_all(telling)
        heard = {(_who(one, hooks), one.said["type"], one.id) for one in receiver.heard}
    assert Counter((who, kind) for who, kind, _ in heard) == right
    assert telling.rounds.run() == 0, "nobody is told again"


def _run_all(telling):
    while telling.rounds.run():
        pass


def _who(heard, hooks):
    """Whose server it was, which alone can verify it; the body names no value."""
    names = list(hooks)
    who = names[int(heard.path.rpartition("=")[2])]
    at = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
    expected = Webhook(hooks[who].shown()).sign(heard.id, at, heard.body.decode())
    assert heard.headers["webhook-signature"] == expected
    assert not any(value in json.dumps(heard.said) for value in WRONG)
    return who
