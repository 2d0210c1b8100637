"""The whole server with Rasa as its engine, a real one: slow, dead, replaced, and never outliving the server that started it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nlu.rasa.environment import Environment
from nlu.rasa.project import write_config
from tests.rasas import LIGHT
from tests.servers import Server, copy_of

PATIENCE = 600
LIMIT = 3.0
"""Seconds a message may wait for Rasa here (FILROUGE_RASA_SECONDS)."""


@pytest.fixture
def server(trained: Path, rasa_environment: Environment, rasa_shop_model: Path, tmp_path: Path) -> Iterator[Server]:
    """A demo server whose engine is a Rasa with the small shop's model, which answers in milliseconds."""
    data = copy_of(trained, tmp_path / "data")
    models = data / "models" / "demo" / "rasa"
    models.mkdir(parents=True)
    shutil.copy(rasa_shop_model, models / "20261122T080000Z.tar.gz")
    settings = {"FILROUGE_RASA_ENV": str(rasa_environment.folder), "FILROUGE_RASA_SECONDS": str(LIMIT)}
    server = Server(data, command=("demo", "--engine", "rasa"), env=settings)
    yield server
    server.kill()


def engine(server: Server, sender: str, words: str) -> str:
    """Say something, and return which engine understood it, as the trace tells."""
    assert server.say(sender, words)
    *_, last = [message for message in server.thread("rest", sender)["messages"] if message["direction"] == "in"]
    return str(last["trace"]["engine"])


def rasas(server: Server) -> list[int]:
    """The processes of Rasas this server started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if b"launch.py" in command and os.fsencode(str(server.data)) in command:
            found.append(int(path.parent.name))
    return found


def until(holds: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(1)


@pytest.mark.rasa
def test_rasa_may_be_late_slow_or_dead_and_nobody_waits(server: Server) -> None:
    server.start()
    assert "(rasa did not answer)" in engine(server, "ana", "bonjour")  # TensorFlow is still loading
    until(lambda: engine(server, "ana", "quels sont vos horaires") == "rasa 20261122T080000Z", "Rasa never answered")

    (process,) = rasas(server)
    os.kill(process, signal.SIGSTOP)
    started = time.monotonic()
    for number in range(6):
        assert server.say("ben", f"bonjour {number}")
    assert time.monotonic() - started < 4 * LIMIT  # the first one waits for Rasa, and nobody after it
    assert "(rasa did not answer)" in engine(server, "ben", "bonjour")
    os.kill(process, signal.SIGCONT)
    until(lambda: engine(server, "ben", "quels sont vos horaires") == "rasa 20261122T080000Z", "Rasa is not asked any more")

    os.kill(process, signal.SIGKILL)
    assert "(rasa did not answer)" in engine(server, "cleo", "bonjour")
    until(lambda: engine(server, "cleo", "quels sont vos horaires") == "rasa 20261122T080000Z", "Rasa was not started again")


@pytest.mark.rasa
def test_a_new_model_leaves_no_gap_and_rasa_never_outlives_its_server(server: Server) -> None:
    server.start()
    until(lambda: engine(server, "dan", "quels sont vos horaires") == "rasa 20261122T080000Z", "Rasa never answered")

    models = server.data / "models" / "demo" / "rasa"
    shutil.copy(models / "20261122T080000Z.tar.gz", models / "copying")
    (models / "copying").rename(models / "20261122T090000Z.tar.gz")
    logged = len(server.log.read_text())
    until(lambda: engine(server, "dan", "quels sont vos horaires") == "rasa 20261122T090000Z", "the new model was not taken")
    until(lambda: len(rasas(server)) == 1, "the Rasa before it was not ended")
    since = server.log.read_text()[logged:]
    assert "rasa_started" in since
    assert "not running" not in since  # there was a Rasa to ask all the time
    assert "rasa_ended" not in since

    server.kill()
    until(lambda: not rasas(server), "Rasa outlived the server that started it")


@pytest.mark.rasa
def test_train_with_a_pipeline_of_one_s_own(trained: Path, rasa_environment: Environment, tmp_path: Path) -> None:
    data = copy_of(trained, tmp_path / "data")
    server = Server(data, env={"FILROUGE_RASA_ENV": str(rasa_environment.folder), "FILROUGE_ENGINE": "rasa"})
    write_config(data / "brands" / "demo", LIGHT)
    done = server.run("train", check=False, seconds=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "Rasa trained on" in done.stderr
    assert [path.suffix for path in (data / "models" / "demo" / "rasa").iterdir()] == [".gz"]


def test_export_writes_a_project(trained: Path, tmp_path: Path) -> None:
    server = Server(copy_of(trained, tmp_path / "data"))
    done = server.run("export", "rasa", str(tmp_path / "project"))
    assert "rules" in done.stdout
    written = {path.name for path in (tmp_path / "project").rglob("*") if path.is_file()}
    assert {"config.yml", "domain.yml", "endpoints.yml", "nlu.fr.yml", "nlu.en.yml", "rules.yml", "README.md"} <= written


@pytest.mark.parametrize("command", [("serve", "--brand", "brands/demo"), ("train",), ("demo",)])
def test_without_its_environment_the_cure_is_told(trained: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    server = Server(copy_of(trained, tmp_path / "data"), env={"FILROUGE_RASA_ENV": str(tmp_path / "none")})
    done = server.run(*command, "--engine", "rasa", check=False)
    assert done.returncode == 1
    assert "filrouge rasa install" in done.stderr
