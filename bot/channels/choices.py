"""How a channel shows the choices of a message: by the best form of its own that holds them, else as numbers to type.

Every channel has a table of `Form`s, best first. `show` picks one, `pieces` cuts what is to be written around it. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.channels import texts
from bot.channels.texts import Measure
from bot.messages import Button, OutboundMessage

Way = Literal["buttons", "list", "quick_replies", "link"]

LEAD_IN = {"fr": "Répondez par le numéro de votre choix :", "en": "Answer with the number of your choice:"}
"""What stands above numbered choices, by language; in letters that a plain SMS can carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form a platform has for choices, and what it holds."""

    way: Way
    most: int
    """How many choices."""
    title: int
    """Longest title, in UTF-16 units."""
    text: int
    """Longest text above the choices, in the platform's own unit."""
    token: int = 256
    """Longest token, in bytes."""
    detail: int = 0
    """Longest second line of one choice, where a title too long is written out; 0 where there is none."""
    links: bool = False
    """Whether a choice may open a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message as a channel shows it. Without a `form`, whatever choices there are stand in `lines`."""

    text: str
    form: Form | None = None
    buttons: tuple[Button, ...] = ()
    """What goes into the form, with titles that may still have to be shortened to its length."""
    lead_in: str = ""
    lines: tuple[str, ...] = ()
    """Choices and pages written out under the text, one a line."""


def show(message: OutboundMessage, forms: Sequence[Form], *, lead_in: str = "") -> Shown:
    """Choose the form for a message's choices: the first of `forms`, which go from best to plainest, that holds them.

    A form that would have to cut titles comes after all that need not, and only where the cut titles still differ and keep
    their figures: half a time or price is worse than none. Else the choices are written out with numbers, and the form, if
    one holds that many, has the numbers to press. A page that no form can open stands in a line of its own. A choice's
    number is its place among all the buttons of the message, which is what the dialogue takes a typed number for. `lead_in`
    replaces the sentence above numbers.
    """
    if not message.buttons:
        return Shown(text=message.text)
    shown = _in_form(message, message.buttons, forms)
    if shown is not None:
        return shown
    pressed = tuple(button for button in message.buttons if not button.url)
    pages = tuple(_line(button, message.language) for button in message.buttons if button.url)
    shown = _in_form(message, pressed, forms) if pages and pressed else None
    if shown is not None:
        return replace(shown, lines=pages)
    if not pressed:
        return Shown(text=message.text, lines=pages)
    return _numbered(message, forms, lead_in or LEAD_IN.get(message.language, LEAD_IN["en"]))


def pieces(shown: Shown, limit: int, measure: Measure = texts.utf16) -> list[str]:
    """The words of a message in pieces of at most `limit`, the last one short enough to stand above its form.

    A written-out choice is never cut unless it is longer than a whole piece.
    """
    last = limit if shown.form is None else min(limit, shown.form.text)
    cut = texts.split(shown.text, limit, measure)
    if cut and measure(cut[-1]) > last:
        cut[-1:] = texts.split(cut[-1], last, measure)
    return _with_lines(cut, shown, last, measure) if shown.lines else cut


def parts(
    message: OutboundMessage, forms: Sequence[Form], limit: int, measure: Measure = texts.utf16, *, lead_in: str = ""
) -> list[OutboundMessage]:
    """The same message as the pieces a platform takes, in order; only the last one has the choices that go into a form.

    The keys of several parts are `key/1`, `key/2` and so on, the same at each attempt. Every part is shown as it stands:
    `show` gives the same form for the last one again.
    """
    shown = show(message, forms, lead_in=lead_in)
    cut = pieces(shown, limit, measure)
    if len(cut) < 2:
        return [replace(message, text=cut[0] if cut else "", buttons=shown.buttons)]
    made = [
        replace(message, text=piece, key=f"{message.key}/{place}", buttons=(), ask_contact="")
        for place, piece in enumerate(cut, start=1)
    ]
    made[-1] = replace(made[-1], buttons=shown.buttons, ask_contact=message.ask_contact)
    return made


def title(button: Button, form: Form) -> str:
    """A choice's title as the form shows it."""
    return texts.shorten(button.title, form.title)


def _in_form(message: OutboundMessage, buttons: tuple[Button, ...], forms: Sequence[Form]) -> Shown | None:
    able = [form for form in forms if len(buttons) <= form.most and _opens(form, buttons)]
    whole = (form for form in able if all(_fits(button.title, form) for button in buttons) and _differ(buttons, form))
    cut = (form for form in able if not form.detail and _differ(buttons, form) and _keep_figures(buttons, form))
    form = next(whole, None) or next(cut, None)
    return None if form is None else Shown(text=message.text, form=form, buttons=buttons)


def _opens(form: Form, buttons: tuple[Button, ...]) -> bool:
    """Whether a form takes these pages and presses: one for links alone takes nothing to press."""
    if form.way == "link":
        return all(button.url for button in buttons)
    return form.links or not any(button.url for button in buttons)


def _fits(text: str, form: Form) -> bool:
    return bool(text.strip()) and texts.utf16(text) <= max(form.title, form.detail)


def _differ(buttons: tuple[Button, ...], form: Form) -> bool:
    """Whether no two choices look the same; where a second line writes a title out, that line tells them apart."""
    seen = {(button.title if form.detail else title(button, form)).strip().casefold() for button in buttons}
    return len(seen) == len(buttons) and "" not in seen


def _keep_figures(buttons: tuple[Button, ...], form: Form) -> bool:
    """Whether no figure falls to a cut: `sam. 28 nov. à 15 h 30` without its end is another time."""
    return all(_figures(title(button, form)) == _figures(button.title) for button in buttons)


def _figures(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


def _numbered(message: OutboundMessage, forms: Sequence[Form], lead_in: str) -> Shown:
    places = list(enumerate(message.buttons, start=1))
    lines = tuple(f"{place}) {_line(button, message.language)}" for place, button in places)
    numbers = tuple(replace(button, title=str(place)) for place, button in places if not button.url)
    form = next((form for form in forms if len(numbers) <= form.most and form.way != "link"), None)
    return Shown(text=message.text, form=form, buttons=numbers if form else (), lead_in=lead_in, lines=lines)


def _line(button: Button, language: str) -> str:
    words = " ".join(button.title.split())
    return f"{words}{' : ' if language == 'fr' else ': '}{button.url}" if button.url else words


def _with_lines(cut: list[str], shown: Shown, limit: int, measure: Measure) -> list[str]:
    """`cut` with the lead-in and the lines under its last piece, or in pieces of their own where they do not fit."""
    made, gap = list(cut), "\n\n"
    rows = [shown.lead_in, *shown.lines] if shown.lead_in else list(shown.lines)
    whole = gap.join([*made[-1:], "\n".join(rows)])
    if measure(whole) <= limit:
        return [*made[:-1], whole]
    if measure("\n".join(rows)) <= limit:
        return [*made, "\n".join(rows)]
    for row in rows:
        joined = f"{made[-1]}{gap}{row}" if made else row
        if measure(joined) <= limit:
            made[-1:] = [joined]
        else:
            made += texts.split(row, limit, measure)
        gap = "\n"
    return made
