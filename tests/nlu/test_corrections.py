"""A correction made by a click adds one example to a training file and touches nothing else in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlu.annotations import plain, read_annotated, write_annotated
from nlu.corrections import append_example
from nlu.errors import TrainingDataError
from nlu.training_files import read_training_file
from nlu.understanding import Entity

FILE = """\
# hand-made, keep the comments
version: "3.1"

nlu:
  - intent: greet     # hello
    examples: |
        - salut
        - bonjour

  # about time
  - intent: goodbye
    examples: |
      - au revoir
  - synonym: lyon
    examples: |
      - bellecour

# the end
responses: {}
"""


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    path = tmp_path / "nlu.fr.yml"
    path.write_bytes(FILE.encode())
    return path


def meanings(path: Path) -> list[tuple[str, str]]:
    return [(e.text, e.intent) for e in read_training_file(path).examples]


def test_the_example_goes_to_the_end_of_its_intent_and_nothing_else_moves(nlu: Path) -> None:
    assert append_example(nlu, intent="greet", text="  wesh \n gros ")
    assert nlu.read_text("utf-8") == FILE.replace("        - bonjour\n", "        - bonjour\n        - wesh gros\n")


def test_a_new_intent_gets_its_own_block_at_the_end_of_the_list(nlu: Path) -> None:
    assert append_example(nlu, intent="thank_you", text="merci")
    block = "\n  - intent: thank_you\n    examples: |\n        - merci\n".replace("        -", "      -")
    assert nlu.read_text("utf-8") == FILE.replace("      - bellecour\n", "      - bellecour\n" + block)


def test_the_same_example_twice_is_one(nlu: Path) -> None:
    assert append_example(nlu, intent="greet", text="wesh")
    once = nlu.read_bytes()
    assert not append_example(nlu, intent="greet", text="wesh ")
    assert nlu.read_bytes() == once
    assert append_example(nlu, intent="goodbye", text="wesh")


def test_entities_are_written_as_rasa_does(nlu: Path) -> None:
    text = "un rdv à lion bellecour samedi"
    store = Entity("store", "lyon", "lion bellecour", 9, 23, role="to")
    day = Entity("day", {"weekday": 5, "week": None}, "samedi", 24, 30, source="grammar")
    assert append_example(nlu, intent="book", text=text, entities=[day, store])
    assert '- un rdv à [lion bellecour]{"entity": "store", "value": "lyon", "role": "to"} [samedi](day)' in nlu.read_text()
    example = read_training_file(nlu).examples[-1]
    assert example.text == text
    assert [(e.name, e.value, e.text) for e in example.entities] == [
        ("store", "lyon", "lion bellecour"),
        ("day", "samedi", "samedi"),
    ]


def test_a_file_that_does_not_exist_yet_is_begun(tmp_path: Path) -> None:
    path = tmp_path / "nlu.en.yml"
    assert append_example(path, intent="greet", text="hello")
    assert path.read_text() == 'version: "3.1"\n\nnlu:\n- intent: greet\n  examples: |\n    - hello\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", 'version: "3.1"\n\nnlu:\n- intent: a\n  examples: |\n    - b\n'),
        ("nlu:\n", "nlu:\n- intent: a\n  examples: |\n    - b\n"),
        ("nlu:\nrules: []\n", "nlu:\n- intent: a\n  examples: |\n    - b\nrules: []\n"),
        ('version: "3.1"\n', 'version: "3.1"\nnlu:\n- intent: a\n  examples: |\n    - b\n'),
        ("nlu:\n- intent: a\n  examples: |\n    - c", "nlu:\n- intent: a\n  examples: |\n    - c\n    - b\n"),
        (
            "nlu:\n- intent: a\n  examples:\n  - text: c\n",
            "nlu:\n- intent: a\n  examples:\n  - text: c\n\n- intent: a\n  examples: |\n    - b\n",
        ),
        (
            "nlu:\r\n- intent: a\r\n  examples: |\r\n    - c\r\n\r\n\r\n",
            "nlu:\r\n- intent: a\r\n  examples: |\r\n    - c\r\n    - b\r\n\r\n\r\n",
        ),
        ("\ufeffnlu:\n- intent: a\n  examples: |\n    - c\n", "\ufeffnlu:\n- intent: a\n  examples: |\n    - c\n    - b\n"),
    ],
)
def test_every_shape_of_file_is_continued_in_its_own_way(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "nlu.fr.yml"
    path.write_bytes(old.encode())
    assert append_example(path, intent="a", text="b")
    assert path.read_bytes().decode() == new


def test_words_that_look_like_annotations_or_yaml_stay_words(nlu: Path) -> None:
    for text in ("[Lyon](store)", "- : # | 'quoted\" {a: b}", "[[x]]{}", "\u2028line\x00\ufeff"):
        append_example(nlu, intent="greet", text=text)
    example = read_training_file(nlu).examples[2]
    assert (example.text, example.entities) == ("[Lyon] (store)", ())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=40), min_size=1, max_size=4), intent=st.text(min_size=1, max_size=20))
def test_whatever_is_written_can_be_read_back(tmp_path: Path, texts: list[str], intent: str) -> None:
    path = tmp_path / "nlu.fr.yml"
    path.write_text(FILE, "utf-8")
    before = meanings(path)
    wanted = []
    for text in texts:
        if plain(text) and plain(intent):
            append_example(path, intent=intent, text=text)
            wanted.append((plain(text), plain(intent)))
        else:
            with pytest.raises(TrainingDataError, match="needs a text and an intent"):
                append_example(path, intent=intent, text=text)
    assert set(meanings(path)) == {*before, *wanted}


@given(text=st.text(alphabet="ab []", min_size=3, max_size=20), start=st.integers(0, 20), length=st.integers(1, 8))
def test_an_annotated_text_is_read_back_or_refused(text: str, start: int, length: int) -> None:
    entity = Entity("store", "lyon", text[start : start + length], start, start + length)
    try:
        written = write_annotated(text, [entity])
    except ValueError:
        return
    read, entities = read_annotated(written)
    assert [e.value for e in entities] == ["lyon"]
    assert read[entities[0].start : entities[0].end] == entities[0].text


@pytest.mark.parametrize(
    ("entities", "told"),
    [
        ([Entity("a", "v", "x", 3, 99)], "not inside the text"),
        ([Entity("a", "v", "x", 0, 4), Entity("b", "v", "x", 2, 6)], "overlaps another"),
        ([Entity("a", "v}", "x", 0, 4)], "cannot hold brackets or braces"),
    ],
)
def test_entities_that_cannot_be_written_are_refused(nlu: Path, entities: list[Entity], told: str) -> None:
    with pytest.raises(TrainingDataError, match=told):
        append_example(nlu, intent="greet", text="bonjour toi", entities=entities)
    assert nlu.read_text("utf-8") == FILE


def test_a_list_between_brackets_is_left_for_a_person_to_change(tmp_path: Path) -> None:
    path = tmp_path / "nlu.fr.yml"
    path.write_text("nlu: [{intent: b, examples: [c]}]\n")
    with pytest.raises(TrainingDataError, match="write it as a list"):
        append_example(path, intent="a", text="b")


def test_a_failure_while_writing_leaves_the_old_file_whole(nlu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        append_example(nlu, intent="greet", text="wesh")
    assert nlu.read_text("utf-8") == FILE
    assert list(nlu.parent.iterdir()) == [nlu]


def test_the_file_keeps_its_permissions(nlu: Path) -> None:
    nlu.chmod(0o640)
    append_example(nlu, intent="greet", text="wesh")
    assert nlu.stat().st_mode & 0o777 == 0o640
