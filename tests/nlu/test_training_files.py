"""Rasa's training files become training data that remembers where each example was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.errors import TrainingDataError
from nlu.files import read_yaml
from nlu.training_files import read_training_file, read_training_files, read_training_text
from nlu.understanding import Entity, TrainingData

FRENCH = """\
version: "3.1"

nlu:
- intent: book_appointment
  examples: |
    - je veux un rdv à [Lyon](store)
    - un essayage [samedi]{"entity": "day", "role": "first"} ou [dimanche]{"entity": "day", "role": "second"}

    - [place bellecour]{"entity": "store", "value": "lyon", "group": "1"}

- intent: greet
  metadata: {seasonal: false}
  examples:
  - text: |
      salut !
    metadata:
      sentiment: happy
  - text: bonjour
  - coucou

- synonym: lyon
  examples: |
    - Lyon Bellecour
    - Bellecour

- regex: order_number
  examples: |
    - OR-\\d{6}

- lookup: product
  examples: |
    - sac à dos
"""


def read(text: str, name: str = "nlu.fr.yml") -> TrainingData:
    return read_training_text(read_yaml(name, text))


def test_a_whole_file() -> None:
    data = read(FRENCH)
    assert [(e.text, e.intent, e.line) for e in data.examples] == [
        ("je veux un rdv à Lyon", "book_appointment", 6),
        ("un essayage samedi ou dimanche", "book_appointment", 7),
        ("place bellecour", "book_appointment", 9),
        ("salut !", "greet", 15),
        ("bonjour", "greet", 18),
        ("coucou", "greet", 19),
    ]
    assert {e.language for e in data.examples} == {"fr"}
    assert {e.file for e in data.examples} == {"nlu.fr.yml"}
    assert data.synonyms == {"lyon bellecour": "lyon", "bellecour": "lyon"}
    assert data.regexes == {"order_number": [r"OR-\d{6}"]}
    assert data.lookups == {"product": ["sac à dos"]}


def test_annotations_carry_value_role_and_group() -> None:
    first, second, third = read(FRENCH).examples[:3]
    assert first.entities == (Entity("store", "Lyon", "Lyon", 17, 21),)
    assert [(e.text, e.role) for e in second.entities] == [("samedi", "first"), ("dimanche", "second")]
    assert third.entities == (Entity("store", "lyon", "place bellecour", 0, 15, group="1"),)


def test_the_older_colon_and_several_entities_on_the_same_words() -> None:
    text = 'nlu:\n- intent: a\n  examples: |\n    - [belle cour](store:lyon)\n    - [x][{"entity": "p"}, {"entity": "q"}]\n'
    one, two = read(text).examples
    assert one.entities[0].value == "lyon"
    assert [e.name for e in two.entities] == ["p", "q"]


def test_the_language_is_in_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "nlu.fr.yml").write_text("nlu:\n- intent: a\n  examples: |\n    - salut\n", "utf-8")
    (tmp_path / "nlu.en.yml").write_text("nlu:\n- intent: a\n  examples: |\n    - hello\n", "utf-8")
    (tmp_path / "nlu.yml").write_text("nlu:\n- intent: a\n  examples: |\n    - hola\n", "utf-8")
    (tmp_path / "flows.yml").write_text("flows: {}\n", "utf-8")
    data = read_training_files([tmp_path], language="es")
    assert [(e.text, e.language) for e in data.examples] == [("hello", "en"), ("salut", "fr"), ("hola", "es")]


def test_files_add_up(tmp_path: Path) -> None:
    for name, pattern in (("a", "A+"), ("b", "B+")):
        text = f"nlu:\n- regex: code\n  examples: |\n    - {pattern}\n- lookup: size\n  examples: |\n    - {name}\n"
        (tmp_path / f"{name}.yml").write_text(text, "utf-8")
    data = read_training_files([tmp_path / "a.yml", tmp_path / "b.yml"])
    assert (data.regexes, data.lookups) == ({"code": ["A+", "B+"]}, {"size": ["a", "b"]})


def test_what_else_rasa_lets_a_file_hold_is_left_alone() -> None:
    assert read('version: "3.1"\nrules: []\nresponses: {}\n').examples == ()
    assert read("").examples == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nlus: []\n", "nlu.fr.yml:1: `nlus` is not a section of a training file: did you mean `nlu`?"),
        ("- intent: a\n", "nlu.fr.yml:1: a training file starts with"),
        ("nlu:\n  intent: a\n", "nlu.fr.yml:1: `nlu` is a list"),
        ("nlu:\n- intents: a\n  examples: |\n    - b\n", "nlu.fr.yml:2: each item under `nlu` is one of"),
        ("nlu:\n- intent: a\n  exemples: |\n    - b\n", "nlu.fr.yml:3: `exemples` has no place here: did you mean `examples`?"),
        ("nlu:\n- intent:\n  examples: |\n    - b\n", "nlu.fr.yml:2: `intent` needs a name"),
        ("nlu:\n- intent: a\n", "nlu.fr.yml:2: `examples` is missing or empty"),
        ("nlu:\n- intent: a\n  examples: 3\n", "nlu.fr.yml:3: `examples` is a block"),
        ("nlu:\n- intent: a\n  examples: |\n    - b\n    c\n", "nlu.fr.yml:5: an example starts with `- `: write `- c`"),
        ("nlu:\n- intent: a\n  examples:\n  - txt: b\n", "nlu.fr.yml:4: this example has no text"),
        ('nlu:\n- intent: a\n  examples: |\n    - [x]{"entity": }\n', "nlu.fr.yml:4: .* is not JSON"),
        ("nlu:\n- intent: a\n  examples: |\n    - ok\n    - [x](two words)\n", "nlu.fr.yml:5: .x. names no entity"),
        ("nlu:\n- regex: a\n  examples: |\n    - b(\n", "nlu.fr.yml:4: this regular expression is wrong"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(TrainingDataError, match=told):
        read(text)


def test_a_folder_without_training_data_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"no training data here; add a file such as nlu.fr.yml"):
        read_training_files([tmp_path])


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    (tmp_path / "nlu.fr.yml").write_bytes(b"\xef\xbb\xbf" + FRENCH.encode())
    assert len(read_training_file(tmp_path / "nlu.fr.yml").examples) == 6
