"""A demo's made-up data: two companies, three people, what to try. Only in demo mode, only once.

Rules kept here:
- Everything goes through the same rooms as real data: companies are added, people enrolled, values
  written through the gate, bases declared, offers made. So a demo's record verifies like any other.
- The companies' private keys are written beside the stores: in a demo we play both sides.
- Codes are made at the first start and shown then; ``habeas invite`` makes new ones. The companies'
  commands are shown at every start.

Use::

    print(prepared(services, data_dir))
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from audit_portal.services import Services
from consent.gate.writes import WRITING_KEYS, Write
from consent.offers import parse_offer
from vault.base64url import encode
from vault.crypto.primitives import p256_generate, p256_public
from vault.fields import FieldValue
from vault.identifiers import CompanyId, PairwiseId

FOUR_WEEKS_MS = 4 * 7 * 24 * 60 * 60 * 1000
BANK, SHOES = "Northbank", "Corner Shoes"
PURPOSE = "run_account"

READS = (
    (BANK, "A-1001", PURPOSE, "by contract"),
    (SHOES, "K-77", "personal_offers", "once it has your permission"),
)
"""Who reads about whom, for which purpose, and when it may."""

PEOPLE: Mapping[str, Mapping[str, FieldValue]] = {
    "A-1001": {
        "identity.full_name": "Ada Example",
        "contact.email": "ada@example.org",
        "contact.phone_mobile": "+49 30 901820",
        "address.home": {
            "street": "1 Sample Street",
            "locality": "Berlin",
            "postal_code": "10115",
            "country": "Germany",
        },
        "money.credit_limit": {"amount": "2500.00", "currency": "EUR"},
    },
    "A-1002": {
        "identity.full_name": "Ben Sample",
        "contact.email": "ben@example.org",
        "money.credit_limit": {"amount": "900.00", "currency": "EUR"},
    },
    "A-1003": {"identity.full_name": "Cleo Instance", "contact.email": "cleo@example.org"},
}
"""What the bank knows; the names say that nobody is called so."""

IN_THE_SHOP: Mapping[str, Mapping[str, FieldValue]] = {
    "K-77": {"identity.nickname": "Ada", "preferences.favourite_colour": "green"},
}


def prepared(services: Services, folder: Path) -> str:
    """What to try, after making the data at the first start."""
    if services.companies.list():
        person = ["The data of an earlier start is there; nothing was added."]
    else:
        person = _as_a_person(services, _made(services, folder))
    hello = f"Habeas demo at {services.issuer}   API: {services.issuer}/reference"
    return "\n".join([hello, "", *person, "", *_as_a_company(services, folder), ""])


def _made(services: Services, folder: Path) -> dict[str, str]:
    """The data, made; the codes of two invitations by the company they are from."""
    bank, shoes = _company(services, BANK, folder), _company(services, SHOES, folder)
    _supply(services, bank, PEOPLE)
    _declare(services, bank)
    in_shop = _supply(services, shoes, IN_THE_SHOP)
    services.grants.make_offer(shoes, parse_offer(_offer(in_shop["K-77"])))
    return {
        name: services.enrolment.invite(company, external_id, valid_ms=FOUR_WEEKS_MS)
        for name, company, external_id in ((BANK, bank, "A-1001"), (SHOES, shoes, "K-77"))
    }


def _as_a_person(services: Services, codes: Mapping[str, str]) -> list[str]:
    return [
        "Be a person: claim the record with this code, under any address you like;",
        "sign-in codes are printed here.",
        f"  {services.issuer}/claim   {codes[BANK]}   (printed by {BANK})",
        f"  then join a second record:  {codes[SHOES]}   (printed by {SHOES})",
    ]


def _as_a_company(services: Services, folder: Path) -> Iterator[str]:
    """A command for each company that can read; an operator's own companies have none here."""
    known = {company.name: company.company_id for company in services.companies.list()}
    yield "Be a company, in another terminal, and see the look appear under Who used it."
    yield "The program needs httpx2 and joserfc; `python3 dev.py setup` brings both."
    for name, external_id, purpose, when in READS:
        consumer = services.enrolment.find(known[name], external_id) if name in known else None
        if consumer:
            yield (
                f"  {name}, {when}:\n"
                f"    {sys.executable} examples/company.py read \\\n"
                f"      {services.issuer} {known[name]} {_key_file(folder, name)} \\\n"
                f"      --purpose {purpose} --consumer {consumer} --field contact.email"
            )
    if BANK in known:
        yield (
            f"  {BANK}, when you said that something is wrong: accept what you propose\n"
            f"    {sys.executable} examples/answering.py accept \\\n"
            f"      {services.issuer} {known[BANK]} {_key_file(folder, BANK)} \\\n"
            f"      --handler 'Somebody on duty'"
        )


def _company(services: Services, name: str, folder: Path) -> CompanyId:
    """A company whose private key lies in the data folder."""
    scalar = p256_generate()
    point = p256_public(scalar)
    public = {"kty": "EC", "crv": "P-256", "x": encode(point[:32]), "y": encode(point[32:])}
    handle = os.open(_key_file(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps({**public, "d": encode(scalar)}))
    return services.companies.add(name, {"keys": [public]})


def _key_file(folder: Path, name: str) -> Path:
    return folder / f"{name.lower().replace(' ', '-')}.jwk"


def _supply(
    services: Services, company: CompanyId, people: Mapping[str, Mapping[str, FieldValue]]
) -> dict[str, PairwiseId]:
    """Enrol people and write what the company knows of them."""
    enrolled = services.enrolment.enrol_many(company, list(people))
    writes = [
        Write(consumer=person.consumer_id, source=company, values=values, channel="branch")
        for person, values in zip(enrolled, people.values(), strict=True)
    ]
    with services.log.acting([one.consumer for one in writes], uses=WRITING_KEYS) as act:
        services.writes.write(writes, inside=act)
    return {text: person.pairwise_id for text, person in zip(people, enrolled, strict=True)}


def _declare(services: Services, bank: CompanyId) -> None:
    """The bank reads what it supplied, to run the account: its people are shown that."""
    purpose = services.purposes.named(PURPOSE)
    for person, values in zip(
        services.enrolment.enrol_many(bank, list(PEOPLE)), PEOPLE.values(), strict=True
    ):
        with services.log.acting([person.consumer_id]) as act:
            services.grants.declare(
                act, person.consumer_id, bank, purpose=purpose, fields=values.keys()
            )


def _offer(person: PairwiseId) -> dict[str, object]:
    return {
        "to": {"consumer": person},
        "fields": [
            {"name": "preferences.shoe_size", "why": "To show only shoes that fit you."},
            {
                "name": "contact.email",
                "why": "To send you the receipt of what you bought.",
                "optional": True,
            },
        ],
        "purpose": "personal_offers",
        "until": "P6M",
        "max_reads": 50,
        "retention": {"max": "P1Y"},
        "recipients": [],
        "benefit": {
            "kind": "discount",
            "amount": "5.00",
            "currency": "EUR",
            "period": "once",
            "terms_uri": "https://shoes.example/terms",
        },
        "notice": {"uri": "https://shoes.example/notice", "sha256": "A" * 43, "language": "en"},
    }
