"""Every command of README.md is run as it stands there, in the order in which a newcomer meets it.

Rules kept here:
- The commands run in a folder that looks like a clone: the environment, the examples, ``dev.py``.
- ``dev.py`` is a stand-in that starts the installed entry: the real one builds an environment from
  a registry, which is no business of this test (``test_dev`` has it).
- Addresses of example.org and folders of the system are replaced by ones this test may use.
- What is started is ended by its own process id.
"""

import html
import os
import re
import socket
import subprocess
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

HOUSE = Path(__file__).parents[2]
README = (HOUSE / "README.md").read_text(encoding="utf-8")
STAND_IN = """
import os, sys
if sys.argv[1] == "run":
    os.execv(".venv/bin/habeas", ["habeas", "run", *sys.argv[2:]])
"""
RUN_BY_DEV = {"python3 dev.py run", "python3 dev.py setup", "python3 dev.py test"}
PATIENCE_S = 60


def blocks(section: str) -> list[str]:
    """The shell blocks below one heading."""
    flags = re.MULTILINE | re.DOTALL
    [text] = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", README, flags)
    return shell_blocks(text)


def shell_blocks(text: str) -> list[str]:
    """The shell blocks of a page, without their indentation."""
    found = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in found]


@dataclass(kw_only=True)
class Clone:
    """A folder like a newcomer's, and a shell in it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """This test's own, without its settings. Programs are compiled once and kept aside."""
        left_out = ("HABEAS_", "PYTHONDONTWRITEBYTECODE")
        known = {name: said for name, said in os.environ.items() if not name.startswith(left_out)}
        aside = {"PYTHONPYCACHEPREFIX": str(self.folder.parent / "bytecode")}
        return known | aside | self.settings

    def start(self, script: str, **to: object) -> subprocess.Popen[str]:
        words = ["bash", "-euc", script]
        return subprocess.Popen(words, cwd=self.folder, env=self.environment, text=True, **to)

    def sh(self, script: str) -> str:
        """What a script printed; it must succeed."""
        code, out = self.tried(script)
        assert code == 0, out
        return out

    def tried(self, script: str) -> tuple[int, str]:
        running = self.start(script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out, _ = running.communicate(timeout=PATIENCE_S)
        return running.returncode, out

    def printed(self) -> str:
        """What the service in this folder has said so far."""
        return (self.folder / "terminal").read_text(encoding="utf-8")

    @contextmanager
    def serving(self, script: str, *, ready: str) -> Iterator[None]:
        """Run ``script`` until the block ends, from when ``ready`` answers."""
        with (self.folder / "terminal").open("w") as terminal:
            running = self.start(script, stdout=terminal, stderr=terminal)
        try:
            until(lambda: running.poll() is not None or answers(ready))
            assert running.poll() is None, self.printed()
            yield
        finally:
            running.terminate()
            assert running.wait(PATIENCE_S) == 0, self.printed()


def answers(address: str) -> bool:
    try:
        return httpx2.get(address, timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def until(true) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.fixture
def clone(tmp_path) -> Clone:
    for name in (".venv", "examples"):
        (tmp_path / name).symlink_to(HOUSE / name)
    (tmp_path / "dev.py").write_text(STAND_IN)
    return Clone(folder=tmp_path)


# --- Try it -----------------------------------------------------------------------------------


class Newcomer:
    """Somebody at a browser, beside a terminal."""

    def __init__(self, clone: Clone, http: httpx2.Client) -> None:
        self.clone = clone
        self.http = http
        self.codes_read = 0
        self.page = ""

    def open(self, path: str) -> str:
        return self._shown(self.http.get(path))

    def send(self, path: str, **typed: object) -> str:
        """Send the form on the page in hand, with what it carries along."""
        carried: dict[str, list[str]] = {}
        for name, said in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.page):
            carried.setdefault(name, []).append(html.unescape(said))
        return self._shown(self.http.post(path, data=carried | typed))

    def code(self) -> str:
        """The next sign-in code in the terminal."""
        until(lambda: len(self._codes()) > self.codes_read)
        self.codes_read += 1
        return self._codes()[self.codes_read - 1]

    def _codes(self) -> list[str]:
        return re.findall(r"Your code is (\d{4} \d{4})", self.clone.printed())

    def _shown(self, answer: httpx2.Response) -> str:
        assert answer.status_code == 200, answer.text
        self.page = answer.text
        return self.page


def test_a_newcomer_does_what_the_readme_says(clone):
    site = clone.settings["HABEAS_ISSUER"] = f"http://localhost:{free_port()}"
    told = {"Sec-Fetch-Site": "same-origin"}  # as every browser does
    start, set_up, verify = blocks("Try it")
    with (
        clone.serving(start, ready=f"{site}/readyz"),
        httpx2.Client(base_url=site, headers=told, follow_redirects=True) as http,
    ):
        newcomer = Newcomer(clone, http)
        claims_a_record(newcomer)
        looks_at_their_data(newcomer)
        adds_a_record(newcomer)
        gives_access(newcomer)
        clone.sh(set_up)
        is_both_companies(newcomer)
        disputes_a_name(newcomer)
        takes_a_copy(newcomer)
    checks_the_copy(clone, verify)
    imports_files(clone, "\n".join(blocks("Import your own file")))


def claims_a_record(demo):
    demo.open("/claim")
    demo.send("/claim", invitation=invitations(demo)[0], address="ada@example.org")
    assert "Overview" in demo.send("/claim/code", code=demo.code())


def invitations(demo) -> list[str]:
    return re.findall(r"(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}", demo.clone.printed())


def looks_at_their_data(demo):
    assert "Ada Example" not in demo.open("/data")
    assert "Ada Example" in demo.send("/data/show", field="identity.full_name")
    demo.open("/data")
    assert "One more code" in demo.send("/data/show", field="money.credit_limit")
    assert "2500.00" in demo.send("/data/show", code=demo.code()).replace(",", "")


def adds_a_record(demo):
    assert "Add the record of another company" in demo.open("/data")
    demo.open("/claim")
    assert "Corner Shoes" in demo.send("/claim", invitation=invitations(demo)[1])
    assert "Record added" in demo.send("/claim/join")


def gives_access(demo):
    [offer] = set(re.findall(r"/permissions/requests/ofr_\w+", demo.open("/permissions")))
    page = demo.open(offer)
    assert " checked" not in page
    until_ms = re.search(r'name="until" value="(\d+)"', page)[1]
    demo.page = ""
    demo.send(f"{offer}/check", field="contact.email", until=until_ms, answer="give")
    assert "Access given" in demo.send(f"{offer}/give")


def is_both_companies(demo):
    printed = demo.clone.printed().replace("\\\n", " ")
    northbank, shoes = (line for line in printed.splitlines() if "examples/company.py" in line)
    for command in (northbank, shoes):
        assert '"ada@example.org"' in demo.clone.sh(command)
    assert "2 companies looked at your data 2 times" in demo.open("/used")
    stops_access(demo)
    code, said = demo.clone.tried(shoes)
    assert (code, said.partition(":")[0]) == (1, "Refused")


def stops_access(demo):
    stop = re.search(r"/permissions/grt_\w+/stop", demo.open("/permissions"))[0]
    demo.open(stop)
    assert "Access stopped" in demo.send(stop)


def disputes_a_name(demo):
    field = "identity.full_name"
    assert "Something is wrong" in demo.open(f"/data/{field}")
    demo.open(f"/data/{field}/dispute")
    said = {"kind": "inaccurate", "words": "My name has two parts.", "value": "Ada Maria Example"}
    demo.send(f"/data/{field}/dispute/check", **said)
    assert "Dispute sent" in demo.send(f"/data/{field}/dispute")
    assert "Northbank must answer by" in demo.open("/disputes")
    printed = demo.clone.printed().replace("\\\n", " ")
    [answer] = (line for line in printed.splitlines() if "examples/answering.py" in line)
    assert "My name has two parts." in demo.clone.sh(answer)
    assert "It was corrected" in demo.open("/disputes")
    demo.page = ""
    assert "Ada Maria Example" in demo.send(f"/data/{field}/show")


def takes_a_copy(demo):
    key = re.search(r"--key '(.+?)'", html.unescape(demo.open("/copy")))[1]
    (demo.clone.folder / "log.key").write_text(key)
    (demo.clone.folder / "my-record.json").write_text(demo.send("/copy", record="0"))


def checks_the_copy(clone, verify):
    assert "This record matches the sealed log." in clone.sh(verify)
    record = clone.folder / "my-record.json"
    record.write_text(record.read_text().replace("run_account", "run_accounT", 1))
    code, said = clone.tried(verify)
    assert (code, "This record does not match" in said) == (4, True)


# --- Import your own file ---------------------------------------------------------------------


def imports_files(clone, script):
    out = clone.sh(script)
    assert "customers.csv: 3 rows can be imported, 0 errors." in out
    assert "customers.csv: 3 rows (0 done before), 3 people new" in out
    assert "customers.jsonl: 2 rows (0 done before), 1 person new" in out
    assert "contacts.vcf: 2 rows (0 done before), 2 people new" in out
    assert out.count(" 0 errors.") == 4
    assert f"{clone.settings['HABEAS_ISSUER']}/claim." in out


# --- Run it for real --------------------------------------------------------------------------


def test_a_real_vault_starts_as_the_readme_says(postgres_server, tmp_path):
    clone = Clone(folder=tmp_path)
    (tmp_path / ".venv").symlink_to(HOUSE / ".venv")
    (tmp_path / "habeas_smtp").write_text("smtps://vault:secret@mail.example.org:465\n")
    script = "\n".join(blocks("Run it for real"))
    names = [postgres_server.own_name(f"readme_{name}") for name in ("main", "keys", "lock")]
    for name, shown in zip(names, re.findall(r"postgresql://\S+", script), strict=True):
        script = script.replace(shown, f"'{postgres_server.create(name)}'")
    script = script.replace("/etc/habeas", str(tmp_path))
    script = script.replace("/run/secrets", str(tmp_path))
    port = free_port()
    # Production listens on every address: here on loopback, and on a port that is free.
    script = script.replace("habeas run", f"exec habeas run --host 127.0.0.1 --port {port}")
    try:
        with clone.serving(script, ready=f"http://127.0.0.1:{port}/readyz"):
            said = clone.printed()
    finally:
        for name in names:
            postgres_server.drop(name)
    assert "The settings are complete." in said
    assert "The log is vault.example.org/log." in said
    assert (tmp_path / "root.key").stat().st_mode & 0o777 == 0o600


# --- nothing is left out ----------------------------------------------------------------------


def test_every_shell_block_is_run_by_one_of_these_tests():
    run = ("Try it", "Import your own file", "Run it for real")
    tried = [block for section in run for block in blocks(section)]
    every = shell_blocks(README)
    left = set(every) - set(tried)
    assert {line for block in left for line in block.splitlines()} <= RUN_BY_DEV
