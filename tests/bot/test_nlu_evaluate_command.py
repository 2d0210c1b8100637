"""`filrouge nlu evaluate`, as somebody without a brand, a database or a setting types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bot.nlu_commands import common

SHOP = Path(__file__).parents[1] / "nlu" / "data"
HEADLINE = {
    "accuracy",
    "macro_f1",
    "ece",
    "oos_auroc",
    "oos_accepted_right",
    "oos_refused",
    "entity_f1",
    "frame_accuracy",
}


def filrouge(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in an empty folder and an empty environment."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "nlu", *arguments], env={}, cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == code, done.stderr
    return done


def test_a_test_file_is_measured_and_nothing_else_is_written(tmp_path: Path) -> None:
    tests = tmp_path / "messages.csv"
    tests.write_text(
        "text,intent,annotated\nje veux réserver un essayage,book_appointment,je veux réserver un [essayage](service)\n"
        "good morning everybody,greet,\nI want to talk to somebody,talk_to_human,\n",
        encoding="utf-8",
    )
    outside = tmp_path / "oos.csv"
    outside.write_text("text\nquel temps fera-t-il sur Mars\nrecipe for pancakes with blueberries\n", encoding="utf-8")
    done = filrouge(
        tmp_path,
        *("evaluate", "--train", str(SHOP), "--test", tests.name, "--oos", outside.name),
        *("--engine", "embedded", "--json", "out.json", "--report", "out.html"),
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["messages.csv", "oos.csv", "out.html", "out.json"]
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert all(0 <= found[name] <= 1 for name in HEADLINE), found
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p99"]
    assert found["messages"] == {"in_scope": 3, "out_of_scope": 2}
    assert found["settings"]["examples"] == sum(1 for _ in _examples())
    assert "best intent right (3 messages)" in done.stdout
    assert "Read" in done.stderr


def test_training_data_is_cross_validated_and_asked_again_in_haste(tmp_path: Path) -> None:
    done = filrouge(tmp_path, "evaluate", "--train", str(SHOP), "--folds", "3", "--noise", "--json", "-")
    found = json.loads(done.stdout)
    assert found["messages"]["in_scope"] + found["messages"]["out_of_scope"] == sum(1 for _ in _examples())
    assert found["noise"]["drop"]["accuracy"] == round(found["accuracy"] - found["noise"]["accuracy"], 6)
    assert found["settings"]["folds"] == 3
    assert "in haste" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_log_gets_a_line_of_progress_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = 100.0
    monkeypatch.setattr(common.time, "monotonic", lambda: now)
    monkeypatch.setattr(common, "told", Console(stderr=True, force_terminal=False))
    with common.shown_progress() as show:
        for second in range(25):
            now = 100.0 + second
            show(f"round {second} of 25", second / 25)
    assert capsys.readouterr().err.splitlines() == ["round 10 of 25, 40 %", "round 20 of 25, 80 %"]


def test_a_mistake_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "train.csv"
    wrong.write_text("text,intent\nhello,greet\nbye\n", encoding="utf-8")
    assert "train.csv:3: this row has no intent" in filrouge(tmp_path, "evaluate", "--train", "train.csv", code=1).stderr
    both = filrouge(tmp_path, "evaluate", "--train", "train.csv", "--brand", ".", code=1)
    assert "give one of the two" in both.stderr
    assert "Traceback" not in both.stderr


def test_an_empty_test_file_is_no_cross_validation_and_a_lost_result_is_told_first(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("text,intent\n", encoding="utf-8")
    empty = filrouge(tmp_path, "evaluate", "--train", str(SHOP), "--test", "test.csv", code=1)
    assert "not one message" in empty.stderr
    nowhere = filrouge(tmp_path, "evaluate", "--train", str(SHOP), "--json", "no/where.json", code=1)
    assert "in a folder that is there" in nowhere.stderr
    assert "Read" not in nowhere.stderr


def _examples() -> list[str]:
    return [line for file in SHOP.glob("nlu*.yml") for line in _lines_of_intents(file)]


def _lines_of_intents(file: Path) -> list[str]:
    from nlu.training_files import read_training_file

    return [example.text for example in read_training_file(file).examples]
