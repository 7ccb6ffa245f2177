"""Where a notice may go: the address a company gave, and the machines its name stands for.

A company chooses where this vault sends to. Without these rules it could make the vault knock at
doors inside the operator's own network (server-side request forgery).

Rules kept here:
- ``https`` only; in a demo also ``http``, to this machine alone.
- No name and password, no fragment. A query string is taken and never shown: it may be a secret.
- Every address the name stands for must be a public one, or in a network the operator named. One
  that is not refuses the delivery, whatever the others are.
- An address that carries another one (IPv4 in IPv6, NAT64) is judged by what it carries; 6to4 and
  Teredo are refused.
- What was checked is what is connected to: the caller uses the address, not the name again.

Use::

    rules = AddressRules(networks=[ip_network("10.20.0.0/16")], demo=False)
    target = rules.target("https://hooks.shop.example/habeas?key=…")    # BadInput
    rules.require_open(target, ["203.0.113.7"])                         # Forbidden
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from vault.errors import BadInput

LONGEST_URL = 2_048
_PORTS = {"https": 443, "http": 80}

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052 section 2.1
_CLOSED = (
    ip_network("192.0.0.0/24"),  # RFC 6890: the IETF's own
    ip_network("192.88.99.0/24"),  # RFC 7526: relays of 6to4
    ip_network("64:ff9b:1::/48"),  # RFC 8215: NAT64 of one's own network
    ip_network("2001::/23"),  # RFC 2928: the IETF's own, Teredo among them
    ip_network("2002::/16"),  # RFC 3056: 6to4
    ip_network("fec0::/10"),  # RFC 3879: site-local once
)
"""Beside what Python's own register calls not global; the registers of its versions differ."""


class Forbidden(Exception):
    """An address is not one a notice may go to. Nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked URL in its parts; ``path`` with the query string, as it goes into a request."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be shown of it."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port as the ``Host`` header has them (RFC 9112 section 3.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """The URL with a checked address in the place of its name."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRules:
    """What this vault allows."""

    networks: Collection[Network] = ()
    demo: bool = False

    def target(self, url: str) -> Target:
        """The parts of a URL a company may be told at; ``BadInput`` says what is wrong with it."""
        parts, port = _split(url)
        host = parts.hostname or ""
        if parts.scheme not in self._schemes(host) or not host:
            raise BadInput("must be an address such as https://hooks.shop.example", member="url")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise BadInput("must have no name, password or fragment", member="url")
        query = f"?{parts.query}" if parts.query else ""
        target = Target(
            scheme=parts.scheme,
            host=host,
            port=_PORTS[parts.scheme] if port is None else port,
            path=f"{parts.path or '/'}{query}",
        )
        self._require_open_if_literal(target)
        return target

    def require_open(self, target: Target, addresses: Iterable[str]) -> None:
        """``Forbidden`` unless a notice to ``target`` may go to every one of ``addresses``."""
        for address in addresses:
            if not self._is_open(target, ip_address(address.partition("%")[0])):
                raise Forbidden("the name stands for an address inside a network")

    def _schemes(self, host: str) -> Collection[str]:
        return _PORTS if self.demo and _is_here(host) else {"https"}

    def _is_open(self, target: Target, address: Address) -> bool:
        if self.demo and _is_here(target.host):
            return address.is_loopback
        if any(address in network for network in self.networks):
            return True
        carried = _carried(address)
        if any(carried in network for network in _CLOSED):
            return False
        return carried.is_global and not carried.is_multicast and not carried.is_reserved

    def _require_open_if_literal(self, target: Target) -> None:
        """A name is asked for at every delivery; an address can be refused when it is given."""
        try:
            self.require_open(target, [str(ip_address(target.host))])
        except ValueError:
            return
        except Forbidden:
            raise BadInput("is an address inside a network", member="url") from None


def _split(url: str) -> tuple[SplitResult, int | None]:
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise BadInput(f"is not an ASCII address of at most {LONGEST_URL}", member="url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadInput("is no address", member="url") from None
    if port == 0 or "\\" in url:
        raise BadInput("is no address", member="url")
    return parts, port


def _is_here(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}


def _carried(address: Address) -> Address:
    """The address itself, or the one it carries."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address
