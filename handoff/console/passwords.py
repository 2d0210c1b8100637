"""Passwords: Argon2id, off the event loop, and as slow for an unknown name as for a known one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8
"""NIST SP 800-63B asks for no less; what an operator chooses beyond that is theirs."""
LONGEST = 256
"""Characters; more would only make hashing an attack."""

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(2, thread_name_prefix="password")  # each hash takes 64 MiB for a moment


async def hash_password(password: str) -> str:
    """The hash to keep for a password. Raises `ValueError` when it is too short or too long to be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters; choose another")
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def is_password(password: str, kept: str | None) -> bool:
    """Whether `password` made the hash `kept`; takes as long when there is none (an unknown name)."""
    if len(password) > LONGEST:
        password = ""
    return await asyncio.get_running_loop().run_in_executor(_threads, _matches, password, kept)


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's and should be made again."""
    return _hasher.check_needs_rehash(kept)


def _matches(password: str, kept: str | None) -> bool:
    try:
        return _hasher.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash("a hash that takes as long to check as a real one")
