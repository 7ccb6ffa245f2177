"""The product driven in plain terms: the same acts as the reference has, over the real rooms.

People and values stand in ``product_people``, offers and permissions in ``product_permissions``;
here companies read, and everybody's record and pages are looked at.

Use::

    product = Product(house, names)
    product.enrol("Northbank", ["A-1"])             # [(b'…', 'p_01…', True)]
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from audit_portal.consumer_portal.facts import Filters
from audit_portal.consumer_portal.facts import Grant as Card
from consent.gate.asks import Ask, ReadRequest, ReplayProof
from tests.model import told
from tests.model.names import Name
from tests.model.plain.requests import Ask as PlainAsk
from tests.model.plain.requests import Request
from tests.model.plain.state import Company, Event, Person
from tests.model.product_permissions import Permissions
from tests.model.words import MINUTE
from vault.errors import Unready
from vault.identifiers import ConsumerId, raw


class Product(Permissions):
    """One vault behind plain words."""

    # --- reads ----------------------------------------------------------------------------------

    def read(self, requests: Sequence[Request]) -> Any:
        try:
            answers = self.services.reads.read([self._request(one) for one in requests])
        except Unready:
            return "unready"
        return [told.read(one) for one in answers]

    def _request(self, request: Request) -> ReadRequest:
        until = self.house.clock.now_ms() + MINUTE
        return ReadRequest(
            company=self.company(request.company),
            purpose=request.purpose,
            request_id=request.request_id,
            request_hash=sha256(repr(request.body).encode()).digest(),
            asks=tuple(map(self._ask, request.asks)),
            proof=ReplayProof(key=request.proof, keep_until_ms=until) if request.proof else None,
        )

    def _ask(self, ask: PlainAsk) -> Ask:
        named = isinstance(ask.consumer, Name)
        return Ask(
            consumer=self.names.told(ask.consumer) if named else ask.consumer,
            fields=ask.fields,
            in_token=_fields_in(ask.token),
            unrestricted=ask.token == "all",
        )

    def forget_old(self) -> None:
        """The worker's sweeping. No keys may be left of anybody who never came to exist."""
        services = self.services
        services.seen.sweep(now_ms=self.house.clock.now_ms())
        assert services.enrolment.sweep_orphans() == 0

    def pages(self, person: Person) -> Any:
        """What their pages say of permissions, of what is held, and of who used it."""
        portal, consumer = self.services.portal, self.consumer(person)
        permissions = portal.permissions(consumer)
        used = portal.who_used_it(consumer, Filters(), cursor=None, limit=5)
        return {
            "permissions": {
                "waiting": [one.offer_id for one in permissions.waiting],
                "active": [_card(one) for one in permissions.active],
                "over": sorted((one.company.name, one.how) for one in permissions.ended),
            },
            "held": [
                (one.name, one.source.company.name if one.source.company else "self", one.versions)
                for one in portal.my_data(consumer)
            ],
            "counts": {
                "events": used.counts.events,
                "looks": used.counts.looks,
                "blocked": used.counts.blocked,
            },
        }

    # --- the record -----------------------------------------------------------------------------

    def events(self, bearer: Person | Company) -> list[Event]:
        """A bearer's whole record."""
        owner = (
            self.consumer(bearer)
            if isinstance(bearer, Person)
            else ConsumerId(raw(self.company(bearer.name)))
        )
        entries = self.services.reader.entries(owner, limit=100_000)
        return [told.event(entry, self.called) for entry in entries]


def _card(grant: Card) -> tuple[Any, ...]:
    fields = [(one.name, one.mask) for one in grant.fields]
    return (grant.grant_id, grant.company.name, grant.is_paused, fields, grant.reads_used)


def _fields_in(token: tuple[str, ...] | str | None) -> frozenset[str] | None:
    """What a token says of somebody; None where it does not name them."""
    if token is None:
        return None
    return frozenset() if token == "all" else frozenset(token)
