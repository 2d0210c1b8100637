"""A table of phrases as people type them, resolved for somebody who speaks on Thursday 26 November 2026.

`day` is the resolved day or `first/last`; `part` and `hour` are the values; what is not listed must not be found.
"""

from __future__ import annotations

from datetime import date

import pytest

from nlu.times import find, resolve_day

TODAY = date(2026, 11, 26)

FRENCH = """
samedi                          | 2026-11-28
sam                             | 2026-11-28
samedis                         | 2026-11-28
jeudi                           | 2026-12-03
ce jeudi                        | 2026-11-26
ce samedi                       | 2026-11-28
samedi prochain                 | 2026-12-05
lundi prochain                  | 2026-11-30
le prochain samedi              | 2026-11-28
mardi de la semaine prochaine   | 2026-12-01
la semaine prochaine, mardi     | 2026-12-01
vendredi de cette semaine       | 2026-11-27
samedi aprem                    | 2026-11-28 | afternoon
samedi après-midi               | 2026-11-28 | afternoon
SAMEDI APRES MIDI               | 2026-11-28 | afternoon
samedi dans l'après-midi        | 2026-11-28 | afternoon
mer aprem                       | 2026-12-02 | afternoon
mercredi matin                  | 2026-12-02 | morning
jeu. matin                      | 2026-12-03 | morning
dimanche en soirée              | 2026-11-29 | evening
vendredi soir                   | 2026-11-27 | evening
demain                          | 2026-11-27
dem1                            | 2026-11-27
2main matin                     | 2026-11-27 | morning
demain à midi                   | 2026-11-27 |           | at 12:00
demain midi                     | 2026-11-27 | noon
après-demain                    | 2026-11-28
apres demain                    | 2026-11-28
aujourd'hui                     | 2026-11-26
aujourd’hui                     | 2026-11-26
aujourdhui                      | 2026-11-26
ajd                             | 2026-11-26
auj                             | 2026-11-26
hier                            | 2026-11-25
avant-hier                      | 2026-11-24
ce soir                         | 2026-11-26 | evening
ce matin                        | 2026-11-26 | morning
cet aprem                       | 2026-11-26 | afternoon
cet après-midi                  | 2026-11-26 | afternoon
ce midi                         | 2026-11-26 | noon
le 8 mai                        | 2027-05-08
8 mai 2027                      | 2027-05-08
le 26 novembre                  | 2026-11-26
le 25 novembre                  | 2027-11-25
le 1er décembre                 | 2026-12-01
le premier décembre             | 2026-12-01
vingt-cinq décembre             | 2026-12-25
le 29 février                   | 2028-02-29
vendredi 8 mai 10h              | 2027-05-08 |           | at 10:00
sam 28 nov                      | 2026-11-28
samedi le 28                    | 2026-11-28
samedi 28                       | 2026-11-28
samedi 28 à 10h                 | 2026-11-28 |           | at 10:00
le 12                           | 2026-12-12
le 28 en fin de matinée         | 2026-11-28 | morning   | after 10:30 before 12:30
le 31                           | 2026-12-31
pour le 3 si possible           | 2026-12-03
12/05                           | 2027-05-12
12/05/2027                      | 2027-05-12
12-05-2027                      | 2027-05-12
12.05.2027                      | 2027-05-12
12/05/27 à 9h                   | 2027-05-12 |           | at 09:00
2027-05-12                      | 2027-05-12
demain en huit                  | 2026-12-04
sam. prochain                   | 2026-12-05
samedi dernier                  | 2026-11-21
la veille de Noël               | 2026-12-24
le jour de Noël                 | 2026-12-25
le réveillon du jour de l'an    | 2026-12-31
à la Saint-Sylvestre            | 2026-12-31
le jour de l'an                 | 2027-01-01
le lundi de Pâques              | 2027-03-29
jeudi de l'Ascension            | 2027-05-06
le lundi de Pentecôte           | 2027-05-17
le 24                           | 2026-12-24
dans trois jours                | 2026-11-29
d'ici une semaine               | 2026-12-03
mardi en huit                   | 2026-12-08
lundi en quinze                 | 2026-12-14
dans 3 jours                    | 2026-11-29
dans huit jours                 | 2026-12-03
dans une semaine                | 2026-12-03
dans deux semaines              | 2026-12-10
le plus tôt possible            | 2026-11-26/2026-12-02
dans 3 mois                     | 2027-02-26
dans une quinzaine              | 2026-12-10
dans quinze jours               | 2026-12-10
ce week-end                     | 2026-11-28/2026-11-29
le weekend                      | 2026-11-28/2026-11-29
ce we                           | 2026-11-28/2026-11-29
le week end prochain            | 2026-12-05/2026-12-06
la fin de semaine               | 2026-11-28/2026-11-29
en début de semaine prochaine   | 2026-11-30/2026-12-01
milieu de semaine               | 2026-11-26
en fin de semaine               | 2026-11-28/2026-11-29
la fin de semaine prochaine     | 2026-12-05/2026-12-06
la semaine prochaine            | 2026-11-30/2026-12-06
cette semaine                   | 2026-11-26/2026-11-29
dimnache                        | 2026-11-29
vendrdi matin                   | 2026-11-27 | morning
samdei                          | 2026-11-28
mecredi                         | 2026-12-02
le 5 decemrbe                   | 2026-12-05
le matin                        |            | morning
plutôt l'aprem                  |            | afternoon
apres midi                      |            | afternoon
en fin de matinée               |            | morning   | after 10:30 before 12:30
début d'aprem                   |            | afternoon | after 13:00 before 15:00
en fin d'après-midi             |            | afternoon | after 16:00 before 18:30
fin de journée                  |            |           | after 17:00
vers midi                       |            | noon
à midi pile                     |            |           | at 12:00
avant midi                      |            |           | before 12:00
vers 15h                        |            |           | at 15:00
15h30                           |            |           | at 15:30
15 h 30                         |            |           | at 15:30
15:30                           |            |           | at 15:30
à 9h15                          |            |           | at 09:15
celui de 15h                    |            |           | at 15:00
quinze heures                   |            |           | at 15:00
dix heures et demie             |            |           | at 10:30
trois heures moins le quart     |            |           | at 14:45
à 3h                            |            |           | at 15:00
3h du matin                     |            |           | at 03:00
8h du soir                      |            |           | at 20:00
demain soir 8h                  | 2026-11-27 | evening   | at 20:00
midi et demi                    |            |           | at 12:30
avant 11h                       |            |           | before 11:00
jusqu'à 18h                     |            |           | before 18:00
après 17h                       |            |           | after 17:00
pas avant 15h                   |            |           | after 15:00
15h au plus tôt                 |            |           | after 15:00
16h maximum                     |            |           | before 16:00
pas plus tard que 17h           |            |           | before 17:00
après 17 heures                 |            |           | after 17:00
à partir de 15h                 |            |           | after 15:00
dès 10h                         |            |           | after 10:00
entre 14h et 16h                |            |           | after 14:00 before 16:00
entre 14 et 16h                 |            |           | after 14:00 before 16:00
de 14 à 16h                     |            |           | after 14:00 before 16:00
14h-16h                         |            |           | after 14:00 before 16:00
entre midi et deux              |            |           | after 12:00 before 14:00
samedi entre 10h et midi        | 2026-11-28 |           | after 10:00 before 12:00
pas après 17h                   |            |           | before 17:00
en avant-midi                   |            | morning
mardi avant-midi                | 2026-12-01 | morning
à soir                          | 2026-11-26 | evening
lendi matin                     | 2026-11-30 | morning
sanmdi                          | 2026-11-28
vandrèdi lapré-midi             | 2026-11-27 | afternoon
jòdi-a                          | 2026-11-26
dèmen bonmaten                  | 2026-11-27 | morning
aswè-a                          | 2026-11-26 | evening
dem1 apm                        | 2026-11-27 | afternoon
friday                          | 2026-11-27
"""

