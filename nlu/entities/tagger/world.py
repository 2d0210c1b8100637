"""What everybody knows and no brand should have to list: countries, and the states and provinces of some of them."""

from __future__ import annotations

from functools import cache

COUNTRY, REGION = "(country)", "(region)"
"""No entity can be called so."""
_WITH_REGIONS = ("US", "CA", "FR", "GB", "BE", "CH", "DE", "ES", "IT", "AU")
_SHORTEST = 4
"""Shorter names are codes: `OR` is rather a word than Oregon."""


@cache
def world() -> dict[str, tuple[str, ...]]:
    """The names by list. Only training asks: the tagger keeps them."""
    import holidays
    from babel import Locale

    countries = {
        name
        for language in ("en", "fr")
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    regions = {name for country in _WITH_REGIONS for name in getattr(holidays, country).subdivisions_aliases}
    return {
        COUNTRY: tuple(sorted(countries)),
        REGION: tuple(sorted(name for name in regions if len(name) >= _SHORTEST)),
    }
