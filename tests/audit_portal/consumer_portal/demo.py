"""A plainly fictional person with something on every page, for tests of how pages look."""

from audit_portal.consumer_portal.facts import AskedField, Benefit, Terms
from tests.audit_portal.consumer_portal.paper_portal import (
    DAY_MS,
    LUMEN,
    NORTHBANK,
    PARCELO,
    PaperPortal,
)
from tests.fakes import FakeClock
from vault.identifiers import ConsumerId

ADDRESS = "rosa@example.org"
ACCOUNT = Terms(
    why="To run the account or contract you have with us and to reach you about it.",
    retention="P10Y",
    recipients=(),
)
OFFERS = Terms(
    why="To make you offers that fit what you chose to tell us about yourself.",
    retention="P6M",
    recipients=("Example Print House", "Example Mailing"),
    benefit=Benefit(
        kind="discount",
        amount="5.00",
        currency="EUR",
        period="once",
        terms_uri="https://lumen.example/terms",
    ),
    max_reads=200,
    notice_uri="https://lumen.example/notice",
)


def fill(portal: PaperPortal, clock: FakeClock, address: str = ADDRESS) -> ConsumerId:
    """Rosa, with three companies, a request, and something blocked. Ends at the clock's time."""
    end = clock.wall_ms
    rosa = portal.person(address)
    clock.wall_ms = end - 60 * DAY_MS
    portal.enter(rosa, "enrolled", company=NORTHBANK)
    portal.supply(
        rosa,
        NORTHBANK,
        {
            "identity.full_name": "Rosa Example",
            "identity.birth_date": "1980-03-22",
            "money.income": {"amount": "41200.00", "currency": "EUR"},
            "address.home": {
                "street": "Example Street 5",
                "postal_code": "10115",
                "locality": "Berlin",
                "country": "DE",
            },
        },
        channel="import",
    )
    portal.supply(rosa, LUMEN, {"inferred.segment": "night owl"}, nature="inferred")
    portal.enter(rosa, "claimed", by_you=True)
    portal.supply(
        rosa,
        None,
        {"contact.email": "rosa@example.org", "preferences.interests": ["cycling", "choirs"]},
        channel="portal",
    )
    bank = portal.give(rosa, NORTHBANK, ["contact.email", "money.income"], terms=ACCOUNT)
    lumen = portal.give(
        rosa, LUMEN, ["contact.email", "address.home"], terms=OFFERS, until_ms=end + 12 * DAY_MS
    )
    parcelo = portal.give(rosa, PARCELO, ["address.home"], terms=ACCOUNT)
    declared = portal.give(
        rosa, NORTHBANK, ["identity.birth_date"], basis="legal_obligation", acts=frozenset()
    )
    for days_ago in (40, 33, 21, 12, 5, 2, 1):
        clock.wall_ms = end - days_ago * DAY_MS + days_ago * 700_000
        portal.read(rosa, bank)
        clock.advance(1_260_000)
        if days_ago % 2:
            portal.read(rosa, lumen, "contact.email")
            portal.read(rosa, parcelo)
    clock.wall_ms = end - DAY_MS // 2
    portal.read(rosa, declared)
    portal.revoke(rosa, parcelo)
    clock.advance(3_600_000)
    refused = {"company": PARCELO, "fields": ("address.home",), "reason": "stopped"}
    portal.enter(rosa, "refused", why=ACCOUNT.why, **refused)
    portal.supply(rosa, NORTHBANK, {"money.income": {"amount": "43000.00", "currency": "EUR"}})
    portal.ask(rosa, LUMEN, [], terms=OFFERS, fields=ASKED)
    portal.pause(rosa, lumen)
    clock.wall_ms = end
    portal.invite(PARCELO, "PARC-7F3K-22QM")
    return rosa


ASKED = (
    AskedField(
        name="contact.phone_mobile",
        why="To tell you on the day when the technician will be at your door.",
    ),
    AskedField(
        name="household.people",
        why="To compare your use of energy with that of homes like yours.",
        optional=True,
        mask="band",
    ),
    AskedField(
        name="preferences.interests",
        why="To show only offers that have to do with what you like.",
        optional=True,
    ),
)
