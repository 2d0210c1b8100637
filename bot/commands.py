"""What can be typed: `filrouge demo`, `serve`, `train`, `models`, `chat`, `thread`, `init`, `db upgrade`, `user add`."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.channel_commands import channels
from bot.customer_commands import customers
from bot.delivery_commands import undelivered, unreadable
from bot.doubling_commands import doubles
from bot.errors import SettingsError
from bot.model_commands import models as model_commands
from bot.nlu_commands import app as nlu_commands
from bot.privacy_commands import person, retention
from bot.public_commands import public
from bot.rasa_commands import export, rasa
from bot.settings import Engine, Settings, read_settings

app = App(
    name="filrouge", help="One thread per customer through every channel: a bot that answers, recognises, hands over and books."
)
db = App(name="db", help="The database.")
user = App(name="user", help="People who sign in to the console.")
app.command(nlu_commands)
app.command(channels)
app.command(customers)
customers.command(doubles)
app.command(db)
app.command(export)
app.command(model_commands)
app.command(person)
app.command(public)
app.command(rasa)
app.command(retention)
app.command(undelivered)
app.command(unreadable)
app.command(user)

BrandFolder = Annotated[Path, Parameter(name="--brand", help="The brand folder.")]
EngineName = Annotated[
    Engine | None, Parameter(name="--engine", help="What understands messages; FILROUGE_ENGINE when left out.")
]
out = Console()
told = Console(stderr=True)


@app.command
def demo(*, engine: EngineName = None) -> None:
    """Start the demo brand: no account, key, database or network needed. What is missing is made; a restart keeps everything."""
    from bot.wiring import demo_folder

    settings = _with_engine(engine)
    folder = demo_folder(settings)
    _train_if_missing(settings, folder)
    _run(_serve(settings, folder, demo=True))


@app.command
def serve(*, brand: BrandFolder, engine: EngineName = None) -> None:
    """Serve a brand for real, on the channels whose settings are there."""
    settings = _with_engine(engine)
    _run(_serve(settings, brand, demo=False))


@app.command
def train(
    *,
    brand: Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")] = None,
    engine: EngineName = None,
) -> None:
    """Teach the model the brand's training files and the corrections made in the console. A running server follows at once."""
    from bot.wiring import demo_folder

    settings = _with_engine(engine)
    _train(settings, brand or demo_folder(settings))


@app.command
def init(folder: Path, /) -> None:
    """Copy a brand folder to start one's own from."""
    from bot.wiring import DEMO_BRAND

    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder} is not empty; name a folder that does not exist yet")
    shutil.copytree(DEMO_BRAND, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "__init__.py"))
    out.print(f"Brand folder made in {folder}. Next:\n  filrouge train --brand {folder}\n  filrouge serve --brand {folder}")


@app.command
def thread(channel: str, sender: str, /, *, json: bool = False) -> None:
    """Print the whole conversation of whoever writes as SENDER on CHANNEL, over all channels."""
    _run(_thread(read_settings(), channel, sender, as_json=json))


@app.command
def chat(*, url: str | None = None, language: str = "fr") -> None:
    """Talk to the bot in the terminal: the server at --url, or one started for the occasion."""
    from bot.terminal import talk
    from bot.wiring import demo_folder

    settings = read_settings()
    if url is None:
        _train_if_missing(settings, demo_folder(settings))
    _run(talk(settings, url, language))


