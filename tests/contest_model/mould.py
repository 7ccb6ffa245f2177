"""A vault with companies and people in it, made once, and a copy of it for each example.

Rules kept here:
- Everybody is known to every company, and every company may read every field of the model for ten
  years: what a read is answered is decided by contests alone.
- An example gets a copy of the stores, opened as after a restart.

Use::

    mould = Mould.made(maker, stores, folder)
    with fresh_product(mould) as product: ...
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consent.claiming import Home
from consent.confirmations import Confirmed
from consent.grant_rules import Choice
from tests.cases import Cases
from tests.contest_model.product import Product
from tests.contest_model.words import COMPANIES, FIELDS, PEOPLE
from tests.fakes import FakeClock
from tests.model.house import copying
from tests.rooms import Rooms, offer
from tests.stores import Maker, Stores, fresh
from tests.world import World
from vault.identifiers import CompanyId, ConsumerId, PairwiseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Mould:
    """A vault to be copied."""

    maker: Maker
    folder: Path
    companies: Mapping[str, CompanyId]
    people: Mapping[str, ConsumerId]
    known: Mapping[tuple[str, str], PairwiseId]
    """(company, person) -> how one knows the other."""

    @classmethod
    def made(cls, maker: Maker, stores: Stores, folder: Path) -> "Mould":
        """Make the vault in ``stores``, which stay as they are from then on."""
        rooms = Rooms.around(World.begin(stores, FakeClock(), folder))
        cases = Cases.around(rooms)
        companies = {name: rooms.company(name) for name in COMPANIES}
        for name, regimes in COMPANIES.items():
            cases.under(companies[name], regimes)
        people = {
            name: cases.at_home(
                companies["Northbank"], name, Home(time_zone=zone, country=country, language="en")
            )
            for name, (zone, country) in PEOPLE.items()
        }
        known = {
            (company, person): _permit(rooms, companies[company], people[person])
            for company in companies
            for person in people
        }
        rooms.world.sequence()
        for name in tuple(stores.opened):  # a store that is open cannot be copied
            stores.close(name)
        return cls(
            maker=copying(maker, stores),
            folder=folder,
            companies=companies,
            people=people,
            known=known,
        )


def _permit(rooms: Rooms, company: CompanyId, person: ConsumerId) -> PairwiseId:
    pairwise = rooms.enrolment.pairwise(company, person)
    laid = rooms.grants.make_offer(company, offer({"consumer": pairwise}, FIELDS, until="P10Y"))
    assert isinstance(laid, str)
    given = rooms.grants.decide(person, laid, Choice(fields=frozenset(FIELDS)))
    assert isinstance(given, Confirmed)
    return pairwise


@contextmanager
def fresh_product(mould: Mould) -> Iterator[Product]:
    """A copy of the mould, opened; nothing of it is left afterwards."""
    with fresh(mould.maker) as stores:
        world = World.open(stores, FakeClock(), mould.folder)
        yield Product(
            Cases.around(Rooms.around(world)),
            companies=mould.companies,
            people=mould.people,
            known=mould.known,
        )
