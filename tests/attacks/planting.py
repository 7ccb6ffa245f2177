"""A thousand made-up values, and all that opens them, brought into a vault by every way there is.

Rules kept here:
- Each value occurs nowhere else: letters and digits by chance, from a seed that is fixed.
- They come in as they do in life: a company's file, the company API, the pages in a browser. Each
  is also read, shown and copied, so that whatever would keep it had its chance.
- What opens things is remembered too: invitations, one-time codes, cookies, tokens, proofs.
- Nothing is written past the product. Its letters are caught instead of sent.

Use::

    with listening() as (letters, stream), served(folder) as vault:
        garden = plant(vault, letters, stream, outside)
    garden.mint.made        # the values: what may stand nowhere in the clear
    garden.secrets          # what opens: neither
    garden.printed          # everything the process printed or logged
"""

import contextlib
import csv
import io
import json
import random
import re
import string
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from audit_portal.cli import bringing_in
from audit_portal.cli.friendly import ExitCode
from examples.company import Company
from tests.attacks.listening import Letters
from tests.attacks.spellings import Value
from tests.vaults import Vault, offer_json

IN_THE_FILE, BY_THE_API, BY_THE_PAGES = 130, 45, 15
A_QUARTER_MS = 15 * 60_000
FOUR_WEEKS_MS = 28 * 86_400_000
MAPPING = """
external_id = "Number"
[columns]
Name = "identity.full_name"
Email = "contact.email"
Phone = "contact.phone_mobile"
Income = { field = "money.income", currency = "EUR" }
"""
FILED = ("identity.full_name", "contact.email", "contact.phone_mobile", "money.income")
SENT = ("contact.note", "loyalty.points", "loyalty.card_number", "money.housing_loan")
BY_CONTRACT, BY_CONSENT = "run_account", "personal_offers"
_OURS = {"sec-fetch-site": "same-origin"}
_COOKIE = re.compile(r"=([0-9a-f]{64})")


@dataclass(slots=True)
class Mint:
    """Makes values nobody ever had, and remembers them."""

    dice: random.Random
    made: list[Value] = field(default_factory=list)

    def text(self) -> str:
        return self._keep(f"{self._letters(9)}ü {self._letters(9)}")

    def email(self) -> str:
        return self._keep(f"{self._letters(9)}@{self._letters(8).lower()}.example")

    def phone(self) -> str:
        """A number of Berlin, as people write it; looked for as machines do, too."""
        number = f"+49309{self.dice.randrange(10**7, 10**8)}"
        self._keep(number)
        return self._keep(f"{number[:5]} {number[5:]}")

    def number(self) -> int:
        """A whole number far from any time in milliseconds."""
        return self._keep(self.dice.randrange(2 * 10**13, 9 * 10**14))

    def amount(self) -> str:
        return self._keep(f"{self.dice.randrange(10**11, 10**12)}.{self.dice.randrange(11, 20)}")

    def code(self, prefix: str) -> str:
        return self._keep(prefix + self._letters(16))

    def _letters(self, count: int) -> str:
        return "".join(self.dice.choices(string.ascii_letters, k=count))

    def _keep(self, value: Value) -> Value:
        self.made.append(value)
        return value


