"""A running server: every part made from the settings, started in order and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import uuid
from collections import ChainMap
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot import signals
from bot.actions.remote import ActionServer
from bot.channels.telegram.transport import TelegramChannel
from bot.clock import Clock, SystemClock
from bot.connections.exchange import Exchange
from bot.connections.line import Ground
from bot.connections.lines import lines_of
from bot.connections.sources import Opened as OpenedSources
from bot.connections.sources import check_databases, crm_doors, open_sources, order_of, settle_profiles
from bot.console import console_ports
from bot.dialogue.domain import Domain
from bot.errors import SettingsError
from bot.messages import InboundMessage
from bot.models import LiveModel, model_folder
from bot.settings import Settings
from bot.signals import OpenRequests, Signals
from bot.storage.database import Database
from bot.storage.inbox import Accepted
from bot.web.app import application
from bot.web.chat_book import StoredChatBook
from bot.web.chat_words import CHANNEL_NAMES
from bot.web.inbox_door import InboxDoor
from bot.web.rest import PATH as REST_PATH
from bot.web.rest import RestDoor
from bot.web.site_tokens import site_tokens
from bot.web.visitors import Visitors
from bot.web.webchat import add_webchat
from bot.wiring.database import open_for_serving, really_write
from bot.wiring.engines import open_understander
from bot.wiring.houses import load_house
from bot.wiring.telegram import Meeting, line_of, pretend_telegram, telegram_of
from bot.workers.bringing import Bringer
from bot.workers.deliveries import DeliveryWorker
from bot.workers.doubling import Doubling
from bot.workers.house import House
from bot.workers.housekeeping import Housekeeping
from bot.workers.turn_unit import Way
from bot.workers.turns import TurnWorker
from handoff.console.app import console
from nlu.understanding import TrainingData

log = structlog.get_logger(__name__)


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
        understander = await open_understander(settings, self.folder, self.house.brand, self.model, self._closing, self._start)
        self.database = await open_for_serving(settings.database, self.clock, self.board, self._closing, self._start)
        await settle_profiles(self.database, self.house.brand, self.clock)
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
            await self._meet(telegram)

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
                await self.database.write(partial(really_write, name=self.name, now=self.clock.now()))
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
            lines.append(line_of(self.settings, telegram))
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
        settings, brand, token, root = self.settings, self.house.brand, "", ""
        if self.demo and not settings.telegram_token:
            token, root = await pretend_telegram(app, self.folder, brand, self.clock, self._closing)
        return telegram_of(settings, brand, self.clock, token=token, root=root)

    async def _meet(self, telegram: TelegramChannel) -> None:
        def opened(opens_at: str) -> None:
            prefix = self.address + opens_at if opens_at.startswith("/") else opens_at
            self._open_way(telegram.name, lambda token: prefix + token)

        meeting = Meeting(telegram, self.settings, opened)
        self._start("telegram", meeting.run())
        await meeting.tried.wait()
        if meeting.refused:
            raise SettingsError(meeting.refused)

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


@asynccontextmanager
async def running(program: Program) -> AsyncIterator[Program]:
    """A started program, stopped in the end whatever happens."""
    try:
        await program.start()
        yield program
    finally:
        await program.stop()
