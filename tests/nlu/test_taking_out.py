"""A line that was taught is taken out of its training file again, and nothing else in it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.corrections import append_example, remove_example
from nlu.errors import TrainingDataError

FILE = """version: "3.1"

nlu:
# what people say first
- intent: greet
  examples: |
    - salut
    - bonjour

- intent: track_order   # the long one
  examples: |
    - où est [ma commande](order)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "nlu.fr.yml"
    path.write_bytes(FILE.encode())
    return path


@pytest.mark.parametrize("intent", ["greet", "track_order", "complaint"])
def test_taking_out_undoes_teaching_byte_for_byte(file: Path, intent: str) -> None:
    append_example(file, intent=intent, text="coucou tournesol")
    assert "tournesol" in file.read_text(encoding="utf-8")
    assert remove_example(file, intent=intent, line="coucou tournesol")
    assert file.read_text(encoding="utf-8").rstrip() == FILE.rstrip()
    assert not remove_example(file, intent=intent, line="coucou tournesol")


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_was_taught_can_be_taken_out(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("taught") / "nlu.fr.yml"
    path.write_bytes(FILE.encode())
    try:
        if not append_example(path, intent="greet", text=text):
            return
    except TrainingDataError:
        return  # not to be written, so not to be taken out
    added = [line.strip()[2:] for line in path.read_text(encoding="utf-8").split("\n") if line not in FILE.split("\n")]
    assert remove_example(path, intent="greet", line=added[0])
    assert path.read_bytes() == FILE.encode()


def test_the_same_words_of_another_intent_stay(file: Path) -> None:
    append_example(file, intent="greet", text="tournesol")
    assert not remove_example(file, intent="track_order", line="tournesol")
    assert "    - tournesol\n" in file.read_text(encoding="utf-8")


def test_a_block_that_held_nothing_else_goes_with_it(file: Path) -> None:
    assert remove_example(file, intent="track_order", line="où est [ma commande](order)")
    left = file.read_text(encoding="utf-8")
    assert "track_order" not in left
    assert "    - bonjour\n" in left


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert not remove_example(tmp_path / "none.yml", intent="greet", line="x")


def test_a_file_that_is_wrong_is_left_alone(file: Path) -> None:
    file.write_text("nlu: [", encoding="utf-8")
    with pytest.raises(TrainingDataError):
        remove_example(file, intent="greet", line="x")
    assert file.read_text(encoding="utf-8") == "nlu: ["
