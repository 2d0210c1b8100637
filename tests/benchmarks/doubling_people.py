"""Households of people who do not exist: couples, families, twins, fathers and sons of one name, people who live alone.

The truth behind the profiles of `tests.benchmarks.doubling_set`. Numbers are only ever made in memory and called by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from unicodedata import combining, normalize

from tests.benchmarks.doubling_words import BRITAIN, BRITISH_TOWNS, FRANCE, FRENCH_TOWNS, Country

TODAY = date(2026, 6, 1)
SYLLABLES = ("la", "mi", "zo", "tek", "pom", "sun", "star", "rou", "vel", "kid", "fox", "bel")


@dataclass(frozen=True, slots=True)
class Place:
    city: str
    postcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person as they are now; `moved_on` makes what they were or become."""

    country: Country
    sex: str
    first_name: str
    last_name: str
    birthday: date
    place: Place
    mobile: str
    landline: str
    """Shared by the household; empty when there is none."""
    mail: str
    partners_name: str = ""
    """What they may be called by marriage."""


@dataclass(slots=True)
class Household:
    people: list[Person] = field(default_factory=list)


def households(rng: Random) -> Iterator[Household]:
    """Households without end."""
    while True:
        country = FRANCE if rng.random() < 0.6 else BRITAIN
        place = new_place(country, rng)
        landline = new_number(country.landline, country.digits, rng) if rng.random() < 0.4 else ""
        kind = rng.random()
        grown = [_grown(country, place, landline, rng)]
        if kind > 0.35:
            grown.append(_partner(grown[0], rng))
        children: list[Person] = []
        if kind > 0.6:
            children = list(_children(grown[0], rng))
        yield Household(grown + children)


def _grown(country: Country, place: Place, landline: str, rng: Random) -> Person:
    sex = rng.choice("mw")
    first, last = country.first_name(sex, rng), country.surname(rng)
    birthday = TODAY - timedelta(days=int(rng.triangular(19, 88, 42) * 365.25))
    mobile = new_number(country.mobile, country.digits, rng) if rng.random() < 0.93 else ""
    mail = new_mail(country, first, last, birthday, rng) if rng.random() < 0.9 else ""
    return Person(
        country=country,
        sex=sex,
        first_name=first,
        last_name=last,
        birthday=birthday,
        place=place,
        mobile=mobile,
        landline=landline,
        mail=mail,
    )


def _partner(one: Person, rng: Random) -> Person:
    """Whoever lives with this person: of the same name by marriage, or of their own."""
    other = _grown(one.country, one.place, one.landline, rng)
    other = replace(other, sex="w" if one.sex == "m" else "m", birthday=one.birthday + timedelta(days=int(rng.gauss(0, 1200))))
    other = replace(other, first_name=one.country.first_name(other.sex, rng))
    married = rng.random() < 0.55
    other = replace(other, last_name=one.last_name) if married else replace(other, partners_name=one.last_name)
    shared = rng.random()
    if shared < 0.08 and one.mail:
        return replace(other, mail=one.mail)
    return replace(
        other, mail=new_mail(one.country, other.first_name, other.last_name, other.birthday, rng) if other.mail else ""
    )


def _children(parent: Person, rng: Random) -> Iterator[Person]:
    """One to four; now and then twins, and now and then one with the father's very name."""
    country, last = parent.country, parent.last_name
    born = parent.birthday + timedelta(days=int(rng.triangular(20, 40, 28) * 365.25))
    taken = {parent.first_name}
    for number in range(rng.choices((1, 2, 3, 4), (35, 42, 18, 5))[0]):
        if number and rng.random() > 0.04:  # twins otherwise
            born += timedelta(days=int(rng.triangular(400, 2600, 1000)))
        age = (TODAY - born).days / 365.25
        if age < 8:
            return
        sex = rng.choice("mw")
        first = country.first_name(sex, rng)
        if sex == parent.sex and rng.random() < 0.02:
            first = parent.first_name
        elif first in taken:
            continue
        taken.add(first)
        grown = age > 20 and rng.random() < 0.7
        own = rng.random()
        yield Person(
            country=country,
            sex=sex,
            first_name=first,
            last_name=last,
            birthday=born,
            place=new_place(country, rng) if grown else parent.place,
            mobile=new_number(country.mobile, country.digits, rng) if own < 0.9 and (grown or own < 0.5) else parent.mobile,
            landline="" if grown else parent.landline,
            mail=new_mail(country, first, last, born, rng) if own < 0.75 and age > 13 else ("" if grown else parent.mail),
        )


def new_number(starts: tuple[str, ...], digits: int, rng: Random) -> str:
    return rng.choice(starts) + "".join(rng.choices("0123456789", k=digits))


def new_place(country: Country, rng: Random) -> Place:
    """A town and one of its postcodes: some towns have thousands of customers, many a few."""
    if country is FRANCE:
        town, code = FRENCH_TOWNS[int(len(FRENCH_TOWNS) ** rng.random()) - 1]
        return Place(town, f"{code:02d}{rng.choice((0, 0, 1, 2, 3, 4, 5, 7))}{rng.randrange(10)}0")
    town, area = BRITISH_TOWNS[int(len(BRITISH_TOWNS) ** rng.random()) - 1]
    inward = f"{rng.randrange(1, 10)}{rng.choice('ABDEFGHJLNPQRSTUWXYZ')}{rng.choice('ABDEFGHJLNPQRSTUWXYZ')}"
    return Place(town, f"{area}{rng.randrange(1, 25)} {inward}")


def new_mail(country: Country, first: str, last: str, birthday: date, rng: Random) -> str:
    """An address as people choose them: most often from their name, sometimes with a year, sometimes from nothing at all."""
    one, two = (plain(name).lower().replace("'", "").replace(" ", "") for name in (first, last))
    year = birthday.year
    local = rng.choices(
        (
            f"{one}.{two}",
            f"{one}{two}",
            f"{one[0]}.{two}",
            f"{one[0]}{two}",
            f"{two}.{one}",
            f"{one}.{two}{year % 100:02d}",
            f"{one}{year % 100:02d}",
            f"{one}_{two}{rng.randrange(1, 999)}",
            f"{one[:4]}{two[:4]}{rng.randrange(10, 999)}",
            "".join(
                rng.choice(("la", "mi", "zo", "tek", "pom", "sun", "star", "rou", "vel", "kid", "fox", "bel")) for _ in range(3)
            )
            + rng.choice(("", str(rng.randrange(100)))),
        ),
        (24, 8, 8, 9, 5, 12, 8, 8, 6, 12),
    )[0]
    return f"{local}@{country.mails[int(len(country.mails) ** rng.random()) - 1]}"


def plain(text: str) -> str:
    """Without accents."""
    return "".join(letter for letter in normalize("NFKD", text) if not combining(letter))
