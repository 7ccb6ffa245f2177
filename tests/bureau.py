"""The operator's side around a ``World``: its staff, their visits, searches and suspensions.

Use::

    bureau = Bureau.around(world)
    first, second = bureau.officer("First"), bureau.officer("Second")
    bureau.suspensions.ask(first, company, status=SUSPENDED, cause=Cause.MISUSE)
    bureau.told(EntryType.SEARCH)           # the opened entries of the vault's own chain
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from audit_portal.staff import Member, Role, StaffRegister
from audit_portal.staff_sessions import StaffSessions, VisitBegun
from audit_portal.suspensions import Suspensions
from consent.ledger.entry_types import EntryType
from consent.searching import Searches
from tests.world import World
from vault.identifiers import ConsumerId

SECRET = bytes(range(32))


@dataclass(kw_only=True)
class Bureau:
    """What bootstrap builds for officers."""

    world: World
    vault: ConsumerId
    staff: StaffRegister
    sessions: StaffSessions
    suspensions: Suspensions
    searches: Searches

    @classmethod
    def around(cls, world: World, *, secure: bool = True) -> "Bureau":
        """Over an open world."""
        main, vault = world.stores.main, ConsumerId(world.vault_id)
        shared = {"main": main, "log": world.log, "vault": vault}
        timed = {**shared, "clock": world.clock}
        staff = StaffRegister(**timed, secrets=[SECRET])
        return cls(
            world=world,
            vault=vault,
            staff=staff,
            sessions=StaffSessions(**timed, staff=staff, secret=SECRET, secure=secure),
            suspensions=Suspensions(**timed, staff=staff, companies=world.companies, secret=SECRET),
            searches=Searches(**shared, reader=world.reader),
        )

    def officer(self, name: str = "Officer on duty", role: Role = Role.OFFICER) -> Member:
        """Somebody who was added."""
        member = self.staff.whose(self.staff.add(name=name, role=role))
        assert member is not None
        return member

    def sign_in(self, code: str, host: str = "192.0.2.1") -> Request:
        """A browser in which this code was typed; the request it makes next."""
        begun = self.sessions.sign_in(asking(host=host), code)
        assert isinstance(begun, VisitBegun)
        return asking({self.sessions.cookie: begun.token.hex()}, host=host)

    def told(self, kind: EntryType) -> list[dict[str, Any]]:
        """What the entries of a type in the vault's own chain say."""
        entries = self.world.reader.entries(self.vault, types=[kind])
        return [dict(entry.P) for entry in entries]


def asking(cookies: dict[str, str] | None = None, *, host: str = "192.0.2.1") -> Request:
    """A request of a browser."""
    told = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    headers = [(b"cookie", told.encode())] if told else []
    return Request({"type": "http", "headers": headers, "client": (host, 1)})
