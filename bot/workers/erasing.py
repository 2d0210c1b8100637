"""Erasing one person to the end, piece by piece, and going on with what a kill has left half done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bot import metrics
from bot.brand import Brand
from bot.clock import Clock
from bot.errors import PersonRefused
from bot.storage import erasing
from bot.storage.database import Database
from bot.storage.erasing import Keeps, Receipt
from nlu.corrections import remove_example

log = structlog.get_logger(__name__)


def keeps_of(brand: Brand) -> Keeps:
    """What a brand's rules promise about what an erasure cannot reach."""
    return Keeps(backups=timedelta(days=brand.privacy.backups_days), unreadable=timedelta(days=brand.retention.unreadable_days))


async def erase(
    database: Database,
    clock: Clock,
    brand: Brand,
    *,
    by: str,
    conversation_id: int | None = None,
    profile_id: str | None = None,
    cancel_appointments: bool = False,
) -> Receipt:
    """Erase whoever a conversation or profile is of, everywhere. Stopped half-way, it is finished by `go_on` or `finish_all`.

    Raises `PersonRefused` before anything is done.
    """
    begin = partial(
        erasing.begin,
        conversation_id=conversation_id,
        profile_id=profile_id,
        by=by,
        now=clock.now(),
        keeps=keeps_of(brand),
        cancel_appointments=cancel_appointments,
    )
    begun = await database.write(begin)
    log.info("erasure_begun", receipt=begun.number)
    return await go_on(database, begun.number, brand.folder)


async def go_on(database: Database, number: str, folder: Path) -> Receipt:
    """Do what is left of an erasure, the training files in `folder` included. Raises `OSError` where those cannot be written."""
    while await database.write(partial(erasing.step, number=number)):
        pass
    lines = await database.read(partial(erasing.taught, number=number))
    # The rows go last: as long as they are there, the files are known to be unfinished.
    await asyncio.to_thread(_unteach, folder, lines)
    receipt = await database.write(partial(erasing.end, number=number))
    # What was deleted still stands in the log of the database.
    await database.forget_log()
    metrics.ERASED.inc()
    log.info("erasure_ended", receipt=number)
    return receipt


async def finish_all(database: Database, folder: Path) -> int:
    """Go on with every erasure that was begun and not ended; how many there were."""
    numbers = await database.read(erasing.unfinished)
    for number in numbers:
        try:
            await go_on(database, number, folder)
        except PersonRefused:
            continue  # another has just ended it
        except OSError as error:
            cure = "let the server write the brand's training files; their lines are taken out then"
            log.warning("erasure_not_ended", receipt=number, problem=type(error).__name__, cure=cure)
    return len(numbers)


def _unteach(folder: Path, lines: Iterable[Any]) -> None:
    for row in lines:
        remove_example(folder / "data" / f"nlu.{row.language}.yml", intent=row.intent, line=row.line)
