"""Writes the report page out of the figures `nlu.evaluation.as_json` gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nlu.evaluation.as_json import HEADLINE
from nlu.evaluation.report.plots import calibration_plot, scope_plot
from nlu.evaluation.report.words import WORDS

_HERE = Path(__file__).parent
_UNKNOWN = "–"


def report_page(found: Mapping[str, Any], language: str) -> str:
    """One HTML page of everything a run measured, in a language of `WORDS`; messages are escaped wherever they stand."""
    words = WORDS[language]
    house = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    house.filters["share"] = lambda value: share(value, language)
    house.filters["milliseconds"] = lambda value: milliseconds(value, language)
    own = None
    if found["oos_refused"] is not None and found["oos_accepted_right"] is not None:
        own = (found["oos_refused"], found["oos_accepted_right"])
    return house.get_template("page.html").render(
        found=found,
        words=words,
        language=language,
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        headline=[name for name in HEADLINE if found[name] is not None],
        intents=_weakest_first(found["intents"]),
        entities=_weakest_first(found["entities"]),
        calibration=calibration_plot(found["calibration"], words["calibration"], words["confidence"], words["right"]),
        scope=scope_plot(found["oos_curve"], own, words["oos"], words["refused"], words["kept"]),
    )


def share(value: float | None, language: str) -> str:
    """A share as people of that language write it."""
    if value is None:
        return _UNKNOWN
    return f"{100 * value:.1f}".replace(".", ",") + "\N{NARROW NO-BREAK SPACE}%" if language == "fr" else f"{100 * value:.1f}%"


def milliseconds(value: float | None, language: str) -> str:
    """A time as people of that language write it."""
    if value is None:
        return _UNKNOWN
    written = f"{value:.2f}\N{NO-BREAK SPACE}ms"
    return written.replace(".", ",") if language == "fr" else written


def _weakest_first(counts: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(counts.items(), key=lambda item: (item[1]["f1"], -item[1]["support"], item[0]))
