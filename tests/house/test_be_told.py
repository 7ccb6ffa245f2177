"""Commands and Python of "Be told what changed" are run, block after block, against one vault."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from consent.notices import NewNotice, NoticeKind
from consent.outbox import Standing, enqueue
from tests.audit_portal.webhooks.receiver import receiving
from tests.fakes import FakeClock
from tests.house.source import HOUSE
from tests.vaults import served
from vault.identifiers import CompanyId

PAGE = (HOUSE / "docs" / "how-to" / "be-told.md").read_text(encoding="utf-8")
TYPED = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
TAKE, ACKNOWLEDGE = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


class Reader:
    """Somebody with the page, a terminal and a program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ECKey.generate_key("P-256")
        self.typed: dict[str, str] = {}
        self.names: dict[str, object] = {"known": {}}

    def vault(self):
        """The vault, on the time of this machine: commands and tests take turns at it."""
        return served(self.folder / "data", clock=FakeClock(wall_ms=int(time.time() * 1000)))

    def types(self, block: str) -> list[str]:
        """What the commands of a block print on standard output."""
        known = {name: said for name, said in os.environ.items() if not name.startswith("HABEAS_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{known['PATH']}"
        data = {"HABEAS_DATA_DIR": str(self.folder / "data"), "PATH": path}
        done = subprocess.run(
            ["bash", "-euc", block],
            cwd=HOUSE,
            env=known | data | self.typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    def runs(self, block: str) -> None:
        exec(block, self.names)  # noqa: S102 - our own page


@pytest.fixture
def reader(tmp_path):
    return Reader(tmp_path)


def test_a_company_is_told_as_the_page_says(reader):
    with receiving() as server, reader.vault() as vault:
        public = {"keys": [reader.key.as_dict(private=False)]}
        company = vault.services.companies.add("Corner Shoes", public)
        person = vault.enrol(vault.client(company, reader.key), "K-1001")
    reader.typed = {"COMPANY": company, "URL": server.url}
    give, replace = TYPED
    [reader.names["secret"]] = reader.types(give)
    reader.runs(TAKE)

    with receiving() as server:
        server.send = lambda handler, _: answer(handler, take(server.heard[-1]))

        def take(heard):
            return reader.names["take"](heard.body, heard.headers)

        reader.typed["URL"] = server.url
        assert reader.types(give) == [reader.names["secret"]], "the same command prints it again"
        with reader.vault() as vault:
            shop = vault.client(company, reader.key)
            notice_id = tell(vault, shop, person)
            vault.services.rounds.run()
            assert set(reader.names["known"]) == {notice_id}
            reader.names["shop"] = shop
            reader.runs(ACKNOWLEDGE)
            assert reader.names["answer"].status_code == 200, reader.names["answer"].text
            assert len(reader.names["waiting"]) == 1
            [told] = vault.services.outbox.told(vault.consumer(shop, person))
            assert told.standing is Standing.ACKNOWLEDGED
    [other] = reader.types(replace)
    assert other != reader.names["secret"]


def answer(handler, status):
    handler.send_response(status)
    handler.end_headers()


def tell(vault, shop, person):
    consumer, source = vault.consumer(shop, person), CompanyId(shop.client_id)
    notice = NewNotice(
        consumer=consumer, company=source, kind=NoticeKind.CORRECTED, about="a contest"
    )
    with vault.services.log.acting([consumer]) as act:
        return enqueue(act, notice, now_ms=vault.clock.now_ms())
