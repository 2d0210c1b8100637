"""A ZIP that is written while it is read: nobody holds more of it than the piece under way."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import IO

_KINDS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
    "text/plain": "txt",
}


class _Sink(io.RawIOBase):
    """Where the ZIP writes to; what has come is taken away by `taken`."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        content = bytes(piece)  # type: ignore[call-overload]  # any buffer, as io has it
        self._pieces.append(content)
        return len(content)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class Zipped:
    """An archive under way: `open` one file after another, write to it, and take what has come with `taken`."""

    def __init__(self, at: datetime) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", compression=zipfile.ZIP_DEFLATED)
        self._at = at.timetuple()[:6]

    def open(self, name: str, *, packed: bool = True) -> IO[bytes]:
        """A file of the archive, to be closed before the next; `packed`: whether it is worth compressing."""
        about = zipfile.ZipInfo(name, self._at)
        about.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        about.external_attr = 0o600 << 16
        return self._zip.open(about, "w", force_zip64=True)

    def taken(self) -> bytes:
        """What has been written since this was last asked."""
        return self._sink.taken()

    def close(self) -> bytes:
        """The end of the archive."""
        self._zip.close()
        return self._sink.taken()


def place_of(number: int, name: str, mime_type: str) -> str:
    """Where a file of theirs is in the archive: a name that no system stumbles over, ending as its bytes do."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", name.rpartition(".")[0] or name).strip("_")[:60]
    ending = _KINDS.get(mime_type, "bin")
    return f"media/{number}{f'-{stem}' if stem else ''}.{ending}"
