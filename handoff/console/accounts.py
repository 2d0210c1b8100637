"""The list of accounts, for administrators."""

from __future__ import annotations

from aiohttp import web

from handoff.console.house import house_of
from handoff.console.pages import render
from handoff.console.queue import line_for
from handoff.console.visit import visit_of


async def show_accounts(request: web.Request) -> web.Response:
    """Who may sign in, as what, and when they were last seen."""
    return render(
        request,
        "accounts.html",
        rows=await house_of(request).ports.accounts.accounts(),
        waiting=len((await line_for(request, visit_of(request))).waiting),
    )