ENGLISH = """
saturday                        | 2026-11-28
Sat morning                     | 2026-11-28 | morning
on wed                          | 2026-12-02
Thursday                        | 2026-12-03
this Thursday                   | 2026-11-26
next Tuesday                    | 2026-12-01
next Saturday                   | 2026-12-05
next week on Friday             | 2026-12-04
tuesday next week               | 2026-12-01
this Saturday afternoon         | 2026-11-28 | afternoon
Saturday the 28th               | 2026-11-28
saturday 28                     | 2026-11-28
a week on Tuesday               | 2026-12-08
Tuesday week                    | 2026-12-08
the Saturday after next         | 2026-12-05
tomorrow                        | 2026-11-27
tmrw                            | 2026-11-27
tommorow morning                | 2026-11-27 | morning
the day after tomorrow          | 2026-11-28
today                           | 2026-11-26
yesterday                       | 2026-11-25
tomo at 3                       | 2026-11-27 |           | at 15:00
next week Monday                | 2026-11-30
coming Monday                   | 2026-11-30
tonight                         | 2026-11-26 | evening
tonight at 8                    | 2026-11-26 | evening   | at 20:00
this afternoon                  | 2026-11-26 | afternoon
on the 8th of May               | 2027-05-08
May 8th                         | 2027-05-08
8 May 2027                      | 2027-05-08
Friday 8 May at 10              | 2027-05-08 |           | at 10:00
the first of December           | 2026-12-01
December the twelfth            | 2026-12-12
Dec 5, 2026                     | 2026-12-05
on the 12th                     | 2026-12-12
the 30th please                 | 2026-11-30
5/13                            | 2027-05-13
in 3 days                       | 2026-11-29
in two weeks                    | 2026-12-10
in a week                       | 2026-12-03
any day                         | 2026-11-26/2026-12-02
in two months                   | 2027-01-26
in a fortnight                  | 2026-12-10
in a couple of days             | 2026-11-28
two weeks from now              | 2026-12-10
this weekend                    | 2026-11-28/2026-11-29
at the weekend                  | 2026-11-28/2026-11-29
Christmas Eve                   | 2026-12-24
on Boxing Day                   | 2026-12-26
New Year's Eve                  | 2026-12-31
Easter Monday                   | 2027-03-29
Good Friday                     | 2027-03-26
early next week                 | 2026-11-30/2026-12-01
at the end of next week         | 2026-12-04/2026-12-06
midweek                         | 2026-11-26
a fortnight on Saturday         | 2026-12-12
in a fortnight's time           | 2026-12-10
on mon                          | 2026-11-30
mon or tue                      | 2026-11-30,2026-12-01
last Saturday                   | 2026-11-21
by the 12th of December         | 2026-12-12
on 14th                         | 2026-12-14
next weekend                    | 2026-12-05/2026-12-06
next week                       | 2026-11-30/2026-12-06
this week                       | 2026-11-26/2026-11-29
wendesday                       | 2026-12-02
thrusday                        | 2026-12-03
saturdya afternoon              | 2026-11-28 | afternoon
in the morning                  |            | morning
late morning                    |            | morning   | after 10:30 before 12:30
early afternoon                 |            | afternoon | after 13:00 before 15:00
at lunchtime                    |            | noon
at noon                         |            |           | at 12:00
around noon                     |            | noon
3pm                             |            |           | at 15:00
3 p.m.                          |            |           | at 15:00
3:30 pm                         |            |           | at 15:30
see you ateleven                 |            |           | at 11:00
11am                            |            |           | at 11:00
12pm                            |            |           | at 12:00
at 3                            |            |           | at 15:00
at three                        |            |           | at 15:00
at 10                           |            |           | at 10:00
three o'clock                   |            |           | at 15:00
half past three                 |            |           | at 15:30
quarter to four                 |            |           | at 15:45
ten to two                      |            |           | at 13:50
three thirty                    |            |           | at 15:30
8 in the evening                |            |           | at 20:00
before noon                     |            |           | before 12:00
before 11                       |            |           | before 11:00
by 5pm                          |            |           | before 17:00
after 5                         |            |           | after 17:00
from 3pm                        |            |           | after 15:00
around 10                       |            |           | at 10:00
at 10.30                        |            |           | at 10:30
10.30 tomorrow                  | 2026-11-27 |           | at 10:30
4ish                            |            |           | at 16:00
not before 11am                 |            |           | after 11:00
3pm onwards                     |            |           | after 15:00
5pm at the latest               |            |           | before 17:00
between 2 and 4 pm              |            |           | after 14:00 before 16:00
between 2 and 4                 |            |           | after 14:00 before 16:00
from 9 to 11am                  |            |           | after 09:00 before 11:00
2-4pm                           |            |           | after 14:00 before 16:00
11-2pm                          |            |           | after 11:00 before 14:00
samedi                          | 2026-11-28
"""

