"""A store's day: who comes, when, for what; on screen or printed for the counter."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from handoff.console.house import house_of
from handoff.console.pages import read_day, render
from handoff.console.queue import line_for
from handoff.console.rights import may_see_store
from handoff.console.visit import visit_of
from handoff.hours import ALL_DAY, open_ranges


async def show_stores(request: web.Request) -> web.Response:
    """The stores whose days this account may see."""
    visit = visit_of(request)
    stores = await house_of(request).ports.desk.stores(visit.language)
    return render(
        request,
        "stores.html",
        stores=[store for store in stores if may_see_store(visit.account, store.id)],
        waiting=len((await line_for(request, visit)).waiting),
    )


async def show_store_day(request: web.Request) -> web.Response:
    """The appointments of one store on one of its local days, today unless asked otherwise."""
    house, visit = house_of(request), visit_of(request)
    stores = {store.id: store for store in await house.ports.desk.stores(visit.language)}
    store = stores.get(request.match_info["store"])
    if store is None:
        raise web.HTTPNotFound
    if not may_see_store(visit.account, store.id):
        raise web.HTTPForbidden(text="not_your_store")
    today = visit.now.astimezone(store.hours.tz).date()
    day = read_day(request.query.get("day"), today)
    await house.looks.look(visit, "look_day", store=store.id, day=day.isoformat())
    appointments = await house.ports.desk.appointments(store.id, day)
    ranges = open_ranges(store.hours, day)
    return render(
        request,
        "store_day.html",
        store=store,
        shown_day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        ranges=ranges,
        all_day=ranges == ALL_DAY,
        appointments=appointments,
        booked=sum(appointment.status == "booked" for appointment in appointments),
        several=any(appointment.slot.place for appointment in appointments),
        waiting=len((await line_for(request, visit)).waiting),
    )
