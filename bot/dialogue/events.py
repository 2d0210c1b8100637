"""What the dialogue hears (facts that happened) and what it wishes for (effects). Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.dialogue.named import Option
from bot.dialogue.state import Choice, Owner, SlotValue
from nlu.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Here:
    """The customer is here: comes before whatever they wrote or pressed, and tells where and when."""

    place: str
    """Where they read what is said, such as "telegram:42"; at another place they have not seen what was asked."""
    at: str
    """ISO time, UTC."""
    today: str
    """The date it is then where the conversation is about: ISO date."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The customer wrote something; `values` holds its entities with times already resolved to dates.

    Keys are entity names (or `name:role`); a `day` is "2026-11-28" or "2026-11-28/2026-11-29", an `hour` keeps its
    symbolic mapping, everything else its normalised value.
    """

    meaning: Understanding
    values: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    """When it was said: ISO time, UTC."""
    either: Mapping[str, Sequence[Option]] = field(default_factory=dict)
    """Entities of which the message leaves several values to choose from; they are not among `values`."""
    follows: bool = False
    """Whether it is a further wish of the message the event before was the first wish of."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The customer pressed one of our buttons. `choice` is None when it is too old to be known any more."""

    choice: Choice | None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The customer sent something the bot cannot read: "photo", "voice", "location", ..."""

    what: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """We now know who this is; `facts` are slot values the profile gives at the proven level."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    first_name: str | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Vouched:
    """The platform vouches for these facts about whoever writes: learnt without a word, as nobody was asked."""

    facts: Mapping[str, Any]
    at: str = ""


@dataclass(frozen=True, slots=True)
class NotRecognised:
    """A contact was shared, and it matches no profile (or several): `why` is "unknown", "several" or "not_own"."""

    why: Literal["unknown", "several", "not_own"]
    facts: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True)
class MovedHere:
    """The conversation goes on on this channel, at the very question where it stopped."""

    channel: str


@dataclass(frozen=True, slots=True)
class ActionFinished:
    """An action the dialogue asked for has been done, within the same transaction."""

    action: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    says: tuple[Say, ...] = ()
    choices: tuple[Choice, ...] = ()
    """Answers to offer with the next question."""
    owner: Owner | None = None
    at: str = ""
    failed: bool = False
    """It could not be done; a person takes over."""
    proposes: Mapping[str, SlotValue] = field(default_factory=dict)
    """Values to ask about instead of asking for one: the store of the last time. Only for slots nobody has filled."""


@dataclass(frozen=True, slots=True)
class CaseTaken:
    """An advisor (or community manager) speaks from now on."""

    by: str


@dataclass(frozen=True, slots=True)
class CaseGivenBack:
    """The person hands the conversation back with one line for the bot."""

    by: str
    line: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    """ISO time, UTC."""
    today: str = ""
    """The date it is then where the conversation is about: ISO date."""


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """The person is done and the need is met."""

    by: str


@dataclass(frozen=True, slots=True)
class HandoffTimedOut:
    """Nobody took the case in time: the customer must hear so and get a choice."""


@dataclass(frozen=True, slots=True)
class BotPaused:
    by: str


@dataclass(frozen=True, slots=True)
class BotResumed:
    by: str
    quiet: bool = False
    """It only may speak again: nobody asked it to go on."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer set by an action fell due."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


Event = (
    Here
    | Understood
    | Pressed
    | Unreadable
    | Recognised
    | Vouched
    | NotRecognised
    | MovedHere
    | ActionFinished
    | CaseTaken
    | CaseGivenBack
    | CaseClosed
    | HandoffTimedOut
    | BotPaused
    | BotResumed
    | TimerFired
)


@dataclass(frozen=True, slots=True)
class Say:
    """Wish: tell the customer `response`, a name in domain.yml."""

    response: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """For the placeholders, beside the slots."""
    choices: tuple[Choice, ...] = ()
    """Replaces the response's own buttons when not empty."""
    author: Literal["bot", "system"] = "bot"
    """`system`: a notice that may be said whoever owns the conversation ("you are second in the queue")."""
    question: bool = False
    """Whether it asks for an answer; of several questions written in one turn only the last is sent."""
    origin: str = ""
    """Flow and step that said it, for the trace."""
    lead: str = ""
    """Response whose words go in front ("As for your appointment:"), in the same message."""
    nth: int = 0
    """How often `response` was said before in this conversation: its wordings take turns."""
    also: tuple[Choice, ...] = ()
    """Choices that come after the response's own: leaving the question aside."""
    slot: str = ""
    """The slot it is about: of a question, the one it asks for."""
    asking: Literal["new", "again", "confirm"] = "new"
    """Of a question: whether it asks for something that was known already, or whether a known value still holds."""


@dataclass(frozen=True, slots=True)
class Act:
    """Wish: run this action now and come back with `ActionFinished`. Always the last effect of a step."""

    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What the action may want to know beside the slots: `flow`, `topic` (its name in words), `asked`, `value`."""
    origin: str = ""


Effect = Say | Act
