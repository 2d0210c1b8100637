"""`filrouge person` and `filrouge retention`: what we keep of somebody, handed over or erased, and what goes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from bot.clock import SystemClock
from bot.errors import PersonRefused, SettingsError
from bot.settings import read_settings
from bot.storage.database import Database, open_database

person = App(name="person", help="Everything we keep of one person: hand it over, or erase it.")
out = Console()
told = Console(stderr=True)

BrandFolder = Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")]
By = Annotated[str | None, Parameter(name="--by", help="Who does it, for the record; your name on this system when left out.")]
Profile = Annotated[str | None, Parameter(name="--profile", help="The brand's own id, instead of a channel and a sender.")]


@person.command
def export(
    channel: str = "",
    sender: str = "",
    /,
    *,
    profile: Profile = None,
    to: Annotated[Path, Parameter(name="--to", help="The folder the archive is written to.")],
    language: Annotated[str | None, Parameter(help="`fr` or `en`; the person's own when left out.")] = None,
    by: By = None,
    brand: BrandFolder = None,
) -> None:
    """Write one person's archive: a ZIP with a page to read, the same for programs, and their files."""
    work = partial(_export, channel=channel, sender=sender, profile=profile, to=to, language=language, by=_name(by), brand=brand)
    path, size = asyncio.run(_with_database(work))
    out.print(f"{path} ({size / 1e6:.1f} MB): hand it to the person it is about, and to nobody else.", highlight=False)


@person.command
def erase(
    channel: str = "",
    sender: str = "",
    /,
    *,
    profile: Profile = None,
    yes: Annotated[bool, Parameter(name="--yes", negative="", help="Really erase; nothing brings it back.")] = False,
    cancel_appointments: Annotated[bool, Parameter(help="Also cancel appointments that are still to come.")] = False,
    by: By = None,
    brand: BrandFolder = None,
) -> None:
    """Erase one person everywhere, and print the receipt. Stopped half-way, run it again: it is finished."""
    work = partial(
        _erase,
        channel=channel,
        sender=sender,
        profile=profile,
        yes=yes,
        cancel_appointments=cancel_appointments,
        by=_name(by),
        brand=brand,
    )
    asyncio.run(_with_database(work))


@person.command
def receipts() -> None:
    """Show the receipts of erasures, the latest first."""
    from bot.storage import erasing

    async def read(database: Database) -> Any:
        return await database.read(erasing.receipts)

    table = Table("Receipt", "At (UTC)", "By", "Rows", "Backups until", "Finished")
    for one in asyncio.run(_with_database(read)):
        rows = str(sum(one.counts.values()))
        table.add_row(one.number, f"{one.at:%Y-%m-%d %H:%M}", one.by, rows, f"{one.backups_until:%Y-%m-%d}", _yes(one.finished))
    out.print(table)


@person.command(name="let-back")
def let_back(profile: str, /, *, by: By = None) -> None:
    """Let the brand's sources bring in a profile whose person was erased: they have become a customer again."""
    from bot.storage import accounts, erased

    async def write(database: Database) -> bool:
        def unit(connection: Any) -> bool:
            found = erased.let_back(connection, profile)
            if found:
                details = {"profile": profile}
                at = SystemClock().now()
                accounts.record(connection, at=at, by=_name(by), act="person_let_back", conversation=None, details=details)
            return found

        return await database.write(unit)

    if not asyncio.run(_with_database(write)):
        raise PersonRefused("unknown", f"no profile {profile!r} is kept out; ids are compared letter by letter")
    out.print("The next import or push brings it in.", highlight=False)


def retention(
    *,
    dry_run: Annotated[bool, Parameter(help="Say what would go, and change nothing.")] = False,
    by: By = None,
    brand: BrandFolder = None,
) -> None:
    """Let go of what `retention:` in brand.yml keeps no longer. A server does it by itself, once a day."""

    async def work(database: Database) -> Any:
        from bot.workers.retention import Retention

        keeper = Retention(database, SystemClock(), _brand(brand), by=_name(by))
        gone = await (keeper.would_go() if dry_run else keeper.let_go())
        if not dry_run:
            await database.forget_log()
        return gone, _brand(brand).retention.model_dump()

    gone, days = asyncio.run(_with_database(work))
    table = Table("Kind", "Days", "Would go" if dry_run else "Gone")
    for name, number in days.items():
        kind = name.removesuffix("_days")
        table.add_row(kind.replace("_", " "), str(number), str(gone.get(kind, 0)))
    out.print(table)


