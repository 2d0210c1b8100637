"""Running the migrations, by Alembic; apart, because a start that finds the schema as it should be does without Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.storage.upgrade import MIGRATIONS, NewerDatabase


def migrate(connection: Connection) -> None:
    """Run what is missing, within the caller's transaction. Raises `NewerDatabase` for a revision nobody here knows."""
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise NewerDatabase(str(error)) from None


def head() -> str | None:
    """The newest revision as Alembic works it out."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
