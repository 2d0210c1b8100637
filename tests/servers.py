"""Real server processes for tests: started like an operator would, killed like a power cut would."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

START_SECONDS = 60
UNCACHED = frozenset({"PYTHONDONTWRITEBYTECODE"})
BYTECODE = (
    {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "filrouge-tests-bytecode")} if os.environ.keys() & UNCACHED else {}
)
"""Where compiled code is not kept, servers keep their own, as an installed program does: they start twice as fast."""
REPOSITORY = Path(__file__).parent.parent


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


class Server:
    """One `filrouge` process on the loopback, with its own data folder."""

    def __init__(
        self, data: Path, *, command: tuple[str, ...] = ("demo",), database_url: str = "", env: Mapping[str, str] | None = None
    ) -> None:
        self.data, self.command, self.port = data, command, free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FILROUGE_") and name not in UNCACHED},
            **BYTECODE,
            "FILROUGE_PORT": str(self.port),
            "FILROUGE_DATA_DIR": str(data),
            "FILROUGE_CLAIM_SECONDS": "3",
            "FILROUGE_SETTLE_SECONDS": "0.5",
            "NO_COLOR": "1",
            "COLUMNS": "200",
            **({"FILROUGE_DATABASE_URL": database_url} if database_url else {}),
            **(env or {}),
        }
        data.mkdir(parents=True, exist_ok=True)
        self.log = data / f"server-{self.port}.log"
        self.words = data / f"server-{self.port}.out"
        self.token = ""
        """Bearer token sent at the REST door."""
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = datetime.now(UTC)
        """When the process was started last: `FILROUGE_CLOCK` is the time it took that moment for."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, wait: bool = True) -> Self:
        """Start the process and, unless told otherwise, wait until it would answer."""
        self.started_at = datetime.now(UTC)
        with self.log.open("ab") as log, self.words.open("ab") as words:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", *self.command],
                env=self.environment,
                cwd=self.data,
                stdout=words,
                stderr=log,
            )
        if wait:
            self.wait()
        return self

    def wait(self) -> None:
        """Wait until `/healthz` answers 200."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log.read_text()[-4000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.03)
        raise AssertionError(f"the server did not come up in {START_SECONDS} s:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def stop(self) -> None:
        """Ask it to stop, as an operator does; kill it when it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not stop:\n{self.log.read_text()[-4000:]}") from None

    def run(
        self, *arguments: str, stdin: str | None = None, check: bool = True, seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run another `filrouge` command with this server's settings."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            env=self.environment,
            cwd=self.data,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=check,
        )

    def thread(self, channel: str, sender: str) -> dict[str, Any]:
        """What `filrouge thread CHANNEL SENDER --json` prints."""
        done = self.run("thread", channel, sender, "--json", check=False)
        assert done.returncode == 0, done.stderr
        data: dict[str, Any] = json.loads(done.stdout)
        return data

    def say(self, sender: str, text: str, *, message_id: str | None = None, seconds: float = 15) -> list[dict[str, Any]]:
        """Post one message at the REST door and return its answers."""
        body: dict[str, Any] = {"sender": sender, "message": text}
        if message_id is not None:
            body["metadata"] = {"message_id": message_id}
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        request = urllib.request.Request(f"{self.url}/webhooks/rest/webhook", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            data: list[dict[str, Any]] = json.load(answer)
        return data

    def passwords(self) -> dict[str, str]:
        """The demo accounts, as printed at the start: name to password."""
        deadline = time.monotonic() + START_SECONDS
        while "stop with Ctrl+C" not in (printed := self.words.read_text()):  # it answers before it has printed everything
            assert time.monotonic() < deadline, f"no accounts were printed:\n{printed}"
            time.sleep(0.02)
        return dict(re.findall(r"^ {4}(\w+) +(\S+) +\w+$", printed, re.MULTILINE))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            self.kill()


def train(data: Path) -> Path:
    """A data folder with the demo brand in it and its model trained, as `filrouge train` leaves it."""
    done = Server(data).run("train", check=False, seconds=600)  # a quarter of a minute, but machines are shared
    assert done.returncode == 0, done.stderr
    return data


def copy_of(trained: Path, folder: Path) -> Path:
    """A data folder of one's own that starts with the trained model of another."""
    shutil.copytree(trained, folder, dirs_exist_ok=True)
    return folder
