"""What a database says when it fails: which statement, never what a customer wrote."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import DBAPIError

from bot.storage.database import Database

WORDS = "je suis malade, ne le dites pas"


async def test_a_failing_statement_is_told_without_the_words_it_carried(database: Database) -> None:
    def fails(connection: Connection) -> None:
        connection.execute(text("INSERT INTO no_such_table (words) VALUES (:words)").bindparams(bindparam("words", WORDS)))

    with pytest.raises(DBAPIError) as caught:
        await database.write(fails)
    assert "no_such_table" in str(caught.value)
    assert WORDS not in str(caught.value)
