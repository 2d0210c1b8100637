"""Customer profiles whose doubles are known: what happens to people's names, numbers and birthdays on their way into a file.

Every profile is one writing down of a person: at the till (typed in haste), on the web site, or brought over from an older system
(capitals, no accents). One person in nine is written down again, years later: they may have moved, married, changed number or
address. Nobody wrote the errors with an eye to what finds them, and some pairs have nothing in common any more.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from random import Random

from bot.customers.profile import Profile
from tests.benchmarks.doubling_people import Person, households, new_mail, new_number, new_place, plain

AGAIN = 0.11
"""How many people are written down a second time; a tenth of these a third time."""
NEIGHBOURS = {
    "a": "zqs",
    "e": "rz",
    "i": "uo",
    "o": "ip",
    "n": "bm",
    "m": "n",
    "t": "ry",
    "r": "et",
    "s": "dz",
    "l": "k",
    "d": "sf",
}
HEARD = (("ph", "f"), ("th", "t"), ("eau", "au"), ("ss", "s"), ("y", "i"), ("ck", "k"), ("ll", "l"), ("qu", "k"))
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublingSet:
    """Profiles in no order, and whose they are."""

    profiles: Sequence[Profile]
    person_of: Mapping[str, int]
    """Profile id to person."""
    doubles: frozenset[Pair]
    """Every pair of profiles of one person, ids in order."""


def doubling_set(profiles: int, *, seed: int) -> DoublingSet:
    """This many profiles; the same ones for the same seed."""
    rng = Random(seed)
    made: list[Profile] = []
    person_of: dict[str, int] = {}
    for number, person in enumerate(_customers(rng)):
        for written in _written_down(person, rng):
            id_ = f"p{len(made):06d}"
            made.append(replace(written, id=id_))
            person_of[id_] = number
        if len(made) >= profiles:
            break
    made = made[:profiles]
    known = {profile.id for profile in made}
    person_of = {id_: number for id_, number in person_of.items() if id_ in known}
    rng.shuffle(made)
    return DoublingSet(profiles=made, person_of=person_of, doubles=frozenset(_doubles(person_of)))


def _customers(rng: Random) -> Iterator[Person]:
    for household in households(rng):
        for person in household.people:
            if rng.random() < 0.7:
                yield person


def _doubles(person_of: Mapping[str, int]) -> Iterator[Pair]:
    ids_of: dict[int, list[str]] = {}
    for id_, number in person_of.items():
        ids_of.setdefault(number, []).append(id_)
    for ids in ids_of.values():
        yield from combinations(sorted(ids), 2)


def _written_down(person: Person, rng: Random) -> Iterator[Profile]:
    times = 1
    if rng.random() < AGAIN:
        times = 3 if rng.random() < 0.1 else 2
    created = date(2018, 1, 1) + timedelta(days=rng.randrange(1500))
    for time in range(times):
        if time:
            person = _later(person, rng)
            created += timedelta(days=rng.randrange(30, 900))
        yield replace(_profile(person, rng), created=created)


def _later(person: Person, rng: Random) -> Person:
    """The same person some time afterwards."""
    country = person.country
    if rng.random() < 0.15:
        person = replace(person, place=new_place(country, rng), landline="")
    if person.mobile and rng.random() < 0.12:
        person = replace(person, mobile=new_number(country.mobile, country.digits, rng))
    if person.sex == "w" and person.partners_name and rng.random() < 0.15:
        both = rng.random() < 0.3
        person = replace(person, last_name=f"{person.last_name}-{person.partners_name}" if both else person.partners_name)
    if rng.random() < 0.3:
        person = replace(person, mail=new_mail(country, person.first_name, person.last_name, person.birthday, rng))
    elif person.mail and rng.random() < 0.06:
        person = replace(person, mail=f"{person.mail.partition('@')[0]}@{rng.choice(country.mails)}")
    return person


def _profile(person: Person, rng: Random) -> Profile:
    """One writing down: which facts were asked for, and how well they were typed."""
    source = rng.choices(("till", "site", "older"), (45, 38, 17))[0]
    phone_asked, mail_asked, birthday_asked, place_asked = {
        "till": (0.85, 0.55, 0.55, 0.9),
        "site": (0.62, 1.0, 0.35, 0.85),
        "older": (0.6, 0.4, 0.55, 0.92),
    }[source]
    sloppy = {"till": 1.5, "site": 0.7, "older": 1.0}[source]
    first, last = _names(person, source, sloppy, rng)
    phones = [number for number in (person.mobile, person.landline) if number and rng.random() < phone_asked]
    if len(phones) == 2 and rng.random() < 0.5:
        phones = phones[:1]
    mail = person.mail if person.mail and rng.random() < mail_asked else ""
    asked = rng.random() < place_asked
    place = person.place
    return Profile(
        id="",
        first_name=first,
        last_name=last,
        phones=tuple(_number(number, sloppy, rng) for number in phones),
        emails=(_mail(mail, sloppy, rng),) if mail else (),
        birthday=_birthday(person.birthday, source, sloppy, rng) if rng.random() < birthday_asked else None,
        language=person.country.language,
        city=_city(place.city, source, rng) if asked else "",
        postcode=_digits(place.postcode, rng) if asked and rng.random() < 0.012 * sloppy else (place.postcode if asked else ""),
    )


def _names(person: Person, source: str, sloppy: float, rng: Random) -> Pair:
    first, last = person.first_name, person.last_name
    short = person.country.nicknames.get(first)
    if short and rng.random() < 0.09:
        first = rng.choice(short)
    if "-" in first and rng.random() < 0.3:
        first = first.replace("-", " ") if rng.random() < 0.6 else first.split("-")[0]
    elif rng.random() < 0.02:
        first = f"{first} {person.country.first_name(person.sex, rng)}"  # with the second one
    elif rng.random() < 0.008:
        first = f"{first[0]}."
    if "-" in last and rng.random() < 0.3:
        last = last.replace("-", " ") if rng.random() < 0.6 else rng.choice(last.split("-"))
    first = _typed(first, rng) if rng.random() < 0.025 * sloppy else first
    last = _typed(last, rng) if rng.random() < 0.035 * sloppy else last
    if rng.random() < (0.02 if source == "site" else 0.01):
        first, last = last, first
    if source == "older":
        return plain(first).upper(), plain(last).upper()
    if rng.random() < 0.2:
        first, last = plain(first), plain(last)
    return (first.lower(), last.lower()) if rng.random() < 0.04 else (first, last)


def _typed(word: str, rng: Random) -> str:
    """One slip of the fingers or of the ear."""
    at = rng.randrange(len(word))
    slip = rng.random()
    if slip < 0.2 and len(word) > 3:
        return word[:at] + word[at + 1 :]
    if slip < 0.4:
        return word[:at] + word[at] + word[at:]
    if slip < 0.6:
        return word[:at] + rng.choice(NEIGHBOURS.get(word[at].lower(), string.ascii_lowercase)) + word[at + 1 :]
    if slip < 0.8 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    for heard, written in (
        ("ph", "f"),
        ("th", "t"),
        ("eau", "au"),
        ("ss", "s"),
        ("y", "i"),
        ("ck", "k"),
        ("ll", "l"),
        ("qu", "k"),
    ):
        if heard in word:
            return word.replace(heard, written, 1)
    return word[:at] + rng.choice(string.ascii_lowercase) + word[at:]


def _number(number: str, sloppy: float, rng: Random) -> str:
    return number[:4] + _digits(number[4:], rng) if rng.random() < 0.012 * sloppy else number


def _digits(text: str, rng: Random) -> str:
    """One figure wrong, or two neighbours the wrong way round."""
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    at = rng.choice(places)
    if rng.random() < 0.4 and at + 1 in places:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice(string.digits) + text[at + 1 :]


def _mail(mail: str, sloppy: float, rng: Random) -> str:
    if rng.random() >= 0.015 * sloppy:
        return mail
    local, _, domain = mail.partition("@")
    if rng.random() < 0.65:
        return f"{_typed(local, rng).lower().replace(' ', '')}@{domain}"
    return f"{local}@{_typed(domain.partition('.')[0], rng)}.example"


def _birthday(day: date, source: str, sloppy: float, rng: Random) -> date:
    chance = rng.random()
    if chance < 0.015 * sloppy and day.day <= 12:
        return day.replace(month=day.day, day=day.month)
    if chance < 0.03 * sloppy:
        wrong = _digits(f"{day:%Y%m%d}", rng)
        try:
            made = date(int(wrong[:4]), int(wrong[4:6]), int(wrong[6:]))
        except ValueError:
            return day
        return made if 1915 < made.year < 2027 else day
    if source == "older" and chance < 0.09:
        return day.replace(month=1, day=1)  # only the year was known
    return day


def _city(city: str, source: str, rng: Random) -> str:
    if source == "older":
        return plain(city).upper()
    return city.replace("-", " ") if rng.random() < 0.15 else city
