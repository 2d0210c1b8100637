"""What did not reach its customer: the list with the reasons, and sending one of them again."""

from __future__ import annotations

from aiohttp import web

from handoff.console.house import house_of
from handoff.console.pages import render
from handoff.console.queue import line_for
from handoff.console.views import AuditEntry
from handoff.console.visit import PREFIX, visit_of
from handoff.console.words import say

TOLD = {"sent": "undelivered.sent", "gone": "undelivered.gone"}
"""What the page says after a click, by the word in its address."""


async def show_undelivered(request: web.Request) -> web.Response:
    """Messages that failed, and those that wait until their customer writes, the latest first."""
    return await _list(request, "undelivered.html")


async def show_undelivered_fragment(request: web.Request) -> web.Response:
    return await _list(request, "fragments/undelivered.html")


async def send_again(request: web.Request) -> web.StreamResponse:
    """Send one of them again. A second click finds it on its way and changes nothing."""
    house, visit = house_of(request), visit_of(request)
    message = int(request.match_info["message"])
    conversation = await house.ports.undelivered.send_again(message)
    told = "gone" if conversation is None else "sent"
    await house.ports.audit.record(
        AuditEntry(
            at=visit.now,
            by=visit.account.username,
            act="send_again",
            conversation=conversation,
            details={"message": message, "outcome": told},
        )
    )
    raise web.HTTPSeeOther(f"{PREFIX}/undelivered?told={told}")


async def _list(request: web.Request, template: str) -> web.Response:
    house, visit = house_of(request), visit_of(request)
    page = request.query.get("page", "")[:200] or None
    found = await house.ports.undelivered.page(visit.language, page=page)
    await house.looks.look(visit, "look_list", page="undelivered")
    told = TOLD.get(request.query.get("told", ""))
    return render(
        request,
        template,
        found=found,
        page=page,
        notice=say(visit.language, told) if told else "",
        waiting=len((await line_for(request, visit)).waiting),
    )
