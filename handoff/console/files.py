"""Handing out customers' files: only to whoever may read the conversation, and never so that one of them could run.

A file is shown in the page only when its bytes themselves are of a type browsers show without running anything in it. Everything
else is a download of bytes without a meaning, under a name that opens nothing.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from aiohttp import web

from handoff.console.attached import FileContent, StoredFile
from handoff.console.house import house_of
from handoff.console.rights import may_open
from handoff.console.visit import visit_of

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})
SOUNDS = frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "audio/webm", "audio/flac"})
FILMS = frozenset({"video/mp4", "video/webm"})
DOCUMENTS = frozenset({"application/pdf"})
SHOWN = PICTURES | SOUNDS | FILMS | DOCUMENTS
"""Types that browsers show and that cannot bring a page's script along; SVG and HTML are none of them."""
ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/avif": (".avif",),
    "image/heic": (".heic", ".heif"),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/mpeg": (".mp3",),
    "audio/mp4": (".m4a",),
    "audio/aac": (".aac",),
    "audio/amr": (".amr",),
    "audio/wav": (".wav",),
    "audio/webm": (".weba", ".webm"),
    "audio/flac": (".flac",),
    "video/mp4": (".mp4", ".m4v"),
    "video/webm": (".webm",),
    "video/3gpp": (".3gp",),
    "video/quicktime": (".mov",),
    "video/x-msvideo": (".avi",),
    "application/pdf": (".pdf",),
}
UNKNOWN = (".txt", ".csv", ".vcf")
"""Endings that open a program which only reads, for bytes of no known type."""

_BARE = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_SANDBOX = f"sandbox; {_BARE}"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\"\\/:*?<>|;%\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


async def show_file(request: web.Request) -> web.Response:
    """A customer's file, whole or the part a player asks for."""
    house, visit = house_of(request), visit_of(request)
    file = await house.ports.desk.file(int(request.match_info["file"]))
    if file is None:
        raise web.HTTPNotFound
    cases = () if visit.account.manages else await house.ports.desk.cases_of(file.conversation)
    if not may_open(visit.account, cases, visit.now):
        raise web.HTTPNotFound  # whoever may not see it is not told that it exists
    tag = f"{file.id}-{file.size}"
    if any(known.value == tag for known in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        found = await house.ports.desk.content(file)
        if found is None:
            raise web.HTTPNotFound
        response = _answer(request, file, found, tag)
    response.etag = tag
    # The reader's own browser may keep it and asks each time whether it still may be shown: it may be taken back.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _answer(request: web.Request, file: StoredFile, found: FileContent, tag: str) -> web.Response:
    shown = found.mime_type in SHOWN
    size = len(found.content)
    first, end = _part(request, size, tag)
    if first >= end and size:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    partly = (first, end) != (0, size)
    response = web.Response(body=found.content[first:end], status=206 if partly else 200)
    response.content_type = found.mime_type if shown else "application/octet-stream"
    disposition = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f"{disposition}; {_file_name(file, found.mime_type)}"
    # Browsers show no document in a sandbox, and run nothing in one that they show.
    response.headers["Content-Security-Policy"] = _BARE if found.mime_type in DOCUMENTS else _SANDBOX
    response.headers["Accept-Ranges"] = "bytes"
    if partly:
        response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return response


def _part(request: web.Request, size: int, tag: str) -> tuple[int, int]:
    """The bytes that are asked for, from and to (the last one not included); none when the file has no such part."""
    unchanged = request.headers.get("If-Range", f'"{tag}"').strip() == f'"{tag}"'
    try:
        asked = request.http_range if unchanged else slice(None)
    except ValueError:  # several parts at once, or nonsense: the whole of it is a right answer too
        return 0, size
    if asked.start is None:
        return 0, size
    first, end, _ = asked.indices(size)
    return first, end


def _file_name(file: StoredFile, mime_type: str) -> str:
    """The name to keep it under, written twice: as every browser reads it, and with its accents (RFC 6266)."""
    name = _UNSEEN.sub(" ", unicodedata.normalize("NFC", file.name)).strip(" .")[:120] or f"{file.id}"
    endings = ENDINGS.get(mime_type, UNKNOWN)
    if not name.lower().endswith(endings):
        name += endings[0] if mime_type in ENDINGS else ".bin"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