NOTHING_FRENCH = """
taille 42
pointure 38 ou 39
du 38 au 42
OR-123456
ma commande 12/05
06 39 98 12 34
0639981234
20 euros
entre 20 et 30 euros
12,50 €
8 magasins
le 12 rue de la paix
le 2ème
dans 2h
livraison en 48h
ouvert 24h/24
7j/7 et 24/7
deux paires
ça fait 3 heures que j'attends
2h de marche
bonne soirée
belle soirée à vous
bonne fin de journée
bon dimanche à tous
passez un bon week-end
excellente fin de semaine
je vous souhaite une soirée agréable
bon matin
bone soirée
la semaine dernière
il y a trois jours
depuis deux semaines
repousser d'une heure
à ce jour
le black friday
bonjour
bonsoir
bon après-midi
mon colis
le jeu est cassé
je vais à la mer
une veste de mi-saison
10/12 ans
30/02
le 45
la fille de Lille
"""

NOTHING_ENGLISH = """
size 8
between 20 and 30 euros
2 to 4 days
order 123456
8 stores
the second one
at 10 rue de la paix
good morning
good afternoon
good  evening
have a lovely weekend
enjoy your evening
wishing you a peaceful Sunday evening
have a nice Sunday!
Morning! do you have tents
Evening all
Afternoon, where is my parcel
two weeks ago
last week
black friday
a tent for 10.30 euros
at 10.30 €
we want a tent
the sun is hot
my son sat down
a mars bar
open 24/7
1/2 price
in 2 hours
it may be broken
at 45 euros
call +33 6 39 98 12 34
ice cream sundae
"""