@db.command(name="upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's schema. Harmless when repeated."""
    from bot.storage.upgrade import upgrade

    before, now = _run(upgrade(read_settings().database))
    out.print(f"The database was at {before or 'nothing'} and is at {now}.")


@user.command(name="add")
def user_add(
    name: str,
    /,
    *,
    role: Literal["advisor", "community_manager", "admin"],
    password_stdin: Annotated[bool, Parameter(help="Read the password from standard input.")] = False,
    display_name: str = "",
) -> None:
    """Add somebody who may sign in to the console, or give them a new password and role."""
    if not password_stdin:
        raise SettingsError("add --password-stdin and write the password on standard input: arguments can be seen by others")
    password = sys.stdin.readline().rstrip("\r\n")
    _run(_add_user(read_settings(), name, role, display_name or name, password))
    out.print(f"{name} can sign in as {role}.")


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:  # no wheel for this system: the standard loop does
        return None
    return uvloop.new_event_loop


def _with_engine(engine: Engine | None) -> Settings:
    settings = read_settings()
    return settings if engine is None else settings.model_copy(update={"engine": engine})


def _train_if_missing(settings: Settings, folder: Path) -> None:
    from bot.model_versions import can_be_read
    from bot.models import model_folder
    from bot.rasa.model import newest

    models = model_folder(settings.data_dir, folder)
    rasa_missing = settings.engine == "rasa" and settings.rasa_url is None and newest(models) is None
    if rasa_missing or not can_be_read(models):  # a model of a former version of the program is as good as none
        _train(settings, folder)


def _train(settings: Settings, folder: Path) -> None:
    from bot.logs import set_up_logs
    from bot.models import model_folder, train_brand
    from bot.rasa.engine import rasa_environment
    from bot.rasa.model import train_for_rasa
    from bot.wiring import corrections_of

    set_up_logs(settings.log_level)
    corrections = _run(corrections_of(settings))
    if settings.engine == "rasa":
        rasa_environment(settings).checked()
    models, now = model_folder(settings.data_dir, folder), datetime.now(UTC)
    with _progress() as show:
        trained = train_brand(folder, models, corrections, now=now, show=show, encoder=settings.encoder)
    told.print(f"Trained on {trained.examples} examples of {trained.intents} intents in {trained.seconds:.1f} s: {trained.path}")
    if settings.engine == "rasa":
        environment = rasa_environment(settings)
        with _progress() as show:
            by_rasa = train_for_rasa(folder, models, corrections, environment, now=now, show=show, epochs=settings.rasa_epochs)
        told.print(f"Rasa trained on {by_rasa.examples} examples in {by_rasa.seconds:.0f} s: {by_rasa.path}")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=told) as progress:
        task = progress.add_task("Training", total=1.0)
        yield lambda what, done: progress.update(task, description=what, completed=done)


async def _serve(settings: Settings, folder: Path, *, demo: bool) -> None:
    from bot.logs import loop_failure, set_up_logs
    from bot.wiring import Program, running

    set_up_logs(settings.log_level)
    # The loop, the writer and the model share one interpreter lock: shorter turns at it mean less waiting for it.
    sys.setswitchinterval(0.0005)
    program = Program(settings, folder, demo=demo)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(loop_failure)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(program):
        if demo:
            await _welcome(settings, program)
        else:
            out.print(f"Serving {program.house.brand.name} at {program.address}", highlight=False)
        await stop.wait()


async def _welcome(settings: Settings, program: Any) -> None:
    from bot.demo_accounts import demo_accounts

    accounts = await demo_accounts(program.database, program.house.brand, settings.data_dir, program.clock.now())
    print = partial(out.print, highlight=False, soft_wrap=True)  # noqa: A001 - the same words, in colour
    print(f"\n[bold]{program.house.brand.name}[/bold] is open.\n")
    print(f"  Chat as a customer   {program.address}/")
    if settings.telegram_token is None:
        print(f"  Pretend Telegram     {program.address}/demo/telegram")
    print(f"  Console              {program.address}/console\n")
    for account in accounts:
        print(f"    {account.username:<12} {account.password}   {account.role}")
    print("\n  Everything is kept in " + str(settings.data_dir) + "; stop with Ctrl+C.\n")


async def _thread(settings: Settings, channel: str, sender: str, *, as_json: bool) -> None:
    from bot.logs import set_up_logs
    from bot.storage.database import open_database
    from bot.storage.threads import find_conversation, thread
    from bot.storage.upgrade import upgrade

    set_up_logs(settings.log_level)
    await upgrade(settings.database)
    database = open_database(settings.database)
    try:
        found = await database.read(partial(find_conversation, channel=channel, sender=sender))
        if found is None:
            raise SettingsError(f"nobody has written as {sender!r} on {channel!r}")
        data = await database.read(partial(thread, conversation_id=found))
    finally:
        await database.close()
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
        return
    for message in data["messages"]:
        who = message.get("author_name") or message["author"]
        out.print(f"[dim]{message['at'][:19]} {message['channel']}[/dim] [bold]{who}[/bold] {message['text']}", highlight=False)


async def _add_user(settings: Settings, name: str, role: str, display_name: str, password: str) -> None:
    from bot.demo_accounts import add_account
    from bot.storage.database import open_database
    from bot.storage.upgrade import upgrade

    await upgrade(settings.database)
    database = open_database(settings.database)
    try:
        await add_account(database, username=name, role=role, display_name=display_name, password=password)
    finally:
        await database.close()
