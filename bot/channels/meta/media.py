"""Fetching what customers send: only from Meta's own servers, never more than is allowed, and only what it claims to be."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from bot.channels.files import FileRefused, Media, checked, read_file
from bot.channels.meta.graph import Graph
from bot.channels.meta.table import MetaTable
from bot.errors import TryLater


def allowed(url: str, root: str, table: MetaTable) -> bool:
    """Whether a file may be fetched from `url`: Meta's servers by https, or the very server that is configured as Meta."""
    try:
        where, own = urlsplit(url), urlsplit(root)
    except ValueError:
        return False
    if (where.scheme, where.netloc) == (own.scheme, own.netloc):
        return True
    host = (where.hostname or "").lower()
    return where.scheme == "https" and any(host == name or host.endswith(f".{name}") for name in table.media_hosts)


async def fetch(
    graph: Graph, url: str, table: MetaTable, *, claimed: str = "", name: str = "", with_token: bool = False
) -> Media:
    """The file at `url`.

    Raises:
        FileRefused: it is too large, of a type nobody is shown, at an address that is not Meta's, or there no longer.
        TryLater: Meta does not hand it out just now.
    """
    if not allowed(url, graph.root, table):
        raise FileRefused("a file stands at an address that is not Meta's; it was not fetched", "elsewhere")
    try:
        async with graph.request("GET", url, with_token=with_token) as answer:
            if answer.status >= 500 or answer.status == 429:
                raise TryLater(f"the file could not be fetched ({answer.status}); try again")
            if answer.status != 200:
                why = f"the file is not there any more ({answer.status}); ask the customer to send it again"
                raise FileRefused(why, "gone")
            content = await read_file(answer, table.media_bytes)
            claimed = claimed or answer.content_type
    except (aiohttp.ClientError, TimeoutError) as error:  # a body that was cut on its way included
        raise TryLater(f"the file could not be fetched ({type(error).__name__}); try again") from None
    return checked(content, claimed, table.media_types, name=name)
