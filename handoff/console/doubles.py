"""Profiles that are probably one person's: a manager sees them side by side and decides, once."""

from __future__ import annotations

from aiohttp import web

from handoff.console.house import house_of
from handoff.console.pages import render
from handoff.console.persons import record
from handoff.console.queue import line_for
from handoff.console.visit import PREFIX, form_of, visit_of
from handoff.console.words import has, say

STATES = ("open", "accepted", "rejected")


async def show_doubles(request: web.Request) -> web.Response:
    """Those that wait for somebody, or were decided, the most probable first."""
    house, visit = house_of(request), visit_of(request)
    state = next((known for known in STATES if known == request.query.get("state")), "open")
    page = request.query.get("page", "")[:200] or None
    found = await house.ports.persons.doubles(state, language=visit.language, page=page)
    await house.looks.look(visit, "look_list", page="doubles")
    told = f"double.told.{request.query.get('told', '')}"
    return render(
        request,
        "doubles.html",
        found=found,
        state=state,
        states=STATES,
        page=page,
        notice=say(visit.language, told) if has(told) else "",
        waiting=len((await line_for(request, visit)).waiting),
    )


async def decide(request: web.Request) -> web.StreamResponse:
    """One person, or two."""
    house, visit, form = house_of(request), visit_of(request), form_of(request)
    double, persons = int(request.match_info["double"]), house.ports.persons
    verdict, by = form.get("verdict"), visit.account.username
    if verdict == "one":
        outcome = await persons.accept(double, by=by, keep=form.get("keep") or None)
    elif verdict == "two":
        outcome = await persons.reject(double, by=by)
    else:
        raise web.HTTPBadRequest
    await record(request, f"double_{verdict}", outcome.conversation, outcome, double=double)
    told = outcome.reason or ("joined" if verdict == "one" else "apart_now")
    raise web.HTTPSeeOther(f"{PREFIX}/doubles?told={told}")
