"""Why two profiles may be one person, or not: codes with a weight, and their words in French and English. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STRONG = 3.0
"""Bits from which a reason decides something: it makes one person eight times as probable."""
_DIFFERENT = ("_other", "_neighbour")
_DEGREES = ("_rare", "_usual", "_common")


@dataclass(frozen=True, slots=True)
class Reason:
    """One field's word on it."""

    code: str
    """`FIELD_LEVEL`, as in `levels.LEVELS`: `birthday_swapped`."""
    weight: float
    """In bits: 3 makes one person eight times as probable, -3 eight times less."""

    @property
    def agrees(self) -> bool:
        """Whether the two profiles agree here. Where most pairs that are looked at do, that may weigh nothing, or less."""
        return not self.code.endswith(_DIFFERENT)

    @property
    def base(self) -> str:
        """The code without how many others have the value, which changes as profiles come and go."""
        return next((self.code.removesuffix(degree) for degree in _DEGREES if self.code.endswith(degree)), self.code)


def kept(reasons: Iterable[Reason]) -> list[list[Any]]:
    """Reasons as they are stored."""
    return [[reason.code, round(reason.weight, 1)] for reason in reasons]


def read_back(stored: Sequence[Sequence[Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(str(code), float(weight)) for code, weight in stored)


def stronger(before: Iterable[Reason], now: Iterable[Reason]) -> bool:
    """Whether something now speaks strongly for one person that did not when a person last judged."""
    judged = {reason.base for reason in before if reason.agrees}
    return any(reason.weight >= STRONG and reason.base not in judged for reason in now)


def in_words(code: str, language: str) -> str:
    """What a person reads of a reason, in French or English."""
    french, english = WORDS[code]
    return french if language == "fr" else english


WORDS: Mapping[str, tuple[str, str]] = {
    "first_name_same_rare": ("même prénom, rare", "same first name, a rare one"),
    "first_name_same_usual": ("même prénom", "same first name"),
    "first_name_same_common": ("même prénom, très courant", "same first name, a very common one"),
    "first_name_short": (
        "l’un est le diminutif ou une variante de l’autre",
        "one first name is short for the other, or a form of it",
    ),
    "first_name_alike": ("prénoms à une faute de frappe près", "first names one slip apart"),
    "first_name_part": ("l’un des deux prénoms composés est abrégé", "one has only part of the other’s first names"),
    "first_name_initial": ("prénom réduit à l’initiale", "one first name is only an initial"),
    "first_name_inverted": ("nom et prénom inversés", "first and last name the other way round"),
    "first_name_neighbour": ("prénoms voisins, mais tous deux courants", "first names much alike, but both of them usual"),
    "first_name_other": ("autre prénom", "another first name"),
    "last_name_same_rare": ("même nom, rare", "same last name, a rare one"),
    "last_name_same_usual": ("même nom", "same last name"),
    "last_name_same_common": ("même nom, très courant", "same last name, a very common one"),
    "last_name_alike": ("noms à une faute de frappe près", "last names one slip apart"),
    "last_name_part": ("l’un des noms fait partie de l’autre", "one last name is part of the other"),
    "last_name_other": ("autre nom", "another last name"),
    "birthday_same": ("même date de naissance", "same birthday"),
    "birthday_swapped": ("jour et mois de naissance inversés", "day and month of birth the other way round"),
    "birthday_slip": ("dates de naissance à un chiffre près", "birthdays one figure apart"),
    "birthday_year": ("même année de naissance, un jour inconnu", "same year of birth, one day unknown"),
    "birthday_other": ("autre date de naissance", "another birthday"),
    "phone_same": ("même téléphone", "same telephone"),
    "phone_slip": ("téléphones à un chiffre près", "telephones one figure apart"),
    "phone_other": ("autre téléphone", "another telephone"),
    "mail_same": ("même adresse e-mail", "same e-mail address"),
    "mail_local": ("même début d’adresse e-mail, chez un autre fournisseur", "same e-mail name with another provider"),
    "mail_slip": ("adresses e-mail à une faute de frappe près", "e-mail addresses one slip apart"),
    "mail_named": ("adresses e-mail faites du même nom", "e-mail addresses made of the same name"),
    "mail_other": ("autre adresse e-mail", "another e-mail address"),
    "place_same_rare": ("même code postal, peu de clients y habitent", "same postcode, where few customers live"),
    "place_same_usual": ("même code postal", "same postcode"),
    "place_same_common": ("même code postal, beaucoup de clients y habitent", "same postcode, where many customers live"),
    "place_slip": ("codes postaux à un chiffre près", "postcodes one character apart"),
    "place_city": ("même ville", "same town"),
    "place_area": ("même région", "same area"),
    "place_other": ("autre lieu", "another place"),
    "generation_same": ("même mention de génération (fils, Jr)", "same word for the generation (Jr, III)"),
    "generation_other": ("mention de génération différente (père, fils)", "another word for the generation (Sr, Jr)"),
}
"""By code, in French and in English. Read by advisors; never said to a customer."""
