"""The proxy that the environment names, as every program of the system uses it."""

from __future__ import annotations

from functools import cache
from urllib.request import getproxies, proxy_bypass


@cache
def proxy_for(scheme: str, host: str) -> str | None:
    """The proxy for this server, or None. aiohttp's own look-up would read passwords from `~/.netrc` too, beside ours."""
    return None if proxy_bypass(host) else getproxies().get(scheme)
