"""The printed tables and the JSON beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.figures import machine


@dataclass(frozen=True, slots=True)
class Line:
    """One figure beside what was asked of it. `asked` and `aim` are None for a yardstick or something told for information."""

    what: str
    value: float
    unit: str
    asked: float | None = None
    aim: float | None = None
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        if self.asked is None or self.aim is None:
            return ""
        if self._at_least(self.aim):
            return "aim"
        return "asked" if self._at_least(self.asked) else "missed"

    def _at_least(self, bound: float) -> bool:
        return self.value >= bound if self.more_is_better else self.value <= bound


WIDTH = 110
"""Narrower than this the table cannot be read."""


def show(title: str, lines: Sequence[Line], *, told: str = "", out: Path | None = None) -> None:
    """Print the table; write it as JSON to `out` too when given."""
    table = Table(title=title, title_justify="left", caption=f"{told}{' · ' if told else ''}{machine()}", caption_justify="left")
    for name in ("", "measured", "asked", "aim"):
        table.add_column(name, justify="left" if not name else "right")
    table.add_column("reached")
    for line in lines:
        table.add_row(
            line.what, _figure(line.value, line.unit), *(_bound(line, bound) for bound in (line.asked, line.aim)), line.verdict
        )
    console = Console()
    console.print(table, width=max(console.width, WIDTH), crop=False)
    if out is not None:
        data: dict[str, Any] = {"title": title, "told": told, "machine": machine()}
        data["lines"] = [asdict(line) | {"reached": line.verdict} for line in lines]
        out.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def _figure(value: float, unit: str) -> str:
    return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f} {unit}".strip()


def _bound(line: Line, bound: float | None) -> str:
    return "" if bound is None else f"{'≥' if line.more_is_better else '≤'} {_figure(bound, line.unit)}"
