"""The real program over a folder of its own: commands, a cut-short command, a served vault.

Rules kept here:
- Commands run in this process through the program's own ``main``; what has to be killed or served
  is a process of its own, ended by its own handle.
- Nothing reaches into the vault but through its program, its API and its pages.

Use::

    place = Place.made(tmp_path)
    place.habeas("import", "bank.csv", "--company", bank.client_id)
    with place.served() as serving:
        visitor = serving.visitor("rosa@example.org")
"""

import contextlib
import io
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from joserfc.jwk import ECKey

from audit_portal.cli.main import main
from examples.company import Company

HOUSE = Path(__file__).parents[3]
COMPANY_PROGRAM = HOUSE / "examples" / "company.py"
PROGRAM = [sys.executable, "-c", "from audit_portal.cli.main import main; main()"]
PATIENCE_S = 60.0


class Ended(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


class Registered(NamedTuple):
    """A company that the vault knows, and the file of its private key."""

    client_id: str
    key_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A vault's folder and address, as the environment tells them to the program."""

    folder: Path
    issuer: str

    @classmethod
    def made(cls, folder: Path) -> "Place":
        """A new vault, with an address that nobody listens on yet."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            issuer = f"http://localhost:{free.getsockname()[1]}"
        place = cls(folder=folder, issuer=issuer)
        assert place.habeas("migrate").code == 0
        return place

    @property
    def data(self) -> Path:
        """Where the stores and the root key are."""
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        """What the program is told; nothing of the machine's own vault."""
        kept = {name: value for name, value in os.environ.items() if "HABEAS_" not in name}
        told = {"HABEAS_DATA_DIR": str(self.data), "HABEAS_ISSUER": self.issuer}
        return {**kept, **told, "TERM": "xterm", "COLUMNS": "100"}

    # --- commands -------------------------------------------------------------------------------

    def habeas(self, *words: object) -> Ended:
        """Run a command to its end."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            for name in set(os.environ) - set(self.environment):
                patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["habeas", *map(str, words)])
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            with pytest.raises(SystemExit) as ended:
                main()
        return Ended(ended.value.code or 0, out.getvalue(), err.getvalue())

    def cut_short(self, *words: object, behind: int) -> list[int]:
        """Kill a command once its progress bar says more than ``behind``; what the bar said."""
        leader, follower = pty.openpty()
        command = subprocess.Popen(
            [*PROGRAM, *map(str, words)],
            cwd=HOUSE,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=follower,
        )
        os.close(follower)
        said: list[int] = []
        while not said or said[-1] <= behind:
            shown = os.read(leader, 65_536).decode()
            said += [int(done) for done in re.findall(r"(\d+)/\d{3,}", shown)]
        command.kill()
        assert command.wait() == -signal.SIGKILL, "the command was over before it could be killed"
        os.close(leader)
        return said

    # --- companies ------------------------------------------------------------------------------

    def company(self, name: str) -> Registered:
        """A company with a key of its own making, added by the operator."""
        key_file = self.folder / f"{name.lower().replace(' ', '-')}.jwk"
        made = self.example("make-key", key_file)
        jwks = key_file.with_suffix(".jwks")
        jwks.write_text(made.out)
        added = self.habeas("company", "add", "--name", name, "--jwks", jwks)
        assert added.code == 0, added.err
        return Registered(client_id=added.out.strip(), key_file=key_file)

    def example(self, *words: object) -> Ended:
        """Run the program we show to companies, as it stands."""
        done = subprocess.run(
            [sys.executable, COMPANY_PROGRAM, *map(str, words)],
            cwd=HOUSE,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    # --- the service ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def served(self) -> Iterator["Serving"]:
        """``habeas run`` on this vault, worker and all, until the block ends."""
        running = subprocess.Popen(
            [*PROGRAM, "run"],
            cwd=HOUSE,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        serving = Serving(issuer=self.issuer, running=running)
        serving.listening.start()
        try:
            serving.wait_until_ready()
            yield serving
        finally:
            running.send_signal(signal.SIGTERM)
            assert running.wait(PATIENCE_S) == 0, "".join(serving.said[-20:])
            serving.listening.join()
            running.stderr.close()


@dataclass(slots=True, kw_only=True)
class Serving:
    """A vault that is served, and what its terminal says: letters and the log."""

    issuer: str
    running: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    listening: threading.Thread = field(init=False)
    read: int = 0

    def __post_init__(self) -> None:
        self.listening = threading.Thread(target=self._listen)

    def _listen(self) -> None:
        for line in self.running.stderr:
            self.said.append(line)

    def wait_until_ready(self) -> None:
        """Until it may be sent work, and a proof's second is not that of the start."""
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up and self.running.poll() is None:
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.issuer}/readyz", timeout=5).status_code == httpx2.codes.OK:
                    time.sleep(1 - time.time() % 1)
                    return
            time.sleep(0.1)
        raise AssertionError("".join(self.said) or "the service did not get ready")

    def errors(self) -> list[str]:
        """Lines of the service's log that tell of a fault."""
        return [line for line in self.said if '"level":"error"' in line or "Traceback" in line]

    def code_for(self, address: str) -> str:
        """The code in the next letter to this address."""
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            printed = "".join(self.said[self.read :])
            found = re.search(
                rf"to {re.escape(address)}: Your code.*?(\d{{4}} \d{{4}})", printed, re.DOTALL
            )
            if found:
                self.read = len(self.said)
                return found[1]
            time.sleep(0.02)
        raise AssertionError("no letter came")

    @contextlib.contextmanager
    def company(self, registered: Registered) -> Iterator[Company]:
        """The company's program, signed in with its key."""
        key = ECKey.import_key(json.loads(registered.key_file.read_text()))
        with httpx2.Client(timeout=PATIENCE_S) as http:
            yield Company(http, issuer=self.issuer, client_id=registered.client_id, key=key)

    @contextlib.contextmanager
    def visitor(self, address: str) -> Iterator["Visitor"]:
        """Somebody with a browser, not signed in yet."""
        with httpx2.Client(
            base_url=self.issuer,
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=True,
            timeout=PATIENCE_S,
        ) as http:
            yield Visitor(http=http, serving=self, address=address)


@dataclass(slots=True, kw_only=True)
class Visitor:
    """A person at the pages, without scripts."""

    http: httpx2.Client
    serving: Serving
    address: str

    def open(self, path: str) -> str:
        """A page."""
        answer = self.http.get(path)
        assert answer.status_code == httpx2.codes.OK, path
        return answer.text

    def press(self, path: str, **typed: object) -> httpx2.Response:
        """Send a form."""
        answer = self.http.post(path, data=typed)
        assert answer.status_code == httpx2.codes.OK, (path, answer.text)
        return answer

    def press_and_prove(self, path: str, **typed: object) -> httpx2.Response:
        """Send a form, and the second code if one is asked for."""
        answer = self.press(path, **typed)
        if "second code" not in answer.text:
            return answer
        return self.press(path, **typed, code=self.serving.code_for(self.address))
