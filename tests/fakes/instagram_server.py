"""A pretend Instagram messaging: `python -m tests.fakes.instagram_server --port 8084`."""

from __future__ import annotations

from typing import Any

from tests.fakes.messenger_server import FakeMessenger
from tests.fakes.meta_server import JSONObject, Sent, main

ACCOUNT_ID = "17841400000000001"


class FakeInstagram(FakeMessenger):
    """One account: as a page, but texts are counted in bytes, no metadata, and mentions are to be asked for."""

    takes_metadata = False
    longest = 1000
    kind = "instagram"

    def __init__(self, **how: Any) -> None:
        super().__init__(ACCOUNT_ID, **how)
        self.mentions: dict[str, JSONObject] = {}

    def measure(self, text: str) -> int:
        return len(text.encode())

    def _named(self, sent: Sent) -> JSONObject:
        return {}  # Instagram's echoes name nobody

    def _seen(self, sent: Sent) -> JSONObject:
        return self._told(sent.recipient, read={"mid": sent.id})

    def _check_window(self, body: JSONObject, who: str) -> None:
        if who in self.closed and body.get("messaging_type") != "MESSAGE_TAG":
            self.refuse("This message is sent outside of allowed window.", 10, 2534022)
        super()._check_window(body, who)

    async def other(self, method: str, path: str, body: JSONObject, query: JSONObject) -> JSONObject:
        fields = str(query.get("fields", ""))
        if method == "GET" and path == self.id and fields.startswith("mentioned_"):
            what, _, rest = fields.partition(".")
            asked = rest.partition("(")[2].partition(")")[0]
            return {what: self.mentions[asked], "id": self.id} if asked in self.mentions else {"id": self.id}
        return await super().other(method, path, body, query)


if __name__ == "__main__":
    main(FakeInstagram)
