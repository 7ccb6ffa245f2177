"""The acting rooms of the middle floor around a ``World``, and short ways to use them in tests.

Use::

    rooms = Rooms.around(world)
    northbank = rooms.company("Northbank")
    rosa = rooms.person(northbank, "A-1", address="rosa@example.org")
    grant = rooms.grant(northbank, rosa, ["contact.email"])
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from sqlmodel import SQLModel, select

from consent.access_log import AccessLog
from consent.accounts import Accounts
from consent.claiming import Claiming, Home
from consent.confirmations import Confirmed
from consent.enrolment import Enrolment
from consent.expiry import Expiry
from consent.gate.asks import Answered, Ask, Outcome, ReadRequest
from consent.gate.people import People
from consent.grant_actions import GrantActions
from consent.grant_rules import Choice
from consent.jose import SigningKey
from consent.ledger.reader import OpenedEntry
from consent.offer_acts import GrantPolicy
from consent.offers import Offer, parse_offer
from consent.purpose_actions import Purposes
from tests.world import World
from vault.crypto.primitives import sha256
from vault.identifiers import CompanyId, ConsumerId, OfferId, Prefix, new_id

HOME = Home(time_zone="Europe/Berlin", country="DE", language="de")
LETTERS_KEY = b"L" * 32
A_DAY = 86_400_000

Row = TypeVar("Row", bound=SQLModel)

_numbers = count(1)


@dataclass(kw_only=True)
class Rooms:
    """What bootstrap builds over the log and the gate."""

    world: World
    purposes: Purposes
    enrolment: Enrolment
    accounts: Accounts
    claiming: Claiming
    grants: GrantActions
    expiry: Expiry
    access_log: AccessLog

    @classmethod
    def around(cls, world: World, policy: GrantPolicy | None = None) -> "Rooms":
        main, log, clock = world.stores.main, world.log, world.clock
        people, policy = People(main), policy or GrantPolicy()
        accounts = Accounts(main=main, names=world.names)
        purposes = Purposes(main=main, log=log, clock=clock, vault=ConsumerId(world.vault_id))
        enrolment = Enrolment(
            main=main,
            keyring=world.keyring,
            log=log,
            names=world.names,
            people=people,
            clock=clock,
            vault_id=world.vault_id,
            letters_key=LETTERS_KEY,
        )
        return cls(
            world=world,
            purposes=purposes,
            enrolment=enrolment,
            accounts=accounts,
            claiming=Claiming(
                main=main,
                keyring=world.keyring,
                log=log,
                names=world.names,
                joins=world.joins,
                people=people,
                clock=clock,
                letters_key=LETTERS_KEY,
            ),
            grants=GrantActions(
                main=main,
                log=log,
                clock=clock,
                enrolment=enrolment,
                accounts=accounts,
                purposes=purposes,
                policy=policy,
            ),
            expiry=Expiry(main=main, log=log, policy=policy),
            access_log=AccessLog(main=main, reader=world.reader),
        )

    # --- who there is ---------------------------------------------------------------------------

    def company(self, name: str) -> CompanyId:
        key = SigningKey(next(_numbers).to_bytes(32, "big"))
        return self.world.companies.add(name, {"keys": [dict(key.verifying.public)]})

    def person(
        self, company: CompanyId, external_id: str, *, address: str | None = None
    ) -> ConsumerId:
        """Somebody a company enrolled; with an address, somebody with an account."""
        [person] = self.enrolment.enrol_many(company, [external_id])
        if address is not None:
            code = self.enrolment.invite(company, external_id, valid_ms=A_DAY)
            assert self.claiming.claim(code, address, home=HOME) == person.consumer_id
        return person.consumer_id

    # --- what they may --------------------------------------------------------------------------

    def laid(self, company: CompanyId, consumer: ConsumerId, fields: Collection[str]) -> OfferId:
        """An offer that waits for an answer."""
        pairwise = self.enrolment.pairwise(company, consumer)
        laid = self.grants.make_offer(company, offer({"consumer": pairwise}, fields))
        assert isinstance(laid, str)
        return laid

    def grant(self, company: CompanyId, consumer: ConsumerId, fields: Collection[str]) -> str:
        """The id of a grant given upon an offer, as it was asked for."""
        laid = self.laid(company, consumer, fields)
        given = self.grants.decide(consumer, laid, Choice(fields=frozenset(fields)))
        assert isinstance(given, Confirmed)
        return given.ref

    def read(
        self,
        company: CompanyId,
        consumer: ConsumerId,
        fields: Collection[str],
        purpose: str = "personal_offers",
    ) -> Outcome:
        """One read through the gate."""
        pairwise = self.enrolment.pairwise(company, consumer)
        asked = ReadRequest(
            company=company,
            purpose=purpose,
            request_id=new_id(Prefix.REQUEST),
            request_hash=sha256(b"a request"),
            asks=(Ask(consumer=pairwise, fields=tuple(fields), unrestricted=True),),
        )
        [answer] = self.world.gate.read([asked])
        assert isinstance(answer, Answered)
        return answer.outcomes[0]

    # --- what stands afterwards -----------------------------------------------------------------

    def rows(self, table: type[Row]) -> Sequence[Row]:
        """Every row of a table of the main store."""
        with self.world.stores.main.reading() as tx:
            return tx.exec(select(table)).all()

    def last(self, owner: ConsumerId) -> OpenedEntry:
        """The newest entry of a chain."""
        return self.world.reader.entries(owner, newest_first=True, limit=1)[0]

    def types(self, owner: ConsumerId) -> list[str]:
        """The types of all entries of a chain, in order."""
        return [entry.type for entry in self.world.reader.entries(owner)]


def chosen(*fields: str, until_ms: int | None = None) -> Choice:
    """What a person ticks of an offer or leaves of a grant."""
    return Choice(fields=frozenset(fields), until_ms=until_ms)


def offer(
    to: dict[str, str],
    fields: Collection[str] = ("contact.email",),
    *,
    purpose: str = "personal_offers",
    until: str = "P6M",
    **more: object,
) -> Offer:
    """An offer as a company would send it."""
    why = "To send you what you asked for."
    return parse_offer(
        {
            "to": to,
            "fields": [{"name": name, "why": why} for name in fields],
            "purpose": purpose,
            "until": until,
            "retention": {"max": "P1Y"},
            "benefit": {"kind": "none"},
            "notice": {"uri": "https://shop.example/notice", "sha256": "n" * 43},
            **more,
        }
    )
