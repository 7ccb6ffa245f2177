"""No value and no secret in logs, in errors, in addresses (threat 31).

Over a thousand canaries went in by every way there is, and failed in every way; see ``planting``
and ``failing``. Here is what the process printed and logged, what it answered to what it refused,
and every address it ever named.
"""

import json
import re
import socket
import urllib.parse
from collections.abc import Iterator

import pytest

from audit_portal.service_log import KEYS
from tests.attacks.conftest import Stolen
from tests.attacks.listening import listening
from tests.attacks.spellings import Needles
from tests.vaults import running

ADDRESS = re.compile(r'(?:href|action|src|formaction|content)="([^"]*)"')
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
HANDED_BACK = re.compile(r"/claim(/code)?|/data/[a-z_.]+/change/check")
"""Forms that are shown again with what was typed, to whoever typed it."""


@pytest.fixture(scope="session")
def canaries(stolen: Stolen) -> Needles:
    return Needles.of({*stolen.garden.mint.made, *stolen.garden.secrets})


def test_enough_was_tried(stolen):
    garden = stolen.garden
    assert len(garden.mint.made) > 1_000
    assert len(garden.secrets) > 500
    statuses = {answer.status_code for answer in garden.answers}
    assert statuses >= {200, 201, 202, 303, 400, 401, 403, 404, 500}
    assert len(garden.printed.splitlines()) > 500


def test_nothing_is_printed_or_logged(stolen, canaries):
    assert canaries.found_in(stolen.garden.printed.encode()) == set()


def test_a_line_of_the_log_has_only_the_keys_of_the_list(stolen):
    lines = [one for one in stolen.garden.printed.splitlines() if one.startswith("{")]
    told = [json.loads(one) for one in lines]
    assert set().union(*told) <= KEYS
    assert {one["error"] for one in told if "error" in one} >= {"ValueError", "OSError"}
    assert {"request", "failed", "read_failed", "errand_failed"} <= {one["event"] for one in told}
    assert not [one for one in told if "dropped" in one]


def test_no_refusal_repeats_what_was_sent(stolen, canaries):
    """Neither to a program nor on a page; a form is handed back only to be mended."""
    for answer in stolen.garden.answers:
        if answer.status_code < 400 or HANDED_BACK.fullmatch(answer.request.url.path):
            continue
        assert canaries.found_in(answer.content) == set(), (answer.request.url, answer.status_code)


def test_no_header_of_an_answer_carries_one(stolen, canaries):
    for answer in stolen.garden.answers:
        told = [value for name, value in answer.headers.items() if name != "set-cookie"]
        assert canaries.found_in("\n".join(told).encode()) == set(), answer.request.url


def test_no_address_and_no_title_names_one(stolen, canaries):
    """What stands in addresses ends up in histories, bookmarks and other people's logs."""
    named = set()
    for answer in stolen.garden.answers:
        named.add(answer.headers.get("location", ""))
        if answer.headers.get("content-type", "").startswith("text/html"):
            named |= {*ADDRESS.findall(answer.text), *TITLE.findall(answer.text)}
    assert len(named) > 40
    said = "\n".join(urllib.parse.unquote(one) for one in named)
    assert canaries.found_in(said.encode()) == set()
    assert canaries.found_in("\n".join(named).encode()) == set()


# --- the server itself ----------------------------------------------------------------------------

CANARY = "Canary-7f3k22-Canary"
RAW = (
    f"GET /{CANARY}?x={CANARY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    f"GET /{CANARY} HTTP/9.9\r\n\r\n",
    f"{CANARY}\r\n\r\n",
    f"GET / HTTP/1.1\r\n{CANARY}\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: x\r\nX: {CANARY}\0\r\n\r\n",
    f"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{CANARY}",
    f"POST /v1/people HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {CANARY}\r\n\r\n",
    f"POST /v1/field-reads HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{CANARY}",
    f"GET /{CANARY * 5_000} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: {CANARY}\r\nConnection: Upgrade, close\r\n\r\n",
)


@pytest.fixture
def said(tmp_path) -> Iterator[str]:
    """What the web server logs of bytes that are no request of ours."""
    with listening() as (_, stream):
        with running(tmp_path) as vault:
            port = urllib.parse.urlsplit(vault.issuer).port
            for raw in RAW:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
                    wire.sendall(raw.encode())
                    wire.shutdown(socket.SHUT_WR)
                    while wire.recv(65_536):
                        pass
            assert vault.http.get(f"{vault.issuer}/healthz").status_code == 200
        yield stream.getvalue()


def test_the_web_server_logs_nothing_of_what_it_cannot_read(said):
    assert '"route":"/healthz"' in said
    assert CANARY not in said
