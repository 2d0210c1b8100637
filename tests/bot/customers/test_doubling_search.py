"""Who is probably one person, among people who only look like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import bot
from bot.customers.customer_file import read_customers
from bot.customers.doubling.blocks import MOST, candidates
from bot.customers.doubling.columns import Columns
from bot.customers.doubling.levels import FIELDS, LEVELS
from bot.customers.doubling.mixture import Mixture
from bot.customers.doubling.reasons import WORDS, Reason, in_words, kept, read_back, stronger
from bot.customers.doubling.search import THRESHOLD, Likely, search
from bot.customers.profile import Profile
from tests.benchmarks.doubling_set import doubling_set

CAMILLE = Profile(
    id="a",
    first_name="Camille",
    last_name="Rosterand",
    phones=("+33639980101",),
    emails=("camille.r84@boite.example",),
    birthday=date(1984, 3, 12),
    city="Lyon",
    postcode="69002",
)


@cache
def crowd() -> tuple[Profile, ...]:
    """Some hundreds of others, none of them twice."""
    made = doubling_set(900, seed=77)
    double = {id_ for pair in made.doubles for id_ in pair}
    return tuple(profile for profile in made.profiles if profile.id not in double)


def gathered(profiles: Sequence[Profile]) -> Columns:
    columns = Columns()
    for profile in profiles:
        columns.add(profile)
    return columns


def between(first: Profile, second: Profile) -> Likely | None:
    """What is found between two people in the crowd; None when nothing is."""
    found = search(gathered([*crowd(), replace(first, id="a"), replace(second, id="b")]))
    return next((one for one in found.likely if (one.first_id, one.second_id) == ("a", "b")), None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"first_name": "CAMILLE", "last_name": "ROSTERAND", "phones": (), "emails": ()}, "birthday_same"),
        ({"birthday": date(1984, 12, 3), "emails": ()}, "birthday_swapped"),
        ({"phones": ("+33639981001",), "postcode": "", "city": "", "emails": ()}, "phone_slip"),
        ({"last_name": "Martin", "phones": ()}, "last_name_other"),  # married
        ({"postcode": "75011", "city": "Paris", "phones": ("+33639989999",)}, "place_other"),  # moved house
        ({"first_name": "Rosterand", "last_name": "Camille"}, "first_name_inverted"),
        ({"last_name": "Rosteran", "birthday": None}, "last_name_alike"),
        ({"emails": ("camille.r84@postale.example",), "phones": ()}, "mail_local"),
    ],
)
def test_one_person_written_down_twice_is_found_with_the_reason(changes: dict[str, object], reason: str) -> None:
    found = between(CAMILLE, replace(CAMILLE, **changes))
    assert found is not None
    assert found.probability >= THRESHOLD
    assert reason in [one.code for one in found.reasons]
    weights = [abs(one.weight) for one in found.reasons]
    assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"first_name": "Antoine", "birthday": date(1982, 7, 1)}, id="spouse with everything in common"),
        pytest.param({"first_name": "Antoine"}, id="twin of one address, number and e-mail"),
        pytest.param({"first_name": "娜", "last_name": "李", "birthday": None}, id="somebody of the house, in another script"),
        pytest.param({"birthday": date(1956, 9, 30), "emails": ()}, id="father of the same name"),
        pytest.param({"first_name": "Lucie", "birthday": None, "emails": ()}, id="sister, birthday unknown"),
        pytest.param(
            {"phones": (), "emails": (), "birthday": date(1991, 5, 5), "postcode": "59000", "city": "Lille"}, id="namesake"
        ),
    ],
)
def test_people_who_share_much_are_not_one_person(changes: dict[str, object]) -> None:
    assert between(CAMILLE, replace(CAMILLE, **changes)) is None


def test_a_short_form_and_one_other_thing_in_common_are_enough() -> None:
    kate = replace(CAMILLE, first_name="Katherine", phones=(), birthday=None, emails=("kr.stargazer@boite.example",))
    assert between(kate, replace(kate, first_name="Kate", postcode="")) is not None


def test_a_word_for_the_generation_tells_father_from_son() -> None:
    father = replace(CAMILLE, last_name="Rosterand père", birthday=None, emails=())
    found = between(father, replace(father, last_name="Rosterand fils"))
    without = between(CAMILLE, replace(CAMILLE, birthday=None, emails=()))
    assert without is not None
    assert found is None or found.probability < without.probability


def test_most_doubles_of_a_small_shop_are_found_and_few_others() -> None:
    made = doubling_set(3000, seed=41)
    found = {(one.first_id, one.second_id) for one in search(gathered(made.profiles)).likely}
    right = len(found & made.doubles)
    assert right / len(found) >= 0.95
    assert right / len(made.doubles) >= 0.78


def test_the_demo_has_a_few_to_show() -> None:
    found = search(gathered(list(read_customers(Path(bot.__file__).parent / "demo" / "customers.csv")))).likely
    assert sorted((one.first_id, one.second_id) for one in found) == [
        ("c0017", "c0201"),
        ("c0025", "c0204"),
        ("c0029", "c0202"),
        ("c0032", "c0203"),
    ]


def test_probabilities_are_what_they_say() -> None:
    made = doubling_set(6000, seed=42)
    likely = search(gathered(made.profiles), threshold=0.3).likely
    right = sum((one.first_id, one.second_id) in made.doubles for one in likely)
    assert abs(sum(one.probability for one in likely) - right) <= 0.06 * len(likely)


def test_only_what_changed_is_compared_with_everybody() -> None:
    whole = [*crowd(), CAMILLE]
    before = search(gathered(whole))
    again = replace(CAMILLE, id="b", phones=())
    found = search(gathered([*whole, again]), mixture=before.mixture, changed={"b"})
    assert [(one.first_id, one.second_id) for one in found.likely] == [("a", "b")]
    assert found.compared < before.compared / 10
    assert not search(gathered([*whole, again]), mixture=before.mixture, changed=set()).likely


def test_a_number_that_everybody_has_leads_nowhere() -> None:
    shops = [replace(one, phones=("+33100000000",), emails=(), birthday=None) for one in crowd()[: MOST + 1]]
    pairs = candidates(gathered(shops))
    assert pairs.crowded == 1
    assert len(pairs) < MOST * 5


def test_nobody_and_one_alone_have_no_doubles() -> None:
    assert not search(gathered([])).likely
    assert not search(gathered([CAMILLE])).likely


def test_the_work_can_be_stopped_between_two_steps_and_tells_how_far_it_is() -> None:
    parts: list[float] = []
    search(gathered(crowd()), pause=parts.append)
    assert parts == sorted(parts)
    assert 0 < parts[0] < parts[-1] <= 1

    def stop(part: float) -> None:
        raise InterruptedError(part)

    with pytest.raises(InterruptedError):
        search(gathered(crowd()), pause=stop)


def test_what_was_learnt_can_be_kept_and_read_back() -> None:
    found = search(gathered([*crowd(), CAMILLE, replace(CAMILLE, id="b")]))
    again = Mixture.from_json(found.mixture.to_json())
    assert again is not None
    assert again.to_json() == found.mixture.to_json()
    assert Mixture.from_json({"shares": [1.0], "likely": {}}) is None


def test_every_reason_has_its_words_in_both_languages() -> None:
    codes = {f"{field}_{level}" for field in FIELDS for level in LEVELS[field] if level != "unknown"}
    assert codes == set(WORDS)
    for code in codes:
        assert in_words(code, "fr") != in_words(code, "en")
        assert all(in_words(code, language) for language in ("fr", "en"))


def test_only_a_strong_new_reason_counts_against_an_earlier_judgement() -> None:
    judged = [Reason("last_name_same_rare", 4.0), Reason("first_name_same_usual", 2.0), Reason("birthday_other", -9.0)]
    assert not stronger(judged, judged)
    assert not stronger(judged, [Reason("last_name_same_usual", 3.5)])  # others of that name came
    assert not stronger(judged, [*judged, Reason("place_city", 0.5)])
    assert stronger(judged, [*judged, Reason("phone_same", 8.0)])
    assert list(read_back(kept(judged))) == judged
