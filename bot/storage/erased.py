"""That a profile was erased, remembered without its id: so that no source brings its person back unnoticed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.schema import erased_profile

_KEEP = {
    "sqlite": sqlite.insert(erased_profile).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(erased_profile).on_conflict_do_nothing(),
}


def remember(connection: Connection, profile_ids: Collection[str], now: datetime) -> None:
    """From now on no source writes these profiles."""
    # One salt for all of them, so that an import asks once and not once for each row that is here.
    salt = next(iter(_salts(connection)), None) or secrets.token_hex(32)
    for profile_id in profile_ids:
        row = {"digest": _digest(salt, profile_id), "salt": salt, "at": now}
        connection.execute(_KEEP[connection.dialect.name], row)


def among(connection: Connection, profile_ids: Collection[str]) -> frozenset[str]:
    """Those of these profiles whose person was erased."""
    found: set[str] = set()
    for salt in _salts(connection):
        digests = {_digest(salt, profile_id): profile_id for profile_id in profile_ids}
        query = select(erased_profile.c.digest).where(erased_profile.c.digest.in_(list(digests)))
        found |= {digests[digest] for digest in connection.execute(query).scalars()}
    return frozenset(found)


def let_back(connection: Connection, profile_id: str) -> bool:
    """Let sources write this profile again, because its person is a customer again; False when it was not kept out."""
    digests = [_digest(salt, profile_id) for salt in _salts(connection)]
    return connection.execute(delete(erased_profile).where(erased_profile.c.digest.in_(digests))).rowcount > 0


def _salts(connection: Connection) -> list[str]:
    # Two processes that erase the very first persons at once may each have chosen one.
    return sorted(connection.execute(select(erased_profile.c.salt).distinct()).scalars())


def _digest(salt: str, profile_id: str) -> str:
    return hashlib.blake2b(profile_id.encode(), key=bytes.fromhex(salt), digest_size=32).hexdigest()
