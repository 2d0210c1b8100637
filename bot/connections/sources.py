"""The sources of profiles a brand has declared: databases, doors, and its own files, brought into order at a start."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

import structlog

from bot.brand import Brand
from bot.brand.sources import CrmSource, Sources, SqlSource
from bot.brand.sources_file import mistake_in_sources
from bot.clock import Clock
from bot.customers.customer_file import Line, read_lines
from bot.customers.sources import FILE, Order, Told, facts_of
from bot.errors import BrandError, SettingsError, SourceAway
from bot.signals import Signals
from bot.storage.database import Database
from bot.storage.profile_sources import combine_anew, take
from bot.storage.shop_database import ShopDatabase
from bot.storage.taken_whole import ORDER, declare, digest_of, last_digest, note_digest
from bot.web.crm_door import CrmDoor

log = structlog.get_logger(__name__)

BATCH = 1_000
"""Profiles written in one transaction: whoever else writes waits no longer than for one of them."""
SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """A brand's sources beside the customer file."""

    databases: tuple[ShopDatabase, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of each CRM."""

    async def close(self) -> None:
        for database in self.databases:
            await database.close()


def order_of(sources: Sources) -> Order:
    """Whom to believe, as `sources.yml` declares it."""
    return Order(sources=sources.names, fields=sources.by_field, newest=sources.newest)


def open_sources(brand: Brand, environment: Mapping[str, str]) -> Opened:
    """The brand's databases, which nobody has spoken to yet, and the secrets of its CRMs by source.

    Raises `BrandError` for a variable that is not set, with the line that names it; `SettingsError` for what is in one.
    """
    databases, secrets = [], {}
    stores = [store.id for store in brand.stores]
    for name, source in brand.sources.sources.items():
        match source:
            case SqlSource():
                url = _held(brand, environment, name, "url", source.url, "the address of the database")
                databases.append(ShopDatabase(name, source, url, folder=brand.folder, stores=stores))
            case CrmSource():
                secrets[name] = _secret(brand, environment, name, source)
    return Opened(tuple(databases), secrets)


def crm_doors(brand: Brand, secrets: Mapping[str, str], database: Database, board: Signals, clock: Clock) -> list[CrmDoor]:
    """A door for every CRM that pushes."""
    stores = [store.id for store in brand.stores]
    order = order_of(brand.sources)
    return [
        CrmDoor(name, secrets[name], database, board, clock, order=order, country=source.country or "", stores=stores)
        for name, source in brand.sources.sources.items()
        if isinstance(source, CrmSource)
    ]


async def check_databases(databases: tuple[ShopDatabase, ...]) -> None:
    """See that the mappings fit. One that does not answer is left for later: the bot works on without it.

    Raises `BrandError` with the line of `sources.yml` that is wrong.
    """
    for database in databases:
        try:
            await database.check()
        except SourceAway as error:
            log.warning("profile_source_away", source=database.name, why=str(error))


@dataclass(frozen=True, slots=True)
class Checked:
    """What a source says of itself."""

    source: str
    right: bool
    says: str


async def check_each(brand: Brand, environment: Mapping[str, str]) -> list[Checked]:
    """Ask every source whether it answers. Names of fields only: nothing of a customer is shown."""
    file = brand.folder / "customers.csv"
    there = await asyncio.to_thread(file.exists)
    checked = [Checked(FILE, True, f"{file.name} is there" if there else f"there is no {file.name}; imports only")]
    opened = open_sources(brand, environment)
    try:
        checked += [await _check(database) for database in opened.databases]
    finally:
        await opened.close()
    checked += [Checked(name, True, f"has its secret; it pushes to /webhooks/crm/{name}") for name in opened.secrets]
    return checked


async def _check(database: ShopDatabase) -> Checked:
    try:
        await database.check()
        sample = await database.sample()
    except (BrandError, SourceAway) as error:
        return Checked(database.name, False, str(error))
    if sample is None:
        return Checked(database.name, True, "answers; there is nobody in it")
    by = ", ".join(sorted(database.kinds))
    says = f"answers; found by {by}; one of its profiles has {', '.join(sample.fields) or 'nothing but an id'}"
    if sample.unreadable:
        says += f"; what stands in {', '.join(sample.unreadable)} cannot be read"
    return Checked(database.name, True, says)


async def settle_profiles(database: Database, brand: Brand, clock: Clock) -> int:
    """Bring the profile table to what the brand's files say now: the declared order, and `customers.csv` where it has changed.

    Returns how many lines were read. A start with nothing new reads two rows and one file. Raises `BrandError` at a wrong line.
    """
    order = order_of(brand.sources)
    await combine_as_declared(database, order, clock)
    return await _take_file(database, brand.folder / "customers.csv", order, clock)


async def combine_as_declared(database: Database, order: Order, clock: Clock, *, changed: bool = True) -> None:
    """See to it that all profiles are combined by this order; nothing is done when they are.

    Where it may not have `changed`, raises `SettingsError` when they are combined by another one.
    """
    before = await database.read(partial(last_digest, name=ORDER))
    if before == digest_of(order):
        return
    if before is not None and not changed:
        raise SettingsError(
            "the profiles are combined in another order than this brand's sources.yml declares; "
            "name the folder the server runs with by --brand, or start the server once if the order is new"
        )
    # Declared first: whoever writes meanwhile does it by the new order already.
    await database.write(partial(declare, order=order, now=clock.now(), applied=False))
    after: str | None = ""
    while after is not None:
        after = await database.write(partial(combine_anew, order=order, now=clock.now(), after=after, limit=BATCH))
    await database.write(partial(declare, order=order, now=clock.now(), applied=True))


async def _take_file(database: Database, path: Path, order: Order, clock: Clock) -> int:
    digest = await asyncio.to_thread(_digest, path)
    if digest is None or digest == await database.read(partial(last_digest, name=FILE)):
        return 0
    lines = 0
    batches = _batches(read_lines(path))
    while batch := await asyncio.to_thread(next, batches, None):
        told = [_told(line, path) for line in batch]
        await database.write(partial(take, source=FILE, told=told, order=order, now=clock.now()))
        lines += len(told)
    await database.write(partial(note_digest, name=FILE, digest=digest, now=clock.now()))
    log.info("customer_file_taken", lines=lines)
    return lines


def _told(line: Line, path: Path) -> Told:
    if line.profile is None:
        raise BrandError(line.wrong, file=str(path), line=line.number)
    return Told(id=line.profile.id, facts=facts_of(line.profile, line.said))


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _digest(path: Path) -> str | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _held(brand: Brand, environment: Mapping[str, str], name: str, key: str, variable: str, what: str) -> str:
    held = environment.get(variable, "")
    if not held:
        problem = f"{variable} is not set; put {what} of {name!r} into that environment variable"
        raise mistake_in_sources(brand.folder, problem, ("sources", name, key))
    return held


def _secret(brand: Brand, environment: Mapping[str, str], name: str, source: CrmSource) -> str:
    secret = _held(brand, environment, name, "secret", source.secret, "the secret")
    if len(secret) < SHORTEST_SECRET:
        problem = f"{source.secret} has fewer than {SHORTEST_SECRET} characters; put 32 random ones there"
        raise mistake_in_sources(brand.folder, problem, ("sources", name, "secret"))
    return secret
