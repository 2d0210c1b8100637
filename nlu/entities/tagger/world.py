"""What everybody knows and no brand should have to list: the names of countries."""

from __future__ import annotations

from functools import cache


@cache
def countries() -> tuple[str, ...]:
    """The countries and territories of the world, in English and French. Only training asks: the tagger keeps the list."""
    from babel import Locale

    names = {
        name
        for language in ("en", "fr")
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    return tuple(sorted(names))
