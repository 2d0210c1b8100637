"""Somebody in the brand's web chat, without a browser: what its page posts and what it is sent."""

from __future__ import annotations

import json
import urllib.request
import uuid
from http.cookiejar import CookieJar
from typing import Any

from bot.channels.webchat.translate import session_of
from tests.servers import Server

PATIENCE = 15.0


class WebVisitor:
    """One browser, with its cookies."""

    channel = "webchat"

    def __init__(self, server: Server) -> None:
        self._root = server.url
        self._jar = CookieJar()
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self._browser.addheaders = [("Accept-Language", "fr"), ("Origin", server.url)]
        self._browser.open(f"{self._root}/", timeout=PATIENCE).close()

    @property
    def sender(self) -> str:
        session = session_of(next(cookie.value for cookie in self._jar if cookie.name == "filrouge_chat"))
        assert session is not None
        return session

    def says(self, text: str) -> None:
        self._post("/chat/messages", {"id": uuid.uuid4().hex, "text": text})

    def presses(self, title: str) -> None:
        offered = [button for line in self.lines() for button in line["buttons"] if button["title"] == title]
        if not offered:
            raise LookupError(f"{title} is not on the page")
        self._post("/chat/messages", {"id": uuid.uuid4().hex, "press": offered[-1]["token"], "title": title})

    def answers(self) -> list[str]:
        return [line["text"] for line in self.lines() if line["direction"] == "out"]

    def goes_on_at(self, channel: str) -> str:
        """The address the page opens for whoever wants to go on elsewhere."""
        return str(self._post("/chat/continue", {"channel": channel})["url"])

    def lines(self) -> list[dict[str, Any]]:
        """Everything the page shows."""
        found: list[dict[str, Any]] = []
        with self._browser.open(f"{self._root}/chat/events", timeout=PATIENCE) as stream:
            event = ""
            for raw in stream:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event == "line":
                    found.append(json.loads(line.removeprefix("data: ")))
                elif line.startswith("data: ") and event == "ready":
                    return found
        raise AssertionError("the stream ended before it was ready")

    def _post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            f"{self._root}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with self._browser.open(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())
