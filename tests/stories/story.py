"""Stories: conversations told line by line against the real dialogue of the demo brand.

    Story().customer("je voudrais un rendez-vous à [Lyon](store=lyon)", "book_appointment").bot("utter_ask_...")

The state is written out and read back between every two lines, so nothing passes that would not survive a restart. The
customer's words are annotated like training data, `[words](entity=value)`, and said with the intent the NLU would find.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import bot.demo
from bot.actions.context import ActionContext
from bot.actions.standard import standard_actions
from bot.actions.telling import teller
from bot.brand import Brand, load_brand
from bot.dialogue.domain_file import load_domain
from bot.dialogue.events import (
    Act,
    BotPaused,
    BotResumed,
    CaseClosed,
    CaseGivenBack,
    CaseTaken,
    Event,
    HandoffTimedOut,
    Here,
    MovedHere,
    NotRecognised,
    Pressed,
    Recognised,
    Say,
    TimerFired,
    Understood,
    Unreadable,
)
from bot.dialogue.flows_file import load_flows
from bot.dialogue.named import named
from bot.dialogue.responses import Rendered, render
from bot.dialogue.state import Choice, DialogueState
from bot.dialogue.step import Dialogue
from handoff.case import Line
from nlu.reader import noticed
from nlu.understanding import Entity, IntentGuess, Understanding
from tests.fakes.desk import FakeDesk
from tests.fakes.diary import FakeDiary

DEMO = Path(next(iter(bot.demo.__path__)))
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, noon in Paris, 6 in the morning in Montréal."""

_ANNOTATION = re.compile(r"\[([^\]]+)\]\((\w+)(?::(\w+))?=([^)]*)\)")


@cache
def demo() -> tuple[Brand, Dialogue]:
    """The demo brand and its dialogue, read once."""
    brand = load_brand(DEMO)
    domain = load_domain(DEMO / "domain.yml", brand.languages.all)
    domain = domain.with_faq({entry.id: entry.answer for entry in brand.faq})
    return brand, Dialogue(domain, load_flows(DEMO / "data" / "flows.yml", domain))


def meant(
    text: str, intent: str | None, *, sure: float, language: str, second: str | None = None, close: float = 0.0
) -> Understood:
    """What the NLU would hand over for an annotated text."""
    plain, entities = "", list[Entity]()
    at = 0
    for found in _ANNOTATION.finditer(text):
        plain += text[at : found.start()]
        words, name, role, written = found.groups()
        value = _value(name, written)
        entities.append(Entity(name, value, words, len(plain), len(plain) + len(words), role=role))
        plain += words
        at = found.end()
    plain += text[at:]
    ranking = [IntentGuess(intent, sure)] if intent else []
    if second:
        ranking.append(IntentGuess(second, close))
    understanding = Understanding(plain, language, ranking=tuple(ranking), entities=tuple(entities), language_sure=True)
    understanding = noticed(understanding)
    said = named(understanding, lambda entity: entity.value)
    return Understood(understanding, said.values, at="2026-11-24T11:00:00+00:00", either=said.either)


def _value(name: str, written: str) -> Any:
    match name:
        case "hour":
            return json.loads(written) if written.startswith("{") else {"at": written}
        case "number":
            return int(written)
    return written


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


