"""A company's server on loopback: takes notices, keeps what it heard, answers as a test says.

Use::

    with receiving() as shop:
        shop.answers = [503, 200]       # one after the other; then always 200
        shop.url                        # http://127.0.0.1:…/hook?key=canary
        shop.heard                      # in the order received
"""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

CANARY = "canary-4711"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """By which a company knows a notice again."""
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, object]:
        """The body, read."""
        return json.loads(self.body)


@dataclass(kw_only=True)
class Receiver:
    """What a company's server heard, and how it answers."""

    port: int
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    before_answering: Callable[[Heard], object] = lambda _: None
    send: Callable[[BaseHTTPRequestHandler, int], None] | None = None
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?key={CANARY}"

    @property
    def ids(self) -> list[str]:
        return [heard.id for heard in self.heard]


@contextmanager
def receiving(*, trust: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A server in threads of its own, ended with the block. ``trust``: it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard = Heard(path=self.path, headers=headers, body=body)
            receiver.heard.append(heard)
            receiver.before_answering(heard)
            status = receiver.answers.pop(0) if receiver.answers else 200
            if receiver.send:
                receiver.send(self, status)
                return
            self.send_response(status)
            self.send_header("location", receiver.url)
            self.end_headers()

        def do_GET(self) -> None:
            raise AssertionError("nobody is sent elsewhere")

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if trust is not None:
            server.socket = trust.wrap_socket(server.socket, server_side=True)
        receiver = Receiver(
            port=server.server_address[1], scheme="http" if trust is None else "https"
        )
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
