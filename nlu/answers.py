"""Yes, no or perhaps, in the many ways people say it in French (of France, Québec, Belgium, the Antilles) and English.

A message is an answer only when all of its words are: « oui oui », « ben non merci », "yeah sure why not", 👍. « Oui mais à
Lille » says more than yes and is left to the rest of the house.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from nlu.answer_words import COURTESY, MAYBE, NO, YES
from nlu.text import folded, squeezed

Answer = Literal["yes", "no", "maybe"]

_LONGEST = 80
"""Characters: nobody says yes in more."""
_WORD = re.compile(r"[a-z0-9]+")
_QUIET = ""
"""What a word of courtesy answers."""
_SIGNS: Mapping[str, str] = {
    **dict.fromkeys("👍👌✅✔☑🆗💯🤝🙌👏🫡", "yes"),
    **dict.fromkeys("👎❌🚫⛔🙅✖❎", "no"),
    **dict.fromkeys("🤷🤔🫤", "maybe"),
    **dict.fromkeys("🙏😉😅😂🤣😀😃😄😁🙂😊🥰😍❤💚😕😐🎉💪", _QUIET),
}
_SMILES = frozenset("😀😃😄😁🙂😊🥰😍❤💚🎉💪")
"""Quiet beside words; alone, they agree."""
_ATTACHED = re.compile("[\U0001f3fb-\U0001f3ff\u200d\u2640\u2642\ufe0f\u20e3]")
"""Colours of skin and whatever else only changes the sign before it."""


def _key(words: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(squeezed(folded(words))))


def _table() -> dict[tuple[str, ...], str]:
    lists = ((COURTESY, _QUIET), (YES, "yes"), (NO, "no"), (MAYBE, "maybe"))
    return {_key(phrase): answer for written, answer in lists for phrase in written.replace("\n", " ").split(",")}


_PHRASES = _table()
_LONGEST_PHRASE = max(map(len, _PHRASES))
_FLAT = {"".join(key): answer for key, answer in _PHRASES.items() if len(key) == 1}
"""Single words by their letters, for those whose last letter is drawn out: « ouiiii »."""


def read_answer(text: str) -> Answer | None:
    """The answer a message is, if it is nothing else; a question is none."""
    if len(text) > _LONGEST or "?" in text:
        return None
    said: list[str] = []
    words: list[str] = []
    smiled = False
    for character in _ATTACHED.sub("", text):
        sign = _SIGNS.get(character)
        if sign is None:
            words.append(character)
            continue
        words.append(" ")
        smiled = smiled or character in _SMILES
        said += [sign] if sign else []
    spoken = _spoken(_key("".join(words)))
    if spoken is None or _left("".join(words)):
        return None
    return _together(spoken + said, smiled=smiled)


def _left(text: str) -> bool:
    """Whether there are letters or signs of another kind, which say something we do not know."""
    return any(ord(character) > 0x2FFF or (character.isalpha() and not _key(character)) for character in folded(text))


def _spoken(words: tuple[str, ...]) -> list[str] | None:
    """What each phrase of the words answers, courtesy left out; None when there are other words among them."""
    said: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            answer = _PHRASES.get(words[at : at + length])
            if answer is None and length == 1:
                answer = _drawn_out(words[at])
            if answer is not None:
                said += [answer] if answer else []
                at += length
                break
        else:
            return None
    return said


def _drawn_out(word: str) -> str | None:
    """« ouii », "noo", "yess": one letter too many."""
    shorter = re.sub(r"(.)\1+", r"\1", word)
    return _FLAT.get(shorter) if shorter != word else None


def _together(said: list[str], *, smiled: bool) -> Answer | None:
    """One answer of several: the first yes or no counts, a doubt anywhere makes it one."""
    if not said:
        return "yes" if smiled else None
    if "maybe" in said:
        return "maybe"
    if said[0] == "yes" and "no" in said:
        return None  # « oui… non » takes it back; who knows
    return "no" if said[0] == "no" else "yes"


__all__ = ["Answer", "read_answer"]
