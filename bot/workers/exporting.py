"""One person's archive, made while it is carried away: a page of messages or a piece of a file in memory, never more."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from bot.archive.page import SECTIONS, Page
from bot.archive.zipped import Zipped, place_of
from bot.brand import Brand
from bot.storage import accounts, person_data
from bot.storage.database import Database
from bot.storage.person import Person
from bot.storage.person_data import KeptFile

MESSAGES = 200
"""Messages read at once."""
FORMAT = "filrouge-person-1"


async def archive(
    database: Database, brand: Brand, who: Person, *, by: str, now: datetime, language: str
) -> AsyncGenerator[bytes, None]:
    """The bytes of a ZIP with `person.json`, `index.html` and the files, in order. That it was made goes to the record first."""
    record = partial(
        accounts.record, at=now, by=by, act="person_exported", conversation=who.conversation, details={"profile": who.profile}
    )
    await database.write(record)
    making = _Archive(database, brand, who, now, language)
    # Closed from the inside out where whoever carries it away is cut off.
    async with aclosing(making.pieces()) as pieces:
        async for piece in pieces:
            yield piece


class _Archive:
    def __init__(self, database: Database, brand: Brand, who: Person, now: datetime, language: str) -> None:
        self._database, self._who, self._now = database, who, now
        self._notes = brand.privacy.export_notes
        self._brand = brand.name
        self._page = Page(language=language, zone=brand.time_zone, brand=brand.name, at=now)
        self._zip = Zipped(now)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        about = await self._database.read(partial(person_data.about, who=self._who, notes=self._notes))
        until = await self._database.read(partial(person_data.last_message, who=self._who))
        files = await self._database.read(partial(person_data.kept_files, who=self._who, until=until))
        try:
            for part in (self._json(about, until, files), self._html(about, until, files), *map(self._file, files)):
                async with aclosing(part) as pieces:
                    async for piece in pieces:
                        yield piece
        finally:
            rest = self._zip.close()
        yield rest

    async def _json(self, about: dict[str, Any], until: int, files: Sequence[KeptFile]) -> AsyncGenerator[bytes, None]:
        named = [{"message": file.message, "file": _place(file)} for file in files]
        head = {"format": FORMAT, "brand": self._brand, "exported_at": self._now, **about, "files": named}
        with self._zip.open("person.json") as out:
            out.write(orjson.dumps(head, option=orjson.OPT_INDENT_2).removesuffix(b"\n}"))
            out.write(b',\n  "messages": [')
            first = True
            async for page in self._pages(until):
                for said in page:
                    out.write(b"\n    " if first else b",\n    ")
                    out.write(orjson.dumps(said))
                    first = False
                yield self._zip.taken()
            out.write(b"\n  ]\n}\n")
        yield self._zip.taken()

    async def _html(self, about: dict[str, Any], until: int, files: Sequence[KeptFile]) -> AsyncGenerator[bytes, None]:
        places: dict[int, list[tuple[str, str]]] = {}
        for file in files:
            places.setdefault(file.message, []).append((file.name or file.mime_type, _place(file)))
        with self._zip.open("index.html") as out:
            out.write(self._page.head().encode())
            for name in SECTIONS:
                if name != "notes" or self._notes:
                    for part in self._page.section(name, about[name]):
                        out.write(part.encode())
                yield self._zip.taken()
            out.write(self._page.begin_messages().encode())
            async for page in self._pages(until):
                for said in page:
                    out.write(self._page.message(said, places.get(said["id"], ())).encode())
                yield self._zip.taken()
            out.write(self._page.foot().encode())
        yield self._zip.taken()

    async def _file(self, file: KeptFile) -> AsyncGenerator[bytes, None]:
        with self._zip.open(_place(file), packed=file.mime_type.startswith("text/")) as out:
            place = 0
            while (piece := await self._database.read(partial(person_data.piece, media_id=file.id, place=place))) is not None:
                out.write(piece)
                place += 1
                yield self._zip.taken()
        yield self._zip.taken()

    async def _pages(self, until: int) -> AsyncGenerator[Sequence[dict[str, Any]], None]:
        after = 0
        while True:
            read = partial(person_data.messages, who=self._who, after=after, until=until, limit=MESSAGES)
            page = await self._database.read(read)
            if page:
                yield page
            if len(page) < MESSAGES:
                return
            after = page[-1]["id"]


def _place(file: KeptFile) -> str:
    return place_of(file.id, file.name, file.mime_type)
