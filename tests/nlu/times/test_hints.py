"""A rule is only tried on messages that hold its hint: so every message it could match must hold it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from nlu.text import fold
from nlu.times import grammar
from nlu.training_files import read_training_files

ROOT = Path(__file__).parents[3]


def _messages() -> list[str]:
    texts = [example.text for example in read_training_files(sorted((ROOT / "bot/demo/data").glob("nlu.*.yml"))).examples]
    for file in sorted((ROOT / "tests/data").rglob("*.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            texts += [row["text"] for row in csv.DictReader(rows) if row.get("text")]
    return texts


@pytest.fixture(scope="module")
def messages() -> list[str]:
    """Everything that is taught or asked here, and what the tests of the grammar say, folded."""
    said = re.split(r'[\n|"]', (Path(__file__).parent / "test_phrases.py").read_text(encoding="utf-8"))
    return sorted({fold(text).text.strip() for text in (*_messages(), *said)})


def test_no_hint_hides_what_its_rule_would_find(messages: list[str]) -> None:
    groups = {id(group): (hint, group) for tried in grammar._BY_LANGUAGE.values() for hint, group in tried if hint}
    hidden = [
        (rule.pattern.pattern, text)
        for hint, group in groups.values()
        for text in messages
        if not hint.search(text)
        for rule in group
        if rule.pattern.search(text)
    ]
    assert hidden == []
    assert len(groups) > 10
