"""Statements of the way every message takes: compiled once for each database, then executed as they are.

SQLAlchemy looks at a statement anew at each execution, which costs several times what SQLite needs to run it. Here the very same
Core statements are compiled at their first use and go straight to the driver, with the same conversions of their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

Converter = Callable[[Any], Any]
Row = tuple[Any, ...]


class Prepared:
    """A select, insert, update or delete. It must not have expanding parameters: their SQL depends on the values."""

    def __init__(self, statement: Select[Any] | UpdateBase | Mapping[str, UpdateBase]) -> None:
        """`statement` may be one for each database, by the dialect's name."""
        self._statement = statement
        self._ready: dict[tuple[str, ...], _Ready] = {}

    def all(self, connection: Connection, parameters: Mapping[str, Any]) -> list[Row]:
        """Execute it, and return its rows as plain tuples."""
        ready, cursor = self._execute(connection, parameters)
        try:
            rows = cursor.fetchall()
        finally:
            cursor.close()
        return ready.rows(rows)

    def first(self, connection: Connection, parameters: Mapping[str, Any]) -> Row | None:
        """Its first row; None when there is none."""
        rows = self.all(connection, parameters)
        return rows[0] if rows else None

    def scalar(self, connection: Connection, parameters: Mapping[str, Any]) -> Any:
        """The first value of its first row; None when there is none."""
        row = self.first(connection, parameters)
        return None if row is None else row[0]

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> int:
        """Execute it, and return how many rows it changed."""
        _, cursor = self._execute(connection, parameters)
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def _execute(self, connection: Connection, parameters: Mapping[str, Any]) -> tuple[_Ready, Any]:
        key = (connection.dialect.name, *parameters)
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = self._prepare(connection.dialect, parameters)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(ready.sql, ready.values(parameters))
        except connection.dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise _as_ours(error, ready.sql, connection.dialect) from error
        except BaseException:
            cursor.close()
            raise
        return ready, cursor

    def _prepare(self, dialect: Dialect, parameters: Iterable[str]) -> _Ready:
        statement = self._statement[dialect.name] if isinstance(self._statement, Mapping) else self._statement
        # An insert takes its columns from what is given at its execution.
        compiled = statement.compile(dialect=dialect, column_keys=list(parameters) if statement.is_insert else None)
        assert isinstance(compiled, SQLCompiler)
        return _Ready(compiled, statement, dialect, frozenset(parameters))


class _Ready:
    """One statement as one database takes it."""

    __slots__ = ("_results", "_slots", "sql")

    def __init__(
        self, compiled: SQLCompiler, statement: Select[Any] | UpdateBase, dialect: Dialect, given: frozenset[str]
    ) -> None:
        assert not compiled.post_compile_params, "a prepared statement cannot have expanding parameters"
        self.sql = compiled.string
        self._slots: list[tuple[str | None, Any]] = []
        """For each parameter of the driver its name among ours and how it is converted, or None and its constant value."""
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.key in given:
                self._slots.append((bind.key, convert))
            else:
                assert not bind.required, f"{bind.key} is missing"
                self._slots.append((None, convert(bind.effective_value) if convert else bind.effective_value))
        types = _types_of(statement)
        converters = [type_.dialect_impl(dialect).result_processor(dialect, None) for type_ in types]
        self._results = [(at, convert) for at, convert in enumerate(converters) if convert is not None]

    def values(self, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """The parameters in the statement's order, as the driver takes them."""
        return tuple(
            [
                convert if name is None else convert(parameters[name]) if convert is not None else parameters[name]
                for name, convert in self._slots
            ]
        )

    def rows(self, rows: Sequence[Any]) -> list[Row]:
        """Rows of the driver with their values as the schema declares them."""
        if not self._results:
            return [tuple(row) for row in rows]
        converted = []
        for row in rows:
            values = list(row)
            for at, convert in self._results:
                values[at] = convert(values[at])
            converted.append(tuple(values))
        return converted


def _types_of(statement: Select[Any] | UpdateBase) -> list[TypeEngine[Any]]:
    described = statement.returning_column_descriptions if isinstance(statement, UpdateBase) else statement.column_descriptions
    return [column["type"] for column in described]


def _as_ours(error: Exception, sql: str, dialect: Dialect) -> BaseException:
    """The error as SQLAlchemy would raise it, without the values: they are customers' words."""
    return DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=False, dialect=dialect
    )
