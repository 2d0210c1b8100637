"""`filrouge nlu import` and `export`: training data from and to other bots' forms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from bot.errors import SettingsError
from bot.nlu_commands.common import Brand, Language, out, say, training_data, training_files
from nlu.formats.written import Written

Format = Literal["rasa", "rasa-md", "dialogflow", "lex", "csv"]
Force = Annotated[bool, Parameter(name="--force", help="Replace files of the same names.")]


def import_from(
    format: Format,  # noqa: A002 - the argument's own name
    source: Path,
    folder: Path,
    /,
    *,
    language: Language = None,
    force: Force = False,
) -> None:
    """Read training data of another bot and write it as nlu.LANGUAGE.yml."""
    from nlu.formats.converting import read_format, write_format

    data, lost = read_format(format, source, language=language)
    if not (data.examples or data.synonyms or data.regexes or data.lookups):
        raise SettingsError(f"{source} holds nothing to learn from; is it another format than {format}?")
    say(f"Read {len(data.examples)} examples of {len({e.intent for e in data.examples})} intents")
    _tell_lost(lost)
    _write(write_format("rasa", data), folder, force=force)


def export_to(
    format: Format,  # noqa: A002 - the argument's own name
    folder: Path,
    /,
    *,
    brand: Brand = None,
    train: Annotated[list[Path] | None, Parameter(help="Training files or folders instead of a brand's.")] = None,
    language: Language = None,
    force: Force = False,
) -> None:
    """Write training data in another bot's form."""
    from nlu.formats.converting import write_format

    data = training_data(training_files(brand, train), language)
    written = write_format(format, data)
    _tell_lost(written.lost)
    _write(written, folder, force=force)


def _tell_lost(lost: tuple[str, ...]) -> None:
    for what in lost:
        say(f"Left out: {what}")


def _write(written: Written, folder: Path, *, force: bool) -> None:
    there = [name for name in written.files if (folder / name).exists()]
    if there and not force:
        raise SettingsError(f"{folder / there[0]} is there already; name another folder, or add --force to replace it")
    for name, content in written.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
        out.print(str(path), highlight=False, soft_wrap=True)
