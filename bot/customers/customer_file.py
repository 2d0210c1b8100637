"""Reading the brand's customer file, `customers.csv`, one profile at a time so that a large one fits in memory."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from bot.customers import fields
from bot.customers.profile import Profile
from bot.errors import BrandError

REQUIRED = ("id", "first_name", "last_name")
COLUMNS = (
    *REQUIRED,
    "phones",
    "emails",
    "birthday",
    "language",
    "loyalty_number",
    "city",
    "postcode",
    "home_store",
    "notes_for_advisors",
    "consents_to_marketing",
    "created",
)
"""Several phones or e-mails in one cell are separated by a semicolon."""
EARLIEST_BIRTH = 1900


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a customer file."""

    number: int
    id: str
    """As it is written; empty where there is none."""
    profile: Profile | None
    wrong: str = ""
    """What to write instead; empty where there is a profile."""
    said: frozenset[str] = frozenset()
    """The columns something is written in: an empty cell says nothing, and another source may."""


def read_customers(path: Path, *, stores: Collection[str] | None = None) -> Iterator[Profile]:
    """Yield the profiles of a CSV file in UTF-8 with a header row, in the file's order.

    `stores` are the known store ids; without them `home_store` is not checked.

    Raises:
        BrandError: while iterating, at the first line that is wrong, with file, line and what to write instead.
    """
    for line in read_lines(path, stores=stores):
        if line.profile is None:
            raise BrandError(line.wrong, file=str(path), line=line.number)
        yield line.profile


def read_lines(path: Path, *, stores: Collection[str] | None = None) -> Iterator[Line]:
    """Yield every line of a CSV file, right or wrong, in the file's order.

    Raises:
        BrandError: the file is missing, not in UTF-8 or no CSV, or its header is wrong: nothing after that can be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            _check_header(rows.fieldnames or (), path)
            lines_of_ids: dict[str, int] = {}
            for cells in rows:
                number, id_ = rows.line_num, (cells.get("id") or "").strip()
                try:
                    profile = _profile(cells, stores)
                except ValueError as wrong:
                    yield Line(number=number, id=id_, profile=None, wrong=str(wrong))
                    continue
                if id_ in lines_of_ids:
                    problem = f"the id {id_!r} is already on line {lines_of_ids[id_]}; give each its own"
                    yield Line(number=number, id=id_, profile=None, wrong=problem)
                    continue
                lines_of_ids[id_] = number
                said = frozenset(str(name) for name, cell in cells.items() if cell and not cell.isspace())
                yield Line(number=number, id=id_, profile=profile, said=said)
    except FileNotFoundError:
        raise BrandError("the customer file is missing; create it with a header row", file=str(path)) from None
    except UnicodeDecodeError:
        raise BrandError("the customer file is not in UTF-8; save it again as UTF-8", file=str(path)) from None
    except csv.Error as wrong:
        problem = f"this is not CSV ({wrong}); check the quotes on this line"
        raise BrandError(problem, file=str(path), line=rows.line_num) from None


def _check_header(names: Collection[str], path: Path) -> None:
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"the columns are: {', '.join(COLUMNS)}"
            raise BrandError(f"there is no column {name!r}; {advice}", file=str(path), line=1)
    for name in REQUIRED:
        if name not in names:
            raise BrandError(f"the column {name!r} is missing from the header; add it", file=str(path), line=1)


def _profile(cells: Mapping[str | None, str | None], stores: Collection[str] | None) -> Profile:
    if None in cells or None in cells.values():
        raise ValueError("this line has not as many cells as the header; put texts that hold a comma in quotes")
    said = {str(name): str(cell).strip() for name, cell in cells.items()}
    for name in REQUIRED:
        if not said[name]:
            raise ValueError(f"`{name}` is empty; every customer needs one")
    language = said.get("language", "")
    if language and not (len(language) == 2 and language.isascii() and language.islower()):
        raise ValueError(f"{language!r} is not a language code; write two letters such as fr")
    return Profile(
        id=fields.well_formed_id(said["id"]),
        first_name=said["first_name"],
        last_name=said["last_name"],
        phones=tuple(fields.phone(written) for written in _several(said.get("phones", ""))),
        emails=tuple(fields.email(written) for written in _several(said.get("emails", ""))),
        birthday=_birthday(said.get("birthday", "")),
        language=language,
        loyalty_number=said.get("loyalty_number", ""),
        city=said.get("city", ""),
        postcode=said.get("postcode", ""),
        home_store=fields.store(said.get("home_store", ""), stores),
        notes_for_advisors=said.get("notes_for_advisors", ""),
        consents_to_marketing=_yes(said.get("consents_to_marketing", "")),
        created=_date(said.get("created", "")),
    )


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _yes(written: str) -> bool:
    if written not in ("", "yes", "no"):
        raise ValueError(f"`consents_to_marketing` is {written!r}; write yes or no")
    return written == "yes"


def _birthday(written: str) -> date | None:
    day = _date(written)
    if day is not None and day.year < EARLIEST_BIRTH:
        raise ValueError(f"nobody alive was born on {written}; correct `birthday` or leave it empty")
    return day


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise ValueError(f"{written!r} is not a date; write it like 2026-11-28") from None
