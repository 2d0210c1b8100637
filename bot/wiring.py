"""Settings in, running program out: the one place that names every concrete class."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import socket
import uuid
from collections import ChainMap
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import Connection

from bot import metrics, signals
from bot.actions.registry import Registry
from bot.actions.remote import ActionServer
from bot.actions.remote_answer import spoken
from bot.actions.standard import standard_actions
from bot.brand import load_brand
from bot.brand.opening import store_hours
from bot.channels.overrides import overridden
from bot.channels.telegram.table import TelegramTable
from bot.channels.telegram.transport import TelegramChannel
from bot.clock import Clock, SystemClock
from bot.connections.exchange import Exchange
from bot.connections.line import Ground, Line
from bot.connections.lines import lines_of
from bot.connections.sources import Opened as OpenedSources
from bot.connections.sources import check_databases, crm_doors, open_sources, order_of, settle_profiles
from bot.connections.telegram import telegram_line
from bot.console import console_ports
from bot.customers.customer_file import read_customers
from bot.dialogue.domain import Domain
from bot.dialogue.domain_file import load_domain
from bot.dialogue.flows_file import load_flows
from bot.dialogue.standard import Policy
from bot.dialogue.step import Dialogue
from bot.errors import AccountRefused, SendFailed, SettingsError
from bot.faq import load_faq
from bot.messages import InboundMessage
from bot.models import LiveModel, encoder_folder, model_folder
from bot.settings import Settings
from bot.signals import OpenRequests, Signals
from bot.storage import fetching, inbox, leases, outbox
from bot.storage.cases import desks_of
from bot.storage.corrections import pending_corrections
from bot.storage.database import Database, PostgresDatabase, durability, open_database, parse_url
from bot.storage.elsewhere import Elsewhere
from bot.storage.inbox import Accepted
from bot.storage.upgrade import upgrade
from bot.web.app import application
from bot.web.chat_book import StoredChatBook
from bot.web.chat_words import CHANNEL_NAMES
from bot.web.inbox_door import InboxDoor
from bot.web.rest import PATH as REST_PATH
from bot.web.rest import RestDoor
from bot.web.site_tokens import site_tokens
from bot.web.visitors import Visitors
from bot.web.webchat import add_webchat
from bot.workers.bringing import Bringer
from bot.workers.deliveries import DeliveryWorker
from bot.workers.discretion import needs_of
from bot.workers.doubling import Doubling
from bot.workers.house import House, manners_of
from bot.workers.housekeeping import Housekeeping
from bot.workers.turn_unit import Way
from bot.workers.turns import TurnWorker
from handoff.console.app import console
from nlu.reader import Reader
from nlu.understanding import Example, TrainingData, Understander

log = structlog.get_logger(__name__)

DEMO_BRAND = Path(__file__).parent / "demo"


def load_house(folder: Path, serve_actions: Callable[[Domain], ActionServer] | None = None) -> House:
    """Read and check a brand folder; `serve_actions` makes the server of the actions nobody wrote here.

    Raises `BrandError` with file and line, and what to write instead.
    """
    brand = load_brand(folder)
    domain = load_domain(folder / "domain.yml", brand.languages.all)
    domain = domain.with_faq({entry.id: entry.answer for entry in brand.faq})
    flows = load_flows(folder / "data" / "flows.yml", domain)
    actions = standard_actions()
    if serve_actions is not None:
        elsewhere = {name for name in domain.actions if name not in actions}
        actions = actions.joined(Registry(serve_actions(domain).actions(elsewhere)))
        domain = replace(domain, responses={**domain.responses, **spoken(domain.languages)})
    actions.check(domain.actions, domain.file)
    policy = Policy(
        misses_before_handoff=brand.handoff.misses_before_handoff,
        resume_after=timedelta(hours=brand.resume.after_hours),
        keep_for=timedelta(days=brand.resume.keep_days),
    )
    hours = {store.id: store_hours(store) for store in brand.stores}
    return House(
        brand,
        domain,
        Dialogue(domain, flows, policy),
        actions,
        desks_of(brand),
        hours,
        needs_of(brand.proof.model_dump()),
        manners_of(brand),
    )


def demo_folder(settings: Settings) -> Path:
    """The demo brand in the data folder, copied there the first time so that corrections and changes stay."""
    folder = settings.data_dir / "brands" / "demo"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(f".demo-{uuid.uuid4().hex}")
        shutil.copytree(DEMO_BRAND, fresh, ignore=shutil.ignore_patterns("__pycache__", "__init__.py"))
        fresh.rename(folder)  # at once, so that a kill leaves no half copy
    return folder


def visitors_of(settings: Settings) -> Visitors:
    """Who tells where requests come from, and whether over https."""
    return Visitors(settings.trusted_proxies, always_https=(settings.public_url or "").startswith("https://"))


def origin_of(url: str | None) -> tuple[str, ...]:
    """The origin of our own pages as browsers name it, where the operator told it."""
    parts = urlsplit(url or "")
    return (f"{parts.scheme}://{parts.netloc}",) if parts.netloc else ()


@dataclass(slots=True)
class Program:
    """A running server."""

    settings: Settings
    folder: Path
    demo: bool = False
    house: House = field(init=False)
    clock: Clock = field(init=False)
    database: Database = field(init=False)
    board: Signals = field(init=False, default_factory=Signals)
    model: LiveModel = field(init=False)
    worker: TurnWorker = field(init=False)
    name: str = field(init=False, default_factory=lambda: f"{socket.gethostname()[:24]}-{uuid.uuid4().hex[:8]}")
    address: str = field(init=False, default="")
    refused: str = field(init=False, default="")
    """Why the start must not go on, found out by a task of its own."""
    _tasks: list[asyncio.Task[None]] = field(init=False, default_factory=list)
    _closing: contextlib.AsyncExitStack = field(init=False, default_factory=contextlib.AsyncExitStack)
    _deliveries: list[DeliveryWorker] = field(init=False, default_factory=list)
    _exchange: Exchange | None = field(init=False, default=None)
    _links: dict[str, Callable[[str], Coroutine[Any, Any, str]]] = field(init=False, default_factory=dict)
    """By channel, how the chat page opens it."""

    async def start(self) -> None:
        """Bring everything up; when this returns, the next message is answered."""
        settings = self.settings
        if settings.clock is not None and not self.demo:
            raise SettingsError("FILROUGE_CLOCK is for tests and the demo; unset it to serve")
        self.clock = SystemClock(settings.starts_at)
        self.house = load_house(self.folder, self._action_server if settings.action_endpoint is not None else None)
        self.model = LiveModel(model_folder(settings.data_dir, self.folder))
        await asyncio.to_thread(self.model.load)
        self._closing.push_async_callback(self.model.close)
        understander = await self._understander()
        await self._open_database()
        sources = await self._sources()
        requests = OpenRequests()
        self.worker = TurnWorker(
            self.database,
            self.house,
            understander,
            self.clock,
            self.board,
            name=self.name,
            requests=requests,
            profiles=self._bringer(sources),
            claim_seconds=settings.claim_seconds,
        )
        door = InboxDoor(
            self.database, self.worker, self.clock, self.house.brand.languages.default, requests, self._noted, self._came
        )
        visitors = visitors_of(settings)
        app = application(self.health, visitors=visitors, metrics_token=_secret(settings.metrics_token))
        self._add_rest(app, door)
        for crm in crm_doors(self.house.brand, sources.secrets, self.database, self.board, self.clock):
            crm.add_to(app)
        telegram = await self._telegram(app)
        await self._add_lines(app, door, telegram)
        links: Mapping[str, Callable[[str], Coroutine[Any, Any, str]]] = ChainMap(
            {"telegram": telegram.deep_link} if telegram is not None else {}, self._links
        )
        book = StoredChatBook(door, self.database, self.board, self.clock, self.house.brand, links)
        add_webchat(
            app,
            book,
            allowed_origins=origin_of(settings.public_url),
            frame_origins=settings.webchat_origins,
            address_of=visitors.address,
            is_https=visitors.is_https,
            now=self.clock.now,
            site_tokens=site_tokens(secret=_secret(settings.site_secret) or "", public_key=settings.site_public_key),
        )
        ports = self._console_ports()
        app.add_subapp("/console", console(ports, clock=self.clock, secure=visitors.is_https, address=visitors.address))
        self._start("turns", self.worker.run())
        self._start("model", self.model.watch())
        self._start("housekeeping", Housekeeping(self.database, self.clock, name=self.name, brand=self.house.brand).run())
        self._start("doubling", self._doubling().run())
        await self._listen(app)
        if telegram is not None:
            met = asyncio.Event()
            self._start("telegram", self._meet_telegram(telegram, met))
            await met.wait()
            if self.refused:
                raise SettingsError(self.refused)

    async def stop(self) -> None:
        """Stop listening, finish what is under way, let go of everything."""
        for task in reversed(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._closing.aclose()

    async def health(self) -> dict[str, str]:
        """What would keep the next message from being answered, by part."""
        wrong = {task.get_name(): "has stopped; restart the server" for task in self._tasks if task.done()}
        try:
            async with asyncio.timeout(2):
                await self.database.write(partial(_really_write, name=self.name, now=self.clock.now()))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what health reports
            wrong["database"] = f"cannot be written: {type(error).__name__}"
        for delivery in self._deliveries:
            if delivery.refused:
                wrong[delivery.channel_name] = delivery.refused
        return wrong

    def _doubling(self) -> Doubling:
        brand = self.house.brand
        return Doubling(self.database, self.clock, brand.doubling, ZoneInfo(brand.time_zone), name=self.name)

    def _action_server(self, domain: Domain) -> ActionServer:
        from bot.rasa.domain import domain_of  # only where there is an action server

        settings = self.settings
        assert settings.action_endpoint is not None
        told = domain_of(domain, TrainingData(), {}, domain.actions)
        seconds = min(settings.action_seconds, settings.claim_seconds * 0.45)
        server = ActionServer(settings.action_endpoint.get_secret_value(), domain, seconds=seconds, told=told)
        self._closing.push_async_callback(server.close)
        return server

    async def _understander(self) -> Understander:
        """The embedded engine, or Rasa with the embedded one behind it, with what is read around either."""
        models = model_folder(self.settings.data_dir, self.folder)
        faq = await asyncio.to_thread(load_faq, self.house.brand, models, encoder_folder(models))
        reader = Reader(await self._engine(), faq=faq)
        if self.settings.engine == "embedded":
            return reader
        from nlu.rasa.guarded import Bounded  # only where it is wanted: most never load it

        return Bounded(reader, self.settings.rasa_seconds)

    async def _engine(self) -> Understander:
        if self.settings.engine == "embedded":
            return self.model
        from bot.rasa.engine import rasa_engine  # only where it is wanted: most never load it

        engine = rasa_engine(self.settings, model_folder(self.settings.data_dir, self.folder), self.model)
        self._closing.push_async_callback(engine.close)
        for name, work in engine.work().items():
            self._start(name, work)
        await engine.met()
        return engine.understander

    async def _open_database(self) -> None:
        url = self.settings.database
        before, now = await upgrade(url)
        if before != now:
            log.info("database_upgraded", before=before, now=now)
        self.database = open_database(url)
        self._closing.push_async_callback(self.database.close)
        if isinstance(self.database, PostgresDatabase):
            elsewhere = Elsewhere(self.database.url, self.board)
            self.board.elsewhere = elsewhere.pass_on
            self._start("elsewhere", elsewhere.run())
        else:
            self._closing.enter_context(alone(Path(str(self.database.url.database))))
            await self.database.write(partial(release_all, now=self.clock.now()))
        for name, value in (await self.database.write(durability)).items():
            metrics.DATABASE_SETTING.labels(name, value).set(1)
        await settle_profiles(self.database, self.house.brand, self.clock)

    async def _sources(self) -> OpenedSources:
        """The brand's own databases and CRMs, which must fit what `sources.yml` says of them."""
        sources = open_sources(self.house.brand, os.environ)
        self._closing.push_async_callback(sources.close)
        await check_databases(sources.databases)
        return sources

    def _bringer(self, sources: OpenedSources) -> Bringer | None:
        if not sources.databases:
            return None
        order, patience = order_of(self.house.brand.sources), self.settings.claim_seconds / 4
        bringer = Bringer(self.database, sources.databases, order, self.clock, patience=patience)
        self._closing.push_async_callback(bringer.close)
        return bringer

    def _add_rest(self, app: web.Application, door: InboxDoor) -> None:
        token = self.settings.rest_token
        if token is None and not self.demo:
            return
        rest = RestDoor(
            door,
            self.database,
            self.board,
            self.clock,
            token=_secret(token),
            wait_seconds=self.settings.rest_wait_seconds,
        )
        app.router.add_post(REST_PATH, rest.handle)

    async def _add_lines(self, app: web.Application, door: InboxDoor, telegram: TelegramChannel | None) -> None:
        """Every channel that is configured, beside web chat and REST."""
        brand, environment = self.house.brand, os.environ
        lines = list(lines_of(self.settings, brand, database=self.database, clock=self.clock, environment=environment))
        if telegram is not None:
            lines.append(self._telegram_line(telegram))
        seat_seconds = self.settings.claim_seconds
        ground = Ground(database=self.database, door=door, clock=self.clock, name=self.name, seat_seconds=seat_seconds)
        self._exchange = Exchange(
            lines,
            ground,
            self.board,
            settle_seconds=self.settings.settle_seconds,
            language=self.house.brand.languages.default,
            open_way=self._open_way,
            manners=self.house.manners,
        )
        self.worker.served = self._exchange.served
        await self._exchange.start(app)
        self._closing.push_async_callback(self._exchange.close)
        for delivery in self._exchange.deliveries:
            self._carry(delivery)
        for name, work in self._exchange.work():
            self._start(name, work)

    def _carry(self, delivery: DeliveryWorker) -> None:
        self._deliveries.append(delivery)
        beside = self.worker.deliver.get(delivery.channel_name, ())
        self.worker.deliver = {**self.worker.deliver, delivery.channel_name: (*beside, delivery)}

    def _open_way(self, channel: str, address: Callable[[str], str]) -> None:
        """From now on a conversation can be continued on this channel."""
        self.worker.ways = {**self.worker.ways, channel: Way(CHANNEL_NAMES.get(channel, channel), address)}

        async def link(token: str) -> str:
            return address(token)

        self._links[channel] = link

    def _noted(self, conversations: Collection[int]) -> None:
        """Something was heard of messages of ours: it is shown, and what must be sent again is."""
        self.board.tell([signals.conversation(one) for one in conversations])
        for delivery in self._deliveries:
            delivery.wake()

    def _came(self, message: InboundMessage, accepted: Accepted) -> None:
        if self._exchange is not None:
            self._exchange.came(message, accepted)

    async def _telegram(self, app: web.Application) -> TelegramChannel | None:
        """The bot on Telegram, or on the demo's pretended one; None where there is neither."""
        settings = self.settings
        token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
        root = settings.telegram_base_url
        if not token and self.demo:
            token, root = await self._pretend_telegram(app)
        if not token:
            return None
        table = overridden(TelegramTable(per_second=settings.telegram_per_second), self.house.brand.channels.telegram.limits)
        return TelegramChannel(token, root=root, table=table, now=self.clock.now)

    def _telegram_line(self, telegram: TelegramChannel) -> Line:
        settings = self.settings
        if not (settings.telegram_webhook_url and settings.telegram_token):
            return telegram_line(telegram)
        if settings.telegram_secret_token is None:
            raise SettingsError(
                "FILROUGE_TELEGRAM_SECRET_TOKEN is missing: without it anybody could post updates; "
                "set it to 32 random characters of A-Z a-z 0-9 _ -"
            )
        secret = settings.telegram_secret_token.get_secret_value()
        return telegram_line(telegram, webhook_url=settings.telegram_webhook_url, secret=secret)

    async def _meet_telegram(self, telegram: TelegramChannel, tried: asyncio.Event) -> None:
        """Tell Telegram where to post and learn where the bot's chat is opened, now or as soon as it answers.

        `tried` is set after the first try: a refused token stops the start, a Telegram that is away does not. Never ends, so
        that health sees no task end.
        """
        settings, pause, posts_to_us = self.settings, 1.0, False
        while True:
            try:
                if settings.telegram_webhook_url and settings.telegram_secret_token and not posts_to_us:
                    await telegram.set_webhook(settings.telegram_webhook_url, settings.telegram_secret_token.get_secret_value())
                posts_to_us = True
                opens_at = await telegram.deep_link("")
                break
            except SendFailed as error:
                log.warning("telegram_not_met", why=str(error))
                if isinstance(error, AccountRefused) and not posts_to_us and not tried.is_set():
                    self.refused = f"Telegram refuses FILROUGE_TELEGRAM_TOKEN ({error}); take the right one from @BotFather"
                tried.set()
                await asyncio.sleep(pause)
                pause = min(60, pause * 2)
        prefix = self.address + opens_at if opens_at.startswith("/") else opens_at
        self._open_way(telegram.name, lambda token: prefix + token)
        tried.set()
        await asyncio.Event().wait()

    async def _pretend_telegram(self, app: web.Application) -> tuple[str, str]:
        from bot.web.pretend_telegram import PretendTelegram  # the demo's own; `serve` never loads it

        pretend = PretendTelegram(self.house.brand, list(read_customers(self.folder / "customers.csv")), now=self.clock.now)
        token, root = await pretend.start(app)
        self._closing.push_async_callback(pretend.close)
        return token, root

    def _console_ports(self) -> Any:
        return console_ports(
            database=self.database,
            board=self.board,
            clock=self.clock,
            house=self.house,
            wake=self.worker.wake,
            order=order_of(self.house.brand.sources),
        )

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_tell_failure)
        self._tasks.append(task)

    async def _listen(self, app: web.Application) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        self._closing.push_async_callback(runner.cleanup)
        try:
            site = web.TCPSite(runner, self.settings.host, self.settings.port, backlog=1024)
            await site.start()
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {self.settings.host}:{self.settings.port} ({error.strerror}); "
                "stop what listens there or set FILROUGE_PORT to another port"
            ) from None
        port = runner.addresses[0][1]
        host = self.settings.host if ":" not in self.settings.host else f"[{self.settings.host}]"
        self.address = f"http://{host}:{port}"


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("task_failed", task=task.get_name(), exc_info=error)


