"""The queue: who waits, who is served by whom, and what to take next."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from handoff.console.house import house_of
from handoff.console.pages import render
from handoff.console.rights import may_see
from handoff.console.views import CaseRow
from handoff.console.visit import PREFIX, Visit, visit_of
from handoff.routing import in_order


@dataclass(frozen=True, slots=True)
class Line:
    """The open cases one account sees."""

    mine: Sequence[CaseRow]
    waiting: Sequence[CaseRow]
    """Next to be served first."""
    others: Sequence[CaseRow]


async def line_for(request: web.Request, visit: Visit) -> Line:
    """The open cases this visitor may see, in the order of service."""
    rows = [row for row in await house_of(request).ports.desk.open_cases() if may_see(visit.account, row.case, visit.now)]
    by_id = {row.case.id: row for row in rows}
    taken = [row for row in rows if row.case.status == "taken"]
    return Line(
        mine=[row for row in taken if row.case.advisor == visit.account.username],
        waiting=[by_id[case.id] for case in in_order(row.case for row in rows)],
        others=[row for row in taken if row.case.advisor != visit.account.username],
    )


async def place_names(request: web.Request, visit: Visit) -> dict[str, str]:
    """Ids of stores and services to their names in the reader's language."""
    stores = await house_of(request).ports.desk.stores(visit.language)
    return {name: text for store in stores for name, text in (*store.services.items(), (store.id, store.name))}


async def show_queue(request: web.Request) -> web.Response:
    """The first page: the queue."""
    return await _show(request, "queue.html")


async def show_queue_fragment(request: web.Request) -> web.Response:
    return await _show(request, "fragments/queue.html")


async def to_queue(_: web.Request) -> web.Response:
    """`/console/` means `/console`."""
    raise web.HTTPPermanentRedirect(PREFIX)


async def _show(request: web.Request, template: str) -> web.Response:
    house, visit = house_of(request), visit_of(request)
    line = await line_for(request, visit)
    if line.mine or line.waiting or line.others:
        await house.looks.look(visit, "look_list", page="queue")
    counts = await house.ports.desk.counts() if visit.account.manages else None
    names = await place_names(request, visit)
    return render(
        request, template, names=names, line=line, counts=counts, waiting=len(line.waiting), nonce=secrets.token_urlsafe
    )
