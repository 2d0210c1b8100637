"""Conversations: the list of them all, and the one thread of a customer over every channel."""

from __future__ import annotations

import secrets
from typing import Any, get_args
from urllib.parse import urlencode

from aiohttp import web

from handoff.console.house import house_of
from handoff.console.pages import render
from handoff.console.queue import line_for, place_names
from handoff.console.rights import acts_offered, may_open
from handoff.console.views import ConversationFilter, Owner, Thread
from handoff.console.visit import Visit, visit_of
from handoff.console.words import LANGUAGES

LONGEST_ID = 15


async def show_conversations(request: web.Request) -> web.Response:
    """Every conversation, the bot's included, the latest first."""
    return await _list(request, "conversations.html")


async def show_conversations_fragment(request: web.Request) -> web.Response:
    return await _list(request, "fragments/conversations.html")


async def show_conversation(request: web.Request) -> web.Response:
    """One thread with everything that is known about it."""
    return await thread_page(request, "conversation.html")


async def show_conversation_fragment(request: web.Request) -> web.Response:
    return await thread_page(request, "fragments/conversation.html")


async def thread_page(
    request: web.Request,
    template: str,
    *,
    status: int = 200,
    notice: str = "",
    error: str = "",
    typed: dict[str, str] | None = None,
) -> web.Response:
    """The thread (or its live parts); `error` is shown beside the form, which keeps what was `typed` there."""
    house, visit = house_of(request), visit_of(request)
    conversation = await admitted(request, visit)
    before = request.query.get("before", "")
    thread = await house.ports.desk.thread(conversation, language=visit.language, before=int(before) if _is_id(before) else None)
    if thread is None:
        raise web.HTTPNotFound
    await house.looks.look(visit, "look", conversation=conversation)
    intents = await house.ports.corrections.intents(visit.language)
    return render(
        request,
        template,
        status=status,
        thread=thread,
        person=await house.ports.persons.file(thread.conversation, language=visit.language),
        offered=acts_offered(visit.account, thread.case, paused=thread.paused, now=visit.now),
        shape=_shape(thread),
        names=await place_names(request, visit),
        intents=intents,
        intent_label={intent.name: intent.label for intent in intents},
        waiting=len((await line_for(request, visit)).waiting),
        past=_is_id(before),
        nonce=secrets.token_urlsafe,
        notice=notice,
        error=error,
        typed=typed or {},
    )


async def admitted(request: web.Request, visit: Visit) -> int:
    """The conversation of the address, when it is open to this visitor. Raises not found, or forbidden."""
    if not _is_id(request.match_info["conversation"]):
        raise web.HTTPNotFound
    conversation = int(request.match_info["conversation"])
    cases = () if visit.account.manages else await house_of(request).ports.desk.cases_of(conversation)
    if not may_open(visit.account, cases, visit.now):
        raise web.HTTPForbidden(text="not_your_case")
    return conversation


async def _list(request: web.Request, template: str) -> web.Response:
    house, visit = house_of(request), visit_of(request)
    asked = request.query
    owner: Owner | None = next((o for o in get_args(Owner) if o == asked.get("owner")), None)
    wanted = ConversationFilter(
        owner=owner,
        channel=asked.get("channel", "")[:50] or None,
        language=asked["language"] if asked.get("language") in LANGUAGES else None,
        low_confidence=asked.get("low") == "1",
    )
    page = asked.get("page", "")[:200] or None
    found = await house.ports.desk.conversations(wanted, page=page)
    await house.looks.look(visit, "look_list", page="conversations")
    intents = await house.ports.corrections.intents(visit.language)
    values: dict[str, Any] = {
        "owner": wanted.owner or "",
        "channel": wanted.channel or "",
        "language": wanted.language or "",
        "low": "1" if wanted.low_confidence else "",
    }
    return render(
        request,
        template,
        found=found,
        wanted=wanted,
        page=page,
        query=urlencode({name: value for name, value in values.items() if value}),
        channels=await house.ports.desk.channels(),
        languages=LANGUAGES,
        owners=get_args(Owner),
        intent_label={intent.name: intent.label for intent in intents},
        counts=await house.ports.desk.counts(),
        waiting=len((await line_for(request, visit)).waiting),
    )


def _shape(thread: Thread) -> str:
    """What decides which forms are shown: while it stays the same, a live refresh leaves the forms alone."""
    case = thread.case
    held = f"{case.id}-{case.status}-{case.advisor}" if case else "none"
    return f"{thread.owner}-{thread.paused}-{held}-{thread.channel}-{bool(thread.cannot_write)}"


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID
