"""`filrouge rasa install` and `filrouge export rasa DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.settings import read_settings

rasa = App(name="rasa", help="Rasa 3.6 as a second engine.")
export = App(name="export", help="Write a brand in another program's form.")
out = Console()
told = Console(stderr=True)


@rasa.command
def install(*, python: Annotated[Path | None, Parameter(help="A Python 3.10; left out, one is looked for.")] = None) -> None:
    """Make Rasa's own environment, in FILROUGE_RASA_ENV or the data folder: some minutes and 2.7 GB."""
    from bot.rasa.engine import rasa_environment

    environment = rasa_environment(read_settings())
    if environment.there:
        out.print(f"Rasa is installed in {environment.folder} already.")
        return
    with Progress(TextColumn("[bold]{task.description}"), BarColumn(), TimeElapsedColumn(), console=told) as progress:
        task = progress.add_task("Starting", total=1.0)
        environment.install(python=python, show=lambda what, done: progress.update(task, description=what, completed=done))
    out.print(f"Rasa is installed in {environment.folder}. Next:\n  filrouge train --engine rasa\n  filrouge demo --engine rasa")


@export.command(name="rasa")
def export_rasa(
    folder: Path,
    /,
    *,
    brand: Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")] = None,
) -> None:
    """Write a brand as a project for Rasa 3.6: domain, rules and forms, and its training files unchanged."""
    from bot.rasa.project import export_project
    from bot.wiring import demo_folder

    said = export_project(brand or demo_folder(read_settings()), folder)
    rules, forms = len(said.rules), len(said.forms)
    told = f"Project written to {folder}: {rules} rules and {forms} forms; its README.md says what is left to write"
    out.print(told, markup=False, highlight=False, soft_wrap=True)
