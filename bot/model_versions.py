"""The versions of a brand's model: every training makes one, one is in use, and an older one can be put back.

    <models>/20261126T090000Z-1a2b3c4d.filrouge     a version: when it was trained, and on which data
    <models>/current                                the name of the one in use

`current` is replaced in one step, so that whoever reads it sees the former version or the new one, whole.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.errors import SettingsError
from nlu.engine.model import Model
from nlu.engine.model_file import read_header, save_model
from nlu.errors import ModelError

KEPT = 5
"""Versions kept: the newest, and always the one in use."""
_SUFFIX = ".filrouge"


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One trained model, as its file tells it."""

    name: str
    created_at: str
    """ISO 8601."""
    in_use: bool
    intents: int
    encoder: str
    """Setting of its sentence encoder."""
    scores: Mapping[str, float]
    """What cross-validation measured when it was trained; see `nlu.training`."""


def model_in_use(folder: Path) -> Path | None:
    """The file of the version in use; None before the first training."""
    try:
        name = (folder / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return folder / f"{name}{_SUFFIX}"


def can_be_read(folder: Path) -> bool:
    """Whether the version in use is there and of a format this version of the program reads."""
    path = model_in_use(folder)
    try:
        return path is not None and bool(read_header(path))
    except ModelError:
        return False


def keep_model(model: Model, folder: Path, *, now: datetime) -> Path:
    """Write a new version and put it in use; a running server follows. The oldest versions beyond `KEPT` go."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%SZ}-{model.data_hash[:8]}{_SUFFIX}"
    save_model(model, path, created_at=now.isoformat())
    _use(folder, path.stem)
    for old in _names(folder)[:-KEPT]:
        if old != path.stem:
            (folder / f"{old}{_SUFFIX}").unlink(missing_ok=True)
    return path


def list_models(folder: Path) -> list[ModelVersion]:
    """Every version that can be used, newest first."""
    used = model_in_use(folder)
    found = []
    for name in reversed(_names(folder)):
        try:
            header = read_header(folder / f"{name}{_SUFFIX}")
        except ModelError:  # made by another version of this program
            continue
        found.append(
            ModelVersion(
                name=name,
                created_at=str(header["created_at"]),
                in_use=used is not None and used.stem == name,
                intents=len(header["intents"]),
                encoder=str(header["settings"].get("encoder", "none")),
                scores=header["scores"],
            )
        )
    return found


def roll_back(folder: Path, name: str | None = None) -> ModelVersion:
    """Put an older version in use, or the one called `name`; a running server follows within a second.

    Raises `SettingsError` when there is no such version.
    """
    versions = list_models(folder)
    if not versions:
        raise SettingsError("there is no model to go back to; run `filrouge train` first")
    used = next((place for place, version in enumerate(versions) if version.in_use), -1)
    if name is None and used + 1 >= len(versions):
        raise SettingsError("there is no version older than the one in use; `filrouge models list` shows what there is")
    names = [version.name for version in versions]
    if name is not None and name not in names:
        raise SettingsError(f"there is no version {name!r}; there are {', '.join(names)}")
    chosen = versions[used + 1 if name is None else names.index(name)]
    _use(folder, chosen.name)
    return ModelVersion(chosen.name, chosen.created_at, True, chosen.intents, chosen.encoder, chosen.scores)


def _names(folder: Path) -> list[str]:
    """Names of the versions, oldest first."""
    return sorted(path.stem for path in folder.glob(f"[0-9]*{_SUFFIX}"))


def _use(folder: Path, name: str) -> None:
    handle, aside = tempfile.mkstemp(dir=folder, prefix=".current.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(folder / "current")
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
