"""Reading the headers of mails as people and programs really write them: nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from bot.channels.texts import clean

_FOLD = re.compile(r"[\r\n]+[ \t]*")
_ID = re.compile(r"<([^<>\s]{1,250})>")
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]{1,190}")
_LONGEST = 20_000
"""Characters of one header that are looked at; the standard library's parser of addresses gets slow and deep beyond."""


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody named in a header."""

    name: str
    address: str
    """In small letters: mail servers that tell capitals apart exist in standards only."""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def raw_values(mail: Message, name: str) -> list[str]:
    """Every header of this name, from top to bottom, unfolded; words in other alphabets still encoded."""
    return [
        unescaped(_FOLD.sub(" ", str(value)[:_LONGEST])).strip()
        for named, value in mail.raw_items()
        if named.lower() == name.lower()
    ]


def raw_value(mail: Message, name: str) -> str:
    """The first header of this name, empty when there is none."""
    return next(iter(raw_values(mail, name)), "")


def value(mail: Message, name: str) -> str:
    """The first header of this name as people read it (RFC 2047)."""
    return decoded_words(raw_value(mail, name))


def decoded_words(written: str) -> str:
    """A header's text with its encoded words read; what cannot be read stays as it was written."""
    if "=?" not in written:
        return clean(written)
    try:
        # The library joins neighbouring words of one charset before decoding: some split a letter between two of them.
        parts = decode_header(written)
    except (HeaderParseError, ValueError):
        return clean(written)
    return clean("".join(part if isinstance(part, str) else decoded(part, charset or "ascii") for part, charset in parts))


def decoded(content: bytes, charset: str) -> str:
    """`content` as text, whatever its charset is called and whether or not it is true."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def addresses(mail: Message, *names: str) -> list[Address]:
    """Everybody named in these headers, in order; what is no address is left out."""
    return [found for name in names for written in raw_values(mail, name) for found in _addresses(written)]


def message_ids(mail: Message, name: str) -> list[str]:
    """The message ids in a header, without their brackets."""
    return [clean(found) for written in raw_values(mail, name) for found in _ID.findall(written)]


def moment(mail: Message, name: str) -> datetime | None:
    """The time in a header in UTC, or None when it is missing or no time."""
    try:
        told = parsedate_to_datetime(raw_value(mail, name))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def is_address(written: str) -> bool:
    """Whether this is one plain address, as it may stand in a command to a mail server."""
    return bool(_ADDRESS.fullmatch(written))


def _addresses(written: str) -> Iterator[Address]:
    try:
        pairs = getaddresses([written])
    except (IndexError, ValueError, TypeError, AttributeError, RecursionError):  # as found by trying
        pairs = []
    if not any(address for _, address in pairs):
        pairs = [("", found) for found in _ADDRESS.findall(written)[:1]]
    for name, address in pairs:
        if is_address(address):
            yield Address(" ".join(decoded_words(name).split()), clean(address).lower())


def unescaped(written: str) -> str:
    """Bytes outside ASCII, which the parser keeps as halves of surrogate pairs, as the text they were meant for."""
    try:
        return decoded(written.encode("ascii", "surrogateescape"), "utf-8")
    except UnicodeEncodeError:  # text from the start
        return written
