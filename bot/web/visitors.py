"""Whom a request comes from: the address and the scheme of the visitor, also where proxies stand in between.

Anybody can write `X-Forwarded-For`. It is believed only from a proxy the operator named, and only as far back as such proxies
wrote it: the rightmost address in it that is no proxy of ours is the visitor's.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web

Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address

_WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](:\d+)?|(?P<four>[\d.]+):\d+")
_PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
"""What proxies write on the requests they pass on."""


class Visitors:
    """Reads where requests come from. `proxies` are the addresses whose word is taken for others."""

    def __init__(self, proxies: Collection[Network] = (), *, always_https: bool = False) -> None:
        self._proxies, self._always_https = tuple(proxies), always_https

    def address(self, request: web.Request) -> str:
        """The visitor's address: the peer's, or the one a trusted peer passes on. A header nobody can read leaves the peer's."""
        peer = _read(request.remote or "")
        if peer is None:
            return request.remote or "unknown"
        found = peer
        for hop in reversed(_listed(request, "X-Forwarded-For")):
            if not self._trusts(found):
                break
            before = _read(hop)
            if before is None:
                return str(peer)
            found = before
        return str(found)

    def is_https(self, request: web.Request) -> bool:
        """Whether the visitor's browser speaks https, so that cookies can be kept to it."""
        if self._always_https or request.secure:
            return True
        peer = _read(request.remote or "")
        schemes = _listed(request, "X-Forwarded-Proto")
        # The first one is what the browser spoke; those after it are between proxies.
        return bool(schemes) and schemes[0].lower() == "https" and peer is not None and self._trusts(peer)

    def is_inside(self, request: web.Request) -> bool:
        """Whether it comes straight from this machine or a trusted peer, and not through them from somebody else."""
        peer = _read(request.remote or "")
        if peer is None or any(name in request.headers for name in _PASSED_ON):
            return False
        return peer.is_loopback or self._trusts(peer)

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._proxies)


def _listed(request: web.Request, header: str) -> list[str]:
    """The values of a header that is a list, however many lines it was written on."""
    return [value.strip() for line in request.headers.getall(header, ()) for value in line.split(",")]


def _read(written: str) -> _Address | None:
    """An address as proxies write it, some with a port; None when it is none. IPv4 is IPv4 also where it is wrapped in IPv6."""
    with_port = _WITH_PORT.fullmatch(written)
    try:
        address = ip_address((with_port["six"] or with_port["four"] or "") if with_port else written)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
