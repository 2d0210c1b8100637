"""What the console shows, as plain values: storage fills them, templates read them. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from handoff.case import Case
from handoff.console.attached import ContactCard, FileView, Place, Remark
from handoff.hours import OpeningHours
from handoff.ports import Appointment
from handoff.routing import Advisor

Role = Literal["advisor", "community_manager", "admin"]
Owner = Literal["bot", "queue", "advisor", "store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who signs in. Skills, stores and languages say which cases an advisor may see; empty means all."""

    username: str
    name: str
    """As customers and colleagues read it."""
    role: Role
    skills: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    limit: int = 3
    """Cases they may handle at the same time."""
    language: str | None = None
    """Language of the console for them; None follows their browser."""
    zone: str = "Europe/Paris"
    """IANA zone in which they read times."""

    @property
    def manages(self) -> bool:
        """Whether every conversation is open to them."""
        return self.role != "advisor"

    def as_advisor(self) -> Advisor:
        """The same person as the rules of routing know them."""
        return Advisor(name=self.username, skills=self.skills, stores=self.stores, languages=self.languages, limit=self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account as the list of accounts shows it."""

    account: Account
    last_seen: datetime | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """An open case in its queue."""

    case: Case
    customer: str
    """Name to show, whatever is known ("Camille Martin", "Visitor 4812")."""
    channel: str
    """Where the customer wrote last."""
    last_text: str = ""
    advisor_name: str = ""
    """Name of the person who has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFilter:
    """Which conversations to list; None and False mean "whatever"."""

    owner: Owner | None = None
    channel: str | None = None
    language: str | None = None
    low_confidence: bool = False
    """Only those whose last customer message the bot was not sure to understand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """A conversation in the list, by its last message."""

    id: int
    customer: str
    channel: str
    language: str
    owner: Owner
    last_at: datetime
    last_author: str
    last_text: str
    paused: bool = False
    advisor: str | None = None
    """Name of the person who has it."""
    intent: str | None = None
    """What the last customer message was understood to mean."""
    confidence: float | None = None
    understood: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage:
    """One page of the list, most recently active first."""

    rows: Sequence[ConversationRow]
    next: str | None = None
    """Opaque mark to ask for the following page with; None on the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeliveredRow:
    """A message that is not with its customer."""

    message: int
    conversation: int
    customer: str
    channel: str
    account: str
    """Which of the brand's accounts on that channel; empty when there is only one."""
    author: str
    text: str
    state: Literal["failed", "held"]
    why: str
    """For people, in the reader's language."""
    since: datetime
    maybe_taken: bool = False
    """The customer may have it all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeliveredPage:
    """One page of the list, the latest first."""

    rows: Sequence[UndeliveredRow]
    next: str | None = None
    """Opaque mark to ask for the following page with; None on the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedText:
    """An entity found in a message: what it is, the customer's words, the value kept."""

    name: str
    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """How a customer's message was understood."""

    intent: str | None
    confidence: float
    understood: bool
    """Whether it was sure enough to act upon."""
    ranking: Sequence[tuple[str, float]] = ()
    entities: Sequence[NamedText] = ()
    engine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Why the bot said what it said: the meaning, the step of the flow, the response chosen."""

    meaning: Meaning | None = None
    """None when no message led to it (a reminder, a time-out)."""
    step: str = ""
    """Such as "book_appointment / ask_day"."""
    response: str = ""
    """Name of the response in the brand's domain."""
    asks: str = ""
    """Of a question: the slot it asks for."""
    asking: Literal["new", "again", "confirm"] = "new"
    """Whether that was known already (`again`), or the question is whether it still holds (`confirm`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message of the thread, internal notes included."""

    id: int
    at: datetime
    channel: str
    author: Literal["customer", "bot", "advisor", "system", "note", "event"]
    """event: something that happened to the conversation itself; its `id` is that of the message it came after."""
    text: str
    key: str = ""
    """Of an event: what tells it from all others."""
    by: str = ""
    """Name of the advisor who wrote it."""
    state: Literal["", "waiting", "sent", "delivered", "read", "failed", "held"] = ""
    """Of an outgoing message; empty for the others. held: it leaves when the customer writes."""
    failure: str = ""
    """Why a message failed or is held, for people."""
    buttons: Sequence[str] = ()
    kind: str = "text"
    """What the customer did: `text`, `press`, `media`, ..."""
    sort: str = ""
    """Of media: `photo`, `voice`, `sticker`, ..."""
    files: Sequence[FileView] = ()
    reactions: Sequence[str] = ()
    """Emojis the customer put under it."""
    place: Place | None = None
    cards: Sequence[ContactCard] = ()
    remarks: Sequence[Remark] = ()
    meaning: Meaning | None = None
    """Of a customer's message."""
    trace: Trace | None = None
    """Of a bot's message."""
    corrected: str | None = None
    """Intent somebody taught for this message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing known, and where from."""

    name: str
    value: str
    source: str = ""
    """`customer`, `profile`, `flow`, `action` or `advisor`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCard:
    """Who it is, as far as it is proven."""

    name: str
    evidence: Literal["none", "claimed", "linked", "channel", "challenge", "authenticated"] = "none"
    facts: Sequence[Fact] = ()
    """What the brand's profile says, at the proven level."""
    identities: Sequence[tuple[str, str]] = ()
    """Channel and what the customer is called there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One conversation over all its channels."""

    conversation: int
    customer: CustomerCard
    owner: Owner
    language: str
    channel: str
    """Where an answer would go."""
    messages: Sequence[MessageView]
    """Oldest first."""
    more: bool = False
    """Whether there are earlier messages than these."""
    paused: bool = False
    slots: Sequence[Fact] = ()
    flow: str = ""
    """Where the dialogue stands; empty when it waits for nothing."""
    case: Case | None = None
    """The open case, if any."""
    queue_name: str = ""
    """What the brand calls that case's queue, in the reader's language; empty: its own name says it."""
    past_cases: Sequence[Case] = ()
    appointments: Sequence[Appointment] = ()
    cannot_write: str = ""
    """Why nothing can be sent now (contact window over, consent withdrawn); empty when it can."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Usernames to the names of the people who appear in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """A store as its page shows it."""

    id: str
    name: str
    hours: OpeningHours
    services: Mapping[str, str] = field(default_factory=dict)
    """Service id to its name in the account's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The figures at the top of the manager's pages."""

    waiting: int = 0
    unanswered: int = 0
    taken: int = 0
    with_bot: int = 0
    """Conversations active today that the bot holds."""
    not_understood: int = 0
    """Of today's customer messages, those the bot was not sure to understand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Somebody looked at or acted on customers' data."""

    at: datetime
    by: str
    act: str
    """`look`, `look_list`, `look_day`, `correct`, `send_again`, `sign_in`, `sign_out`, `revoke_proof`, `undo_join`, `join`,
    `double_one`, `double_two`, or the kind of an `Act`."""
    conversation: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    """Ids and outcomes only, never what was written."""
