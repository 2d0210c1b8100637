"""A pretend Messenger Platform: `python -m tests.fakes.messenger_server --port 8083`."""

from __future__ import annotations

from typing import Any

from tests.fakes.meta_server import APP_ID, FakeGraph, JSONObject, Sent, main

PAGE_ID = "100200300400500"


class FakeMessenger(FakeGraph):
    """One page: checks what is sent from it as the platform does."""

    takes_metadata = True
    comments_taken = 1

    def __init__(self, account_id: str = PAGE_ID, **how: Any) -> None:
        super().__init__(account_id, **how)
        self.closed: set[str] = set()
        """Customers whose window has closed: only a person's words reach them."""
        self.answered: list[str] = []
        """Comments that were answered in private."""
        self.subscribed = ["messages", "feed"]
        """The fields our application gets."""

    def measure(self, text: str) -> int:
        return len(text)

    longest = 2000
    kind = "page"

    def recipient_of(self, body: JSONObject) -> str:
        recipient = body.get("recipient", {})
        return str(next(iter(recipient.values()), ""))

    def customer_says(self, customer: str, text: str) -> JSONObject:
        return self._told(customer, message={"mid": self.next_id("m_in"), "text": text})

    def customer_presses(self, customer: str, title: str, token: str) -> JSONObject:
        message = next(s.body["message"] for s in reversed(self.sent) if token in s.tokens)
        if "attachment" in message:
            return self._told(customer, postback={"mid": self.next_id("m_in"), "title": title, "payload": token})
        return self._told(customer, message={"mid": self.next_id("m_in"), "text": title, "quick_reply": {"payload": token}})

    def became_of(self, sent: Sent) -> list[JSONObject]:
        echo = self._told(sent.recipient, message={"mid": sent.id, "is_echo": True, "text": sent.text} | self._named(sent))
        event = echo["entry"][0]["messaging"][0]
        event["sender"], event["recipient"] = event["recipient"], event["sender"]
        return [echo, self._seen(sent)]

    def _named(self, sent: Sent) -> JSONObject:
        """What an echo tells of who sent it."""
        return {"app_id": int(APP_ID), "metadata": sent.body["message"].get("metadata", "")}

    def _seen(self, sent: Sent) -> JSONObject:
        return self._told(sent.recipient, read={"watermark": self.next_moment() * 1000})

    def _told(self, customer: str, **event: JSONObject) -> JSONObject:
        at = self.next_moment() * 1000
        told = {"sender": {"id": customer}, "recipient": {"id": self.id}, "timestamp": at, **event}
        return {"object": self.kind, "entry": [{"id": self.id, "time": at + 40, "messaging": [told]}]}

    def is_courtesy(self, body: JSONObject) -> bool:
        return "sender_action" in body

    async def send(self, body: JSONObject, key: str) -> JSONObject:
        recipient, message = body["recipient"], body["message"]
        if set(recipient) - {"id", "user_ref", "comment_id"} or len(recipient) != 1:
            self.refuse("Param recipient must be one of id, user_ref, comment_id")
        if "comment_id" in recipient:
            if recipient["comment_id"] in self.answered:
                self.refuse("Activity already replied to", 10900)
            self.answered.append(recipient["comment_id"])
        self._check_window(body, self.recipient_of(body))
        if set(message) - {"text", "quick_replies", "attachment", "metadata"}:
            self.refuse("Unknown field in message")
        if "metadata" in message and (not self.takes_metadata or len(message["metadata"]) > 1000):
            self.refuse("Invalid metadata")
        text, choices = self._template(message) if "attachment" in message else self._plain(message)
        mid = self.next_id("m_")
        titles, tokens = tuple(title for title, _ in choices), tuple(token for _, token in choices)
        self.show(Sent(self.recipient_of(body), text, key, mid, titles, tokens, body))
        return {"recipient_id": self.recipient_of(body), "message_id": mid}

    def _check_window(self, body: JSONObject, who: str) -> None:
        tagged = body.get("messaging_type") == "MESSAGE_TAG"
        if tagged and body.get("tag") != "HUMAN_AGENT":
            self.refuse("This tag is no longer supported")
        if not tagged and body.get("messaging_type") != "RESPONSE":
            self.refuse("Invalid messaging_type")
        if who in self.closed and not tagged:
            self.refuse("This message is sent outside of allowed window.", 10, 2018278)

    def _plain(self, message: JSONObject) -> tuple[str, list[tuple[str, str]]]:
        text = message["text"]
        self._length(text, self.longest, "text", bytes_too=True)
        replies = message.get("quick_replies", [])
        if len(replies) > 13 or any(reply["content_type"] != "text" for reply in replies):
            self.refuse("quick_replies: at most 13 of text")
        for reply in replies:
            self._length(reply["title"], 20, "title")
            self._length(reply["payload"], 1000, "payload")
        return text, [(reply["title"], reply["payload"]) for reply in replies]

    def _template(self, message: JSONObject) -> tuple[str, list[tuple[str, str]]]:
        payload = message["attachment"]["payload"]
        if payload["template_type"] != "button" or not 1 <= len(payload["buttons"]) <= 3 or "quick_replies" in message:
            self.refuse("A button template has one to three buttons")
        self._length(payload["text"], 640, "text")
        for button in payload["buttons"]:
            self._length(button["title"], 20, "title")
            if button["type"] not in ("postback", "web_url"):
                self.refuse("Unknown type of button")
        return payload["text"], [(button["title"], button.get("payload") or button["url"]) for button in payload["buttons"]]

    async def other(self, method: str, path: str, body: JSONObject, query: JSONObject) -> JSONObject:
        if method == "POST" and body.get("sender_action") in ("typing_on", "typing_off", "mark_seen"):
            if "message" in body or self.recipient_of(body) == "404":
                self.refuse("No matching user found", 100, 2018001)
            self.acts.append(body)
            return {"recipient_id": self.recipient_of(body)}
        if method == "GET" and path == f"{self.id}/subscribed_apps":
            return {"data": [{"id": APP_ID, "subscribed_fields": self.subscribed}]}
        if method == "GET" and path == self.id:
            return {"id": self.id, "name": "Orvelle", "username": "orvelle"}
        if method == "GET" and path == "24601":
            return {"id": path} | dict.fromkeys(query["fields"].split(","), "Camille")
        return await super().other(method, path, body, query)

    def _length(self, text: str, most: int, what: str, *, bytes_too: bool = False) -> None:
        length = self.measure(text) if bytes_too else len(text)
        if not text.strip() or length > most:
            self.refuse(f"Param {what} must be between 1 and {most}")


if __name__ == "__main__":
    main(FakeMessenger)
