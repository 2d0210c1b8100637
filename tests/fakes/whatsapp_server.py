"""A pretend WhatsApp Cloud API: `python -m tests.fakes.whatsapp_server --port 8082`."""

from __future__ import annotations

from typing import Any

from tests.fakes.meta_server import FakeGraph, JSONObject, Sent, main

PHONE_NUMBER_ID = "106540352242922"


class FakeWhatsApp(FakeGraph):
    """One number: checks what is sent to it as the platform does."""

    files_need_token = True

    def __init__(self, **how: Any) -> None:
        super().__init__(PHONE_NUMBER_ID, **how)
        self.templates = {"reprise", "rappel"}
        self.configured = {"application": "https://bot.orvelle.example/webhooks/whatsapp"}
        """Where the number's webhooks go."""

    def recipient_of(self, body: JSONObject) -> str:
        return str(body.get("to") or body.get("recipient"))

    def customer_says(self, customer: str, text: str) -> JSONObject:
        return self._brought(customer, {"type": "text", "text": {"body": text}})

    def customer_presses(self, customer: str, title: str, token: str) -> JSONObject:
        kind = next(s.body["interactive"]["type"] for s in reversed(self.sent) if token in s.tokens)
        reply = {"button": "button_reply", "list": "list_reply"}[kind]
        pressed = {"type": reply, reply: {"id": token, "title": title}}
        return self._brought(customer, {"type": "interactive", "interactive": pressed})

    def became_of(self, sent: Sent) -> list[JSONObject]:
        return [
            self._told(
                {
                    "statuses": [
                        {
                            "id": sent.id,
                            "status": state,
                            "timestamp": str(self.next_moment()),
                            "recipient_id": sent.recipient,
                            "biz_opaque_callback_data": sent.body.get("biz_opaque_callback_data", ""),
                        }
                    ]
                }
            )
            for state in ("sent", "delivered", "read")
        ]

    def _brought(self, customer: str, said: JSONObject) -> JSONObject:
        who = {"from": customer} if customer.isdecimal() else {"from_user_id": customer}
        known = {"wa_id": customer} if customer.isdecimal() else {"user_id": customer}
        message = who | {"id": self.next_id("wamid.IN"), "timestamp": str(self.next_moment())} | said
        return self._told({"contacts": [known | {"profile": {"name": "Camille Roussel"}}], "messages": [message]})

    def _told(self, value: JSONObject) -> JSONObject:
        metadata = {"display_phone_number": "33639980000", "phone_number_id": self.id}
        change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata} | value}
        return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}

    def is_courtesy(self, body: JSONObject) -> bool:
        return "status" in body

    async def send(self, body: JSONObject, key: str) -> JSONObject:
        if body.get("messaging_product") != "whatsapp":
            self.refuse("The parameter messaging_product is required.")
        if ("to" in body) == ("recipient" in body):
            self.refuse("One of to and recipient is required.", 131008)
        if len(body.get("biz_opaque_callback_data", "")) > 512:
            self.refuse("biz_opaque_callback_data is too long")
        reader = {"text": self._text, "interactive": self._interactive, "template": self._template}.get(body.get("type", ""))
        if reader is None:
            self.refuse("Unsupported message type", 131051)
        text, titles, tokens = reader(body[body["type"]])
        message_id = self.next_id("wamid.HBgL")
        self.show(Sent(self.recipient_of(body), text, key, message_id, titles, tokens, body))
        contact = {"input": self.recipient_of(body), "wa_id": self.recipient_of(body)}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message_id}]}

    async def other(self, method: str, path: str, body: JSONObject, query: JSONObject) -> JSONObject:
        if method == "POST" and body.get("status") == "read":
            if not str(body.get("message_id", "")).startswith("wamid."):
                self.refuse("Invalid message id", 131009)
            self.acts.append(body)
            return {"success": True}
        if method == "GET" and path in self.files:
            content, mime_type = self.files[path]
            return {"url": f"{self.root}/files/{path}", "mime_type": mime_type, "file_size": len(content), "id": path}
        if method == "GET" and path == self.id and query.get("fields") == "webhook_configuration":
            return {"webhook_configuration": self.configured, "id": self.id}
        if method == "GET" and path == self.id:
            return {"display_phone_number": "+33 6 39 98 00 00", "verified_name": "Orvelle", "id": self.id}
        return await super().other(method, path, body, query)

    def _text(self, text: JSONObject) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        self._length(text["body"], 4096, "text.body")
        return text["body"], (), ()

    def _interactive(self, said: JSONObject) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        text = said["body"]["text"]
        self._length(text, 1024, "interactive.body")
        action = said["action"]
        if said["type"] == "button":
            replies = [button["reply"] for button in action["buttons"]]
            shown = [(reply["title"], reply["id"]) for reply in replies]
            if not 1 <= len(shown) <= 3 or len({title for title, _ in shown}) < len(shown):
                self.refuse("Between one and three buttons with different titles", 131009)
            self._choices(shown, 20, 256)
        elif said["type"] == "list":
            rows = [row for section in action["sections"] for row in section["rows"]]
            shown = [(row["title"], row["id"]) for row in rows]
            if not 1 <= len(rows) <= 10 or len({row["id"] for row in rows}) < len(rows):
                self.refuse("Between one and ten rows with different ids", 131009)
            self._length(action["button"], 20, "action.button")
            self._choices(shown, 24, 200)
            for row in rows:
                self._length(row.get("description", "-"), 72, "row.description")
        elif said["type"] == "cta_url":
            page = action["parameters"]
            self._length(page["display_text"], 20, "display_text")
            shown = [(page["display_text"], page["url"])]
        else:
            self.refuse("Unsupported interactive type", 131051)
        return text, tuple(title for title, _ in shown), tuple(token for _, token in shown)

    def _template(self, template: JSONObject) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        if template["name"] not in self.templates or not template["language"]["code"]:
            self.refuse("Template name does not exist in the translation", 132001)
        parameters = [p["text"] for c in template.get("components", []) if c["type"] == "body" for p in c["parameters"]]
        if any("\n" in text or "\t" in text or "    " in text for text in parameters):
            self.refuse("Parameter format does not match", 132018)
        return f"[{template['name']}] {' | '.join(parameters)}", (), ()

    def _choices(self, shown: list[tuple[str, str]], title: int, token: int) -> None:
        for words, given in shown:
            self._length(words, title, "title")
            self._length(given, token, "id")

    def _length(self, text: str, most: int, what: str) -> None:
        if not text.strip() or len(text) > most:
            self.refuse(f"{what}: length must be between 1 and {most}", 131009)


if __name__ == "__main__":
    main(FakeWhatsApp)
