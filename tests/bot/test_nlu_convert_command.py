"""`filrouge nlu import` and `export`, as somebody moving a bot types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nlu.training_files import read_training_files

SAMPLES = Path(__file__).parents[1] / "nlu" / "formats" / "samples"


def filrouge(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in an empty environment."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "nlu", *arguments], env={}, cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == code, done.stderr
    return done


def test_a_bot_moves_in_and_out_again(tmp_path: Path) -> None:
    done = filrouge(tmp_path, "import", "dialogflow", str(SAMPLES / "dialogflow"), "mine")
    assert "Read 4 examples of 2 intents" in done.stderr
    assert "Left out: training phrases written as templates (1)" in done.stderr
    names = sorted(path.name for path in (tmp_path / "mine").iterdir())
    assert names == ["nlu.en.yml", "nlu.fr.yml", "nlu.shared.yml"]
    assert {example.language for example in read_training_files([tmp_path / "mine"]).examples} == {"fr", "en"}
    filrouge(tmp_path, "export", "lex", "theirs", "--train", "mine")
    assert sorted(path.name for path in (tmp_path / "theirs").iterdir()) == ["bot.en.json", "bot.fr.json"]


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    filrouge(tmp_path, "import", "rasa-md", str(SAMPLES / "markdown"), "mine")
    before = (tmp_path / "mine" / "nlu.en.yml").read_text()
    (tmp_path / "mine" / "nlu.en.yml").write_text("# mine\n")
    refused = filrouge(tmp_path, "import", "rasa-md", str(SAMPLES / "markdown"), "mine", code=1)
    assert "add --force" in refused.stderr
    assert (tmp_path / "mine" / "nlu.en.yml").read_text() == "# mine\n"
    filrouge(tmp_path, "import", "rasa-md", str(SAMPLES / "markdown"), "mine", "--force")
    assert (tmp_path / "mine" / "nlu.en.yml").read_text() == before


def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("## intent:greet\nhello\n", encoding="utf-8")
    done = filrouge(tmp_path, "import", "rasa-md", "old.md", "mine", code=1)
    assert "old.md:2: an item starts with `- `: write `- hello`" in done.stderr
    assert not (tmp_path / "mine").exists()


def test_nothing_to_learn_from_and_a_mark_of_nothing_are_told(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("# 2019\n", encoding="utf-8")
    assert "old.md holds nothing to learn from" in filrouge(tmp_path, "import", "rasa-md", "old.md", "mine", code=1).stderr
    (tmp_path / "old.md").write_text("## intent:greet\n- hello [ ](name)\n", encoding="utf-8")
    done = filrouge(tmp_path, "import", "rasa-md", "old.md", "mine", code=1)
    assert "old.md:2: the mark of entity `name` holds no words" in done.stderr
    assert not (tmp_path / "mine").exists()
