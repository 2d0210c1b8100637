"""From a wish (`Say`) to words in the customer's language: which wording, with which values, offering which choices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.domain import Domain, Variation
from bot.dialogue.domain_file import PLACEHOLDER
from bot.dialogue.events import Say
from bot.dialogue.state import Choice

# French puts a space there that no line may end on; brands write an ordinary one.
_FRENCH_SPACES = re.compile(r" (?=[?!:;»])|(?<=«) ")
_YES_NO = {"fr": ("oui", "non"), "en": ("yes", "no")}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as the customer will read it; a channel may still have to show its choices more plainly."""

    text: str
    choices: tuple[Choice, ...] = ()


def render(domain: Domain, say: Say, *, slots: Mapping[str, Any], language: str, channel: str, seed: int) -> Rendered:
    """Write `say` out. `slots` are plain values; `seed` stays the same for one conversation (its id, say).

    The same arguments always give the same words, so a retry repeats itself exactly; and because `say.nth` counts, a
    response with several wordings is not said in the same one twice in a row.
    """
    values = {**slots, **say.values}
    wording = choose_wording(domain, say.response, slots, channel, seed + say.nth)
    if wording is None:
        return Rendered("", say.choices)
    text = fill(_in(wording.texts, language, domain), values, language)
    if say.lead and (lead := choose_wording(domain, say.lead, slots, channel, seed)):
        text = f"{fill(_in(lead.texts, language, domain), values, language)} {text}"
    return Rendered(text, say.choices or button_choices(domain, wording, values, language))


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
