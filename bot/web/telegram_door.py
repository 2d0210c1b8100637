"""Telegram's webhook: check the secret, translate, put in the inbox, answer 200."""

from __future__ import annotations

import orjson
import structlog
from aiohttp import web

from bot import metrics
from bot.channels.telegram.translate import read_body as read_update
from bot.channels.telegram.transport import SECRET_HEADER, TelegramChannel, check_secret
from bot.clock import Clock
from bot.web.inbox_door import InboxDoor
from bot.web.rest import Refusal, json_response, read_body

log = structlog.get_logger(__name__)

PATH = "/webhooks/telegram"
MAX_BODY = 1024 * 1024


class TelegramDoor:
    """The handler of `/webhooks/telegram`."""

    def __init__(self, door: InboxDoor, channel: TelegramChannel, clock: Clock, *, secret: str) -> None:
        self._door, self._channel, self._clock, self._secret = door, channel, clock, secret

    async def handle(self, request: web.Request) -> web.Response:
        """Take one update. Telegram repeats it until it gets a 2xx, and gets one only once the message is committed."""
        if not check_secret(request.headers.get(SECRET_HEADER), self._secret):
            metrics.REFUSED.labels("telegram", "401").inc()
            return json_response({"error": "the secret token is missing or wrong"}, status=401)
        try:
            body = await read_body(request, MAX_BODY)
            update = orjson.loads(body)
        except Refusal as refusal:
            return json_response({"error": refusal.why}, status=refusal.status)
        except orjson.JSONDecodeError:
            metrics.REFUSED.labels("telegram", "400").inc()
            return json_response({"error": "the body is not JSON"}, status=400)
        reading = read_update(update, received_at=self._clock.now(), account=self._channel.account)
        if reading.unread:
            # Its chat would wait for hours behind a refused update: it is kept as it came, and let go there.
            await self._door.keep_unreadable(self._channel.name, self._channel.account, [body.decode()])
            log.warning("telegram_update_unreadable", why=reading.unread[0].why)
        await self._door.accept_all(reading.messages)
        self._channel.stop_spinning(reading)
        return json_response({"ok": True})
