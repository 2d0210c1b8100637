"""Messages that did not arrive, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handoff.console.views import UndeliveredPage, UndeliveredRow
from tests.handoff.fake_people import NOON

FAILED = UndeliveredRow(
    message=71,
    conversation=1,
    customer="Camille Martin",
    channel="whatsapp",
    account="fr",
    author="advisor",
    text="Votre pointure est arrivée !",
    state="failed",
    why="WhatsApp: not on WhatsApp (error 131026)",
    since=NOON - timedelta(minutes=5),
)
HELD = replace(
    FAILED,
    message=72,
    conversation=2,
    customer="Noé Blanc",
    account="",
    state="held",
    why="The message leaves as soon as they write.",
    maybe_taken=True,
)


class FakeUndelivered:
    """`handoff.console.ports.Undelivered`."""

    def __init__(self) -> None:
        self.rows = [FAILED, HELD]
        self.sent: list[int] = []

    async def page(self, language: str, *, page: str | None = None, limit: int = 40) -> UndeliveredPage:
        start = int(page or 0)
        more = str(start + limit) if len(self.rows) > start + limit else None
        return UndeliveredPage(rows=self.rows[start : start + limit], next=more)

    async def send_again(self, message: int) -> int | None:
        row = next((row for row in self.rows if row.message == message), None)
        if row is None:
            return None
        self.rows.remove(row)
        self.sent.append(message)
        return row.conversation
