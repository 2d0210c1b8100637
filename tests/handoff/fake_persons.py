"""Who people are, in memory: two proofs, a join that can be undone, a likely double, and archives of a few bytes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

from handoff.console.person_ports import Archive, PersonOutcome
from handoff.console.person_views import (
    Comparison,
    DoubleField,
    DoublePage,
    DoubleView,
    JoinView,
    PersonFile,
    ProofView,
    ReceiptView,
    Side,
)
from handoff.console.views import CustomerCard, Fact
from tests.handoff.fake_people import NOON

PROOF = ProofView(id=5, words="Même numéro WhatsApp, vérifié le 3 mai", level="channel", at=NOON, until=NOON + timedelta(days=90))
EXPIRED = replace(PROOF, id=4, words="Code reçu par SMS", level="challenge", until=NOON - timedelta(days=1), ended="expired")
REVOKED = replace(PROOF, id=3, words="Lien ouvert sur Telegram", level="linked", ended="revoked", ended_by="Maud Rivière")
JOIN = JoinView(id=9, sort="conversations", words="Même numéro WhatsApp", at=NOON, other="7", leaves=("WhatsApp",), can_undo=True)
ONE = Side(
    conversation=1,
    customer=CustomerCard(name="Camille Martin", evidence="channel", facts=(Fact(name="city", value="Lyon"),)),
    language="fr",
    last_at=NOON,
    lines=(("customer", "Bonjour"), ("bot", "Bonjour Camille !")),
    messages=12,
    open_cases=1,
)
OTHER = replace(ONE, conversation=2, customer=CustomerCard(name="Visiteur 2", identities=(("webchat", ""),)), messages=3)
DOUBLE = DoubleView(
    id=3,
    probability=0.93,
    reasons=(("même téléphone", True), ("autre lieu", False)),
    first="c1",
    second="c2",
    fields=(
        DoubleField(name="first_name", first="Camille", second="Camille"),
        DoubleField(name="city", first="Lyon", second="<b>Paris</b>"),
    ),
    first_conversation=1,
)
RECEIPT = ReceiptView(
    number="20261127-0badcafe",
    at=NOON,
    by="Ada",
    finished=True,
    counts={"messages": 12, "likely_doubles": 1},
    backups_until=NOON + timedelta(days=30),
    unreadable_until=NOON + timedelta(days=30),
)


class FakePersons:
    """`handoff.console.person_ports.Persons`: notes what it was asked; `refusal` is what it answers."""

    def __init__(self) -> None:
        self.known = PersonFile(proofs=(PROOF, EXPIRED, REVOKED), joins=(JOIN,))
        self.compared = Comparison(one=ONE, other=OTHER, goes_on=1)
        self.found = [DOUBLE]
        self.refusal = PersonOutcome(conversation=1, receipt=RECEIPT.number)
        self.asked: list[tuple[object, ...]] = []

    async def file(self, conversation: int, *, language: str) -> PersonFile:
        return self.known if conversation == 1 else PersonFile()

    async def revoke(self, conversation: int, proof: int, *, by: str) -> PersonOutcome:
        return self._asked("revoke", conversation, proof, by)

    async def undo(self, conversation: int, join: int, sort: str, *, by: str, why: str) -> PersonOutcome:
        return self._asked("undo", conversation, join, sort, by, why)

    async def compare(self, one: int, other: int, *, language: str) -> Comparison | None:
        return self.compared if {one, other} <= {1, 2} else None

    async def join(self, one: int, other: int, *, by: str, why: str, although_apart: bool) -> PersonOutcome:
        return self._asked("join", one, other, by, why, although_apart)

    async def doubles(self, state: str, *, language: str, page: str | None = None) -> DoublePage:
        return DoublePage(rows=[one for one in self.found if one.state == state], next="0.5_3" if page is None else None)

    async def accept(self, double: int, *, by: str, keep: str | None = None) -> PersonOutcome:
        return self._asked("accept", double, by, keep)

    async def reject(self, double: int, *, by: str) -> PersonOutcome:
        return self._asked("reject", double, by)

    async def archive(self, conversation: int, *, by: str) -> Archive | None:
        self._asked("archive", conversation, by)
        return Archive("person-1.zip", _pieces()) if conversation == 1 else None

    async def erase(self, conversation: int, *, by: str, cancel_appointments: bool) -> PersonOutcome:
        return self._asked("erase", conversation, by, cancel_appointments)

    async def receipt(self, number: str) -> ReceiptView | None:
        return RECEIPT if number == RECEIPT.number else None

    def _asked(self, *what: object) -> PersonOutcome:
        self.asked.append(what)
        return self.refusal


async def _pieces() -> AsyncGenerator[bytes, None]:
    for piece in (b"PK", b"archive"):
        yield piece
