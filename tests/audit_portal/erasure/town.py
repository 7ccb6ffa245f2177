"""A vault with three companies, Rosa with two joined records, and her neighbour."""

from dataclasses import dataclass

from tests.rooms import Rooms
from tests.world import World
from vault.identifiers import CompanyId, ConsumerId

EMAIL, PHONE, NAME, TITLE = "contact.email", "contact.phone", "identity.full_name", "work.title"
PLANTED = {
    EMAIL: "rosa.quint.planted@example.org",
    NAME: "Rosalinda Quint-Planted",
    TITLE: "keeper of planted titles",
}


@dataclass(frozen=True, kw_only=True)
class Town:
    """Who there is."""

    world: World
    rooms: Rooms
    northbank: CompanyId
    shoes: CompanyId
    looker: CompanyId
    rosa: ConsumerId
    second: ConsumerId
    neighbour: ConsumerId


def settled(world: World) -> Town:
    rooms = Rooms.around(world)
    northbank, shoes, looker = (rooms.company(n) for n in ("Northbank", "Shoes", "Looker"))
    rosa = rooms.person(northbank, "planted-A-10442", address="rosa.sign.in@example.org")
    neighbour = rooms.person(northbank, "B-2", address="ned@example.org")
    second = rooms.person(shoes, "planted-S-77")
    world.write(rosa, None, {EMAIL: PLANTED[EMAIL]})
    world.write(rosa, northbank, {NAME: PLANTED[NAME]})
    world.write(second, shoes, {TITLE: PLANTED[TITLE]})
    world.write(neighbour, None, {EMAIL: "ned@example.org"})
    code = rooms.enrolment.invite(shoes, "planted-S-77", valid_ms=86_400_000)
    rooms.claiming.join(rosa, code)
    rooms.grant(northbank, rosa, [EMAIL])
    rooms.grant(looker_knows(rooms, looker, rosa), rosa, [EMAIL, NAME])
    rooms.grant(northbank, neighbour, [EMAIL])
    rooms.read(looker, rosa, [EMAIL, NAME])
    rooms.read(northbank, neighbour, [EMAIL])
    world.sequence()
    return Town(
        world=world,
        rooms=rooms,
        northbank=northbank,
        shoes=shoes,
        looker=looker,
        rosa=rosa,
        second=second,
        neighbour=neighbour,
    )


def looker_knows(rooms: Rooms, looker: CompanyId, rosa: ConsumerId) -> CompanyId:
    rooms.enrolment.pairwise(looker, rosa)
    return looker
