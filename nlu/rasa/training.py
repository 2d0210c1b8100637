"""Has Rasa train a model: `rasa train nlu` in its own environment, with its progress told and its model put in place at once."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from nlu.errors import RasaFailed
from nlu.rasa.environment import Environment, Show

LAUNCHER = Path(__file__).parent / "inside" / "launch.py"
_EPOCH = re.compile(r"Epochs:\s+\d+%.*?(\d+)/(\d+)")
_STAGE = re.compile(r"Starting to train component '(\w+)'")
_ERROR = re.compile(r"[\w.]*(?:Error|Exception)\b")
_NOISE = re.compile(r"warn|deprecat|tensorflow/|^\s*$", re.IGNORECASE)


def train(environment: Environment, project: Path, model: Path, *, show: Show | None = None) -> Path:
    """Train on a project folder (`config.yml`, `data/`) and put the model at `model`, a name ending in `.tar.gz`.

    Ends with this process, however that ends. Raises `RasaMissing` without an environment, and `RasaFailed` with Rasa's
    own last words when it refuses the project.
    """
    tell = _only_forward(show) if show is not None else None
    environment.checked()
    model.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".training-") as fresh:
        arguments = ["train", "nlu", "--config", "config.yml", "--nlu", "data", "--out", fresh, "--fixed-model-name", "model"]
        if tell is not None:
            tell("Starting Rasa", 0.0)
        run(environment, arguments, project, tell)
        made = Path(fresh) / "model.tar.gz"
        if not made.exists():
            raise RasaFailed("Rasa ended without an error and without a model; is there an example in `data`?")
        made.replace(model)
    if tell is not None:
        tell("Trained", 1.0)
    return model


def run(environment: Environment, arguments: list[str], folder: Path, show: Show | None = None) -> str:
    """Run one Rasa command in a folder and return what it said. Raises `RasaFailed` with its last words when it fails."""
    last: deque[str] = deque(maxlen=400)
    command = [str(environment.python), str(LAUNCHER), *arguments]
    variables = environment.variables(COLUMNS="100")
    with subprocess.Popen(  # noqa: S603 - the environment's own Python
        command, cwd=folder, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as rasa:
        assert rasa.stdin is not None
        assert rasa.stdout is not None
        rasa.stdin.write(json.dumps([]).encode() + b"\n")
        rasa.stdin.flush()  # and it stays open: it tells Rasa that we are there
        try:
            for line in _said(rasa.stdout):
                last.append(line)
                _tell(line, show)
            rasa.wait()
        finally:
            rasa.kill()
    said = "\n".join(last)
    if rasa.returncode != 0:
        raise RasaFailed(f"`rasa {' '.join(arguments[:2])}` failed; its last words:\n{last_words(last)}")
    return said


def last_words(lines: Iterable[str]) -> str:
    """The errors a command told and the end of what it said, without the noise of its libraries."""
    said = [line for line in lines if not _NOISE.search(line)]
    return "\n".join(dict.fromkeys([*(line for line in said[:-8] if _ERROR.match(line)), *said[-8:]]))


def _said(stream: IO[bytes]) -> Iterator[str]:
    """Lines as they come; a progress bar begins each of its own with a carriage return."""
    kept = b""
    while piece := stream.read1(4096) if hasattr(stream, "read1") else stream.read(4096):
        *whole, kept = re.split(rb"[\r\n]", kept + piece)
        yield from (line.decode("utf-8", "replace") for line in whole if line.strip())
    if kept.strip():
        yield kept.decode("utf-8", "replace")


def _only_forward(show: Show) -> Show:
    """Progress that never goes back: some parts are prepared after the long one."""
    furthest = 0.0

    def tell(what: str, done: float) -> None:
        nonlocal furthest
        furthest = max(furthest, done)
        show(what, furthest)

    return tell


def _tell(line: str, show: Show | None) -> None:
    if show is None:
        return
    if epoch := _EPOCH.search(line):
        show(f"Training, round {epoch[1]} of {epoch[2]}", 0.1 + 0.85 * int(epoch[1]) / int(epoch[2]))
    elif stage := _STAGE.search(line):
        show(f"Preparing {stage[1]}", 0.05)
