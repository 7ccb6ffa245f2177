"""Mail: how a code reaches a person, and how little a letter says.

Rules kept here:
- A letter says that there is a code or that there is news, and nothing else: no company, no field.
- Sending happens after the answer, on a thread of its own: how long it takes tells nobody whether
  an address is known. When too many letters wait, one more is dropped; the person asks again.
- A letter that could not be sent is logged without its address.

Use::

    mailer = SmtpMailer.at("smtps://name:password@mail.example:465", sender="vault@vault.example")
    errands = Errands(); errands.soon(lambda: mailer.send(code_letter(...))); errands.close()
"""

import queue
import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol, Self, TextIO
from urllib.parse import unquote, urlsplit

from audit_portal.service_log import logger, place_of

PATIENCE_S = 20.0
MOST_WAITING = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Plain text to one address."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


class Mailer(Protocol):
    """What delivers a letter: a mail server, or the terminal of a demo."""

    def send(self, letter: Letter) -> None:
        """Deliver, or raise ``OSError`` (``smtplib`` raises its subclasses)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePrinter:
    """Prints letters on the server's terminal. For demos: whoever reads it can sign in."""

    stream: TextIO

    def send(self, letter: Letter) -> None:
        """Print the letter between two lines."""
        lines = [f"to {letter.to}: {letter.subject}", *letter.text.strip().splitlines()]
        self.stream.write("\n" + "\n".join(f"  | {line}".rstrip() for line in lines) + "\n\n")
        self.stream.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Hands letters to a mail server; ``smtp`` is upgraded to TLS, and never sends without it."""

    host: str
    port: int
    name: str
    password: str = field(repr=False)
    sender: str
    tls_at_once: bool

    @classmethod
    def at(cls, url: str, *, sender: str) -> Self:
        """From ``smtps://name:password@host:465`` or ``smtp://…:587``."""
        parts = urlsplit(url)
        tls_at_once = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (465 if tls_at_once else 587),
            name=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            sender=sender,
            tls_at_once=tls_at_once,
        )

    def send(self, letter: Letter) -> None:
        """One connection for one letter."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        # RFC 3834: answering machines leave such a letter alone.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        with self._reached() as server:
            if not self.tls_at_once:
                server.starttls(context=ssl.create_default_context())
            if self.name:
                server.login(self.name, self.password)
            server.send_message(message)

    def _reached(self) -> smtplib.SMTP:
        if not self.tls_at_once:
            return smtplib.SMTP(self.host, self.port, timeout=PATIENCE_S)
        trust = ssl.create_default_context()
        return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE_S, context=trust)


def code_letter(*, to: str, code: str, site: str, minutes: int) -> Letter:
    """A one-time code. ``site`` is the vault's address, so that people know where it belongs."""
    return Letter(
        to=to,
        subject="Your code",
        text=(
            f"Your code is {code[:4]} {code[4:]}\n\n"
            f"It works once, for {minutes} minutes, in the browser that asked for it, at {site}\n"
            "Nobody from the vault will ever ask you for it. If you did not ask for a code,\n"
            "you need not do anything.\n"
        ),
    )


def news_letter(*, to: str, site: str) -> Letter:
    """There is news; what it is stays in the vault."""
    return Letter(
        to=to,
        subject="There is news in your vault",
        text=f"There is news in your vault. Sign in at {site} to read it.\n",
    )


class Errands:
    """Does small jobs one after the other, after the answer; the thread is its own.

    A crash loses the jobs that wait. They are letters with codes: the person asks again.
    """

    def __init__(self, *, most_waiting: int = MOST_WAITING) -> None:
        self._waiting: queue.Queue[Callable[[], None] | None] = queue.Queue(most_waiting)
        self._thread = threading.Thread(target=self._work, name="errands", daemon=True)
        self._thread.start()

    def soon(self, job: Callable[[], None]) -> None:
        """Do ``job`` soon; drop it when too many wait."""
        try:
            self._waiting.put_nowait(job)
        except queue.Full:
            logger().warning("errand_dropped", count=self._waiting.qsize())

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            try:
                job()
            except Exception as failed:  # noqa: BLE001 - one letter must not stop the next
                logger().warning(
                    "errand_failed", error=type(failed).__name__, where=place_of(failed)
                )
