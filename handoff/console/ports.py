"""What the console needs from the outside. The product's storage provides it; tests provide fakes.

The console decides who may do what; these only keep and find. Every time is passed in or comes back aware.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from handoff.case import Case
from handoff.console.attached import FileContent, StoredFile
from handoff.console.person_ports import Persons
from handoff.console.views import (
    Account,
    AccountRow,
    AuditEntry,
    CaseRow,
    ConversationFilter,
    ConversationPage,
    Counts,
    StoreView,
    Thread,
    UndeliveredPage,
)
from handoff.ports import Appointment

ActKind = Literal["take", "answer", "note", "release", "give_back", "close", "pause", "resume", "takeover"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser signed in. The cookie's secret itself is never stored, only its digest."""

    key: str
    """SHA-256 of the cookie, in hexadecimal."""
    username: str
    csrf: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How often somebody tried to sign in lately, this attempt included."""

    here: int
    """For this name from this address."""
    name: int
    """For this name from anywhere."""
    address: int
    """From this address, whatever the name."""


class Accounts(Protocol):
    """People who may sign in, and their open sessions."""

    async def credentials(self, username: str) -> tuple[Account, str] | None:
        """The account and its Argon2 hash; None when unknown or disabled."""
        ...

    async def keep_hash(self, username: str, password_hash: str) -> None:
        """Replace a hash made with yesterday's parameters."""
        ...

    async def attempt(self, username: str, address: str, *, at: datetime, within: timedelta) -> Attempts:
        """Note an attempt to sign in and count those since `at - within`, in one step: parallel guesses all count."""
        ...

    async def forget_attempts(self, username: str, address: str) -> None:
        """The right password was given: this name and address start afresh."""
        ...

    async def start_session(self, session: Session) -> None: ...

    async def session(self, key: str) -> tuple[Session, Account] | None:
        """The session and its account as it is now; None when unknown, or the account is gone or disabled."""
        ...

    async def seen(self, key: str, at: datetime) -> None:
        """Note that the session is in use."""
        ...

    async def end_session(self, key: str) -> None: ...

    async def accounts(self) -> Sequence[AccountRow]:
        """Every account, by name."""
        ...


class Desk(Protocol):
    """Everything there is to see."""

    async def open_cases(self) -> Sequence[CaseRow]:
        """Every open case; the console keeps those the account may see and puts them in order."""
        ...

    async def cases_of(self, conversation: int) -> Sequence[Case]:
        """Every case of a conversation, open or not: what an advisor's right to open it rests on."""
        ...

    async def conversations(self, wanted: ConversationFilter, *, page: str | None = None, limit: int = 40) -> ConversationPage:
        """Conversations by last activity; `page` is a former page's `next` (an unknown one means the first page)."""
        ...

    async def thread(self, conversation: int, *, language: str, before: int | None = None, limit: int = 60) -> Thread | None:
        """The latest messages (or those before message `before`) with all that is known; None when there is none.

        `language` is the reader's, for labels such as a flow's name.
        """
        ...

    async def file(self, file: int) -> StoredFile | None:
        """What is known of a customer's file, and whose it is; None when there is none, or its bytes are not kept."""
        ...

    async def content(self, file: StoredFile) -> FileContent | None:
        """Its bytes, looked at once more; None when they are gone meanwhile."""
        ...

    async def stores(self, language: str) -> Sequence[StoreView]: ...

    async def appointments(self, store: str, day: date) -> Sequence[Appointment]:
        """The appointments of one local date, earliest first, cancelled ones included."""
        ...

    async def counts(self) -> Counts: ...

    async def channels(self) -> Sequence[str]:
        """Channels the brand has, to filter by."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an account wants to do to a conversation. It takes the same way as a customer's message."""

    id: str
    """Made for one form shown to one account: the same act submitted twice is done once."""
    by: str
    at: datetime
    conversation: int
    kind: ActKind
    text: str = ""
    """The answer, the note, or the one line a conversation is given back with."""
    case: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOutcome:
    """What became of an act."""

    status: Literal["done", "pending", "refused"]
    """pending: accepted and safe, but not done yet when we stopped waiting."""
    reason: Literal["", "taken", "not_yours", "not_open", "full", "cannot_write", "conflict"] = ""
    """Why it was refused: somebody else has it (`by`); it is not yours; the case is over; you have as many cases as
    you may; the channel or the customer does not allow a message now (`detail`); anything else (`detail`)."""
    by: str = ""
    """Name of the person who has it."""
    detail: str = ""


class Acts(Protocol):
    """The one way to act on a conversation."""

    async def submit(self, act: Act) -> ActOutcome:
        """Do it once, whatever the number of times this `act.id` comes, and always give the same outcome for it.

        Whose case it is, and whether it can still be acted on, is checked here, in the transaction that acts
        (`handoff.ownership.after`, `handoff.routing.check_load`): what a page showed may be seconds old.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentLabel:
    """One thing a customer can mean, as the community manager reads it."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A message taught to the bot."""

    message: int
    intent: str
    already: bool = False
    """Whether the training data said so before."""


class Corrections(Protocol):
    """The way from a misunderstood message to the brand's training data."""

    async def intents(self, language: str) -> Sequence[IntentLabel]: ...

    async def correct(self, conversation: int, message: int, intent: str, *, by: str) -> Correction | None:
        """Teach what that customer message means; None when the conversation has no such message."""
        ...


class Undelivered(Protocol):
    """What did not reach its customer, and sending it again."""

    async def page(self, language: str, *, page: str | None = None, limit: int = 40) -> UndeliveredPage:
        """The latest of them, or those after a former page's `next`; reasons in the reader's language."""
        ...

    async def send_again(self, message: int) -> int | None:
        """Have it sent again, and return its conversation; None when it has neither failed nor is held."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """Something moved: `queue`, `conversations` or `conversation:<id>`. It says where to look, never what it is."""

    topic: str


class Live(Protocol):
    """News for the pages that are open."""

    def changes(self) -> AsyncGenerator[Change, None]:
        """Changes from now on, whichever process made them, until the caller closes the generator."""
        ...


class Audit(Protocol):
    """The record of who looked at and acted on whose data."""

    async def record(self, entry: AuditEntry) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePorts:
    """Everything the console needs, in one hand."""

    accounts: Accounts
    desk: Desk
    acts: Acts
    corrections: Corrections
    undelivered: Undelivered
    persons: Persons
    live: Live
    audit: Audit
    brand: str = "Filrouge"
    """The brand's name, at the top of every page."""
