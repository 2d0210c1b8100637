"""A database of the brand's own, read through a mapping when somebody writes whom it may know. Nothing is ever written there.

Values are bound parameters and identifiers are quoted by SQLAlchemy; see `bot.storage.shop_engine` for the way there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnClause, Connection, FromClause, Select, column, func, or_, select, table, text
from sqlalchemy.exc import DBAPIError

from bot.brand.sources import LookUp, SqlSource, as_columns
from bot.brand.sources_file import mistake_in_sources
from bot.customers.fields import filled, loyalty_key, read_facts, well_formed_id
from bot.customers.phone_forms import phone_forms
from bot.customers.sources import Told
from bot.errors import BrandError, SourceAway
from bot.storage.shop_engine import ShopEngine, Work
from nlu.files import Place

T = TypeVar("T")
Row = Mapping[str, Any]
MOST_ROWS = 50
"""Rows of one look-up: a number that leads to more people than that leads to nobody."""
_NOBODY = "-"
"""What nobody is found by, to try a look-up."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a source shows of itself: the fields one of its profiles has, and never what is in them."""

    fields: tuple[str, ...]
    unreadable: tuple[str, ...] = ()


class ShopDatabase:
    """One `kind: sql` source."""

    def __init__(self, name: str, rules: SqlSource, url: str, *, folder: Path, stores: Collection[str] | None = None) -> None:
        """`url` is what the environment variable holds, `folder` the brand's; `stores` are the known store ids.

        Raises `SettingsError` when it is no address of a database, or its driver is not installed.
        """
        self.name, self.rules = name, rules
        self._folder, self._stores = folder, stores
        self._columns = {field: names for field, given in rules.columns if (names := as_columns(given))}
        self._look_up = {kind: names for kind, given in rules.look_up if (names := as_columns(given))}
        self._id = rules.columns.id
        self._from = _from(rules, {one for names in (*self._columns.values(), *self._look_up.values()) for one in names})
        self._engine = ShopEngine(url, variable=rules.url, seconds=rules.time_out_seconds)
        self._id_type: type = str
        self._met = False
        """Whether a row was seen, which tells the type of ids."""

    @property
    def kinds(self) -> frozenset[str]:
        """What a customer can be looked up by."""
        return frozenset(self._look_up)

    @property
    def cache_seconds(self) -> float:
        """How long it need not be asked again about the same."""
        return self.rules.cache_seconds

    async def look_up(self, kind: LookUp, values: Sequence[str]) -> list[Told]:
        """The profiles these forms of one number, address or loyalty number lead to; nobody where they are too many.

        Raises `SourceAway` when there is no answer in time, or an error.
        """
        rows = await self._ask(partial(_rows, statement=self._found_by(kind, values)))
        return self._told(rows) if len(rows) < MOST_ROWS else []

    async def by_id(self, ids: Sequence[str]) -> list[Told]:
        """The profiles of ids it has told of, as gone where there is none any more. Raises as `look_up`."""
        if not self._met:
            self._told(await self._ask(partial(_rows, statement=self._all().limit(1))))
        statement = self._all().where(self._from.c[self._id].in_([*map(self._id_type, ids)])).limit(MOST_ROWS)
        found = self._told(await self._ask(partial(_rows, statement=statement))) if ids else []
        there = {one.id for one in found}
        return found + [Told(id=id_, facts=None) for id_ in ids if id_ not in there]

    async def sample(self) -> Sample | None:
        """What one of its profiles has; None where there is none. Raises as `look_up`."""
        rows = await self._ask(partial(_rows, statement=self._all().limit(1)))
        if not rows:
            return None
        facts, wrong = self._read(rows[0])
        return Sample(tuple(facts), tuple(wrong))

    async def check(self) -> None:
        """See that every column of the mapping is there and can be looked up by.

        Raises `BrandError` with the line that is wrong, and `SourceAway` when the database cannot be asked.
        """
        nothing = select(text("*")).select_from(self._from).where(text("1 = 0"))
        place: Place = ("sources", self.name)
        names = await self._try(partial(_names, statement=nothing), (*place, "query" if self.rules.query else "table"))
        for section, given in (("columns", self._columns), ("look_up", self._look_up)):
            for field, columns in given.items():
                for number, one in enumerate(columns):
                    if one not in names:
                        near = get_close_matches(one, names, n=1)
                        advice = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(names))}"
                        raise self._wrong(f"there is no column {one!r}; {advice}", (*place, section, field, number))
        for kind in self._look_up:
            await self._try(partial(_rows, statement=self._found_by(kind, [_NOBODY])), (*place, "look_up", kind))
        self._told(await self._try(partial(_rows, statement=self._all().limit(1)), (*place, "columns")))

    async def close(self) -> None:
        await self._engine.close()

    def _all(self) -> Select[Any]:
        return select(*self._from.c).select_from(self._from)

    def _found_by(self, kind: str, values: Sequence[str]) -> Select[Any]:
        columns: list[Any] = [self._from.c[one] for one in self._look_up[kind]]
        forms = list(values)
        if kind == "phone":
            forms = [form for value in values for form in phone_forms(value, self.rules.country or "")]
        elif kind == "loyalty":
            forms = [*values, *map(loyalty_key, values)]
        elif self.rules.emails_in_capitals:
            columns = [func.lower(one) for one in columns]
        forms = list(dict.fromkeys(forms))
        return self._all().where(or_(*[one.in_(forms) for one in columns])).limit(MOST_ROWS)

    def _told(self, rows: Sequence[Row]) -> list[Told]:
        """Each profile once: several rows of one are told together."""
        whole: dict[str, dict[str, Any]] = {}
        for row in rows:
            self._met, self._id_type = True, type(row[self._id])
            try:
                id_ = well_formed_id(_plain(row[self._id]))
            except ValueError:
                continue
            facts, _ = self._read(row)
            before = whole.setdefault(id_, {})
            for name, value in facts.items():
                if isinstance(value, list):
                    before[name] = list(dict.fromkeys([*before.get(name, ()), *value]))
                else:
                    before.setdefault(name, value)
        return [Told(id=id_, facts=facts) for id_, facts in whole.items()]

    def _read(self, row: Row) -> tuple[dict[str, Any], list[str]]:
        """What a row says: what cannot be read says nothing, and its field is named."""
        said = {
            field: [_plain(row[one]) for one in names] if field in ("phones", "emails") else _plain(row[names[0]])
            for field, names in self._columns.items()
            if field != "id"
        }
        read = read_facts(said, country=self.rules.country or "", stores=self._stores)
        return filled(read.facts), list(read.wrong)

    async def _ask(self, work: Work[T]) -> T:
        try:
            return await self._engine.ask(work)
        except DBAPIError as error:
            raise SourceAway(f"it refuses: {type(error.orig).__name__}") from None

    async def _try(self, work: Work[T], place: Place) -> T:
        try:
            return await self._engine.ask(work)
        except DBAPIError as error:
            said = str(error.orig).strip().splitlines()[0].rpartition(">: ")[2]
            raise self._wrong(f"the database refuses this: {said[:200]}", place) from None

    def _wrong(self, problem: str, place: Place) -> BrandError:
        return mistake_in_sources(self._folder, problem, place)


def _from(rules: SqlSource, names: Collection[str]) -> FromClause:
    columns: list[ColumnClause[Any]] = [column(name) for name in sorted(names)]
    if rules.table is not None:
        schema, _, name = rules.table.rpartition(".")
        return table(name, *columns, schema=schema or None)
    # What an operator wrote, as it is: a colon begins a cast or stands in a text, and never a parameter of ours.
    query = (rules.query or "").strip().rstrip(";").replace("\\", "\\\\").replace(":", "\\:")
    return text(query).columns(*columns).subquery("shop")


def _plain(value: Any) -> Any:
    """A value as the fields of a profile are read: databases have more types than they."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else str(value)
        case UUID():
            return str(value)
        case bytes():
            return int.from_bytes(value) if len(value) == 1 else None  # a bit
        case _:
            return value


def _rows(connection: Connection, statement: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(statement).mappings()]


def _names(connection: Connection, statement: Select[Any]) -> list[str]:
    return list(connection.execute(statement).keys())
