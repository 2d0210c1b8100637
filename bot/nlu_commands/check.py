"""`filrouge nlu check`: what is wrong in the training data, with file and line and what to do."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated

import orjson
from cyclopts import Parameter

import bot.demo
from bot.errors import SettingsError
from bot.nlu_commands.common import Brand, Language, brand_files, counted, out
from nlu.checks import Declared, Finding

_SHOWN = 20
"""Findings of one kind that are printed, unless all are asked for."""


def check(
    *files: Annotated[Path, Parameter(help="Training files or folders, instead of a brand's.")],
    brand: Brand = None,
    test: Annotated[list[Path] | None, Parameter(help="Messages kept for measuring: none may be taught.")] = None,
    language: Language = None,
    json: Annotated[bool, Parameter(help="Print everything as JSON.")] = False,
    all: Annotated[bool, Parameter(help="Print every warning.")] = False,  # noqa: A002 - the option's own name
) -> None:
    """Print what is wrong in training data; ends the program with 1 when there are errors."""
    from nlu.checks import check as look
    from nlu.formats.data_sets import data_files, read_data_set

    if files and brand is not None:
        raise SettingsError("name files or --brand, not both")
    data = read_data_set(data_files(files) if files else brand_files(brand), language=language)
    held_out = read_data_set(test, language=language).examples if test else ()
    found = look(data, test=held_out, declared=None if files else _declared(brand))
    errors = sum(one.severity == "error" for one in found)
    if json:
        told = {"errors": errors, "warnings": len(found) - errors, "findings": [one.as_json() for one in found]}
        sys.stdout.buffer.write(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _show(found, len(found) if all else _SHOWN)
        out.print(f"{len(data.examples)} examples: {counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}.")
    if errors:
        sys.exit(1)


def _show(found: list[Finding], most: int) -> None:
    by_kind = sorted(found, key=lambda one: (one.severity, one.kind))
    for (severity, kind), some in groupby(by_kind, key=lambda one: (one.severity, one.kind)):
        group = list(some)
        colour = "red" if severity == "error" else "yellow"
        out.print(f"[bold {colour}]{severity}[/] [bold]{kind.replace('_', ' ')}[/] ({len(group)})")
        for one in group[:most]:
            out.print(f"  {one}", markup=False, highlight=False, soft_wrap=True)
        if len(group) > most:
            out.print(f"  [dim]and {len(group) - most} more; --all shows them[/]")


def _declared(brand: Path | None) -> Declared:
    """What the brand's domain and flows know of intents and entities."""
    from bot.brand import load_brand
    from bot.dialogue.domain_file import load_domain
    from bot.dialogue.flows_file import load_flows
    from bot.dialogue.standard import STEERING

    folder = brand if brand is not None else Path(bot.demo.__path__[0])
    domain = load_domain(folder / "domain.yml", load_brand(folder).languages.all)
    flows = load_flows(folder / "data" / "flows.yml", domain)
    used = {trigger.intent for flow in flows.by_id.values() for trigger in flow.triggers} | STEERING
    for slot in domain.slots.values():
        used.update(intent for mapping in slot.mappings for intent in mapping.intents)
    for wordings in domain.responses.values():
        used.update(button.intent for wording in wordings for button in wording.buttons if button.intent)
    return Declared(domain.intents, frozenset(used), domain.entities, str(folder / "domain.yml"))
