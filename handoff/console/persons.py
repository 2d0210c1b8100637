"""Deciding about a person from their conversation: a proof that counts no longer, a join that is undone."""

from __future__ import annotations

from aiohttp import web

from handoff.console.conversations import admitted, thread_page
from handoff.console.house import house_of
from handoff.console.person_ports import PersonOutcome
from handoff.console.views import AuditEntry
from handoff.console.visit import PREFIX, Visit, form_of, visit_of, wants_fragment
from handoff.console.words import say

LONGEST_WHY = 300


async def revoke(request: web.Request) -> web.StreamResponse:
    """Let a proof count no longer."""
    house, visit = house_of(request), visit_of(request)
    conversation = await admitted(request, visit)
    proof = int(request.match_info["proof"])
    outcome = await house.ports.persons.revoke(conversation, proof, by=visit.account.username)
    await record(request, "revoke_proof", conversation, outcome, proof=proof)
    return await _show(request, visit, conversation, outcome, "proof.revoked")


async def undo(request: web.Request) -> web.StreamResponse:
    """Make two again of what was joined; somebody must say why."""
    house, visit = house_of(request), visit_of(request)
    conversation = await admitted(request, visit)
    join, sort = int(request.match_info["join"]), request.match_info["sort"]
    why = read_why(request)
    if not why:
        error = say(visit.language, "person.why_missing")
        return await thread_page(request, _template(request), status=422, error=error)
    outcome = await house.ports.persons.undo(conversation, join, sort, by=visit.account.username, why=why)
    await record(request, "undo_join", conversation, outcome, join=join, sort=sort)
    return await _show(request, visit, conversation, outcome, "join.undone")


def read_why(request: web.Request) -> str:
    """The reason that was typed, on one line."""
    return " ".join(form_of(request).get("why", "").split())[:LONGEST_WHY]


async def record(request: web.Request, act: str, conversation: int | None, outcome: PersonOutcome, **about: object) -> None:
    """Add a decision about a person to the record."""
    house, visit = house_of(request), visit_of(request)
    details = {**about, "outcome": outcome.reason or "done"}
    entry = AuditEntry(at=visit.now, by=visit.account.username, act=act, conversation=conversation, details=details)
    await house.ports.audit.record(entry)


def refusal_of(outcome: PersonOutcome, language: str) -> str:
    """Why a decision was not carried out, in words."""
    return say(language, f"person.refused.{outcome.reason}")


def _template(request: web.Request) -> str:
    return "fragments/conversation.html" if wants_fragment(request) else "conversation.html"


async def _show(request: web.Request, visit: Visit, conversation: int, outcome: PersonOutcome, told: str) -> web.StreamResponse:
    if outcome.reason:
        error = refusal_of(outcome, visit.language)
        return await thread_page(request, _template(request), status=409, error=error)
    if not wants_fragment(request):
        raise web.HTTPSeeOther(f"{PREFIX}/conversations/{conversation}")
    return await thread_page(request, _template(request), notice=say(visit.language, told))
