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
_SOONEST = (
    "le plus tot", "au plus tot", "plus vite possible", "des que possible", "le plus proche", "la plus proche", "le plus rapide",
    "earliest", "soonest", "as soon as", "closest", "nearest", "quickest", "next available", "first available",
)  # fmt: skip
_LATEST = ("le plus tard", "au plus tard", "la plus tardive", "le plus loin", "latest", "as late as")
_ANY = (
    "peu importe", "n importe lequel", "n importe laquelle", "n importe quel", "comme vous voulez", "comme tu veux", "au choix",
    "ca m est egal", "c est egal", "c est pareil", "choisissez", "a vous de voir", "a vous de choisir", "sans preference",
    "pas de preference", "le premier venu", "au hasard", "either", "any of", "any one", "any will do", "whichever", "whatever",
    "don t mind", "don t care", "you choose", "you pick", "no preference", "up to you", "surprise me", "doesn t matter",
)  # fmt: skip
_MIDDLE = ("du milieu", "au milieu", "middle", "in between")
_LAST_BUT_ONE = ("avant dernier", "avant derniere", "second to last", "last but one", "penultimate")
_NOT_ONE = frozenset({"pas", "not", "sauf", "except"})
_MOST_ANY = 4
"""Of a longer list, such as all the stores, "any of them" chooses nothing."""
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """le la les l un une de du des d a au aux en et ou pour vers plutot non oui ouais ok okay alors euh bah ben hum svp
        stp s il vous te plait merci bien finalement fait celui celle ceux ce cet cette qui est c sera ira va me convient
        je prends prend choisis prefere j aimerais mais vas pas du tout moi choix option numero creneau horaire heure h
        voulais dire disais veux parler pensais the an of at on in to for and or but no yes yeah please thanks rather instead
        actually it that this those one meant mean said want
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
    by_phrase = _by_phrase(choices, sentence)
    if by_phrase is not None:
        return by_phrase
    found = (
        by_time(choices, values) or _by_spelling(choices, said) or _by_words(choices, said) or _by_place(choices, said, values)
    )
    if found is not None and not _NOT_ONE.isdisjoint(said[:2]):
        return _only([choice for choice in choices if choice != found])  # « pas le premier » of two is the second
    return found


def leaves_it_to_us(choices: Sequence[Choice], text: str) -> bool:
    """Whether the customer takes any of these: a short list of one kind of thing, not a yes or no."""
    kinds = {frozenset(choice.set) for choice in choices}
    values = [value for choice in choices for value in choice.set.values()]
    if len(kinds) != 1 or len(choices) > _MOST_ANY or any(isinstance(value, bool) for value in values) or choices[0].intent:
        return False
    return _says(" ".join(words_of(text)), _ANY)


def _says(sentence: str, phrases: Sequence[str]) -> bool:
    return any(f" {phrase} " in f" {sentence} " for phrase in phrases)


def _by_phrase(choices: Sequence[Choice], sentence: str) -> Choice | None:
    """By what is said of the whole list: the earliest, the one in the middle, any of them."""
    timed = all(choice.aliases and _DATE.match(choice.aliases[0]) for choice in choices)
    if timed and _says(sentence, _SOONEST):
        return choices[0]
    if timed and _says(sentence, _LATEST):
        return choices[-1]
    if len(choices) % 2 and _says(sentence, _MIDDLE):
        return choices[len(choices) // 2]
    if len(choices) > 1 and _says(sentence, _LAST_BUT_ONE):
        return choices[-2]
    return choices[0] if leaves_it_to_us(choices, sentence) else None


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
"""The first other name of a time on offer is its date."""


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
