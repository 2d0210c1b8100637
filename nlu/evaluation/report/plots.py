"""Two plots as SVG. They take their colours from the page, so that they follow it into the dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

_LEFT, _TOP, _SIZE, _RIGHT, _BOTTOM = 44, 10, 240, 16, 46
_WIDTH, _HEIGHT = _LEFT + _SIZE + _RIGHT, _TOP + _SIZE + _BOTTOM


def calibration_plot(bins: Sequence[Mapping[str, Any]], label: str, across: str, up: str) -> Markup:
    """Accuracy over confidence: one bar a bin, fuller in colour where there are more messages."""
    most = max((one["count"] for one in bins), default=1)
    bars = Markup("").join(
        Markup('<rect class="mark" x="{}" y="{}" width="{}" height="{}" opacity="{}"><title>{}</title></rect>').format(
            _x(one["from"]) + 1,
            _y(one["accuracy"]),
            round((one["to"] - one["from"]) * _SIZE - 2, 1),
            round(one["accuracy"] * _SIZE, 1),
            round(0.35 + 0.65 * one["count"] / most, 2),
            f"{across} {one['confidence']:.2f}, {up} {one['accuracy']:.2f}, {one['count']}",
        )
        for one in bins
    )
    diagonal = Markup('<line class="guide" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(_x(0), _y(0), _x(1), _y(1))
    return _framed(bars + diagonal, label, across, up)


def scope_plot(
    points: Sequence[Mapping[str, float]], own: tuple[float, float] | None, label: str, across: str, up: str
) -> Markup:
    """What is done rightly in scope over what is refused out of it; `own` is where the model stands."""
    line = " ".join(f"{_x(point['refused'])},{_y(point['accepted_right'])}" for point in points)
    drawn = Markup('<polyline class="line" points="{}"/>').format(line)
    if own is not None:
        drawn += Markup('<circle class="ring" cx="{}" cy="{}" r="6"><title>{}</title></circle>').format(
            _x(own[0]), _y(own[1]), f"{across} {own[0]:.2f}, {up} {own[1]:.2f}"
        )
    return _framed(drawn, label, across, up)


def _framed(drawn: Markup, label: str, across: str, up: str) -> Markup:
    """What is drawn inside axes from 0 to 1."""
    lines = Markup("")
    for step in (0, 0.25, 0.5, 0.75, 1):
        lines += Markup('<line class="grid" x1="{0}" y1="{1}" x2="{2}" y2="{1}"/>').format(_x(0), _y(step), _x(1))
        lines += Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(_LEFT - 6, _y(step) + 4, _tick(step))
        lines += Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(_x(step), _TOP + _SIZE + 16, _tick(step))
    names = Markup('<text x="{}" y="{}" text-anchor="middle">{} →</text>').format(_x(0.5), _HEIGHT - 8, across)
    names += Markup('<text transform="translate(12 {}) rotate(-90)" text-anchor="middle">{} →</text>').format(_y(0.5), up)
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        _WIDTH, _HEIGHT, label, lines, drawn, names
    )


def _tick(step: float) -> str:
    return f"{round(step * 100)}"


def _x(part: float) -> float:
    return round(_LEFT + part * _SIZE, 1)


def _y(part: float) -> float:
    return round(_TOP + (1 - part) * _SIZE, 1)