class Story:
    """One conversation under way."""

    def __init__(self, language: str = "fr", *, now: datetime = NOON, facts: Mapping[str, Any] | None = None) -> None:
        self.brand, self.dialogue = demo()
        self.language, self.now, self.facts = language, now, facts
        self.diary, self.desk = FakeDiary(self.brand, now), FakeDesk(now)
        self.actions = standard_actions()
        self.state = self.dialogue.begin(language)
        self.said: list[Say] = []
        self.shown: list[Rendered] = []
        self.transcript: list[Line] = []
        self.channel = "telegram"
        self.repeated: list[str] = []
        """Slots that were asked for again although they were known."""

    # What happens

    def customer(
        self,
        text: str,
        intent: str | None = None,
        *,
        sure: float = 0.92,
        language: str = "",
        second: str | None = None,
        close: float = 0.0,
    ) -> Self:
        """The customer writes; without an intent, the NLU has no idea what it means."""
        event = meant(text, intent, sure=sure, language=language or self.language, second=second, close=close)
        self.language = event.meaning.language
        self.transcript.append(Line(at=self.now, channel=self.channel, author="customer", text=event.meaning.text))
        return self.happens(self._here(), replace(event, at=self.now.isoformat()))

    def presses(self, title: str) -> Self:
        """The customer presses one of the buttons just shown."""
        return self.presses_old(self.button(title))

    def presses_old(self, choice: Choice | None = None) -> Self:
        return self.happens(self._here(), Pressed(choice, self.now.isoformat()))

    def sends(self, what: str) -> Self:
        return self.happens(self._here(), Unreadable(what))

    def _here(self) -> Here:
        today = self.now.astimezone(ZoneInfo(self.brand.time_zone)).date().isoformat()
        return Here(self.channel, self.now.isoformat(), today)

    def is_recognised(self, first_name: str | None = None, **facts: Any) -> Self:
        return self.happens(Recognised(facts, first_name, self.now.isoformat()))

    def is_not_recognised(self, why: Any, **facts: Any) -> Self:
        return self.happens(NotRecognised(why, facts))

    def moves_to(self, channel: str) -> Self:
        """The customer opens a one-time link there."""
        self.channel = channel
        return self.happens(self._here(), MovedHere(channel))

    def on(self, channel: str) -> Self:
        """From now on the customer writes there."""
        self.channel = channel
        return self

    def after(self, **time: float) -> Self:
        """So much time goes by: days=3, hours=14."""
        return self.at(self.now + timedelta(**time))

    def at(self, now: datetime) -> Self:
        """It is then."""
        self.now = self.diary.now = now
        return self

    def advisor_takes(self, by: str = "Inès") -> Self:
        return self.happens(CaseTaken(by))

    def advisor_gives_back(self, line: str = "", **slots: Any) -> Self:
        here = self._here()
        return self.happens(CaseGivenBack("Inès", line, slots, here.at, here.today))

    def advisor_closes(self) -> Self:
        return self.happens(CaseClosed("Inès"))

    def nobody_comes(self) -> Self:
        self.desk.become("unanswered")
        return self.happens(HandoffTimedOut())

    def bot_is_paused(self) -> Self:
        return self.happens(BotPaused("Noémie"))

    def bot_is_resumed(self) -> Self:
        return self.happens(BotResumed("Noémie"))

    def timer_fires(self, kind: str, **data: Any) -> Self:
        return self.happens(TimerFired(kind, data))

    def happens(self, *events: Event) -> Self:
        """Step until nothing is left to do, as the product does, saving and reloading in between."""
        self.said, self.shown = [], []
        says: list[tuple[Say, Rendered]] = []
        waiting = list(events)
        while waiting:
            pending = waiting.pop(0)
            self.state, effects = self.dialogue.step(self.state, pending)
            self.state = DialogueState.from_json(self.state.to_json())
            for effect in effects:
                if isinstance(effect, Act):
                    result = self.actions.run(effect.action, self._context(effect))
                    waiting.insert(0, result.finished(effect.action, self.now.isoformat()))
                else:
                    says.append((effect, self._render(effect)))
        last = max((n for n, (say, _) in enumerate(says) if say.question), default=-1)
        for number, (say, shown) in enumerate(says):
            if not say.question or number == last:
                self.said.append(say)
                self.shown.append(shown)
                self.transcript.append(Line(at=self.now, channel=self.channel, author=say.author, text=shown.text))
                self.repeated += [say.slot] if say.question and say.asking == "again" else []
        return self

    # What must be true

    def bot(self, *responses: str) -> Self:
        """The bot said exactly these, in this order."""
        assert [say.response for say in self.said] == list(responses), self.told()
        for shown in self.shown:
            assert shown.text, "an empty message"
            assert "{" not in shown.text, shown.text
        return self

    def silent(self) -> Self:
        return self.bot()

    def reads(self, *parts: str) -> Self:
        """The customer reads these words, in one message or another; a space that no line ends on is a space."""
        for part in parts:
            assert plain(part) in self._read(), self.told()
        return self

    def does_not_read(self, *parts: str) -> Self:
        for part in parts:
            assert plain(part) not in self._read(), self.told()
        return self

    def _read(self) -> str:
        return plain("\n".join(shown.text for shown in self.shown))

    def offers(self, *titles: str) -> Self:
        """The last message has exactly these buttons."""
        assert [choice.title for choice in self.shown[-1].choices] == list(titles), self.told()
        return self

    def leads(self, response: str) -> Self:
        """These words stand in front of the question."""
        assert self.said[-1].lead == response, self.told()
        return self

    def asks(self, slot: str | None) -> Self:
        assert self.state.asked == slot, self.told()
        return self

    def knows(self, **slots: Any) -> Self:
        for name, value in slots.items():
            known = self.state.slots.get(name)
            assert (known.value if known else None) == value, (name, known)
        return self

    def owned_by(self, owner: str) -> Self:
        assert self.state.owner == owner
        return self

    def remembers_nothing_put_away(self) -> Self:
        assert self.state.drawer == ()
        return self

    def asked_nothing_twice(self) -> Self:
        assert self.repeated == [], self.repeated
        return self

    def booked(self, *times: str) -> Self:
        """The customer's coming appointments: "lyon fitting 2026-11-28T14:30"."""
        coming = [f"{a.slot.store} {a.slot.service} {a.slot.start:%Y-%m-%dT%H:%M}" for a in self.diary.upcoming()]
        assert coming == list(times), coming
        return self

    def told(self) -> str:
        """What was said, for a failing assertion."""
        lines = [
            f"{say.response} ({say.author}): {shown.text} {[c.title for c in shown.choices]}"
            for say, shown in zip(self.said, self.shown, strict=True)
        ]
        return "\n".join([*lines, f"asked={self.state.asked} stack={[(f.flow, f.step) for f in self.state.stack]}"])

    def button(self, title: str) -> Choice:
        """One of the buttons just shown, to be pressed later."""
        choices = [choice for shown in self.shown for choice in shown.choices]
        return next(choice for choice in choices if choice.title == title)

    def _context(self, act: Act) -> ActionContext:
        return ActionContext(
            now=self.now,
            language=self.state.language,
            slots={name: known.value for name, known in self.state.slots.items()},
            brand=self.brand,
            diary=self.diary,
            desk=self.desk,
            facts=self.facts,
            transcript=lambda: tuple(self.transcript),
            arguments=act.arguments,
            channel=self.channel,
        )

    def _render(self, say: Say) -> Rendered:
        slots = {name: known.value for name, known in self.state.slots.items()}
        language, domain = self.state.language, self.dialogue.domain
        tell = teller(domain, self.brand, language, self.now)
        return render(domain, say, slots=slots, language=language, channel=self.channel, seed=0, tell=tell)
