"""What a message means: the two types the rest of the house knows of the NLU.

Everything else in `nlu` may change; these do not, so models can be replaced more often than products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing a message names: a store, a day, an order number."""

    name: str
    value: Any
    """Normalised and JSON-ready: a synonym's canonical value, or a mapping for times (see `nlu.times`)."""
    text: str
    """The customer's own words, `message[start:end]`."""
    start: int
    end: int
    role: str | None = None
    group: str | None = None
    confidence: float = 1.0
    source: str = "model"
    """Who found it: `model`, `lookup`, `regex` or `grammar`."""


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """One candidate meaning; `confidence` is a calibrated probability, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one message means, as far as the engine can tell."""

    text: str
    language: str
    """ISO 639-1 code the message is written in; the hint given by the caller when the message does not tell."""
    ranking: tuple[IntentGuess, ...] = ()
    """The best candidates, most likely first; empty when the engine has no idea (an emoji, an empty text)."""
    entities: tuple[Entity, ...] = ()
    threshold: float = 0.5
    """Confidence under which this engine's best guess should not be acted upon."""
    language_sure: bool = False
    """Whether `language` was read from the message itself, rather than taken from the hint."""
    engine: str = ""
    """Name and version of the model that answered, for the trace."""
    out_of_scope: bool = False
    """Whether the message is outside everything the brand's bot was taught."""
    scope: float = 0.0
    """How much the message is like what the bot was taught, on the engine's own scale: higher is more in scope.

    Comparable between messages of one model only. An engine that leaves it at 0 for all has none to tell.
    """
    answer: Literal["yes", "no", "maybe"] | None = None
    """What the message answers when it is nothing but an answer: "oui merci", 👍. This and what follows is `nlu.reader`'s."""
    wishes: tuple[Understanding, ...] = ()
    """Two or more wishes told in one message, each understood by itself, in its order; empty when there is one."""
    refuses: str = ""
    """Intent the message only names to refuse it: "I don't want to cancel". It is not in `ranking`."""
    tone: Literal["negative", "neutral", "positive", "urgent"] = "neutral"
    insult: bool = False
    distress: Literal["", "distress", "danger"] = ""
    """`danger`: somebody's life may be at stake."""
    faq: str = ""
    """Entry of the brand's questions (`nlu.faq`) this message asks for, when no intent does."""
    faq_likeness: float = 0.0
    """How like the questions of that entry, 0 to 1."""
    written: str = field(default="", compare=False, repr=False)
    """The message as the engine read it, its slips repaired; empty where it reads none. Whoever wants its vector asks for this
    text's, which the sentence encoder has at hand."""

    @property
    def intent(self) -> str | None:
        """The likeliest intent, whether or not it is likely enough to act upon."""
        return self.ranking[0].name if self.ranking else None

    @property
    def confidence(self) -> float:
        return self.ranking[0].confidence if self.ranking else 0.0

    @property
    def understood(self) -> bool:
        """Whether the best guess is good enough to act upon."""
        return bool(self.ranking) and not self.out_of_scope and self.confidence >= self.threshold

    def entity(self, name: str, role: str | None = None) -> Entity | None:
        """The first entity of that name (and role, when one is asked for)."""
        return next((e for e in self.entities if e.name == name and role in (None, e.role)), None)


class Understander(Protocol):
    """Anything that can tell what a message means: the embedded engine, or a Rasa server."""

    async def understand(self, text: str, *, language: str) -> Understanding:
        """Return what `text` means; `language` is the hint used when the text does not tell its own.

        Never raises for any text, however odd: what cannot be understood has an empty `ranking`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Example:
    """One line of training data: a message as a customer would write it, with what it means."""

    text: str
    """Without annotations."""
    intent: str
    language: str
    entities: tuple[Entity, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Everything a brand teaches its NLU, from every `nlu.*.yml`."""

    examples: Sequence[Example] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    """Lower-cased wording to canonical value."""
    regexes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Entity name to patterns."""
    lookups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Entity name to wordings."""
