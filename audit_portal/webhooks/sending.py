"""One notice, posted once: bounded in time, in what is read, and in where it can end up.

Rules kept here:
- The name is resolved here and its addresses are checked; then the checked address is connected to,
  under the name for TLS and for the ``Host`` header. A name that changes its mind in between (DNS
  rebinding) changes nothing.
- No redirect is followed, no proxy of the environment is used, no cookie is kept.
- One deadline over everything. Of the answer only the status is read.
- Connections are shared by nobody: each try makes its own.

Use::

    said = await Sender(rules).post(target, headers, body)     # Took, Refused(status=503), Silent()
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from socket import SOCK_STREAM
from typing import TypeAlias

import httpx2

from audit_portal.webhooks.addresses import AddressRules, Forbidden, Target

TRY_S = 10.0
"""How long one try may take from the first question to the resolver to the status."""
_CONNECT_S = 3.0
_MOST_ADDRESSES = 4
_AGENT = "habeas"

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, in the order in which to try them; ``OSError`` when there is none."""


@dataclass(frozen=True, slots=True)
class Took:
    """The company's server answered with success (2xx)."""

    status: int


@dataclass(frozen=True, slots=True)
class Refused:
    """It answered otherwise, also with a redirect."""

    status: int


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody answered, in time or at all, or it was not allowed to ask; ``why`` is a fixed word."""

    why: str


Said: TypeAlias = Took | Refused | Silent


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses the system knows for a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Sender:
    """Posts notices."""

    def __init__(
        self,
        rules: AddressRules,
        *,
        resolve: Resolve = resolved,
        trust: ssl.SSLContext | None = None,
        try_s: float = TRY_S,
    ) -> None:
        """``trust``: whose certificates are believed; the system's own unless given."""
        self._rules = rules
        self._resolve = resolve
        self._given_trust = trust
        self._try_s = try_s

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Read once, by who sends: most commands never do."""
        return self._given_trust or httpx2.create_ssl_context(trust_env=False)

    async def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Said:
        """One try."""
        try:
            async with asyncio.timeout(self._try_s):
                return await self._posted(target, headers, body)
        except TimeoutError:
            return Silent("late")
        except Forbidden:
            return Silent("forbidden")
        except (OSError, UnicodeError):
            return Silent("unknown")
        except httpx2.HTTPError:
            return Silent("unreachable")

    async def _posted(self, target: Target, headers: Mapping[str, str], body: bytes) -> Said:
        addresses = list(await self._resolve(target.host, target.port))
        if not addresses:
            return Silent("unknown")
        self._rules.require_open(target, addresses)
        *others, last = addresses[:_MOST_ADDRESSES]
        for address in others:
            try:
                return await self._to(address, target, headers, body)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):  # nothing was sent yet
                continue
        return await self._to(last, target, headers, body)

    async def _to(
        self, address: str, target: Target, headers: Mapping[str, str], body: bytes
    ) -> Said:
        timeout = httpx2.Timeout(self._try_s, connect=_CONNECT_S)
        async with (
            httpx2.AsyncClient(verify=self._trust, trust_env=False, timeout=timeout) as client,
            client.stream(
                "POST",
                target.at(address),
                content=body,
                headers={
                    **headers,
                    "host": target.authority,
                    "content-type": "application/json",
                    "user-agent": _AGENT,
                },
                extensions={"sni_hostname": target.host},
                follow_redirects=False,
            ) as answer,
        ):
            took = 200 <= answer.status_code < 300
            return Took(answer.status_code) if took else Refused(answer.status_code)
