"""Real files of companies: in by the command, sealed, read back by a company's own program.

Not run where the shared data is absent.
"""

import csv
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import ECKey

from audit_portal.imports.mapping import parse_mapping
from examples.company import Company
from tests.conftest import shared_path

HABEAS = str(Path(sys.executable).with_name("habeas"))
HOUSE = Path(__file__).resolve().parents[2]
BANK_MAPPING = HOUSE / "docs/mappings/bank_marketing.toml"
PURPOSE = "run_account"


class Desk:
    """An operator's terminal: commands over one data folder."""

    def __init__(self, folder: Path, issuer: str) -> None:
        self.folder = folder
        self.issuer = issuer

    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HABEAS_DATA_DIR": str(self.folder / "data"),
            "HABEAS_ISSUER": self.issuer,
        }

    def habeas(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [HABEAS, *map(str, words)],
            env=self.environment(),
            cwd=HOUSE,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def company(self, name: str, key: ECKey) -> str:
        jwks = self.folder / f"{name}.jwks"
        jwks.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
        said = self.habeas("company", "add", "--name", name, "--jwks", jwks)
        assert said.returncode == 0, said.stderr
        return next(word for word in said.stdout.split() if word.startswith("cmp_"))

    @contextmanager
    def serving(self) -> Iterator[httpx2.Client]:
        port = self.issuer.rpartition(":")[2]
        server = subprocess.Popen(
            [HABEAS, "run", "--port", port],
            env=self.environment(),
            cwd=HOUSE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with httpx2.Client(timeout=60) as http:
                _wait(http, f"{self.issuer}/readyz")
                yield http
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait(http: httpx2.Client, url: str) -> None:
    for _ in range(600):
        try:
            if http.get(url).status_code == httpx2.codes.OK:
                time.sleep(1.1)  # a proof says whole seconds; one of the start's own is refused
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(url)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    desk = Desk(tmp_path, f"http://localhost:{port}")
    assert desk.habeas("migrate").returncode == 0
    return desk


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256")


def pairwise(company: Company, token: str, external_ids: Sequence[str]) -> list[str]:
    found = [
        company.send("GET", "/v1/people", token, query=f"external_id={one}").json()["consumer"]
        for one in external_ids
    ]
    assert len(set(found)) == len(external_ids)
    return found


def test_a_banks_customers_land_whole_and_are_read_by_its_program(desk: Desk, key: ECKey) -> None:
    file = shared_path("data/bank_customers/bank-10th.csv")
    lines = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines(), delimiter=";"))
    client = desk.company("Banco", key)
    asked = ("import", file, "--company", client, "--mapping", BANK_MAPPING, "--label", "bank")
    declared = ("--basis", "contract", "--purpose", PURPOSE)

    rehearsed = desk.habeas(*asked, *declared, "--dry-run")
    assert rehearsed.returncode == 0, rehearsed.stderr
    said = desk.habeas(*asked, *declared)
    assert said.returncode == 0, said.stderr
    assert f"{len(lines):,}" in said.stdout.replace("\u202f", ","), said.stdout
    again = desk.habeas(*asked, *declared)
    assert again.returncode == 0, again.stderr

    fields = {
        name: column.to.name
        for name, column in parse_mapping(BANK_MAPPING.read_bytes(), kind="toml").columns.items()
    }
    assert len(fields) == 17
    with desk.serving() as http:
        banco = Company(http, issuer=desk.issuer, client_id=client, key=key)
        finding = banco.token(scope="people")
        sample = range(0, len(lines), 97)
        people = pairwise(banco, finding, [f"bank:{number + 2}" for number in sample])
        token = banco.token(
            details=banco.details(purpose=PURPOSE, consumers=people, fields=list(fields.values()))
        )
        outcomes = banco.read(token, {who: list(fields.values()) for who in people})
    for number, outcome in zip(sample, outcomes, strict=True):
        told = outcome["fields"]
        assert set(told) == set(fields.values())
        assert told["identity.age"]["value"] == int(lines[number]["age"])
        assert told["work.occupation"]["value"] == lines[number]["job"]
        assert told["money.housing_loan"]["value"] is (lines[number]["housing"] == "yes")


PLACES = {
    "John_Doe_GMAIL.vcf": {
        "contact.email": "john.doe@ibm.com",
        "work.title": "Money Counter",
        "identity.birth_date": "1980-03-22",
    },
    "rfc6350-example.vcf": {"contact.email": "simon.perreault@viagenie.ca"},
}


@pytest.mark.parametrize("name", PLACES)
def test_a_contact_card_is_read_by_the_company_that_brought_it(
    desk: Desk, key: ECKey, name: str
) -> None:
    file = shared_path(f"data/vcards/{name}")
    client = desk.company("Cards", key)
    said = desk.habeas(
        *("import", file, "--company", client, "--label", "cards"),
        *("--basis", "contract", "--purpose", PURPOSE),
    )
    assert said.returncode == 0, said.stderr
    with desk.serving() as http:
        cards = Company(http, issuer=desk.issuer, client_id=client, key=key)
        [person] = pairwise(cards, cards.token(scope="people"), ["cards:1"])
        wanted = list(PLACES[name])
        token = cards.token(
            details=cards.details(purpose=PURPOSE, consumers=[person], fields=wanted)
        )
        [outcome] = cards.read(token, {person: wanted})
    assert {one: told["value"] for one, told in outcome["fields"].items()} == PLACES[name]
