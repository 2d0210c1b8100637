"""Joining two conversations by hand: side by side first, and only by somebody who says why."""

from __future__ import annotations

import re

from aiohttp import web

from handoff.console.conversations import LONGEST_ID
from handoff.console.house import house_of
from handoff.console.pages import render
from handoff.console.persons import read_why, record, refusal_of
from handoff.console.queue import line_for
from handoff.console.visit import PREFIX, form_of, visit_of
from handoff.console.words import say

NUMBER = re.compile(r"(?:.*/conversations/)?(?P<number>\d{1,15})/?(?:[?#].*)?", re.ASCII)
"""A conversation's number, or the address of its page."""


async def show_join(request: web.Request) -> web.Response:
    """Two conversations side by side, or the question which the other is."""
    return await _page(request, request.query.get("with", ""))


async def join(request: web.Request) -> web.StreamResponse:
    """Make them one."""
    house, visit, form = house_of(request), visit_of(request), form_of(request)
    one, other = int(request.match_info["conversation"]), _number(form.get("with", ""))
    if other is None:
        return await _page(request, "", error=say(visit.language, "join.unreadable"), status=422)
    why = read_why(request)
    if not why:
        return await _page(request, str(other), error=say(visit.language, "person.why_missing"), status=422)
    although = form.get("although_apart") == "yes"
    outcome = await house.ports.persons.join(one, other, by=visit.account.username, why=why, although_apart=although)
    await record(request, "join", one, outcome, other=other)
    if outcome.reason:
        return await _page(request, str(other), error=refusal_of(outcome, visit.language), status=409)
    raise web.HTTPSeeOther(f"{PREFIX}/conversations/{outcome.conversation or one}")


async def _page(request: web.Request, asked: str, *, error: str = "", status: int = 200) -> web.Response:
    house, visit = house_of(request), visit_of(request)
    one, other = int(request.match_info["conversation"]), _number(asked)
    if await house.ports.desk.thread(one, language=visit.language, limit=1) is None:
        raise web.HTTPNotFound
    compared = None
    if other is not None:
        compared = await house.ports.persons.compare(one, other, language=visit.language)
        for number in (one, other):
            await house.looks.look(visit, "look", conversation=number)
    if asked and compared is None and not error:
        error = say(visit.language, "join.unreadable" if other is None else "person.refused.unknown")
    return render(
        request,
        "join.html",
        status=status,
        one=one,
        asked=asked[:200],
        compared=compared,
        error=error,
        typed=form_of(request).get("why", "") if request.method == "POST" else "",
        waiting=len((await line_for(request, visit)).waiting),
    )


def _number(text: str) -> int | None:
    found = NUMBER.fullmatch(text.strip()[:500])
    return int(found["number"]) if found and len(found["number"]) <= LONGEST_ID else None
