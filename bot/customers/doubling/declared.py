"""What is held to be so of pairs of profiles before any were seen: the kinds of pairs, and how often each field agrees."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from bot.customers.doubling.levels import LEVELS, SAME

CLASSES = ("one person", "one household", "namesakes", "one birthday", "by chance")
"""Every pair that is compared is one of these. The last two share hardly more than the key that brought them together."""
STRANGERS = np.array([0.05, 0.4, 1.0])
"""How often two strangers share a rare, a usual and a common value, beside how often it occurs."""
# Shares of each level among pairs where both have the field. `same` is divided among its degrees by how many share each value;
# what is left out has what remains, in equal parts. Where they come from: a person's name and birthday change only by slips,
# short forms and marriage; about one in five has another number, one in three another address a few years later.
DECLARED: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "one person": {
        "first_name": {
            "same": 0.84,
            "short": 0.05,
            "alike": 0.04,
            "part": 0.03,
            "initial": 0.01,
            "inverted": 0.02,
            "neighbour": 0.007,
        },
        "last_name": {"same": 0.88, "alike": 0.05, "part": 0.03},
        "birthday": {"same": 0.93, "swapped": 0.015, "slip": 0.02, "year": 0.03},
        "phone": {"same": 0.75, "slip": 0.02},
        "mail": {"same": 0.6, "local": 0.05, "slip": 0.03, "named": 0.05},
        "place": {"same": 0.75, "slip": 0.03, "city": 0.05, "area": 0.05},
        "generation": {"same": 0.9},
    },
    "one household": {
        "first_name": {
            "same": 0.02,
            "short": 0.01,
            "alike": 0.005,
            "part": 0.02,
            "initial": 0.005,
            "inverted": 0.002,
            "neighbour": 0.03,
        },
        "last_name": {"same": 0.75, "alike": 0.02, "part": 0.03},
        "birthday": {"same": 0.02, "swapped": 0.002, "slip": 0.005, "year": 0.01},
        "phone": {"same": 0.5, "slip": 0.002},
        "mail": {"same": 0.15, "local": 0.005, "slip": 0.002, "named": 0.005},
        "place": {"same": 0.8, "slip": 0.01, "city": 0.05, "area": 0.04},
        "generation": {"same": 0.1},
    },
    "namesakes": {
        "first_name": {
            "same": 0.75,
            "short": 0.1,
            "alike": 0.03,
            "part": 0.05,
            "initial": 0.01,
            "inverted": 0.01,
            "neighbour": 0.01,
        },
        "last_name": {"same": 0.9, "alike": 0.05, "part": 0.03},
        "birthday": {"same": 0.001, "swapped": 0.001, "slip": 0.001, "year": 0.001},
        "phone": {"same": 0.0005, "slip": 0.0005},
        "mail": {"same": 0.003, "local": 0.002, "slip": 0.002, "named": 0.08},
        "place": {"same": 0.03, "slip": 0.01, "city": 0.03, "area": 0.05},
        "generation": {"same": 0.1},
    },
    "one birthday": {
        "first_name": {
            "same": 0.05,
            "short": 0.02,
            "alike": 0.01,
            "part": 0.02,
            "initial": 0.005,
            "inverted": 0.001,
            "neighbour": 0.01,
        },
        "last_name": {"same": 0.02, "alike": 0.02, "part": 0.005},
        "birthday": {"same": 0.7, "swapped": 0.28, "slip": 0.005, "year": 0.01},
        "phone": {"same": 0.0005, "slip": 0.0005},
        "mail": {"same": 0.0005, "local": 0.002, "slip": 0.001, "named": 0.001},
        "place": {"same": 0.03, "slip": 0.01, "city": 0.03, "area": 0.05},
        "generation": {"same": 0.1},
    },
    "by chance": {
        "first_name": {
            "same": 0.35,
            "short": 0.05,
            "alike": 0.03,
            "part": 0.03,
            "initial": 0.005,
            "inverted": 0.02,
            "neighbour": 0.02,
        },
        "last_name": {"same": 0.25, "alike": 0.1, "part": 0.03},
        "birthday": {"same": 0.002, "swapped": 0.002, "slip": 0.001, "year": 0.001},
        "phone": {"same": 0.01, "slip": 0.001},
        "mail": {"same": 0.005, "local": 0.03, "slip": 0.002, "named": 0.005},
        "place": {"same": 0.4, "slip": 0.01, "city": 0.05, "area": 0.05},
        "generation": {"same": 0.1},
    },
}
SHARES = {"one person": 0.1, "one household": 0.15, "namesakes": 0.45, "one birthday": 0.1, "by chance": 0.2}
OTHER_FIRST_NAME = 0.001
"""How many pairs of one person have first names that are nothing alike. Declared and never learnt: what is learnt would come from
twins and spouses, and a wrong merging of two members of a family is the worst this can lead to."""


def row(name: str, field: str, shares: npt.NDArray[np.float64] | None) -> list[float]:
    """By level of a field, how often it occurs in pairs of the class `name` where both have the field.

    `shares` are those of all profiles whose value is rare, usual and common, for fields where that is told apart.
    """
    levels, row = LEVELS[field], dict(DECLARED[name][field])
    if shares is not None:
        # Whoever is one person, or lives with them, has a rare name as often as anybody; that two strangers share one is rarer.
        weights = shares * (1 if name in ("one person", "one household") else STRANGERS)
        row |= dict(zip(SAME, row.pop("same") * weights / weights.sum(), strict=True))
    if field == "first_name" and name == "one person":
        row["other"] = OTHER_FIRST_NAME
    left = [level for level in levels[1:] if level not in row]
    row |= dict.fromkeys(left, max(1e-4, 1 - sum(row.values())) / max(1, len(left)))
    total = sum(row.values())
    return [1.0, *(row[level] / total for level in levels[1:])]