@dataclass(slots=True, kw_only=True)
class Garden:
    """A vault after all of it."""

    vault: Vault
    mint: Mint
    bank: Company
    letters: Letters
    stream: io.StringIO
    outside: Path
    """The folder of what companies bring."""
    secrets: set[Value] = field(default_factory=set)
    answers: list[httpx2.Response] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    """Of the people the bank knows, external id to pairwise id."""

    @property
    def printed(self) -> str:
        return self.stream.getvalue()

    @property
    def asked(self) -> bringing_in.Asked:
        """The import of the bank's file."""
        return bringing_in.Asked(
            file=self.outside / "people.csv",
            company=self.bank.client_id,
            basis="contract",
            purpose=BY_CONTRACT,
            channel="branch",
            label="people",
            mapping=self.outside / "people.toml",
            dry_run=False,
        )

    def keep(self, *secrets: str) -> None:
        self.secrets |= {secret for secret in secrets if len(secret) >= 8}

    def post(self, scope: str, path: str, value: object, **headers: str) -> dict[str, object]:
        """One request of the bank's, and its answer."""
        answer = self.ask(scope, path, value, **headers)
        assert answer.is_success, answer.text
        return answer.json()

    def ask(self, scope: str, path: str, value: object, **headers: str) -> httpx2.Response:
        """One request of the bank's, whatever becomes of it."""
        token = self.bank.token(scope=scope)
        with pytest.MonkeyPatch.context() as patch:
            for name, said in headers.items():
                patch.setitem(self.vault.http.headers, name.replace("_", "-"), said)
            return self.bank.send("POST", path, token, body=json.dumps(value).encode())

    def form(self, path: str, /, **told: str) -> httpx2.Response:
        """A form as a browser sends it; where it leads to is not followed."""
        return self.vault.http.post(path, data=told, headers=_OURS, follow_redirects=False)

    def page(self, path: str) -> httpx2.Response:
        """A page as a browser asks for it."""
        return self.vault.http.get(path, follow_redirects=False)

    def read_all(self, *, purpose: str, fields: tuple[str, ...], people: list[str]) -> None:
        """Read fields of people, a hundred at a time."""
        for begin in range(0, len(people), 100):
            some = people[begin : begin + 100]
            details = self.bank.details(purpose=purpose, consumers=some, fields=fields)
            token = self.bank.token(details=details)
            outcomes = self.bank.read(token, dict.fromkeys(some, fields))
            assert {one["outcome"] for one in outcomes} == {"allowed"}


def plant(vault: Vault, letters: Letters, stream: io.StringIO, outside: Path) -> Garden:
    """Everything brought in and looked at. ``outside``: a folder that is not the vault's."""
    mint = Mint(random.Random(20_261_121))
    bank = vault.company("Northbank")
    garden = Garden(
        vault=vault, mint=mint, bank=bank, letters=letters, stream=stream, outside=outside
    )
    vault.http.event_hooks["response"].append(lambda answer: _remember(garden, answer))
    _by_file(garden)
    _by_the_api(garden)
    for number in range(BY_THE_PAGES):
        _by_the_pages(garden, number)
        vault.clock.advance(A_QUARTER_MS)  # as many codes and invitations as a network may try
    return garden


def _remember(garden: Garden, answer: httpx2.Response) -> None:
    """Every answer, and every secret that went either way with it."""
    answer.read()
    garden.answers.append(answer)
    for name in ("authorization", "dpop"):
        garden.keep(*re.split(r"[ .]", answer.request.headers.get(name, "")))
    for cookie in answer.headers.get_list("set-cookie"):
        garden.keep(*_COOKIE.findall(cookie))
    if answer.request.url.path == "/oauth/token" and answer.is_success:
        garden.keep(*answer.json()["access_token"].split("."))


# --- a company's file ---------------------------------------------------------------------------


def _by_file(garden: Garden) -> None:
    """``habeas import`` of people, of two rows that cannot be taken, and reads of all of it."""
    mint, asked = garden.mint, garden.asked
    asked.mapping.write_text(MAPPING)
    names = [mint.code("F-") for _ in range(IN_THE_FILE)]
    with asked.file.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["Number", "Name", "Email", "Phone", "Income"])
        for name in names:
            rows.writerow([name, mint.text(), mint.email(), mint.phone(), mint.amount()])
        rows.writerow([mint.code("F-"), mint.text(), mint.text(), mint.phone(), mint.text()])
        rows.writerow(["", mint.text(), mint.email(), mint.phone(), mint.amount()])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bringing_in, "vault", lambda: contextlib.nullcontext(garden.vault.services))
        assert bringing_in.bring_in(garden.asked) == ExitCode.INPUT, "two rows were to be left out"
    company = garden.vault.services.enrolment
    for name in names:
        garden.people[name] = company.find(garden.bank.client_id, name)
    garden.read_all(purpose=BY_CONTRACT, fields=FILED, people=list(garden.people.values()))


