"""`filrouge nlu suggest`: intents for messages nobody has labelled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from bot.errors import SettingsError
from bot.nlu_commands.common import Brand, JsonFile, Language, counted, out, say, training_data, training_files, write_json
from nlu.suggesting import Suggested, Suggestions
from nlu.understanding import Example, TrainingData


def suggest(
    *files: Annotated[Path, Parameter(help="Messages: one a line, or a table with a `text` column.")],
    brand: Brand = None,
    train: Annotated[list[Path] | None, Parameter(help="What is taught already, instead of a brand's files.")] = None,
    from_nothing: Annotated[bool, Parameter(help="Group the messages without looking at what is taught.")] = False,
    language: Language = None,
    json: JsonFile = None,
) -> None:
    """Print messages nobody has labelled as a training file with proposed intents."""
    from nlu.formats.data_sets import read_messages
    from nlu.suggesting import suggest as sort

    if not files:
        raise SettingsError("name a file of messages: one a line, or a table with a `text` column")
    messages = read_messages(files, language=language)
    if not messages:
        raise SettingsError(f"there is no message in {', '.join(map(str, files))}")
    data = TrainingData() if from_nothing else training_data(training_files(brand, train), language)
    found = sort(messages, data)
    if json is not None:
        write_json(json, _as_json(found))
    if json is None or str(json) != "-":
        out.print(_yaml(found), markup=False, highlight=False, soft_wrap=True, end="")
    near, grouped = (sum(len(one.messages) for one in some) for some in (found.near, found.groups))
    say(
        f"{counted(len(messages), 'message')}: {found.taught} taught already, {found.repeated} repeated, {near} near what is"
        f" taught, {grouped} in {counted(len(found.groups), 'new group')}, {len(found.alone)} like no other."
    )


def _yaml(found: Suggestions) -> str:
    """Proposals as one training file a language would hold, with comments; messages like no other are comments only."""
    everything = [message for one in (*found.near, *found.groups) for message in one.messages] + list(found.alone)
    parts = ['version: "3.1"', "nlu:"] if found.near or found.groups else []
    for language in sorted({message.language for message in everything}):
        parts.append(f"# For nlu.{language}.yml. Look at every line before you teach it.")
        for one in (*found.near, *found.groups):
            parts += _block(one, [message for message in one.messages if message.language == language])
        alone = [message for message in found.alone if message.language == language]
        parts += ["# Like no other:"] * bool(alone) + [f"#   {_line(message)}" for message in alone]
    return "\n".join(parts) + "\n"


def _block(one: Suggested, messages: Sequence[Example]) -> list[str]:
    from nlu.formats.rasa_yaml import block

    if not messages:
        return []
    said = "new: give it a better name" if one.new else "taught already"
    head = f"  # {said}; {len(messages)} message{'s' * (len(messages) != 1)}, {one.likeness:.2f} alike"
    return [head, block("intent", one.intent, map(_line, messages))]


def _line(message: Example) -> str:
    from nlu.annotations import plain

    return plain(message.text)


def _as_json(found: Suggestions) -> dict[str, Any]:
    def proposal(one: Suggested) -> dict[str, Any]:
        return {"intent": one.intent, "likeness": round(one.likeness, 6), "messages": [_told(m) for m in one.messages]}

    return {
        "near": [proposal(one) for one in found.near],
        "groups": [proposal(one) for one in found.groups],
        "alone": [_told(message) for message in found.alone],
        "taught": found.taught,
        "repeated": found.repeated,
    }


def _told(message: Example) -> dict[str, Any]:
    return {"text": message.text, "language": message.language, "file": message.file, "line": message.line}
