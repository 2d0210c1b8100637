"""`filrouge nlu check`, as whoever teaches the bot types it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import bot.demo


def filrouge(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in an empty environment."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "nlu", "check", *arguments], env={}, cwd=folder, capture_output=True, text=True, timeout=300
    )


def test_the_demo_has_no_errors(tmp_path: Path) -> None:
    done = filrouge(tmp_path, "--json")
    told = json.loads(done.stdout)
    assert [one for one in told["findings"] if one["severity"] == "error"] == []
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_brand_is_held_against_its_domain_and_flows(tmp_path: Path) -> None:
    brand = tmp_path / "brand"
    shutil.copytree(Path(bot.demo.__path__[0]), brand)
    more = 'version: "3.1"\nnlu:\n  - intent: order_statu\n    examples: |\n      - où en est ma commande de [bottes](produit)\n'
    (brand / "data" / "nlu.more.fr.yml").write_text(more, encoding="utf-8")
    done = filrouge(tmp_path, "--brand", "brand")
    assert done.returncode == 1
    assert "nlu.more.fr.yml:5: the intent `order_statu` is not in domain.yml; did you mean `order_status`?" in done.stdout
    assert "nlu.more.fr.yml:5: the entity `produit` is not in domain.yml; did you mean `product`?" in done.stdout


def test_files_are_checked_without_a_brand_and_against_a_test_set(tmp_path: Path) -> None:
    rows = "".join(f"{word} there,greet\nwhere is {word},ask\n" for word in ("hello", "hi", "hey", "morning", "evening"))
    (tmp_path / "train.csv").write_text("text,intent\n" + rows, encoding="utf-8")
    assert filrouge(tmp_path, "train.csv").returncode == 0
    (tmp_path / "test.csv").write_text('text,intent\n"Where, is: hello?",greet\n', encoding="utf-8")
    done = filrouge(tmp_path, "train.csv", "--test", "test.csv")
    assert done.returncode == 1
    assert (
        "test.csv:2: the test message « Where, is: hello? » is also taught, and under `ask` rather than `greet` (see train.csv:3)"
        in done.stdout
    )
    both = filrouge(tmp_path, "train.csv", "--brand", ".")
    assert (both.returncode, "not both" in both.stderr) == (1, True)
