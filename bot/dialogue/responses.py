"""From a wish (`Say`) to words in the customer's language: which wording, with which values, offering which choices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.domain import Domain, Variation
from bot.dialogue.domain_file import PLACEHOLDER
from bot.dialogue.events import Say
from bot.dialogue.standard import WHERE, WHERE_USUALLY
from bot.dialogue.state import Choice

# French puts a space there that no line may end on; brands write an ordinary one.
_FRENCH_SPACES = re.compile(r" (?=[?!:;»])|(?<=«) ")
_YES_NO = {"fr": ("oui", "non"), "en": ("yes", "no")}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as the customer will read it; a channel may still have to show its choices more plainly."""

    text: str
    choices: tuple[Choice, ...] = ()


Tell = Callable[[str, Any], str | None]
"""A slot and its value to how the value is said ("lyon" is "Lyon Bellecour"); None: as it is written."""


def render(
    domain: Domain,
    say: Say,
    *,
    slots: Mapping[str, Any],
    language: str,
    channel: str,
    seed: int,
    tell: Tell = lambda _slot, _value: None,
) -> Rendered:
    """Write `say` out. `slots` are plain values; `seed` stays the same for one conversation (its id, say).

    The same arguments always give the same words, so a retry repeats itself exactly; and because `say.nth` counts, a
    response with several wordings is not said in the same one twice in a row.
    """
    values = _Told(domain, {**slots, **say.values}, say.slot, tell)
    wording = choose_wording(domain, say.response, slots, channel, seed + say.nth)
    if wording is None:
        return Rendered("", (*say.choices, *say.also))
    text = fill(_in(wording.texts, language, domain), values, language)
    if say.lead and (lead := choose_wording(domain, say.lead, slots, channel, seed)):
        values.plain["where"] = where(domain, say.slot, values, slots, language)
        text = f"{fill(_in(lead.texts, language, domain), values, language)} {text}"
    return Rendered(text, (*(say.choices or button_choices(domain, wording, values, language)), *say.also))


class _Told(Mapping[str, Any]):
    """The values of a message as they are said; `value` is that of the slot the message is about."""

    def __init__(self, domain: Domain, plain: dict[str, Any], about: str, tell: Tell) -> None:
        self.plain = {"value": plain.get(about), **plain} if about else plain
        self._domain, self._about, self._tell = domain, about, tell

    def __getitem__(self, name: str) -> Any:
        value, slot = self.plain[name], self._about if name == "value" else name
        told = self._tell(slot, value) if value is not None and slot in self._domain.slots else None
        return value if told is None else told

    def __iter__(self) -> Iterator[str]:
        return iter(self.plain)

    def __len__(self) -> int:
        return len(self.plain)


def where(domain: Domain, slot: str, values: Mapping[str, Any], slots: Mapping[str, Any], language: str) -> str:
    """Where the conversation stands, as `utter_where_<slot>` of the open question tells it, or else `utter_where`.

    The first of its wordings of which every value is known is taken: "choosing a time, Lyon, Saturday" before "choosing a time".
    """
    for response in (WHERE + slot, WHERE_USUALLY):
        for wording in domain.responses.get(response, ()):
            text = _in(wording.texts, language, domain)
            known = all(values.get(name) not in (None, "") for name in PLACEHOLDER.findall(text))
            if known and all(slots.get(name) == wanted for name, wanted in wording.conditions.items()):
                return fill(text, values, language)
    return ""


def choose_wording(domain: Domain, response: str, slots: Mapping[str, Any], channel: str, turn: int) -> Variation | None:
    """A wording whose conditions hold comes first, then one for this channel, then the general ones, taking turns."""
    fitting = [
        wording
        for wording in domain.responses.get(response, ())
        if wording.channel in ("", channel) and all(slots.get(name) == wanted for name, wanted in wording.conditions.items())
    ]
    if not fitting:
        return None
    best = max(_closeness(wording) for wording in fitting)
    closest = [wording for wording in fitting if _closeness(wording) == best]
    return closest[turn % len(closest)]


def button_choices(domain: Domain, wording: Variation, values: Mapping[str, Any], language: str) -> tuple[Choice, ...]:
    """The buttons of a wording as choices in the customer's language."""
    return tuple(
        Choice(
            title=fill(_in(button.titles, language, domain), values, language),
            set=button.set,
            intent=button.intent,
            url=fill(button.url, values, language),
        )
        for button in wording.buttons
    )


def fill(text: str, values: Mapping[str, Any], language: str) -> str:
    """Put the values in their places; one that is not known leaves no trace."""
    filled = PLACEHOLDER.sub(lambda found: _shown(values.get(found[1]), language), text)
    tidy = re.sub(r"[ \t]{2,}", " ", filled).strip()
    return _FRENCH_SPACES.sub("\u00a0", tidy) if language == "fr" else tidy


def _closeness(wording: Variation) -> tuple[bool, bool]:
    return bool(wording.conditions), bool(wording.channel)


def _in(texts: Mapping[str, str], language: str, domain: Domain) -> str:
    return texts.get(language) or texts[domain.languages[0]]


def _shown(value: Any, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        yes, no = _YES_NO.get(language, _YES_NO["en"])
        return yes if value else no
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        return ", ".join(_shown(part, language) for part in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(_shown(part, language) for part in value)
    return str(value)
