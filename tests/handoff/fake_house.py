"""Everything behind the console, in memory: accounts, a desk with its rules, training data, news and the audit.

`FakeHouse()` is a brand on a Friday noon with three customers waiting; `house.ports` is given to the console.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from handoff.case import OPEN, Case, HandoffContext
from handoff.console.attached import FileContent, StoredFile
from handoff.console.ports import (
    Act,
    ActOutcome,
    Change,
    ConsolePorts,
    Correction,
    IntentLabel,
)
from handoff.console.views import (
    AuditEntry,
    CaseRow,
    ConversationFilter,
    ConversationPage,
    ConversationRow,
    Counts,
    MessageView,
    StoreView,
    Thread,
)
from handoff.errors import AlreadyTaken, HandsFull, NotPossible
from handoff.ownership import Act as CaseAct
from handoff.ownership import after, speaker
from handoff.ports import Appointment
from handoff.routing import check_load
from tests.handoff.fake_accounts import FakeAccounts
from tests.handoff.fake_people import LYON_HOURS, MONTREAL_HOURS, NOON, PEOPLE
from tests.handoff.fake_persons import FakePersons
from tests.handoff.fake_scene import furnish
from tests.handoff.fake_thread import FakeConversation
from tests.handoff.fake_undelivered import FakeUndelivered


class FakeClock:
    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def advance(self, **amount: float) -> None:
        self.time += timedelta(**amount)


class FakeDesk:
    """The desk and the acts on it, with the product's own rules."""

    def __init__(self, house: FakeHouse) -> None:
        self.house = house
        self.threads: dict[int, FakeConversation] = {}
        self.diary: list[Appointment] = []
        self.done: dict[str, ActOutcome] = {}
        self.acts: list[Act] = []
        self.files: dict[int, tuple[StoredFile, FileContent]] = {}

    async def open_cases(self) -> Sequence[CaseRow]:
        return [
            CaseRow(
                case=thread.case,
                customer=thread.card.name,
                channel=thread.channel,
                last_text=_last_said(thread),
                advisor_name=_name(thread.case.advisor),
            )
            for thread in self.threads.values()
            if thread.case
        ]

    async def cases_of(self, conversation: int) -> Sequence[Case]:
        thread = self.threads.get(conversation)
        return tuple(thread.cases) if thread else ()

    async def conversations(self, wanted: ConversationFilter, *, page: str | None = None, limit: int = 40) -> ConversationPage:
        rows = [self._row(thread) for thread in self.threads.values()]
        rows = [
            row
            for row in sorted(rows, key=lambda row: row.last_at, reverse=True)
            if wanted.owner in (None, row.owner)
            and wanted.channel in (None, row.channel)
            and wanted.language in (None, row.language)
            and not (wanted.low_confidence and row.understood)
        ]
        start = int(page or 0)
        more = str(start + limit) if len(rows) > start + limit else None
        return ConversationPage(rows=rows[start : start + limit], next=more)

    async def thread(self, conversation: int, *, language: str, before: int | None = None, limit: int = 60) -> Thread | None:
        found = self.threads.get(conversation)
        if found is None:
            return None
        shown = [m for m in found.messages if before is None or m.id < before]
        return Thread(
            conversation=found.id,
            customer=found.card,
            owner=speaker(found.case),
            language=found.language,
            channel=found.channel,
            messages=shown[-limit:],
            more=len(shown) > limit,
            paused=found.paused,
            slots=found.slots,
            flow=found.flow,
            case=found.case,
            past_cases=[case for case in found.cases if case.status not in OPEN],
            appointments=found.appointments,
            cannot_write=found.cannot_write,
            names={account.username: account.name for account in PEOPLE.values()},
        )

    async def file(self, file: int) -> StoredFile | None:
        return self.files[file][0] if file in self.files else None

    async def content(self, file: StoredFile) -> FileContent | None:
        return self.files[file.id][1]

    async def stores(self, language: str) -> Sequence[StoreView]:
        services = {"fitting": "Essayage de chaussures" if language == "fr" else "Shoe fitting"}
        return [
            StoreView(id="lyon", name="Lyon Bellecour", hours=LYON_HOURS, services=services),
            StoreView(id="montreal", name="Montréal Saint-Laurent", hours=MONTREAL_HOURS, services=services),
        ]

    async def appointments(self, store: str, day: date) -> Sequence[Appointment]:
        return [a for a in self.diary if a.slot.store == store and a.slot.start.date() == day]

    async def counts(self) -> Counts:
        cases = [thread.case for thread in self.threads.values() if thread.case]
        return Counts(
            waiting=sum(case.status == "waiting" for case in cases),
            unanswered=sum(case.status == "unanswered" for case in cases),
            taken=sum(case.status == "taken" for case in cases),
            with_bot=sum(thread.case is None for thread in self.threads.values()),
            not_understood=sum(not self._row(thread).understood for thread in self.threads.values()),
        )

    async def channels(self) -> Sequence[str]:
        return ("telegram", "webchat")

    async def submit(self, act: Act) -> ActOutcome:
        if act.id not in self.done:
            # Storage waits here, so that two advisors really are in the middle of it at the same time.
            await asyncio.sleep(0)
            self.done[act.id] = self._do(act)
            self.acts.append(act)
            self.house.changed("queue", "conversations", f"conversation:{act.conversation}")
        return self.done[act.id]

    def says(self, conversation: int, text: str, **more: Any) -> None:
        """The customer writes, and every page hears of it."""
        self.put(self.threads[conversation], "customer", text, **more)
        self.house.changed("conversations", f"conversation:{conversation}")

    def _do(self, act: Act) -> ActOutcome:
        thread, now = self.threads[act.conversation], self.house.clock.now()
        if act.kind == "note":
            self.put(thread, "note", act.text, by=_name(act.by))
            return ActOutcome(status="done")
        if act.kind in ("pause", "resume"):
            thread.paused = act.kind == "pause"
            return ActOutcome(status="done")
        if act.kind == "answer" and thread.cannot_write:
            return ActOutcome(status="refused", reason="cannot_write", detail=thread.cannot_write)
        case = thread.case
        if case is None and act.kind == "takeover":
            case = self.opened(thread, reason="manager")
        if case is None:
            return ActOutcome(status="refused", reason="not_open")
        try:
            if act.kind == "take":
                check_load(PEOPLE[act.by].as_advisor(), self._load(act.by) if case.advisor != act.by else 0)
            done: CaseAct = "take_over" if act.kind == "takeover" else act.kind
            later = now + timedelta(minutes=5)
            changed = after(case, done, now=now, by=act.by, note=act.text, deadline=later)
        except AlreadyTaken as taken:
            return ActOutcome(status="refused", reason="taken", by=_name(taken.by))
        except NotPossible as problem:
            full = isinstance(problem, HandsFull)
            return ActOutcome(status="refused", reason="full" if full else "not_yours", detail=str(problem))
        thread.cases[thread.cases.index(case)] = changed
        if act.kind == "answer":
            self.put(thread, "advisor", act.text, by=_name(act.by), state="sent")
        return ActOutcome(status="done")

    def opened(self, thread: FakeConversation, *, reason: str = "asked", **context: Any) -> Case:
        """A case for that thread, waiting since now."""
        now = self.house.clock.now()
        known = {"summary": "", "language": thread.language} | context
        case = Case(
            id=100 + sum(len(one.cases) for one in self.threads.values()),
            conversation=thread.id,
            queue="general",
            status="waiting",
            context=HandoffContext(reason=reason, **known),
            opened_at=now,
            deadline=now + timedelta(minutes=5),
        )
        thread.cases.append(case)
        return case

    def _load(self, username: str) -> int:
        taken = [thread.case for thread in self.threads.values() if thread.case and thread.case.status == "taken"]
        return sum(case.advisor == username for case in taken)

    def put(self, thread: FakeConversation, author: Any, text: str, **more: Any) -> None:
        """One more message in the thread, now unless it says when."""
        number = 1 + max((m.id for one in self.threads.values() for m in one.messages), default=0)
        at = more.pop("at", self.house.clock.now())
        channel = more.pop("channel", thread.channel)
        thread.messages.append(MessageView(id=number, at=at, channel=channel, author=author, text=text, **more))

    def _row(self, thread: FakeConversation) -> ConversationRow:
        last = thread.messages[-1]
        meaning = next((m.meaning for m in reversed(thread.messages) if m.meaning), None)
        return ConversationRow(
            id=thread.id,
            customer=thread.card.name,
            channel=thread.channel,
            language=thread.language,
            owner=speaker(thread.case),
            last_at=last.at,
            last_author=last.author,
            last_text=last.text,
            paused=thread.paused,
            advisor=_name(thread.case.advisor) if thread.case and thread.case.advisor else None,
            intent=meaning.intent if meaning else None,
            confidence=meaning.confidence if meaning else None,
            understood=meaning.understood if meaning else True,
        )


