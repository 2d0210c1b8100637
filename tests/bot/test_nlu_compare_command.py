"""`filrouge nlu compare` and `suggest`, as whoever teaches the bot types them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.model_versions import keep_model
from bot.models import model_folder
from nlu.engine.model_file import save_model
from nlu.training import train
from nlu.training_files import read_training_file, read_training_files

SHOP = Path(__file__).parents[1] / "nlu" / "data"


def filrouge(folder: Path, *arguments: str, code: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command in an environment of these settings only."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "nlu", *arguments], env=settings, cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == code, done.stderr
    return done


def test_a_model_is_compared_with_training_files(tmp_path: Path) -> None:
    save_model(train(read_training_files([SHOP])), tmp_path / "kept.filrouge", created_at="2026-11-22T10:00:00+00:00")
    weaker = tmp_path / "weaker.csv"
    weaker.write_text("text,intent\nbonjour,greet\nsalut,greet\nmerci,thank_you\nmerci bien,thank_you\n", encoding="utf-8")
    test = tmp_path / "test.csv"
    test.write_text("text,intent\nje veux réserver un essayage,book_appointment\nbonjour,greet\n", encoding="utf-8")
    done = filrouge(tmp_path, "compare", "weaker.csv", "kept.filrouge", "--test", "test.csv", "--json", "out.json")
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found["names"] == {"first": "weaker.csv", "second": "kept.filrouge"}
    assert [one["text"] for one in found["better"]] == ["je veux réserver un essayage"]
    assert found["worse"] == []
    assert "kept.filrouge does better on 1 message and worse on none." in done.stdout


def test_versions_of_a_brands_model_are_compared_by_name(tmp_path: Path) -> None:
    brand, data = tmp_path / "brand", tmp_path / "data"
    brand.mkdir()
    for day in (1, 2):
        keep_model(train(read_training_files([SHOP])), model_folder(data, brand), now=datetime(2026, 11, day, tzinfo=UTC))
    (tmp_path / "test.csv").write_text("text,intent\nbonjour,greet\n", encoding="utf-8")
    names = ("compare", "20261101", "current", "--brand", "brand", "--test", "test.csv")
    done = filrouge(tmp_path, *names, FILROUGE_DATA_DIR=str(data))
    assert "current does better on no messages and worse on none." in done.stdout
    unclear = filrouge(tmp_path, "compare", "2026", *names[2:], code=1, FILROUGE_DATA_DIR=str(data))
    assert "there: current, 20261102T000000Z-" in unclear.stderr


def test_a_version_nobody_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("text,intent\nbonjour,greet\n", encoding="utf-8")
    done = filrouge(tmp_path, "compare", "2026-01-01", "embedded", "--test", "test.csv", code=1)
    assert "neither a file, an engine nor a version" in done.stderr
    assert "Traceback" not in done.stderr


def test_unlabelled_messages_become_yaml_ready_to_paste(tmp_path: Path) -> None:
    heap = tmp_path / "messages.txt"
    heap.write_text(
        "bonjour\npouvez vous me dire vos horaires du dimanche\nvous vendez des crampons pour la glace\n"
        "vendez vous des crampons de glace\ndes crampons pour glacier ça se vend chez vous\n",
        encoding="utf-8",
    )
    done = filrouge(tmp_path, "suggest", "messages.txt", "--train", str(SHOP), "--json", "out.json", "--language", "fr")
    pasted = tmp_path / "nlu.fr.yml"
    pasted.write_text(done.stdout, encoding="utf-8")
    proposed = {example.text: example.intent for example in read_training_file(pasted).examples}
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert proposed.get("pouvez vous me dire vos horaires du dimanche") == "opening_hours"
    assert len({proposed[text] for text in proposed if "crampons" in text}) == 1
    assert found["taught"] == 1
    assert "bonjour" not in proposed
    assert "5 messages: 1 taught already" in done.stderr
