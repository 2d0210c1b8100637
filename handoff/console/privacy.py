"""Handing a person everything that is kept of them, and erasing them: for administrators, and never by a slip."""

from __future__ import annotations

from contextlib import aclosing

from aiohttp import web

from handoff.console.house import house_of
from handoff.console.pages import render
from handoff.console.persons import refusal_of
from handoff.console.queue import line_for
from handoff.console.visit import PREFIX, form_of, visit_of
from handoff.console.words import say


async def export(request: web.Request) -> web.StreamResponse:
    """The archive of a conversation's person, as it is made. The port records that it is handed out."""
    house, visit = house_of(request), visit_of(request)
    archive = await house.ports.persons.archive(int(request.match_info["conversation"]), by=visit.account.username)
    if archive is None:
        raise web.HTTPNotFound
    response = web.StreamResponse()
    response.content_type = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{archive.name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    await response.prepare(request)
    async with aclosing(archive.pieces) as pieces:
        async for piece in pieces:
            await response.write(piece)
    await response.write_eof()
    return response


async def show_erase(request: web.Request) -> web.Response:
    """What would go, and the word to type."""
    return await _page(request)


async def erase(request: web.Request) -> web.StreamResponse:
    """Erase a conversation's person, when the word was typed."""
    house, visit, form = house_of(request), visit_of(request), form_of(request)
    if form.get("word", "").strip().casefold() != say(visit.language, "erase.word").casefold():
        return await _page(request, error=say(visit.language, "erase.other_word"), status=422)
    outcome = await house.ports.persons.erase(
        int(request.match_info["conversation"]),
        by=visit.account.username,
        cancel_appointments=form.get("cancel_appointments") == "yes",
    )
    if outcome.reason:
        return await _page(request, error=refusal_of(outcome, visit.language), status=409)
    raise web.HTTPSeeOther(f"{PREFIX}/erasures/{outcome.receipt}")


async def show_receipt(request: web.Request) -> web.Response:
    """What is left of somebody who was erased."""
    house, visit = house_of(request), visit_of(request)
    receipt = await house.ports.persons.receipt(request.match_info["receipt"])
    if receipt is None:
        raise web.HTTPNotFound
    return render(request, "receipt.html", receipt=receipt, waiting=len((await line_for(request, visit)).waiting))


async def _page(request: web.Request, *, error: str = "", status: int = 200) -> web.Response:
    house, visit = house_of(request), visit_of(request)
    conversation = int(request.match_info["conversation"])
    thread = await house.ports.desk.thread(conversation, language=visit.language, limit=1)
    if thread is None:
        raise web.HTTPNotFound
    await house.looks.look(visit, "look", conversation=conversation)
    return render(
        request,
        "erase.html",
        status=status,
        thread=thread,
        coming=[one for one in thread.appointments if one.status == "booked" and one.slot.start > visit.now],
        error=error,
        waiting=len((await line_for(request, visit)).waiting),
    )