class FakeCorrections:
    def __init__(self, desk: FakeDesk) -> None:
        self.desk = desk
        self.taught: list[tuple[str, str]] = []

    async def intents(self, language: str) -> Sequence[IntentLabel]:
        labels = {
            "book_appointment": ("Prendre rendez-vous", "Book an appointment"),
            "opening_hours": ("Horaires", "Opening hours"),
            "complaint": ("Réclamation", "Complaint"),
            "return_policy": ("Retours", "Returns"),
        }
        return [IntentLabel(name=name, label=both[language == "en"]) for name, both in labels.items()]

    async def correct(self, conversation: int, message: int, intent: str, *, by: str) -> Correction | None:
        thread = self.desk.threads[conversation]
        for index, found in enumerate(thread.messages):
            if found.id == message and found.author == "customer":
                already = (found.text, intent) in self.taught
                if not already:
                    self.taught.append((found.text, intent))
                thread.messages[index] = replace(found, corrected=intent)
                return Correction(message=message, intent=intent, already=already)
        return None


class FakeAudit:
    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    async def record(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    def acts(self, by: str) -> list[tuple[str, int | None]]:
        return [(entry.act, entry.conversation) for entry in self.entries if entry.by == by]


class FakeHouse:
    """The whole house behind one console."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.accounts = FakeAccounts()
        self.desk = FakeDesk(self)
        self.corrections = FakeCorrections(self.desk)
        self.undelivered = FakeUndelivered()
        self.persons = FakePersons()
        self.audit = FakeAudit()
        self.listeners: dict[int, asyncio.Queue[Change]] = defaultdict(asyncio.Queue)
        self.silent = asyncio.Event()
        """Set when no page listens."""
        self.ports = ConsolePorts(
            accounts=self.accounts,
            desk=self.desk,
            acts=self.desk,
            corrections=self.corrections,
            undelivered=self.undelivered,
            persons=self.persons,
            live=self,
            audit=self.audit,
            brand="Maison Orvelle",
        )
        furnish(self)

    def changed(self, *topics: str) -> None:
        for queue in self.listeners.values():
            for topic in topics:
                queue.put_nowait(Change(topic))

    async def changes(self) -> AsyncGenerator[Change, None]:
        number = 1 + max(self.listeners, default=0)
        queue = self.listeners[number]
        self.silent.clear()
        try:
            while True:
                yield await queue.get()
        finally:
            del self.listeners[number]
            if not self.listeners:
                self.silent.set()


def _last_said(thread: FakeConversation) -> str:
    return next((m.text for m in reversed(thread.messages) if m.author == "customer"), "")


def _name(username: str | None) -> str:
    return PEOPLE[username].name if username else ""
