"""From a wish to words: the fitting wording, in the customer's language, never twice the same when there is another."""

from __future__ import annotations

import itertools
from typing import Any

from bot.dialogue.domain import Domain, ResponseButton, Variation
from bot.dialogue.events import Say
from bot.dialogue.responses import Rendered, render
from bot.dialogue.state import Choice


def both(text: str) -> dict[str, str]:
    return {"fr": text, "en": f"{text} (en)"}


DOMAIN = Domain(
    languages=("fr", "en"),
    intents=frozenset(),
    entities=frozenset(),
    slots={},
    actions=frozenset(),
    responses={
        "utter_hello": tuple(Variation(texts=both(text)) for text in ("Bonjour", "Bienvenue", "Salut")),
        "utter_price": (
            Variation(texts=both("Prix")),
            Variation(texts=both("Prix Telegram"), channel="telegram"),
            Variation(texts=both("Prix membre"), conditions={"member": True}),
            Variation(texts=both("Prix membre Telegram"), conditions={"member": True}, channel="telegram"),
        ),
        "utter_fill": (
            Variation(
                texts=both("{name} : {count}, {sure}, {tags}{nothing}."),
                buttons=(ResponseButton(titles=both("Chez {name}"), url="https://example.org/{name}"),),
            ),
        ),
        "utter_lead": (Variation(texts=both("Pour {topic}.")),),
    },
)


def shown(
    response: str, *, channel: str = "webchat", language: str = "fr", seed: int = 0, nth: int = 0, **slots: Any
) -> Rendered:
    return render(DOMAIN, Say(response, nth=nth), slots=slots, language=language, channel=channel, seed=seed)


def test_wordings_take_turns_and_a_retry_repeats_itself() -> None:
    for seed in range(5):
        said = [shown("utter_hello", seed=seed, nth=nth).text for nth in range(4)]
        assert all(one != other for one, other in itertools.pairwise(said))
        assert said == [shown("utter_hello", seed=seed, nth=nth).text for nth in range(4)]


def test_conversations_do_not_all_begin_alike() -> None:
    assert len({shown("utter_hello", seed=seed).text for seed in range(3)}) == 3


def test_a_condition_counts_more_than_the_channel() -> None:
    assert shown("utter_price").text == "Prix"
    assert shown("utter_price", channel="telegram").text == "Prix Telegram"
    assert shown("utter_price", member=True).text == "Prix membre"
    assert shown("utter_price", member=True, channel="telegram").text == "Prix membre Telegram"
    assert shown("utter_price", member=False, channel="telegram").text == "Prix Telegram"


def test_values_are_written_as_people_write_them_and_missing_ones_leave_no_trace() -> None:
    rendered = shown("utter_fill", name="Lyon", count=3.0, sure=True, tags=["a", "b"])
    assert rendered.text == "Lyon\u00a0: 3, oui, a, b."
    assert rendered.choices == (Choice("Chez Lyon", url="https://example.org/Lyon"),)
    assert shown("utter_fill", language="en", sure=False).text == ": , no, . (en)"


def test_a_value_that_looks_like_a_placeholder_is_only_a_value() -> None:
    assert shown("utter_fill", name="{count}", count=7).text.startswith("{count}\u00a0: 7")


def test_an_unknown_language_is_answered_in_the_brand_s_own() -> None:
    assert shown("utter_price", language="de").text == "Prix"


def test_what_leads_to_a_question_is_in_the_same_message() -> None:
    say = Say("utter_price", {"topic": "le prix"}, (Choice("Oui"),), question=True, lead="utter_lead")
    rendered = render(DOMAIN, say, slots={}, language="fr", channel="webchat", seed=0)
    assert rendered == Rendered("Pour le prix. Prix", (Choice("Oui"),))
