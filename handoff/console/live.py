"""News for open pages, as server-sent events: which part of a page has changed, never what it says.

The page then asks for that part again, through the same door and the same rights as the first time.
"""

from __future__ import annotations

from contextlib import aclosing

import orjson
from aiohttp import web

from handoff.console import sessions
from handoff.console.conversations import admitted
from handoff.console.house import house_of
from handoff.console.ports import Change
from handoff.console.visit import visit_of


async def listen(request: web.Request) -> web.StreamResponse:
    """The stream of changes for the page of one conversation (`/live/42`), or for the lists (`/live`)."""
    house, visit = house_of(request), visit_of(request)
    topics = {"queue"}
    if "conversation" in request.match_info:
        topics.add(f"conversation:{await admitted(request, visit)}")
    elif visit.account.manages:
        topics.add("conversations")
    house.streams.enter(visit.session.key)
    try:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",  # nginx would hold events back
                "X-Content-Type-Options": "nosniff",
            }
        )
        await response.prepare(request)
        await response.write(b"retry: 2000\nevent: hello\ndata: {}\n\n")
        async with aclosing(house.streams.news(house.ports.live.changes())) as news:
            async for change in news:
                if change is None:
                    if not await sessions.find(house, request, using=False):
                        await response.write(b"event: signed-out\ndata: {}\n\n")
                        break
                    await response.write(b": still here\n\n")
                elif change.topic in topics:
                    await response.write(_event(change))
    except ConnectionResetError:
        pass  # the page was closed, which is how most streams end
    finally:
        house.streams.leave(visit.session.key)
    return response


def _event(change: Change) -> bytes:
    return b"event: change\ndata: " + orjson.dumps({"topic": change.topic}) + b"\n\n"
