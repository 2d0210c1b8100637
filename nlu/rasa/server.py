"""A Rasa of our own: started on a free port of the loopback, watched, started again when it dies, ended with us.

It may be reached with a token that only this process knows. What it writes is read for its last words in case it does not start,
and thrown away otherwise: they might be a customer's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
import tempfile
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from nlu.errors import RasaFailed
from nlu.rasa.client import RasaClient
from nlu.rasa.environment import Environment
from nlu.rasa.guarded import Guarded
from nlu.rasa.training import LAUNCHER, last_words

log = structlog.get_logger(__name__)

START_SECONDS = 600.0
"""The longest a start may take: loading TensorFlow and a model takes ten seconds on a quiet machine, minutes on a busy one."""
LOOK_EVERY = 1.0
_LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class Running:
    """One Rasa process that answers."""

    process: Process
    url: str
    model: str
    """The name its model goes by."""
    path: Path
    _reading: asyncio.Task[None]

    async def stop(self) -> None:
        """End it at once: it holds nothing that is not also here."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        await self._reading


async def start(environment: Environment, model: Path, *, token: str, seconds: float = START_SECONDS) -> Running:
    """Start a Rasa with a model and return once it answers quickly. Raises `RasaFailed` with its last words."""
    port = _free_port()
    words: deque[str] = deque(maxlen=200)
    # A folder of its own: Rasa looks for its settings where it is started.
    with tempfile.TemporaryDirectory(prefix="filrouge-rasa-") as nowhere:
        process = await asyncio.create_subprocess_exec(
            str(environment.checked().python),
            str(LAUNCHER),
            *_arguments(model, port),
            cwd=nowhere,
            env=environment.variables(),
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
        )
        assert process.stdin is not None
        running = Running(process, f"http://127.0.0.1:{port}", "", model, asyncio.create_task(_listen(process, words)))
        try:
            # Not among the arguments, where every user of the machine could read it. The pipe then stays open.
            # One argument, not two: a token that begins with a dash would be read as another option.
            process.stdin.write(json.dumps([f"--auth-token={token}"]).encode() + b"\n")
            running.model = await _until_ready(running, token, seconds)
        except BaseException as error:
            ended = process.returncode is not None
            await running.stop()
            if ended and isinstance(error, RasaFailed):
                raise RasaFailed("Rasa does not start; its last words:\n" + last_words(words)) from None
            raise
    words.clear()
    return running


async def _until_ready(running: Running, token: str, seconds: float) -> str:
    client = RasaClient(running.url, token=token)
    try:
        async with asyncio.timeout(seconds):
            while running.process.returncode is None:
                try:
                    await client.ready()
                except RasaFailed:
                    await asyncio.sleep(0.2)
                else:
                    return client.model
    except TimeoutError:
        raise RasaFailed(f"Rasa did not answer within {seconds:g} s of its start; is the machine too busy?") from None
    finally:
        await client.close()
    raise RasaFailed("Rasa ended while it was starting")


async def _listen(process: Process, words: deque[str]) -> None:
    """Keep the pipe empty. What is said after the start goes unread."""
    assert process.stdout is not None
    with contextlib.suppress(ValueError):  # a line longer than a line may be
        while line := await process.stdout.readline():
            words.append(line.decode("utf-8", "replace").rstrip())
    while await process.stdout.read(65536):
        pass


def _arguments(model: Path, port: int) -> list[str]:
    quietly = ["run", "--enable-api", "--quiet"]
    return [*quietly, "--model", str(model.absolute()), "--interface", "127.0.0.1", "--port", str(port)]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@dataclass(slots=True)
class OwnRasa:
    """Keeps a Rasa running for `client`, always with the newest model; a newer one is started before the older is ended."""

    environment: Environment
    client: RasaClient
    guarded: Guarded
    newest: Callable[[], Path | None]
    """The model file in use from now on; None while there is none."""
    token: str
    running: Running | None = field(default=None, init=False)
    _refused: Path | None = field(default=None, init=False)
    """A model that does not start while the one before it does: not tried again."""
    _pause: float = field(default=LOOK_EVERY, init=False)

    async def run(self) -> None:
        """Keep it running until cancelled."""
        try:
            while True:
                await self._look()
        finally:
            if self.running is not None:
                await self.running.stop()

    async def _look(self) -> None:
        newest = self.newest()
        current = self.running
        if current is not None and current.process.returncode is not None:
            log.warning("rasa_ended", code=current.process.returncode)
            self._gone(current)
            current = None
        if newest is None or (current is not None and newest in (current.path, self._refused)):
            await self._rest(current)
            return
        try:
            fresh = await start(self.environment, newest, token=self.token)
        except RasaFailed as why:
            log.error("rasa_not_started", model=newest.name, why=str(why))  # noqa: TRY400 - its words say it all
            self._refused = newest
            if current is None:
                await asyncio.sleep(self._pause)
                self._pause = min(_LONGEST_PAUSE, self._pause * 2)
            return
        self._pause, self._refused, self.running = LOOK_EVERY, None, fresh
        self.client.url, self.client.model = fresh.url, fresh.model
        log.info("rasa_started", model=fresh.model)
        self.guarded.probe_now()
        if current is not None:
            await asyncio.sleep(self.client.seconds)  # for the messages it is just answering
            await current.stop()

    async def _rest(self, current: Running | None) -> None:
        if current is None:
            await asyncio.sleep(LOOK_EVERY)
            return
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await current.process.wait()
        except TimeoutError:
            return

    def _gone(self, current: Running) -> None:
        self.running = None
        if self.client.url == current.url:
            self.client.url = ""
            self.guarded.doubt("it has ended and is being started again")


@asynccontextmanager
async def serving(environment: Environment, model: Path, client: RasaClient, token: str) -> AsyncIterator[Running]:
    """A Rasa for `client` as long as the context lasts."""
    running = await start(environment, model, token=token)
    client.url, client.model = running.url, running.model
    try:
        yield running
    finally:
        await client.close()
        await running.stop()


def new_token() -> str:
    """A secret for one Rasa of our own."""
    return secrets.token_urlsafe(24)
