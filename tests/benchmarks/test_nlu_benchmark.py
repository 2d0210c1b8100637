"""The table of the NLU's figures is still made by one command, Rasa's beside ours."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.nlu import rasa_runs
from tests.servers import REPOSITORY

ROWS = {
    "train": [
        ("where is my parcel", "track"),
        ("track my order", "track"),
        ("cancel my order", "cancel"),
        ("stop the order", "cancel"),
    ],
    "test": [("where is the order", "track"), ("please cancel it", "cancel")],
    "oos_test": [("what is the weather", "out_of_scope")],
}


def test_the_table_is_made_by_one_command(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "sets" / "clinc150_10shot"
    place.mkdir(parents=True)
    for name, rows in ROWS.items():
        with (place / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "intent"), *rows])
    rasa = tmp_path / "rasa"
    rasa.mkdir()
    told = {"accuracy": 0.5, "latency_ms": {"p50": 12.0}, "process": {"load_seconds": 11.5, "memory_mb": 900.0}}
    (rasa / "clinc150_10shot.json").write_text(json.dumps(told))
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.benchmarks.nlu", str(tmp_path / "sets"), "--only", "clinc150_10shot"]
    command += ["--rasa-json", str(rasa), "--json", str(figures), "--data", str(data), "--runs", "1"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "clinc150_10shot: intents right" in done.stdout
    found = {line["what"]: line for line in json.loads(figures.read_text())["figures"]}
    assert found["clinc150_10shot: intents right"]["rasa"] == 50.0
    ahead = found["clinc150_10shot: ahead of Rasa"]
    assert (ahead["value"], ahead["unit"]) == (found["clinc150_10shot: intents right"]["value"] - 50.0, "points")
    assert found["clinc150_10shot: one message, p50"]["rasa"] == 12.0
    assert {"clinc150_10shot: scope, AUROC", "memory of the NLU part"} <= found.keys()
    assert found["load, to the first answer"]["rasa"] == 11.5
    assert 0.0 < found["load, to the first answer"]["value"] < 30.0
    whole, bare = (found[f"{what}, p50"]["value"] for what in ("one message, everything", "a bare encode of the same run"))
    assert 0.0 < bare < whole


def test_where_rasa_is_not_installed_it_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.nlu", str(tmp_path), "--only", "none of these"]
    asked = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    assert "holds none of these sets" in asked.stderr
    told = Console(file=io.StringIO(), width=200)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FILROUGE_RASA_ENV", str(tmp_path))
        assert not rasa_runs(unwanted=False, console=told)
    assert "filrouge rasa install" in told.file.getvalue()
