"""YAML files that know where everything was written, so that a mistake is told with its file and line.

    stores = read_yaml(folder / "stores.yml")
    stores.data["stores"][0]["id"]                  # plain dicts, lists, strings and numbers
    stores.where(("stores", 0, "id"))               # the line it was written on
    book = validate(StoreBook, stores)              # a pydantic model, or every mistake with its line
    raise stores.error("a store needs an address", ("stores", 0))

Scalars follow YAML 1.2, as Rasa reads them: `yes`, `no` and `on` are words, `10:00` and `2026-11-28` are text rather than
a number of seconds and a date. Numbers with a leading zero or a plus sign stay text too: they are phone numbers and post
codes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic_core import ErrorDetails

from nlu.errors import TrainingDataError

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml: the same answers, ten times slower
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]
"""The way from the top of a file to a value: keys and positions, as in pydantic's `loc`."""


class _Loader(_SafeLoader):
    """The safe loader with YAML 1.2 scalars."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own way


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)|\.[0-9]+)", "-.0123456789"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


class YamlFile:
    """One YAML file as plain data, with the line of everything in it."""

    def __init__(self, path: Path, data: Any, root: yaml.Node | None) -> None:
        self.path = path
        self.data = data
        self._root = root

    def where(self, place: Place = ()) -> int:
        """The line (from 1) of the key or item at `place`.

        Steps that do not exist are skipped, so the place of something missing is the line of what should hold it, and
        the union tags pydantic puts in its error places do no harm.
        """
        return self._find(place)[0]

    def text_line(self, place: Place) -> int:
        """The line (from 1) of the first line of text at `place`: under the `|` of a block, or the value's own line."""
        node = self._find(place)[1]
        if node is None:
            return 1
        block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        return int(node.start_mark.line) + (2 if block else 1)

    def error(self, problem: str, place: Place = ()) -> TrainingDataError:
        """A mistake at `place`, ready to be raised."""
        return TrainingDataError(problem, file=str(self.path), line=self.where(place))

    def node(self, place: Place = ()) -> yaml.Node | None:
        """The YAML node at `place`, for code that edits the file's text (see `nlu.corrections`)."""
        return self._find(place)[1]

    def _find(self, place: Place) -> tuple[int, yaml.Node | None]:
        node = self._root
        line = int(node.start_mark.line) + 1 if node is not None else 1
        for step in place:
            if isinstance(node, yaml.MappingNode):
                # The last one wins: keys merged with `<<` come before the mapping's own.
                found = next(((k, v) for k, v in reversed(node.value) if k.value == str(step)), None)
                if found is not None:
                    line, node = int(found[0].start_mark.line) + 1, found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = int(node.start_mark.line) + 1
        return line, node


def read_yaml(path: Path | str, text: str | None = None) -> YamlFile:
    """Read one YAML file (or `text`, as if it were that file's content).

    Raises `TrainingDataError` for a file that cannot be read, is not YAML, or has a key twice in one mapping.
    """
    path = Path(path)
    if text is None:
        text = _read_text(path)
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            _refuse_duplicate_keys(root, path)
            data = loader.construct_document(root) if root is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        problem = f"this is not valid YAML: {wrong.problem or wrong.context}; check the indentation, quotes and colons here"
        raise TrainingDataError(problem, file=str(path), line=mark.line + 1 if mark else 0) from None
    except yaml.reader.ReaderError as wrong:
        line = text.count("\n", 0, int(wrong.position)) + 1
        problem = f"this is not valid YAML: the character U+{int(wrong.character):04X} may not stand here; delete it"
        raise TrainingDataError(problem, file=str(path), line=line) from None
    except (yaml.YAMLError, ValueError) as wrong:  # ValueError: a tagged scalar that is not what its tag says
        raise TrainingDataError(f"this is not valid YAML: {wrong}; correct that value", file=str(path)) from None
    except RecursionError:
        raise TrainingDataError("lists nested too deeply; flatten the file", file=str(path)) from None
    return YamlFile(path, data, root)


def validate(model: type[Model], located: YamlFile, place: Place = ()) -> Model:
    """Make a pydantic model of the data at `place`.

    Raises one `TrainingDataError` that tells every mistake, each with its line and what to write instead.
    """
    data = located.data
    for step in place:
        data = data[step]
    if data is None:
        data = {}  # an empty file: let the model say which keys are missing
    try:
        return model.model_validate(data)
    except ValidationError as wrong:
        errors = [_as_error(detail, model, located, place) for detail in wrong.errors(include_url=False)]
        errors = sorted({(e.line, e.problem): e for e in errors}.values(), key=lambda e: e.line)
        first = errors[0]
        raise TrainingDataError(first.problem, file=first.file, line=first.line, others=tuple(errors[1:])) from None


def _as_error(detail: ErrorDetails, model: type[BaseModel], located: YamlFile, place: Place) -> TrainingDataError:
    loc = place + tuple(detail["loc"])
    name = str(loc[-1]) if loc else "the file"
    match detail["type"]:
        case "missing":
            problem = f"`{name}` is missing here: add it"
        case "extra_forbidden":
            near = difflib.get_close_matches(name, sorted(_known_keys(model) - {name}), n=1)
            problem = f"`{name}` is not a known key here: " + (
                f"did you mean `{near[0]}`?" if near else "remove it, or correct its spelling"
            )
        case "value_error" | "assertion_error":  # a validator of ours: its sentence already says what to do
            problem = f"`{name}`: {detail.get('ctx', {}).get('error', detail['msg'])}"
        case _:
            problem = f"`{name}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}, not {_shown(detail['input'])}"
    return TrainingDataError(problem, file=str(located.path), line=located.where(loc))


def _known_keys(model: type[BaseModel]) -> set[str]:
    """Every key the model or one inside it accepts: enough to guess which one a misspelt key meant."""
    try:
        schema = model.model_json_schema()
    except PydanticInvalidForJsonSchema:
        return {field.alias or name for name, field in model.model_fields.items()}
    parts = [schema, *schema.get("$defs", {}).values()]
    return {key for part in parts for key in part.get("properties", {})}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise TrainingDataError("there is no such file; create it or correct its name", file=str(path)) from None
    except OSError as wrong:
        raise TrainingDataError(f"cannot be read ({wrong.strerror}); check its permissions", file=str(path)) from None
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise TrainingDataError("this is not UTF-8; save the file as UTF-8", file=str(path), line=line) from None


def _refuse_duplicate_keys(root: yaml.Node | None, path: Path) -> None:
    for mapping in _mappings(root):
        seen: dict[str, int] = {}
        for key, _ in mapping.value:
            line = int(key.start_mark.line) + 1
            if not isinstance(key, yaml.ScalarNode):
                raise TrainingDataError("a key must be a word or a number; quote it", file=str(path), line=line)
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                problem = f"`{key.value}` is already written on line {seen[key.value]}; keep one of the two"
                raise TrainingDataError(problem, file=str(path), line=line)
            seen[key.value] = line


def _mappings(root: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    """Every mapping of the file, once each however often an alias repeats it."""
    todo, seen = [root], set[int]()
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield node
            todo.extend(part for pair in reversed(node.value) for part in reversed(pair))
        elif isinstance(node, yaml.SequenceNode):
            todo.extend(reversed(node.value))
