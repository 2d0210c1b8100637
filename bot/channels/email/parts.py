"""The parts of a mail: its text, and the files that came with it. Nothing here raises."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from bot.channels.email.headers import decoded, decoded_words, raw_value
from bot.channels.email.html_text import html_text
from bot.channels.files import Media, checked, kind_of
from bot.channels.texts import clean
from bot.errors import Refused

_DEEPEST = 30
"""Parts within parts; no mail program comes near."""
_LONGEST_TEXT = 500_000
"""Bytes that are read as text, in all parts together."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail, before anybody has looked inside."""

    place: int
    """Which leaf of the mail it is: what `attachment` finds it by."""
    mime_type: str
    name: str
    size: int
    inline: bool
    """Shown inside the text, as pictures of signatures are."""

    @property
    def kind(self) -> str:
        return kind_of(self.mime_type)


def parsed(raw: bytes) -> Message:
    """The mail in `raw`; the older policy of the standard library, which takes any header as it is."""
    return message_from_bytes(raw, policy=compat32)


def text_of(mail: Message) -> str:
    """What the mail says: plain text where there is one, else its HTML as text."""
    return clean("\n\n".join(text.strip() for _, text in _texts(mail, 0, [_LONGEST_TEXT]) if text.strip()))


def attachments(mail: Message) -> list[Attachment]:
    """Every file in the mail, in order."""
    return [
        Attachment(place, _type(part), _name(part), len(_content(part)), _is_inline(part))
        for place, part in enumerate(_leaves(mail, 0))
        if _is_file(part)
    ]


def attachment(mail: Message, place: int, types: tuple[str, ...]) -> Media:
    """The file at `place` of a mail, as `Attachment.place` gave it.

    Raises:
        Refused: there is none, or its bytes are of a type that is not among `types`.
    """
    for here, part in enumerate(_leaves(mail, 0)):
        if here == place and _is_file(part):
            return checked(_content(part), _type(part), types, name=_name(part))
    raise Refused("the mail has no such file")


def _texts(part: Message, depth: int, room: list[int]) -> list[tuple[str, str]]:
    """The pieces of text in order, each `plain` or `html`; `room` is how many bytes may still be read."""
    if part.is_multipart():
        if depth > _DEEPEST or part.get_content_maintype() != "multipart":
            return []
        inside = [_texts(child, depth + 1, room) for child in _children(part)]
        if part.get_content_subtype() != "alternative":
            return [piece for pieces in inside for piece in pieces]
        plain = (pieces for pieces in inside if any(kind == "plain" and text.strip() for kind, text in pieces))
        return next(plain, None) or next((pieces for pieces in reversed(inside) if pieces), [])
    if _is_file(part):
        return []
    content = _content(part)[: room[0]]
    room[0] -= len(content)
    text = decoded(content, _charset(part))
    if _type(part) == "text/html":
        return [("html", html_text(text))]
    return [("plain", _unflowed(text) if _parameter(part, "format").lower() == "flowed" else text)]


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    """Every part that has no parts; a mail within a mail is one of them."""
    if part.is_multipart() and part.get_content_maintype() == "multipart" and depth <= _DEEPEST:
        for child in _children(part):
            yield from _leaves(child, depth + 1)
    else:
        yield part


def _children(part: Message) -> list[Message]:
    inside = part.get_payload()
    return [child for child in inside if isinstance(child, Message)] if isinstance(inside, list) else []


def _is_file(part: Message) -> bool:
    disposition = raw_value(part, "Content-Disposition").partition(";")[0].strip().lower()
    if disposition == "attachment":
        return True
    return _type(part) not in ("text/plain", "text/html") or (bool(_name(part)) and disposition != "inline")


def _is_inline(part: Message) -> bool:
    disposition = raw_value(part, "Content-Disposition").partition(";")[0].strip().lower()
    return disposition != "attachment" and bool(disposition == "inline" or raw_value(part, "Content-ID"))


def _content(part: Message) -> bytes:
    if part.is_multipart():
        try:
            return b"".join(child.as_bytes() for child in _children(part))
        except (LookupError, UnicodeError, ValueError, TypeError, AttributeError):
            return b""
    if raw_value(part, "Content-Transfer-Encoding").lower() == "base64":
        return _base64(part.get_payload())
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _base64(written: object) -> bytes:
    """As much as can be read: the library gives up on what was cut on its way."""
    letters = re.sub(r"[^A-Za-z0-9+/]", "", written if isinstance(written, str) else "")
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return base64.b64decode(f"{whole}{'=' * (-len(whole) % 4)}")


def _type(part: Message) -> str:
    return clean(part.get_content_type())[:100]


def _charset(part: Message) -> str:
    return _parameter(part, "charset")


def _parameter(part: Message, name: str) -> str:
    try:
        given = part.get_param(name, "")
    except (ValueError, LookupError, UnicodeError, TypeError):
        return ""
    return given if isinstance(given, str) else str(given[-1])  # RFC 2231: charset, language and text


def _name(part: Message) -> str:
    told = Message()
    for header in ("Content-Disposition", "Content-Type"):
        told[header] = raw_value(part, header)  # names outside ASCII stay readable this way
    try:
        given = told.get_filename("") or ""
    except (ValueError, LookupError, UnicodeError, TypeError):
        return ""
    name = re.sub(r"[\x00-\x1f\x7f]", "", decoded_words(clean(given)))
    return re.split(r"[\\/]", name)[-1].strip()[:150]


def _unflowed(text: str) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if lines and lines[-1].endswith(" ") and lines[-1] != "-- " and line.startswith(">") == lines[-1].startswith(">"):
            lines[-1] += line.lstrip("> ") if line.startswith(">") else line
        else:
            lines.append(line)
    return "\n".join(lines)