# --- the company API ----------------------------------------------------------------------------


def _by_the_api(garden: Garden) -> None:
    """People enrolled and written about, under keys that say "this again"; offers to strangers."""
    mint, written = garden.mint, {}
    for number in range(BY_THE_API):
        name = mint.code("A-")
        once = {"idempotency_key": f"people-{number}"} if number % 2 else {}
        written[name] = garden.post("people", "/v1/people", {"external_id": name}, **once)
        garden.people[name] = written[name]["consumer"]
    writes = [
        {"consumer": told["consumer"], "values": dict(zip(SENT, _sent(mint), strict=True))}
        for told in written.values()
    ]
    garden.post("fields:write", "/v1/field-writes", {"writes": writes}, idempotency_key="writes-1")
    for number in range(20):
        to = {"email": mint.email()} if number % 2 else {"external_id": mint.code("X-")}
        offer = {**offer_json("", ["contact.email"]), "to": to}
        garden.post("offers", "/v1/offers", offer, idempotency_key=f"offers-{number}")


def _sent(mint: Mint) -> tuple[str, int, str, bool]:
    return mint.text(), mint.number(), mint.code("Card"), mint.dice.random() < 0.5


# --- pages --------------------------------------------------------------------------------------


def _by_the_pages(garden: Garden, number: int) -> None:
    """Somebody claims a record, adds a value of their own, shows it, gives it, copies the record,
    signs out and in; somebody else tries addresses that nobody has."""
    name, vault, mint = list(garden.people)[number], garden.vault, garden.mint
    invitation = vault.services.enrolment.invite(
        garden.bank.client_id, name, valid_ms=FOUR_WEEKS_MS
    )
    address, own = mint.email(), mint.text()
    garden.keep(invitation, invitation.replace("-", ""))
    told = {"invitation": invitation, "address": address}
    garden.form("/claim", **told)
    _entered(garden, "/claim/code", **told)
    garden.form("/data/identity.nickname/change/check", value=own)
    assert garden.form("/data/identity.nickname/change", value=own).status_code == 303
    assert own in garden.form("/data/show", field="identity.nickname").text
    _give(garden, name)
    vault.services.sequencer.run_once()
    assert "entries" in garden.form("/copy").json()
    garden.form("/sign-out")
    garden.form("/sign-in", address=address)
    _entered(garden, "/sign-in/code")
    garden.page("/used")
    garden.form("/sign-out")
    garden.form("/sign-in", address=mint.email())
    garden.form("/sign-in/code", code="12345678")
    vault.http.cookies.clear()


def _give(garden: Garden, name: str) -> None:
    """The bank asks for the person's own value; the person gives it, and the bank reads it."""
    person, fields = garden.people[name], ("identity.nickname",)
    garden.post("offers", "/v1/offers", offer_json(person, fields, purpose=BY_CONSENT))
    [offer] = re.findall(r"/permissions/requests/(ofr_\w+)", garden.page("/permissions").text)
    path = f"/permissions/requests/{offer}"
    [until, *_] = re.findall(r'name="until" value="(\d+)"', garden.page(path).text)
    chosen = {"field": fields[0], "until": until}
    garden.form(f"{path}/check", answer="give", **chosen)
    _entered(garden, f"{path}/give", **chosen)
    garden.read_all(purpose=BY_CONSENT, fields=fields, people=[person])


def _entered(garden: Garden, path: str, /, **told: str) -> None:
    """A form with the code from the newest letter."""
    code = garden.letters.code()
    garden.keep(code, f"{code[:4]} {code[4:]}")
    answer = garden.form(path, code=code, **told)
    assert answer.status_code in {200, 303}, answer.text
