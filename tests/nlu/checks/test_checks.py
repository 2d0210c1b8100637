"""What a look at training data finds, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.checks import Declared, Finding, check
from nlu.formats.data_sets import read_data_set
from nlu.training_files import read_training_file
from nlu.understanding import Example, TrainingData

GREET = ["bonjour à tous", "salut la compagnie", "coucou les amis", "hello tout le monde", "bien le bonsoir"]
ASK = ["où est ma commande", "je cherche mon colis", "suivre la livraison", "mon paquet n'arrive pas", "date de livraison prévue"]


def nlu(tmp_path: Path, **intents: list[str]) -> Path:
    """A training file; each intent takes one line more than its examples, after the three first lines."""
    lines = ['version: "3.1"', "nlu:", "# intents"]
    for intent, examples in intents.items():
        lines += [f"  - intent: {intent}", "    examples: |", *(f"      - {example}" for example in examples)]
    path = tmp_path / "nlu.fr.yml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def findings(path: Path, kind: str, **more: object) -> list[Finding]:
    return [one for one in check(read_training_file(path), **more) if one.kind == kind]  # type: ignore[arg-type]


def test_good_data_gives_nothing_to_say(tmp_path: Path) -> None:
    assert check(read_training_file(nlu(tmp_path, greet=GREET, ask=ASK))) == []


def test_a_message_under_two_intents_is_an_error_with_both_lines(tmp_path: Path) -> None:
    path = nlu(tmp_path, greet=[*GREET, "Allô ?"], ask=[*ASK, "allo"])
    (one,) = findings(path, "contradiction")
    assert (one.severity, one.line, one.also) == ("error", 11, ((str(path), 19),))
    assert "`ask` and `greet`" in str(one)
    assert "keep it under the one it means" in one.cure


def test_the_same_message_twice_is_told_but_another_spelling_is_not(tmp_path: Path) -> None:
    path = nlu(tmp_path, greet=[*GREET, "Bonjour à tous !", "salut  la compagnie"], ask=ASK)
    (one,) = findings(path, "duplicate")
    assert (one.severity, one.line, one.also) == ("warning", 12, ((str(path), 7),))


def test_a_test_message_that_is_taught_is_an_error(tmp_path: Path) -> None:
    test = [Example("Ou est ma commande ?", "ask", "fr", file="test.csv", line=4), Example("autre", "ask", "fr")]
    test.append(Example("merci !", "thank", "fr", file="test.csv", line=9))
    path = nlu(tmp_path, greet=GREET, ask=ASK, thank=["merci"])
    one, short = findings(path, "leak", test=test)
    assert (short.severity, short.line) == ("warning", 9)
    assert (one.severity, one.file, one.line, one.also) == ("error", "test.csv", 4, ((str(path), 13),))


def test_almost_the_same_message_under_two_intents_is_worth_a_look(tmp_path: Path) -> None:
    path = nlu(
        tmp_path, greet=[*GREET, "je voudrais vraiment suivre la livraison"], ask=[*ASK, "je voudrais vraiment suivre livraison"]
    )
    (one,) = findings(path, "almost_contradiction")
    assert (one.line, one.also) == (11, ((str(path), 19),))


def test_intents_that_read_alike_are_told(tmp_path: Path) -> None:
    places = ["Paris", "Lyon", "Lille", "Nice", "Metz"]
    path = nlu(
        tmp_path,
        greet=GREET,
        opening=[f"horaires du magasin de {place}" for place in places],
        hours=[f"les horaires du magasin à {place}" for place in places],
    )
    (one,) = findings(path, "near_identical_intents")
    assert "`hours` and `opening`" in one.problem
    assert "make them one intent" in one.cure


def test_intents_with_few_or_far_too_many_examples_are_told(tmp_path: Path) -> None:
    many = [f"question numéro {n} sur la chose {n * n}" for n in range(40)]
    path = nlu(tmp_path, greet=GREET, ask=ASK, many=many, rare=["une seule phrase"])
    assert [(one.line, one.cure.startswith("write 5")) for one in findings(path, "few_examples")] == [(62, True)]
    assert [one.line for one in findings(path, "many_examples")] == [20]


def test_every_language_of_the_bot_needs_every_intent() -> None:
    english = [Example(f"{word} there", intent, "en") for intent in ("greet", "ask") for word in "abcdef"]
    french = [Example(text, "greet", "fr") for text in GREET]
    found = [one for one in check(TrainingData(examples=english + french)) if one.kind == "few_examples"]
    assert [one.problem for one in found] == ["the intent `ask` has no examples in fr"]


def test_intents_are_held_against_the_domain(tmp_path: Path) -> None:
    path = nlu(tmp_path, greet=GREET, askk=ASK, idle=[f"{text} encore" for text in ASK])
    intents = frozenset({"greet", "ask", "idle", "out_of_scope"})
    declared = Declared(intents, frozenset({"greet", "ask"}), frozenset(), "domain.yml")
    (unknown,) = findings(path, "unknown_intent", declared=declared)
    assert (unknown.severity, unknown.line, unknown.cure) == ("error", 13, "did you mean `ask`?")
    (untaught,) = findings(path, "untaught_intent", declared=declared)
    assert (untaught.file, "`ask`" in untaught.problem) == ("domain.yml", True)
    (idle,) = findings(path, "unreachable_intent", declared=declared)
    assert (idle.severity, idle.line) == ("warning", 20)


@pytest.mark.parametrize("mark", ["[Lyon ](store)", "[Lyon,](store)", "[ Lyon](store)"])
def test_a_mark_with_loose_ends_is_an_error(tmp_path: Path, mark: str) -> None:
    (one,) = findings(nlu(tmp_path, greet=GREET, ask=[*ASK, f"retrait à {mark} demain"]), "loose_ends")
    assert (one.severity, one.line) == ("error", 18)
    assert one.cure == "mark `Lyon` only"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("retrait à [Lyon](store", "error"),
        ('retrait à [Lyon]{"entity": "store"', "error"),
        ("retrait à [Lyon", "error"),
        ("retrait à [Lyon] (store)", "warning"),
        ("retrait à [Lyon]", "warning"),
    ],
)
def test_a_mark_that_is_none_is_told(tmp_path: Path, text: str, severity: str) -> None:
    (one,) = findings(nlu(tmp_path, greet=GREET, ask=[*ASK, text]), "broken_mark")
    assert (one.severity, one.line) == (severity, 18)
    assert "[Lyon](" in one.cure


def test_words_marked_here_but_not_there_are_told(tmp_path: Path) -> None:
    marked = [f"{text} à [Lyon](store)" for text in ASK[:3]]
    path = nlu(tmp_path, greet=GREET, ask=[*marked, "mon paquet à lyon", "date de livraison"])
    (one,) = findings(path, "unmarked_entity")
    assert (one.line, one.also) == (16, ((str(path), 13),))


def test_words_a_look_up_finds_need_no_mark(tmp_path: Path) -> None:
    path = nlu(
        tmp_path, greet=GREET, ask=[*(f"{text} à [Lyon](store)" for text in ASK[:4]), "mon paquet à lyon", "à [Lyone](store)"]
    )
    with path.open("a", encoding="utf-8") as file:
        file.write("  - lookup: store\n    examples: |\n      - Lyon\n")
    assert findings(path, "unmarked_entity") == []
    (one,) = findings(path, "not_in_lookup")
    assert (one.line, "lookup: store" in one.cure) == (18, True)


def test_unknown_entities_are_told_with_and_without_a_domain(tmp_path: Path) -> None:
    marked = [f"{text} à [Lyon](store)" for text in ASK]
    path = nlu(tmp_path, greet=GREET, ask=[*marked, "retrait à [Lille](stores)"])
    (guess,) = findings(path, "unknown_entity")
    assert (guess.severity, guess.line, guess.cure) == ("warning", 18, "did you mean `store`?")
    declared = Declared(frozenset({"greet", "ask"}), None, frozenset({"store"}))
    (one,) = findings(path, "unknown_entity", declared=declared)
    assert (one.severity, one.cure) == ("error", "did you mean `store`?")


def test_tables_are_checked_like_yaml(tmp_path: Path) -> None:
    table = tmp_path / "train.csv"
    table.write_text("text,intent\nhello,greet\nHello!,bye\n", encoding="utf-8")
    found = [one for one in check(read_data_set([table])) if one.severity == "error"]
    assert [(one.kind, one.line) for one in found] == [("contradiction", 2)]
