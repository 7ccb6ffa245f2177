"""A world whose companies are told, on SQLite and on PostgreSQL, and a company that listens."""

from collections.abc import Iterator

import pytest

from audit_portal.webhooks.addresses import AddressRules
from audit_portal.webhooks.register import Register
from audit_portal.webhooks.rounds import Rounds
from audit_portal.webhooks.sending import Sender
from consent.deliveries import Deliveries
from consent.notices import NewNotice, NoticeKind
from consent.outbox import Outbox, enqueue
from tests.audit_portal.webhooks.receiver import Receiver, receiving
from tests.check_everything import check_everything
from tests.rooms import Rooms
from tests.world import World
from vault.identifiers import CompanyId, ConsumerId

KEYS = {1: b"w" * 32}
CONTEST = "ctn_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"


class Telling:
    """Everything between an act and a company's server."""

    def __init__(self, rooms: Rooms) -> None:
        world = rooms.world
        self.rooms, self.clock, self.main = rooms, world.clock, world.stores.main
        self.deliveries = Deliveries(self.main)
        self.outbox = Outbox(self.main)
        self.rules = AddressRules(demo=True)
        self.register = self.register_with(KEYS)
        self.rounds = self.worker()

    def register_with(self, keys: dict[int, bytes]) -> Register:
        return Register(
            main=self.main,
            log=self.rooms.world.log,
            companies=self.rooms.world.companies,
            deliveries=self.deliveries,
            clock=self.clock,
            rules=self.rules,
            keys=keys,
        )

    def worker(self, **habits: object) -> Rounds:
        """As another process would have one."""
        return Rounds(
            deliveries=self.deliveries,
            register=self.register,
            sender=Sender(self.rules, **habits),
            clock=self.clock,
        )

    def tell(
        self,
        person: ConsumerId,
        company: CompanyId,
        about: str = CONTEST,
        kind: NoticeKind = NoticeKind.CORRECTED,
    ) -> str:
        notice = NewNotice(consumer=person, company=company, kind=kind, about=about)
        with self.rooms.world.log.acting([person]) as act:
            told = enqueue(act, notice, now_ms=self.clock.now_ms())
        assert told is not None
        return told


@pytest.fixture
def rooms(stores, clock, tmp_path) -> Iterator[Rooms]:
    world = World.begin(stores, clock, tmp_path)
    yield Rooms.around(world)
    if not world.is_broken:
        check_everything(world)


@pytest.fixture
def shop(rooms) -> CompanyId:
    return rooms.company("Corner Shoes")


@pytest.fixture
def rosa(rooms, shop) -> ConsumerId:
    return rooms.person(shop, "A-1")


@pytest.fixture
def telling(rooms) -> Telling:
    return Telling(rooms)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening
