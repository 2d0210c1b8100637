"""Reading files somebody else made, with bounds: nothing here grows beyond what training data can be."""

from __future__ import annotations

from pathlib import Path

from nlu.errors import TrainingDataError

LARGEST = 64 * 1024 * 1024
"""Bytes of one file: a hundred times the largest public training set."""


def read_text(path: Path) -> str:
    """The text of a UTF-8 file (a byte order mark is dropped), its lines ended by `\\n`. Raises `TrainingDataError`."""
    return decoded(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """The content of a file no larger than `LARGEST`. Raises `TrainingDataError`."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise TrainingDataError("there is no such file; correct its name", file=str(path)) from None
    except OSError as wrong:
        raise TrainingDataError(f"cannot be read ({wrong.strerror}); check what it is", file=str(path)) from None
    if len(content) > LARGEST:
        raise TrainingDataError(f"larger than {LARGEST // 1024**2} MB; split it", file=str(path))
    return content


def decoded(content: bytes, file: str) -> str:
    """`content` as text. Raises `TrainingDataError` with the line that is not UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise TrainingDataError("this is not UTF-8; save the file as UTF-8", file=file, line=line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
