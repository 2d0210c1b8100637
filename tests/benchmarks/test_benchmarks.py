"""The benchmarks still run and measure something. How fast anything is depends on the machine and is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import REPOSITORY

BRIEFLY = {
    "rest_load": ("--senders", "2", "--seconds", "1"),
    "latency": ("--seconds", "1", "--webhooks", "10", "--answers", "10"),
    "webhooks": ("--seconds", "0.5", "--rate", "20"),
    "growth": ("--long", "20", "--customers", "2000", "--samples", "10"),
    "start": ("--times", "1", "--seconds", "0.5"),
    "understanding": ("--seconds", "0.5"),
    "processes": ("--senders", "2", "--seconds", "1"),
    "pace": ("--rates", "20", "--seconds", "2", "--databases", "sqlite"),
    "doubling": ("--profiles", "3000"),
    "customers_import": ("--rows", "200"),
    "recognition": ("--sqlite", "2000", "--postgres", "2000", "--samples", "50"),
}
ON_POSTGRES = ("processes", "recognition")


@pytest.mark.parametrize(
    "benchmark", [pytest.param(name, marks=pytest.mark.postgres if name in ON_POSTGRES else ()) for name in BRIEFLY]
)
def test_a_benchmark_runs_and_measures(benchmark: str, data: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", f"tests.benchmarks.{benchmark}", "--data", str(data), "--json", str(figures)]
    done = subprocess.run(
        [*command, *BRIEFLY[benchmark]], cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = json.loads(figures.read_text())["lines"]
    asked = [line for line in lines if line["asked"] is not None]
    assert asked
    assert all(line["value"] > 0 for line in asked)
    assert not any(line["value"] for line in lines if line["what"] == "failures")