def rows(table: str, language: str) -> list[tuple[str, str, str, str, str]]:
    cells = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [(language, *[*row, "", "", ""][:4]) for row in cells]  # type: ignore[misc]


def hour(value: dict[str, str]) -> str:
    return " ".join(f"{bound} {value[bound]}" for bound in ("at", "after", "before") if bound in value)


def days(value: dict[str, int]) -> str:
    first, last = resolve_day(value, TODAY)
    return str(first) if first == last else f"{first}/{last}"


@pytest.mark.parametrize(("language", "phrase", "day", "part", "clock"), rows(FRENCH, "fr") + rows(ENGLISH, "en"))
@pytest.mark.parametrize("around", ["{}", "slt, {} svp", "{} please?"])
def test_a_phrase_means_its_time(language: str, phrase: str, day: str, part: str, clock: str, around: str) -> None:
    text = around.format(phrase)
    found = find(text, language)
    assert [days(e.value) for e in found if e.name == "day"] == (day.split(",") if day else [])
    assert [e.value for e in found if e.name == "part_of_day"] == ([part] if part else [])
    assert [hour(e.value) for e in found if e.name == "hour"] == ([clock] if clock else [])
    assert all(e.text == text[e.start : e.end] and e.source == "grammar" for e in found)


@pytest.mark.parametrize(("language", "phrase", "day", "part", "clock"), rows(NOTHING_FRENCH, "fr") + rows(NOTHING_ENGLISH, "en"))
def test_other_numbers_and_words_are_not_times(language: str, phrase: str, day: str, part: str, clock: str) -> None:
    assert find(phrase, language) == []


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("vous êtes ouverts ce soir ?", "fr", 1),
        ("rappelez-moi cet aprem", "fr", 1),
        ("can I pop in this afternoon to try some boots on", "en", 1),
        ("ce matin", "fr", 1),
        ("j'ai reçu mon colis ce matin et il manque une tente", "fr", 0),
        ("mon voisin a vu votre annonce dans le journal de ce matin", "fr", 0),
        ("the order I placed this morning is still not there", "en", 0),
    ],
)
def test_this_evening_is_today_where_somebody_is_to_come_or_call(text: str, language: str, days: int) -> None:
    found = find(text, language)
    assert [entity.value for entity in found if entity.name == "day"] == [{"offset": 0}] * days
    assert len([entity for entity in found if entity.name == "part_of_day"]) == 1


def test_the_table_is_long_enough() -> None:
    assert len(rows(FRENCH, "fr")) + len(rows(ENGLISH, "en")) >= 190


def test_a_sentence_with_several_times() -> None:
    found = find("soit samedi aprem, soit lundi avant 11h ou mardi 1er décembre à 15h30", "fr")
    assert [(e.name, e.text) for e in found] == [
        ("day", "samedi"),
        ("part_of_day", "aprem"),
        ("day", "lundi"),
        ("hour", "avant 11h"),
        ("day", "mardi 1er décembre"),
        ("hour", "15h30"),
    ]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("je passe la semaine prochaine", "fr", ["semaine prochaine"]),
        ("ce weekend ou le week-end prochain", "fr", ["ce weekend", "week-end prochain"]),
        ("plutôt le 12 décembre.", "fr", ["12 décembre"]),
        ("on pourrait faire ça sam. à 10h", "fr", ["sam", "10h"]),
        ("vers 15h, pas avant 14h", "fr", ["15h", "pas avant 14h"]),
        ("en fin de matinée", "fr", ["fin de matinée", "matinée"]),
        ("bjr c pr mon colis", "en", []),
        ("at the weekend", "en", ["weekend"]),
        ("on Saturday the 12th of December.", "en", ["Saturday the 12th of December"]),
        ("around 4, before 5", "en", ["4", "before 5"]),
        ("I can't do mornings", "en", ["mornings"]),
    ],
)
def test_the_words_that_say_it(text: str, language: str, words: list[str]) -> None:
    assert [entity.text for entity in find(text, language)] == words


def test_words_of_the_bot_are_not_misspelt_days() -> None:
    assert find("un sac mardy", "fr") != []
    assert find("un sac mardy", "fr", known={"mardy"}) == []
