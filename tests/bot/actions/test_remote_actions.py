"""Calling an action server: what it is told, and that nothing it does wrong comes further than its own action."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import Registry
from bot.actions.remote import ActionServer
from handoff.case import Line
from nlu.understanding import Entity, IntentGuess, Understanding
from tests.fakes.desk import FakeDesk
from tests.fakes.diary import FakeDiary
from tests.stories.story import demo

NOW = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
WORDS = "où est mon colis OR-123456"


class FakeActionServer:
    """Answers as it is told; remembers what it was sent."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.status, self.body, self.seconds = 200, b'{"events": [], "responses": []}', 0.0

    async def webhook(self, request: web.Request) -> web.Response:
        self.calls.append(await request.json())
        self.keys.append(request.headers["Idempotency-Key"])
        await asyncio.sleep(self.seconds)
        return web.Response(body=self.body, status=self.status, content_type="application/json")


@pytest.fixture
async def there() -> AsyncIterator[tuple[FakeActionServer, Registry]]:
    fake = FakeActionServer()
    app = web.Application()
    app.router.add_post("/webhook", fake.webhook)
    async with TestServer(app) as server:
        url = str(server.make_url("/webhook")) + "?key=very-secret"
        actions = ActionServer(url, demo()[1].domain, seconds=0.5, told={"intents": ["greet"]})
        yield fake, Registry(actions.actions(["action_track"]))
        await actions.close()


@pytest.fixture
def context() -> ActionContext:
    brand, _ = demo()
    start = WORDS.index("OR-")
    order = Entity("order_number", "OR-123456", "OR-123456", start, len(WORDS), source="regex")
    return ActionContext(
        now=NOW,
        language="fr",
        slots={"order_number": "OR-123456", "appointment_hour": {"at": "15:00"}},
        brand=brand,
        diary=cast("Any", FakeDiary),
        desk=cast("Any", FakeDesk),
        channel="telegram",
        transcript=lambda: (
            Line(at=NOW - timedelta(minutes=1), channel="webchat", author="bot", text="Bonjour !"),
            Line(at=NOW, channel="telegram", author="customer", text=WORDS),
        ),
        arguments={"flow": "track"},
        conversation="7",
        heard=Understanding(WORDS, "fr", (IntentGuess("order_status", 0.9),), (order,)),
        key="7-12-action_track-0",
    )


async def test_it_is_told_what_rasa_would_tell(there: tuple[FakeActionServer, Registry], context: ActionContext) -> None:
    fake, registry = there
    assert registry.is_outside("action_track")
    assert await registry.run_outside("action_track", context) == ActionResult()
    (call,), (key,) = fake.calls, fake.keys
    assert key == "7-12-action_track-0"
    assert (call["next_action"], call["sender_id"], call["domain"]) == ("action_track", "7", {"intents": ["greet"]})
    tracker = call["tracker"]
    assert tracker["slots"]["order_number"] == "OR-123456"
    assert tracker["slots"]["appointment_hour"] == {"at": "15:00"}
    assert tracker["slots"]["customer_name"] is None
    assert tracker["slots"]["language"] == "fr"
    latest = tracker["latest_message"]
    assert (latest["text"], latest["intent"]) == (WORDS, {"name": "order_status", "confidence": 0.9})
    assert [(each["entity"], each["value"]) for each in latest["entities"]] == [("order_number", "OR-123456")]
    assert latest["metadata"] == {"idempotency_key": key, "language": "fr", "flow": "track"}
    assert [(event["event"], event["text"]) for event in tracker["events"]] == [("bot", "Bonjour !"), ("user", WORDS)]
    assert tracker["latest_input_channel"] == "telegram"


async def test_a_timer_leads_to_an_action_without_words(there: tuple[FakeActionServer, Registry], context: ActionContext) -> None:
    fake, registry = there
    await registry.run_outside("action_track", replace(context, heard=None))
    assert fake.calls[0]["tracker"]["latest_message"]["text"] is None


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, b'{"error": "rejected"}', "rejected its own execution"),
        (404, b"{}", "knows no action of that name"),
        (500, b'{"error": "mon secret", "request_body": "ou est mon colis"}', "log says which"),
        (302, b"", "answers 302"),
        (200, b"<html>", "not JSON"),
        (200, b"[]", "/webhook"),
        (200, b'{"x": "' + b"a" * 1_100_000 + b'"}', "longer than a megabyte"),
    ],
)
async def test_what_goes_wrong_there_is_a_failed_action(
    there: tuple[FakeActionServer, Registry], context: ActionContext, status: int, body: bytes, told: str
) -> None:
    fake, registry = there
    fake.status, fake.body = status, body
    with capture_logs() as logs:
        result = await registry.run_outside("action_track", context)
    assert result == ActionResult(failed=True)
    (log,) = logs
    assert (log["event"], log["action"], log["conversation"]) == ("action_failed", "action_track", "7")
    assert told in log["why"]
    assert not any(word in str(logs) for word in ("secret", "colis"))


async def test_a_slow_one_is_not_waited_for(there: tuple[FakeActionServer, Registry], context: ActionContext) -> None:
    fake, registry = there
    fake.seconds = 30
    started = asyncio.get_running_loop().time()
    assert (await registry.run_outside("action_track", context)).failed
    assert asyncio.get_running_loop().time() - started < 2


async def test_one_that_is_away_is_a_failed_action(context: ActionContext) -> None:
    server = ActionServer("http://127.0.0.1:9/webhook?key=very-secret", demo()[1].domain, seconds=0.5)
    with capture_logs() as logs:
        assert (await server.run("action_track", context)).failed
    await server.close()
    assert "FILROUGE_ACTION_ENDPOINT" in logs[0]["why"]
    assert "secret" not in str(logs)
