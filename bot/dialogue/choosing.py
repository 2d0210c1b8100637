"""Which of the offered choices a message means: by its words, its number, its place, its day and time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from bot.dialogue.state import Choice

_PLACES: Mapping[str, int] = {
    "premier": 1, "premiere": 1, "1er": 1, "1ere": 1, "first": 1, "1st": 1,
    "deuxieme": 2, "second": 2, "seconde": 2, "2e": 2, "2eme": 2, "2nd": 2, "deux": 2, "two": 2,
    "troisieme": 3, "third": 3, "3e": 3, "3eme": 3, "3rd": 3, "trois": 3, "three": 3,
    "quatrieme": 4, "fourth": 4, "4e": 4, "4eme": 4, "4th": 4, "quatre": 4, "four": 4,
    "dernier": -1, "derniere": -1, "last": -1,
}  # fmt: skip
_SOONEST = ("le plus tot", "au plus tot", "plus vite possible", "des que possible", "earliest", "soonest", "as soon as")
_LATEST = ("le plus tard", "au plus tard", "latest")
_ANY = ("peu importe", "n importe", "comme vous voulez", "au choix", "either", "any of", "any one", "whichever", "don t mind")
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """le la les l un une de du des d a au aux en et ou pour vers plutot non oui ouais ok okay alors euh bah ben hum svp
        stp s il vous te plait merci bien finalement fait celui celle ceux ce cet cette qui est c sera ira va me convient
        je prends prend choisis prefere j aimerais mais vas pas du tout moi choix option numero creneau horaire heure h
        the an of at on in to for and or but no yes yeah please thanks rather instead actually it that this those one
        ones i ll take like would prefer number slot time make let go with is works fine good ours pm am o clock not""",
    )
)
"""Words that say nothing about which choice, or which value, is meant."""


_CANCELS = ("annul", "supprim", "decommand", "cancel", "delet")
_CLOCK_WORDS = frozenset({"h", "heure", "heures", "am", "pm", "clock"})
_COUNTED = frozenset(
    re.findall(r"\w+", "jour jours semaine semaines mois an ans minutes euros personnes day days week weeks month months people")
)
"""What a number may count: « dans 3 mois » is not about the third choice."""


def words_of(text: str) -> list[str]:
    """The words of a text without accents, case and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", plain)


def calls_off(text: str) -> bool:
    """Whether somebody speaks of cancelling, whatever it is."""
    return any(word.startswith(_CANCELS) for word in words_of(text))


def pressed_by_words(choices: Sequence[Choice], text: str) -> Choice | None:
    """The choice whose title or other wording was typed as it is."""
    said = words_of(text)
    return _only([choice for choice in choices if said and any(said == words_of(name) for name in _names(choice))])


def pick(choices: Sequence[Choice], text: str, values: Mapping[str, Any]) -> Choice | None:
    """The choice meant by a message that is about choosing; None when none or several fit."""
    if not choices:
        return None
    exact = pressed_by_words(choices, text)
    if exact:
        return exact
    said = words_of(text)
    sentence = " ".join(said)
    if any(phrase in sentence for phrase in (*_SOONEST, *_ANY)):
        return choices[0]
    if any(phrase in sentence for phrase in _LATEST):
        return choices[-1]
    return by_time(choices, values) or _by_spelling(choices, said) or _by_words(choices, said) or _by_place(choices, said, values)


def by_time(choices: Sequence[Choice], values: Mapping[str, Any]) -> Choice | None:
    """The only choice at the day and the time a message names."""
    wanted: list[set[str]] = []
    day, hour, part = values.get("day"), values.get("hour"), values.get("part_of_day")
    if isinstance(day, str) and "/" not in day:
        wanted.append({day})
    if isinstance(hour, Mapping) and isinstance(hour.get("at"), str):
        wanted.append(_clock_readings(hour["at"]))
    if isinstance(part, str):
        wanted.append({part})
    fitting = [choice for choice in choices if all(names & set(choice.aliases) for names in wanted)]
    return _only(fitting) if wanted else None


def _clock_readings(at: str) -> set[str]:
    """ "03:00" is said for the afternoon as well."""
    try:
        hour = int(at[:2])
    except ValueError:
        return {at}
    return {at, f"{hour + 12:02d}{at[2:]}"} if hour < 12 else {at}


def _by_spelling(choices: Sequence[Choice], said: Sequence[str]) -> Choice | None:
    """A wording with a figure in it that the message holds, however it is spaced: "14 h 30", "14h30"."""
    whole = "".join(said)

    def held(name: str) -> bool:
        wording = "".join(words_of(name))
        figure = wording[:1].isdecimal() and not wording.isdecimal()
        return figure and re.search(rf"(?<!\d){wording}(?!\d)", whole) is not None

    return _only([choice for choice in choices if any(held(name) for name in _names(choice))])


def _by_words(choices: Sequence[Choice], said: Sequence[str]) -> Choice | None:
    meant = {word for word in said if word not in FILLERS}
    if not meant or all(word.isdecimal() and int(word[:4]) <= len(choices) for word in meant):
        return None  # a small number alone is a place in the list, not the "2" of "2:30 pm"
    found = _only([c for c in choices if meant <= {word for name in _names(c) for word in words_of(name)}])
    if found or len(said) > 4:
        return found
    titles = {" ".join(words_of(choice.title)): choice for choice in choices}
    near = get_close_matches(" ".join(said), list(titles), n=2, cutoff=0.84)
    return titles[near[0]] if len(near) == 1 else None


def _by_place(choices: Sequence[Choice], said: Sequence[str], values: Mapping[str, Any]) -> Choice | None:
    number = values.get("number")
    if not isinstance(number, int) or isinstance(number, bool):
        meant = [word for word in said if word in _PLACES or word.isdecimal()]
        if len(meant) != 1 or len(said) > 6 or _COUNTED & set(said):
            return None
        number = _PLACES.get(meant[0]) or int(meant[0][:4])
    if number == -1:
        return choices[-1]
    if 1 <= number <= len(choices):
        return choices[number - 1] if not _CLOCK_WORDS & set(said) else None
    return by_time(choices, {"hour": {"at": f"{number:02d}:00"}})  # "15": no fifteenth choice, but an hour


def _names(choice: Choice) -> tuple[str, ...]:
    return (choice.title, *choice.aliases)


def _only(found: Sequence[Choice]) -> Choice | None:
    return found[0] if len(found) == 1 else None
