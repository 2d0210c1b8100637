"""Acting on a conversation: take, answer, note, hand on, close, pause; and teaching the bot what a message meant.

The form carries an id made for it, so a double click, a retry after a lost connection or a reload is the same act.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from aiohttp import web

from handoff.console.conversations import admitted, thread_page
from handoff.console.house import house_of
from handoff.console.ports import Act, ActKind, ActOutcome
from handoff.console.rights import kinds_for
from handoff.console.views import AuditEntry
from handoff.console.visit import PREFIX, Visit, form_of, visit_of, wants_fragment
from handoff.console.words import say

LONGEST: Mapping[ActKind, int] = {"answer": 4000, "note": 2000, "give_back": 300}
NEEDS_TEXT: frozenset[ActKind] = frozenset({"answer", "note"})
FORM_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


async def act(request: web.Request) -> web.StreamResponse:
    """Do what the form asks to the conversation, and show what became of it."""
    house, visit, form = house_of(request), visit_of(request), form_of(request)
    conversation = await admitted(request, visit)
    wanted = _read(form, visit, conversation)
    problem = _problem(wanted, visit)
    if problem:
        return await _show(request, wanted, error=problem, status=422)
    outcome = await house.ports.acts.submit(wanted)
    await house.ports.audit.record(
        AuditEntry(
            at=visit.now,
            by=visit.account.username,
            act=wanted.kind,
            conversation=conversation,
            details={"outcome": outcome.status, "case": wanted.case, "act": wanted.id},
        )
    )
    if outcome.status == "refused":
        return await _show(request, wanted, error=_why(visit, outcome), status=409)
    if not wants_fragment(request):
        raise web.HTTPSeeOther(f"{PREFIX}/conversations/{conversation}")
    done = "pending" if outcome.status == "pending" else wanted.kind
    return await _show(request, None, notice=say(visit.language, f"done.{done}"))


async def correct(request: web.Request) -> web.StreamResponse:
    """Teach the bot what one of the conversation's messages meant."""
    house, visit, form = house_of(request), visit_of(request), form_of(request)
    conversation = await admitted(request, visit)
    message = int(request.match_info["message"])
    intents = {intent.name: intent.label for intent in await house.ports.corrections.intents(visit.language)}
    by_label = {name.casefold(): intent for intent, name in intents.items()}
    asked = form.get("intent", "").strip() or form.get("other", "").strip()
    intent = asked if asked in intents else by_label.get(asked.casefold(), "")
    if not intent:
        return await _show(request, None, error=say(visit.language, "meaning.unknown"), status=422)
    done = await house.ports.corrections.correct(conversation, message, intent, by=visit.account.username)
    if done is None:
        raise web.HTTPNotFound
    await house.ports.audit.record(
        AuditEntry(
            at=visit.now,
            by=visit.account.username,
            act="correct",
            conversation=conversation,
            details={"message": message, "intent": intent, "already": done.already},
        )
    )
    if not wants_fragment(request):
        raise web.HTTPSeeOther(f"{PREFIX}/conversations/{conversation}#m{message}")
    told = "meaning.already" if done.already else "meaning.thanks"
    return await _show(request, None, notice=say(visit.language, told, intent=intents[intent]))


def _read(form: Mapping[str, str], visit: Visit, conversation: int) -> Act:
    kind = next((known for known in get_args(ActKind) if known == form.get("kind")), None)
    if kind is None or not FORM_ID.fullmatch(form.get("id", "")):
        raise web.HTTPBadRequest
    text = form.get("line" if kind == "give_back" else "text", "").strip()
    if kind == "give_back":
        text = " ".join(text.split())
    case = form.get("case", "")
    return Act(
        # Bound to the account: nobody can use up the id of somebody else's form.
        id=f"{visit.account.username}:{form['id']}",
        by=visit.account.username,
        at=visit.now,
        conversation=conversation,
        kind=kind,
        text=text if kind in LONGEST else "",
        case=int(case) if case.isascii() and case.isdigit() and len(case) < 16 else None,
    )


def _problem(wanted: Act, visit: Visit) -> str:
    """What is wrong with the form, in the reader's words; empty when nothing is."""
    if wanted.kind not in kinds_for(visit.account):
        return say(visit.language, "refused.not_allowed")
    if wanted.kind in NEEDS_TEXT and not wanted.text:
        return say(visit.language, "refused.empty")
    limit = LONGEST.get(wanted.kind, 0)
    if len(wanted.text) > limit:
        return say(visit.language, "refused.too_long", length=len(wanted.text), limit=limit)
    return ""


def _why(visit: Visit, outcome: ActOutcome) -> str:
    reason = outcome.reason or "conflict"
    return say(visit.language, f"refused.{reason}", by=outcome.by or "?", detail=outcome.detail)


async def _show(
    request: web.Request, wanted: Act | None, *, error: str = "", notice: str = "", status: int = 200
) -> web.Response:
    template = "fragments/conversation.html" if wants_fragment(request) else "conversation.html"
    typed: dict[str, str] = {wanted.kind: wanted.text} if wanted else {}
    return await thread_page(request, template, status=status, error=error, notice=notice, typed=typed)
