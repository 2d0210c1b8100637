"""The fake Telegram's reins over HTTP, so that a test can hold them from another process."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from tests.fakes.telegram_server import FakeTelegram


def control_routes(telegram: FakeTelegram) -> list[web.RouteDef]:
    """POST bodies and answers are JSON: `says {chat, text}`, `presses {chat, message_id, token}`, `shares {chat, phone}`,
    `push {update}`, `redeliver {update}`, `fail {...Failure}`, `keys {honour}`, and GET `state`."""

    async def act(request: web.Request) -> web.Response:
        body = await request.json()
        match request.match_info["act"]:
            case "says":
                result: object = telegram.says(str(body["chat"]), body["text"])
            case "presses":
                result = telegram.presses(str(body["chat"]), body["message_id"], body["token"])
            case "shares":
                result = telegram.shares_contact(str(body["chat"]), body["phone"])
            case "push":
                result = telegram.push(body["update"])
            case "redeliver":
                result = None
                telegram.redeliver(body["update"])
            case "fail":
                result = None
                telegram.fail(**body)
            case "keys":
                telegram.honour_keys = result = bool(body["honour"])
            case _:
                raise web.HTTPNotFound
        return web.json_response({"result": result})

    async def state(_request: web.Request) -> web.Response:
        return web.json_response(
            {
                "sent": [asdict(sent) for sent in telegram.sent],
                "pending": telegram.pending,
                "duplicates": telegram.duplicates,
                "calls": telegram.calls,
                "attempts": {str(update): count for update, count in telegram.attempts.items()},
                "webhook": telegram.webhook[0] if telegram.webhook else None,
            }
        )

    return [web.post("/_control/{act}", act), web.get("/_control/state", state)]
