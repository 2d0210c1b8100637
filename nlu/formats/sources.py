"""A folder or a zip somebody exported, read without trusting it: nothing is unpacked, nothing outside of it is opened.

source = open_source(path)
for name in source.names:
    content = source.read(name)
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from nlu.errors import TrainingDataError
from nlu.files import Place, read_yaml
from nlu.formats.bounded import LARGEST, decoded, read_bytes

_MOST_FILES = 20_000
_MOST_BYTES = 4 * LARGEST
"""Bytes read from one source altogether."""

_EXPECTED = {"model_type": "an object in braces should stand here", "missing": "it is missing"}
"""pydantic's kinds of mistakes whose own words speak of our classes."""

Model = TypeVar("Model", bound=BaseModel)


class Source(Protocol):
    """Files by their paths inside a folder or an archive, written with `/`."""

    @property
    def names(self) -> Sequence[str]: ...

    def read(self, name: str) -> bytes:
        """The content of one file. Raises `TrainingDataError`."""
        ...

    def shown(self, name: str) -> str:
        """The name of a file in an error."""
        ...


def open_source(path: Path) -> Source:
    """The folder or zip at `path`. Raises `TrainingDataError` when it is neither, or too large."""
    if path.is_dir():
        return _Folder(path)
    if not path.exists():
        raise TrainingDataError("there is no such file or folder; correct its name", file=str(path))
    try:
        return _Archive(path)
    except (zipfile.BadZipFile, OSError) as wrong:
        raise TrainingDataError(f"this is neither a folder nor a zip ({wrong})", file=str(path)) from None


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._left = _MOST_BYTES
        found = (file for file in sorted(self._root.rglob("*")) if file.is_file())
        inside = [file for file in found if file.resolve().is_relative_to(self._root)]  # a link may lead anywhere
        if len(inside) > _MOST_FILES:
            raise TrainingDataError(f"more than {_MOST_FILES} files; name the folder of the export itself", file=str(root))
        self.names: Sequence[str] = [file.relative_to(self._root).as_posix() for file in inside]

    def read(self, name: str) -> bytes:
        content = read_bytes(self._root / name)
        self._left -= len(content)
        if self._left < 0:
            raise TrainingDataError(f"more than {_MOST_BYTES // 1024**2} MB in all; import it in parts", file=self.shown(name))
        return content

    def shown(self, name: str) -> str:
        return str(self._root / name)


class _Archive:
    """Sizes are counted while reading: the ones an archive states may be lies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = _MOST_BYTES
        self._zip = zipfile.ZipFile(path)
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > _MOST_FILES:
            raise TrainingDataError(f"more than {_MOST_FILES} files; this is no export of a bot", file=str(path))
        self.names: Sequence[str] = sorted(entry.filename for entry in entries)

    def read(self, name: str) -> bytes:
        most = min(LARGEST, self._left)
        try:
            with self._zip.open(name) as file:
                content = file.read(most + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as wrong:
            raise TrainingDataError(f"cannot be unpacked ({wrong}); export it again", file=self.shown(name)) from None
        if len(content) > most:
            raise TrainingDataError(
                "unpacks to more than an export of a bot can be; check where it comes from", file=self.shown(name)
            )
        self._left -= len(content)
        return content

    def shown(self, name: str) -> str:
        return f"{self._path}!{name}"


def read_json(content: bytes, file: str) -> Any:
    """JSON from somebody else. Raises `TrainingDataError` with the line where it stops being JSON."""
    text = decoded(content, file)
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        raise TrainingDataError(f"this is not JSON: {wrong.msg}; export it again", file=file, line=wrong.lineno) from None
    except RecursionError:
        raise TrainingDataError("lists nested too deeply; this is no export of a bot", file=file) from None


def read_model(model: type[Model], content: bytes, file: str) -> Model:
    """JSON as a pydantic model. Raises `TrainingDataError` with the line of the first value that does not fit."""
    data = read_json(content, file)
    try:
        return model.model_validate(data)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        way = ".".join(map(str, first["loc"])) or "the file"
        told = _EXPECTED.get(first["type"]) or f"{first['msg'][:1].lower()}{first['msg'][1:]}"
        problem = f"`{way}`: {told}; export it again, or correct it here"
        raise TrainingDataError(problem, file=file, line=_line_of(tuple(first["loc"]), content, file)) from None


def _line_of(place: Place, content: bytes, file: str) -> int:
    """The line of a value; JSON is YAML, nearly always."""
    try:
        return read_yaml(file, decoded(content, file)).where(place)
    except TrainingDataError:
        return 0
