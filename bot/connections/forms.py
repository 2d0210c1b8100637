"""Forms as services post them: every byte of a file, and of a field, as it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from bot.channels.email.rebuilt import PostedFile
from bot.web.webhook_door import NotJson

_MOST = 1000
"""Fields and files of one form."""
_PARAMETER = re.compile(r';\s*([\w-]+\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)', re.ASCII)
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it was posted. Bytes of a field that are no UTF-8 stand there as halves of surrogate pairs."""

    fields: Mapping[str, str]
    files: Sequence[PostedFile] = ()


def read_form(body: bytes, content_type: str) -> Form:
    """The fields and files of a form, whichever way it was written. Raises `NotJson` where it is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST, errors="surrogateescape")
        except ValueError:
            raise NotJson("the body is no form, or has more fields than any") from None
        return Form(fields=dict(pairs))
    if kind != "multipart/form-data":
        raise NotJson("the body is neither a form nor JSON")
    boundary = _parameters(content_type).get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise NotJson("the form names no boundary")
    fields: dict[str, str] = {}
    files: list[PostedFile] = []
    for count, (head, content) in enumerate(_parts(body, boundary.encode())):
        if count >= _MOST:
            raise NotJson("the form has more fields than any")
        told = _parameters(head.get("content-disposition", ""))
        if "name" not in told:
            continue
        name = _filename(told)
        if name is None:
            fields[told["name"]] = content.decode("utf-8", "surrogateescape")
        else:
            files.append(PostedFile(name=name, mime_type=head.get("content-type", ""), content=content))
    return Form(fields=fields, files=files)


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[Mapping[str, str], bytes]]:
    """Headers and content of each part (RFC 7578). Raises `NotJson` where the form was cut."""
    whole, line = b"\r\n" + body, b"\r\n--" + boundary
    begins = _next(whole, line, 0)
    while not whole.startswith(b"--", begins):
        content_begins = whole.find(b"\r\n", begins) + 2
        ends = _next(whole, line, begins)
        part = whole[content_begins : ends - len(line)]
        head, _, content = (b"\r\n" + part).partition(b"\r\n\r\n")
        yield _headers(head), content
        begins = ends


def _next(whole: bytes, line: bytes, place: int) -> int:
    """Where the next line between parts ends; one that only begins like it is content."""
    while True:
        found = whole.find(line, place)
        if found < 0:
            raise NotJson("the form ends before its end")
        place = found + len(line)
        rest = whole[place : place + 200]
        if rest.startswith(b"--") or rest.lstrip(b" \t").startswith(b"\r\n"):
            return place


def _headers(head: bytes) -> Mapping[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _parameters(header: str) -> dict[str, str]:
    """What stands behind the semicolons of a header."""
    return {name.lower(): _unquoted(value) for name, value in _PARAMETER.findall(header)}


def _unquoted(value: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", value[1:-1]) if value.startswith('"') else value


def _filename(told: Mapping[str, str]) -> str | None:
    """A file's name as browsers and libraries write it; None where it is no file."""
    if (extended := told.get("filename*")) is not None:
        charset, _, rest = extended.partition("'")
        try:
            return unquote(rest.partition("'")[2], charset or "utf-8", "replace")
        except LookupError:
            return unquote(rest.partition("'")[2])
    name = told.get("filename")
    return None if name is None else name.replace("%22", '"')
