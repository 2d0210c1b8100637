"""`filrouge models list` and `filrouge models rollback`: the versions of a brand's model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from bot.settings import read_settings

models = App(name="models", help="The versions of a brand's model: every training makes one.")
out = Console()

Brand = Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")]


@models.command(name="list")
def list_them(*, brand: Brand = None) -> None:
    """Show the versions that are kept, newest first, and which one is in use."""
    from bot.model_versions import list_models

    table = Table("Version", "In use", "Trained", "Intents", "Encoder", "Accuracy")
    for version in list_models(_folder(brand)):
        accuracy = version.scores.get("accuracy")
        table.add_row(
            version.name,
            "yes" if version.in_use else "",
            version.created_at[:19].replace("T", " "),
            str(version.intents),
            version.encoder,
            "" if accuracy is None else f"{100 * accuracy:.1f} %",
        )
    out.print(table)


@models.command
def rollback(version: str | None = None, /, *, brand: Brand = None) -> None:
    """Put the version before the one in use back, or the one named. A running server follows within a second."""
    from bot.model_versions import roll_back

    chosen = roll_back(_folder(brand), version)
    out.print(f"In use now: {chosen.name}", highlight=False)


def _folder(brand: Path | None) -> Path:
    from bot.models import model_folder
    from bot.wiring import demo_folder

    settings = read_settings()
    return model_folder(settings.data_dir, brand or demo_folder(settings))
