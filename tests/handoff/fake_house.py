"""Everything behind the console, in memory: accounts, a desk with its rules, training data, news and the audit.

`FakeHouse()` is a brand on a Friday noon with three customers waiting; `house.ports` is given to the console.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher

from handoff.case import OPEN, Case, HandoffContext
from handoff.console.ports import (
    Act,
    ActOutcome,
    Attempts,
    Change,
    ConsolePorts,
    Correction,
    IntentLabel,
    Session,
)
from handoff.console.views import (
    Account,
    AccountRow,
    AuditEntry,
    CaseRow,
    ConversationFilter,
    ConversationPage,
    ConversationRow,
    Counts,
    CustomerCard,
    Fact,
    Meaning,
    MessageView,
    NamedText,
    StoreView,
    Thread,
    Trace,
)
from handoff.errors import AlreadyTaken, NotPossible
from handoff.hours import OpeningHours, read_range
from handoff.ownership import Act as CaseAct
from handoff.ownership import after, speaker
from handoff.ports import Appointment, Slot
from handoff.routing import check_load

NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
PASSWORD = "un long mot de passe"

INES = Account(username="ines", name="Inès Faure", role="advisor", skills=frozenset({"complaint"}))
TOM = Account(username="tom", name="Tom Weber", role="advisor", stores=frozenset({"lyon"}), languages=frozenset({"fr"}))
MAUD = Account(username="maud", name="Maud Petit", role="community_manager")
ADA = Account(username="ada", name="Ada Roy", role="admin")
PEOPLE = {account.username: account for account in (INES, TOM, MAUD, ADA)}

LYON_HOURS = OpeningHours(
    zone="Europe/Paris",
    week=dict.fromkeys(range(6), (read_range("10:00-13:00"), read_range("14:00-19:00"))),
    country="FR",
)
MONTREAL_HOURS = OpeningHours(zone="America/Toronto", week=dict.fromkeys(range(7), (read_range("09:30-18:00"),)))


WISH = "bonjour, je voudrais essayer des chaussures de rando samedi à Lyon"
HURT = "en fait celles de la dernière fois m’ont fait mal, je fais comment ??"
SUMMARY = (
    "Veut un essayage samedi 28 à Lyon Bellecour, heure pas encore choisie.\n"
    "Puis parle d’une paire achetée qui fait mal : le bot n’a pas compris."
)


@lru_cache(maxsize=1)
def password_hash() -> str:
    """A hash with the real parameters, made once: each costs a good part of a second on a slow machine."""
    return PasswordHasher().hash(PASSWORD)


class FakeClock:
    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def advance(self, **amount: float) -> None:
        self.time += timedelta(**amount)


class FakeAccounts:
    def __init__(self) -> None:
        self.people = dict(PEOPLE)
        self.hashes = dict.fromkeys(PEOPLE, password_hash())
        self.sessions: dict[str, Session] = {}
        self.tries: list[tuple[str, str, datetime]] = []

    async def credentials(self, username: str) -> tuple[Account, str] | None:
        account = self.people.get(username)
        return (account, self.hashes[username]) if account else None

    async def keep_hash(self, username: str, password_hash: str) -> None:
        self.hashes[username] = password_hash

    async def attempt(self, username: str, address: str, *, at: datetime, within: timedelta) -> Attempts:
        self.tries.append((username, address, at))
        recent = [(name, where) for name, where, when in self.tries if when > at - within]
        return Attempts(
            here=recent.count((username, address)),
            name=sum(name == username for name, _ in recent),
            address=sum(where == address for _, where in recent),
        )

    async def forget_attempts(self, username: str, address: str) -> None:
        self.tries = [one for one in self.tries if one[:2] != (username, address)]

    async def start_session(self, session: Session) -> None:
        self.sessions[session.key] = session

    async def session(self, key: str) -> tuple[Session, Account] | None:
        session = self.sessions.get(key)
        account = self.people.get(session.username) if session else None
        return (session, account) if session and account else None

    async def seen(self, key: str, at: datetime) -> None:
        self.sessions[key] = replace(self.sessions[key], seen_at=at)

    async def end_session(self, key: str) -> None:
        self.sessions.pop(key, None)

    async def accounts(self) -> Sequence[AccountRow]:
        return [AccountRow(account=one, last_seen=NOON) for one in self.people.values()]


@dataclass
class FakeConversation:
    """One customer's thread."""

    id: int
    card: CustomerCard
    channel: str
    language: str = "fr"
    messages: list[MessageView] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    slots: tuple[Fact, ...] = ()
    flow: str = ""
    paused: bool = False
    appointments: tuple[Appointment, ...] = ()
    cannot_write: str = ""

    @property
    def case(self) -> Case | None:
        return next((case for case in self.cases if case.status in OPEN), None)


