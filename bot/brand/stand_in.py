"""Reading YAML so that a mistake can be shown by its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from bot.errors import BrandError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class YamlFile:
    path: Path
    data: Any
    lines: Mapping[tuple[str | int, ...], int]

    def line(self, place: Sequence[str | int]) -> int:
        wanted = tuple(place)
        while wanted and wanted not in self.lines:
            wanted = wanted[:-1]
        return self.lines.get(wanted, 1)

    def validated(self, model: type[Model]) -> Model:
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            first = error.errors()[0]
            place = tuple(first["loc"])
            raise BrandError(_sentence(first, model), file=str(self.path), line=self.line(place)) from None


def _sentence(error: Any, model: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(error["loc"][-1]), _known(model, error["loc"][:-1]), n=1)
        advice = f"did you mean `{near[0]}`?" if near else "remove it"
        return f"unknown key `{where}`: {advice}"
    return f"`{where}`: {error['msg']}"


def _known(model: Any, place: Sequence[str | int]) -> list[str]:
    for part in place:
        if isinstance(part, int):
            continue
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[part].annotation if part in model.model_fields else model
        while get_args(model):
            models = [m for m in get_args(model) if isinstance(m, type) and issubclass(m, BaseModel)]
            model = models[0] if models else get_args(model)[-1]
    return [f.alias or name for name, f in model.model_fields.items()] if hasattr(model, "model_fields") else []


def read_yaml(path: Path) -> YamlFile:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError:
        raise BrandError("the file is missing; create it", file=str(path)) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BrandError(f"this is not YAML: {error.problem}", file=str(path), line=line) from None
    lines: dict[tuple[str | int, ...], int] = {}

    def walk(part: yaml.Node | None, place: tuple[str | int, ...]) -> None:
        if part is None:
            return
        lines.setdefault(place, part.start_mark.line + 1)
        if isinstance(part, yaml.MappingNode):
            for key, value in part.value:
                lines[(*place, key.value)] = key.start_mark.line + 1
                walk(value, (*place, key.value))
        elif isinstance(part, yaml.SequenceNode):
            for index, value in enumerate(part.value):
                walk(value, (*place, index))

    walk(node, ())
    return YamlFile(path, yaml.safe_load(text), lines)
