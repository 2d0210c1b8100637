"""A mistake in a YAML file is told with its file, its line and what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from nlu.errors import TrainingDataError
from nlu.files import read_yaml, validate


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ask(Strict):
    collect: str


class Do(Strict):
    action: str


class Store(Strict):
    id: str
    city: str
    kind: Literal["shop", "outlet"] = "shop"
    opens: str = Field(default="10:00", alias="opening")
    steps: list[Ask | Do] = []

    @field_validator("city")
    @classmethod
    def _named(cls, city: str) -> str:
        if not city[:1].isupper():
            raise ValueError(f"a city has a capital: write {city.title()}")
        return city


class Book(Strict):
    stores: list[Store]


STORES = """\
# our stores
stores:
  - id: lyon
    city: Lyon
    opening: 10:00

  - id: lille
    city: Lille
    steps:
      - collect: day
      - action: book
"""


def test_plain_data_and_the_line_of_everything(tmp_path: Path) -> None:
    located = read_yaml(tmp_path / "stores.yml", STORES)
    assert located.data["stores"][1]["steps"][0] == {"collect": "day"}
    assert located.where() == 2
    assert located.where(("stores", 0, "city")) == 4
    assert located.where(("stores", 1)) == 7
    assert located.where(("stores", 1, "steps", 1, "action")) == 11


def test_the_place_of_something_missing_is_the_line_of_what_should_hold_it() -> None:
    located = read_yaml("stores.yml", STORES)
    assert located.where(("stores", 1, "phone")) == 7
    assert located.where(("stores", 9)) == 2


def test_a_model_is_made_of_the_data() -> None:
    book = validate(Book, read_yaml("stores.yml", STORES))
    assert [store.opens for store in book.stores] == ["10:00", "10:00"]
    assert validate(Store, read_yaml("stores.yml", STORES), ("stores", 0)).city == "Lyon"


def test_every_mistake_is_told_with_its_line_and_what_to_write() -> None:
    wrong = STORES.replace("city: Lyon", "citty: Lyon").replace("city: Lille", "city: lille")
    wrong = wrong.replace("action: book", "acton: book") + "    kind: kiosk\n"
    with pytest.raises(TrainingDataError) as raised:
        validate(Book, read_yaml("stores.yml", wrong))
    told = str(raised.value).splitlines()
    assert raised.value.line == 3
    assert told[0] == "stores.yml:3: `city` is missing here: add it"
    assert "stores.yml:4: `citty` is not a known key here: did you mean `city`?" in told
    assert "stores.yml:8: `city`: a city has a capital: write Lille" in told
    assert any(line.startswith("stores.yml:11: `acton` is not a known key here: did you mean `action`?") for line in told)
    assert any(line.startswith("stores.yml:12: `kind`: input should be 'shop' or 'outlet', not 'kiosk'") for line in told)


def test_an_empty_file_is_told_what_it_lacks() -> None:
    with pytest.raises(TrainingDataError, match=r"stores.yml:1: `stores` is missing here: add it"):
        validate(Book, read_yaml("stores.yml", "# nothing yet\n"))


def test_a_key_written_twice_is_refused_with_both_lines() -> None:
    with pytest.raises(TrainingDataError, match=r"brand.yml:3: `name` is already written on line 1; keep one of the two"):
        read_yaml("brand.yml", "name: a\nlanguage: fr\nname: b\n")


def test_scalars_are_those_of_yaml_1_2() -> None:
    data = read_yaml("x.yml", "[yes, no, on, true, 10:00, 2026-11-28, 0612345678, +336, 12, -1.5, 1e3, ~, .5]").data
    assert data == ["yes", "no", "on", True, "10:00", "2026-11-28", "0612345678", "+336", 12, -1.5, 1000.0, None, 0.5]


def test_merged_keys_give_way_to_the_mapping_s_own() -> None:
    located = read_yaml("x.yml", "base: &base\n  opens: '10:00'\n  closes: '19:00'\nlyon:\n  <<: *base\n  opens: '09:00'\n")
    assert located.data["lyon"] == {"opens": "09:00", "closes": "19:00"}
    assert located.where(("lyon", "opens")) == 6


def test_the_first_line_of_a_block_of_text() -> None:
    located = read_yaml("x.yml", "a: |\n  one\n  two\nb: plain\n")
    assert located.text_line(("a",)) == 2
    assert located.text_line(("b",)) == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1, 2\nb: 3\n", r"x\.yml:2: this is not valid YAML: .*check the indentation"),
        ("a: !!python/object/apply:os.getcwd []\n", r"x\.yml:1: this is not valid YAML"),
        ("? [a, b]\n: c\n", r"x\.yml:1: a key must be a word or a number"),
        ("a: *nowhere\n", r"x\.yml:1: this is not valid YAML"),
        ("a: !!int word\n", r"x\.yml: this is not valid YAML"),
        ("b: 1\na: \x07\n", r"x\.yml:2: this is not valid YAML: the character U\+0007"),
        ("[" * 5000, r"x\.yml"),
    ],
)
def test_what_is_not_yaml_is_refused_in_plain_words(text: str, told: str) -> None:
    with pytest.raises(TrainingDataError, match=told):
        read_yaml("x.yml", text)


def test_a_file_that_is_not_there_or_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="there is no such file"):
        read_yaml(tmp_path / "gone.yml")
    (tmp_path / "latin.yml").write_bytes("a: 1\nb: é\n".encode("latin-1"))
    with pytest.raises(TrainingDataError, match=r"latin\.yml:2: this is not UTF-8"):
        read_yaml(tmp_path / "latin.yml")
    with pytest.raises(TrainingDataError, match="cannot be read"):
        read_yaml(tmp_path)


def test_an_error_can_be_made_for_any_place() -> None:
    error = read_yaml("stores.yml", STORES).error("a store needs an address", ("stores", 1))
    assert (error.file, error.line, str(error)) == ("stores.yml", 7, "stores.yml:7: a store needs an address")
