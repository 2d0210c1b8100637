"""Mails that a mail service has taken apart, put together again, so that there is one way to read them all. Pure."""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

_NAME = re.compile(r"[!-9;-~]{1,70}")
_OURS = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})
"""Headers that say how the mail was made of parts, which it is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedFile:
    """A file of a mail, as a mail service posts it."""

    name: str
    mime_type: str
    content: bytes
    content_id: str = ""
    """Where it is shown inside the text."""


def rebuilt(headers: Iterable[tuple[str, str]], plain: str, html: str, files: Sequence[PostedFile]) -> bytes:
    """A raw mail with these headers, texts and files. What it is made of cannot change its form."""
    boundary = sha256(f"{plain}{html}{[file.name for file in files]}".encode("utf-8", "replace")).hexdigest()
    head = [f"{name}: {_one_line(value)}" for name, value in headers if _NAME.fullmatch(name) and name.lower() not in _OURS]
    head += ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{boundary}"']
    parts = []
    if plain.strip() or not html.strip():
        parts.append(_part(["Content-Type: text/plain; charset=utf-8"], plain.encode("utf-8", "replace")))
    else:
        parts.append(_part(["Content-Type: text/html; charset=utf-8"], html.encode("utf-8", "replace")))
    parts += [_part(_file_headers(file), file.content) for file in files]
    lines = [*head, "", *(line for part in parts for line in (f"--{boundary}", part)), f"--{boundary}--", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _file_headers(file: PostedFile) -> list[str]:
    mime_type = file.mime_type.partition(";")[0].strip()
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", mime_type, re.ASCII):
        mime_type = "application/octet-stream"
    name = re.sub(r'["\\\r\n]', "", file.name)
    shown = [f"Content-ID: <{_one_line(file.content_id).strip('<>')}>"] if file.content_id else []
    return [
        f"Content-Type: {mime_type}",
        f'Content-Disposition: {"inline" if shown else "attachment"}; filename="{name}"',
        *shown,
    ]


def _part(headers: list[str], content: bytes) -> str:
    return "\r\n".join([*headers, "Content-Transfer-Encoding: base64", "", encodebytes(content).decode().rstrip()])


def _one_line(value: str) -> str:
    return re.sub(r"[\r\n]+", " ", value)