async def _with_database(work: Callable[[Database], Awaitable[Any]]) -> Any:
    from bot.storage.upgrade import upgrade

    settings = read_settings()
    await upgrade(settings.database)
    database = open_database(settings.database)
    try:
        return await work(database)
    finally:
        await database.close()


async def _who(database: Database, channel: str, sender: str, profile: str | None) -> Any:
    from bot.storage import person as persons

    if bool(channel and sender) == bool(profile):
        raise SettingsError("name the person either by a channel and a sender, or by --profile ID")
    find = (
        partial(persons.of_profile, profile_id=profile) if profile else partial(persons.of_sender, channel=channel, sender=sender)
    )
    who = await database.read(find)
    if who is None:
        raise PersonRefused("unknown", "we keep nothing of such a person; look at how their channel writes its senders")
    return who


async def _export(
    database: Database,
    *,
    channel: str,
    sender: str,
    profile: str | None,
    to: Path,
    language: str | None,
    by: str,
    brand: Path | None,
) -> tuple[Path, int]:
    from bot.workers.exporting import archive

    who, house, now = await _who(database, channel, sender, profile), _brand(brand), SystemClock().now()
    # Named by our own number, so that a folder of archives does not tell who has asked for theirs.
    path = to / f"person-{who.conversation or 'profile'}-{now:%Y%m%d-%H%M%S}.zip"
    spoken = language or await database.read(partial(_language, who=who)) or house.languages.default
    size = 0
    with _for_the_owner_alone(path) as file:
        async for piece in archive(database, house, who, by=by, now=now, language=spoken):
            size += file.write(piece)
    return path, size


def _for_the_owner_alone(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("xb")
    path.chmod(0o600)
    return file


def _language(connection: Any, who: Any) -> str | None:
    from sqlalchemy import select

    from bot.storage.schema import conversation

    return connection.execute(select(conversation.c.language).where(conversation.c.id == who.conversation)).scalar()  # type: ignore[no-any-return]


async def _erase(
    database: Database,
    *,
    channel: str,
    sender: str,
    profile: str | None,
    yes: bool,
    cancel_appointments: bool,
    by: str,
    brand: Path | None,
) -> None:
    from bot.storage import erasing
    from bot.workers.erasing import erase as erase_everywhere
    from bot.workers.erasing import finish_all, go_on

    house = _brand(brand)
    begun = await database.read(erasing.unfinished)
    if begun and yes:
        told.print(f"Finishing what was begun before: {', '.join(begun)}.", highlight=False)
        for number in begun:
            _print(await go_on(database, number, house.folder))
    try:
        who = await _who(database, channel, sender, profile)
    except PersonRefused:
        if begun and yes:
            return  # it was them
        raise
    if not yes:
        raise PersonRefused("word", "nothing was erased: nothing brings a person back; say --yes if that is meant")
    receipt = await erase_everywhere(
        database,
        SystemClock(),
        house,
        by=by,
        conversation_id=who.conversation,
        profile_id=who.profile if who.conversation is None else None,
        cancel_appointments=cancel_appointments,
    )
    _print(receipt)
    await finish_all(database, house.folder)


def _print(receipt: Any) -> None:
    lines = [f"Receipt {receipt.number}: erased at {receipt.at:%Y-%m-%d %H:%M} UTC by {receipt.by}."]
    lines += [f"  {count} {name.replace('_', ' ')}" for name, count in sorted(receipt.counts.items())]
    lines += [
        f"Your backups may hold them until {receipt.backups_until:%Y-%m-%d} (brand.yml, privacy: backups_days).",
        f"Updates nobody could read have no owner; all of today's are gone by {receipt.unreadable_until:%Y-%m-%d}.",
        "The brand's own files and databases are not ours to erase; their profile is not brought in from there again",
        "(`filrouge person let-back ID` allows it). If they write, they are strangers.",
    ]
    if receipt.counts.get("training_lines"):
        lines.append("The model was taught with words of theirs: run `filrouge train` for one that was not.")
    out.print("\n".join(lines), highlight=False, markup=False)


def _brand(folder: Path | None) -> Any:
    from bot.brand import load_brand
    from bot.wiring import demo_folder

    return load_brand(folder or demo_folder(read_settings()))


def _name(by: str | None) -> str:
    """Who does it: as told, or whoever this process runs as."""
    if by:
        return by[:64]
    import getpass

    try:
        return getpass.getuser()[:64]
    except (OSError, KeyError, ImportError):  # no user database, as in a container
        return "command line"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no: run `filrouge person erase` again, or leave it to the server"
