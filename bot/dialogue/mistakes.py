"""Telling a brand's author where a file is wrong and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from bot.errors import BrandError
from nlu.errors import TrainingDataError
from nlu.files import Place, YamlFile, read_yaml, validate

Model = TypeVar("Model", bound=BaseModel)


def read_checked(path: Path, model: type[Model]) -> tuple[YamlFile, Model]:
    """Read a YAML file and the model of its content, or raise a `BrandError` with every mistake and its line."""
    try:
        file = read_yaml(path)
        return file, validate(model, file)
    except TrainingDataError as wrong:
        others = "".join(f"\n{other}" for other in wrong.others)
        raise BrandError(wrong.problem + others, file=wrong.file, line=wrong.line) from None


def mistake(problem: str, file: YamlFile, place: Place) -> BrandError:
    """A mistake at `place` of `file`, ready to be raised."""
    return BrandError(problem, file=str(file.path), line=file.where(place))


def unknown(kind: str, name: str, known: Iterable[str], file: YamlFile, place: Place, *, cure: str = "") -> BrandError:
    """A name that leads nowhere, with the nearest one that does."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    if near:
        advice = f"did you mean `{near[0]}`?"
    elif cure:
        advice = cure
    else:
        advice = f"write one of: {', '.join(names[:12])}" if names else f"there is no {kind} yet; add one"
    return mistake(f"there is no {kind} `{name}`; {advice}", file, place)