def _secret(kept: SecretStr | None) -> str | None:
    return kept.get_secret_value() if kept else None


def release_all(connection: Connection, now: datetime) -> None:
    """Take back whatever a former server on this SQLite file was holding when it ended."""
    inbox.release_all(connection, now)
    outbox.release_all(connection, now)
    fetching.release_all(connection, now)
    leases.leave_all(connection, now)


def _really_write(connection: Connection, name: str, now: datetime) -> None:
    """Write something nobody reads: a database on a full disk still answers questions."""
    leases.hold(connection, name="health", holder=name, now=now, until=now)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a SQLite file for this server alone. Raises `SettingsError` when another server has it."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(
                f"another server is using {path}; stop it, or set FILROUGE_DATABASE_URL to a PostgreSQL, "
                "which any number of servers can share"
            ) from None
        yield
    finally:
        os.close(lock)


@asynccontextmanager
async def running(program: Program) -> AsyncIterator[Program]:
    """A started program, stopped in the end whatever happens."""
    try:
        await program.start()
        yield program
    finally:
        await program.stop()


async def corrections_of(settings: Settings) -> Sequence[Example]:
    """What community managers corrected, wherever the server they used runs; nothing when there is no database yet."""
    if not there_is_a_database(settings.database):
        return ()
    await upgrade(settings.database)
    database = open_database(settings.database)
    try:
        return await database.read(pending_corrections)
    finally:
        await database.close()


def there_is_a_database(url: str) -> bool:
    """Whether a SQLite file is there yet; a server always counts as there."""
    parsed = parse_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(str(parsed.database)).exists()