class FakeDesk:
    """The desk and the acts on it, with the product's own rules."""

    def __init__(self, house: FakeHouse) -> None:
        self.house = house
        self.threads: dict[int, FakeConversation] = {}
        self.diary: list[Appointment] = []
        self.done: dict[str, ActOutcome] = {}
        self.acts: list[Act] = []

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
        self._put(self.threads[conversation], "customer", text, **more)
        self.house.changed("conversations", f"conversation:{conversation}")

    def _do(self, act: Act) -> ActOutcome:
        thread, now = self.threads[act.conversation], self.house.clock.now()
        if act.kind == "note":
            self._put(thread, "note", act.text, by=_name(act.by))
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
            full = "already have" in str(problem)
            return ActOutcome(status="refused", reason="full" if full else "not_yours", detail=str(problem))
        thread.cases[thread.cases.index(case)] = changed
        if act.kind == "answer":
            self._put(thread, "advisor", act.text, by=_name(act.by), state="sent")
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

    def _put(self, thread: FakeConversation, author: Any, text: str, **more: Any) -> None:
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
        self.audit = FakeAudit()
        self.listeners: dict[int, asyncio.Queue[Change]] = defaultdict(asyncio.Queue)
        self.silent = asyncio.Event()
        """Set when no page listens."""
        self.ports = ConsolePorts(
            accounts=self.accounts,
            desk=self.desk,
            acts=self.desk,
            corrections=self.corrections,
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


def furnish(house: FakeHouse) -> None:
    """Friday noon: Camille waits for anybody, Noé for somebody of Lyon, Lena complains; Sam talks with the bot."""
    desk = house.desk
    camille = FakeConversation(
        id=1,
        card=CustomerCard(
            name="Camille Martin",
            evidence="channel",
            facts=(
                Fact(name="first_name", value="Camille"),
                Fact(name="loyalty_card", value="Or, depuis 2019"),
                Fact(name="preferred_store", value="Lyon Bellecour"),
            ),
            identities=(("webchat", "visiteur 4812"), ("telegram", "@camille_m")),
        ),
        channel="telegram",
        slots=(
            Fact(name="appointment_service", value="Essayage de chaussures", source="customer"),
            Fact(name="appointment_store", value="Lyon Bellecour", source="profile"),
            Fact(name="appointment_day", value="samedi 28 novembre", source="customer"),
        ),
        flow="book_appointment / ask_hour",
    )
    noe = FakeConversation(id=2, card=CustomerCard(name="Noé Blanc", evidence="claimed"), channel="webchat")
    lena = FakeConversation(id=3, card=CustomerCard(name="Lena Hughes"), channel="webchat", language="en")
    sam = FakeConversation(id=4, card=CustomerCard(name="Visiteur 4977"), channel="webchat")
    desk.threads = {thread.id: thread for thread in (camille, noe, lena, sam)}
    _camille_talks(house, camille)
    _others_talk(house, noe, lena, sam)


def _camille_talks(house: FakeHouse, camille: FakeConversation) -> None:
    desk = house.desk
    booking = _meaning(("book_appointment", 0.93), ("opening_hours", 0.04), ("return_policy", 0.01))
    unsure = replace(_meaning(("return_policy", 0.34), ("complaint", 0.31), ("book_appointment", 0.12)), understood=False)
    minutes = [timedelta(minutes=m) for m in (26 * 60, 26 * 60 - 1, 12, 11, 9, 8, 7)]
    ago = iter(NOON - m for m in minutes)
    desk._put(
        camille,
        "customer",
        WISH,
        at=next(ago),
        channel="webchat",
        meaning=booking,
    )
    desk._put(
        camille,
        "bot",
        "Avec plaisir. À quelle heure, samedi 28 novembre à Lyon Bellecour ?",
        at=next(ago),
        channel="webchat",
        state="delivered",
        buttons=("10:30", "14:00", "16:30"),
        trace=Trace(meaning=booking, step="book_appointment / ask_hour", response="utter_ask_appointment_hour"),
    )
    desk._put(camille, "customer", "me revoilà, plutôt sur Telegram", at=next(ago), meaning=booking)
    desk._put(
        camille,
        "bot",
        "Bonjour Camille. Nous en étions à l’heure de votre essayage à Lyon Bellecour. On continue ?",
        at=next(ago),
        state="read",
        buttons=("Oui", "Non, autre chose"),
        trace=Trace(meaning=booking, step="book_appointment / ask_hour", response="utter_resume"),
    )
    desk._put(camille, "customer", HURT, at=next(ago), meaning=unsure)
    desk._put(
        camille,
        "bot",
        "Je ne suis pas sûr d’avoir compris. Je demande à quelqu’un de l’équipe de vous répondre.",
        at=next(ago),
        state="read",
        trace=Trace(meaning=unsure, step="handoff / lost", response="utter_fetching_advisor"),
    )
    desk._put(camille, "system", "Vous êtes en première position, environ 3 minutes d’attente.", at=next(ago), state="read")
    case = desk.opened(
        camille,
        reason="lost",
        summary=SUMMARY,
    )
    camille.cases[0] = replace(case, opened_at=NOON - timedelta(minutes=8), deadline=NOON + timedelta(minutes=2))
    slot = Slot(store="lyon", service="fitting", start=datetime(2026, 11, 27, 15, tzinfo=LYON_HOURS.tz), minutes=30)
    booked = Appointment(id=1, slot=slot, conversation=1, name="Camille Martin", phone="+33 6 39 98 00 11", note="pied large")
    morning = replace(slot, start=slot.start.replace(hour=10, minute=30))
    later = replace(slot, start=slot.start.replace(hour=16, minute=30), place=1)
    house.desk.diary = [
        replace(booked, id=3, slot=morning, name="Ali Benali", note=""),
        booked,
        Appointment(id=2, slot=later, conversation=2, name="Noé Blanc", phone=None, status="cancelled"),
    ]
    camille.appointments = (booked,)


def _others_talk(house: FakeHouse, noe: FakeConversation, lena: FakeConversation, sam: FakeConversation) -> None:
    desk = house.desk
    complaint = _meaning(("complaint", 0.88), ("return_policy", 0.06))
    desk._put(noe, "customer", "l’atelier peut recoudre ma tente ?", at=NOON - timedelta(minutes=3))
    context = {"store": "lyon", "summary": "Demande si l’atelier de Lyon peut recoudre une tente."}
    noe.cases = [replace(desk.opened(noe, reason="cannot", **context), opened_at=NOON - timedelta(minutes=3))]
    desk._put(lena, "customer", "My jacket arrived torn. Again.", at=NOON - timedelta(minutes=9), meaning=complaint)
    english = {"skill": "complaint", "summary": "Jacket arrived torn for the second time. Order OR-104233."}
    late = replace(desk.opened(lena, reason="complaint", **english), opened_at=NOON - timedelta(minutes=9))
    lena.cases = [replace(late, status="unanswered", deadline=None)]
    hours = _meaning(("opening_hours", 0.97), ("book_appointment", 0.01))
    desk._put(sam, "customer", "vous ouvrez à quelle heure demain", at=NOON - timedelta(minutes=1), meaning=hours)
    desk._put(
        sam,
        "bot",
        "Demain, samedi 28 novembre, Lyon Bellecour ouvre de 10 h à 13 h et de 14 h à 19 h.",
        at=NOON - timedelta(minutes=1),
        state="delivered",
        trace=Trace(meaning=hours, step="opening_hours / tell", response="utter_opening_hours"),
    )


def _meaning(*ranking: tuple[str, float]) -> Meaning:
    return Meaning(
        intent=ranking[0][0],
        confidence=ranking[0][1],
        understood=True,
        ranking=ranking,
        entities=(NamedText(name="day", text="samedi", value="2026-11-28"),),
        engine="embedded 3",
    )


def _last_said(thread: FakeConversation) -> str:
    return next((m.text for m in reversed(thread.messages) if m.author == "customer"), "")


def _name(username: str | None) -> str:
    return PEOPLE[username].name if username else ""
