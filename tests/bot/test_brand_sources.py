"""`sources.yml` is checked whole: a mistake is shown by file and line with what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.brand.sources import CrmSource, SqlSource
from bot.brand.sources_file import read_sources
from bot.connections.sources import order_of
from bot.errors import BrandError

DOCS = Path(__file__).parents[2] / "docs" / "brand.md"
YML = """sources:
  shop:
    kind: sql
    url: SHOP_DATABASE_URL
    table: clients
    columns: {id: no, phones: [mobile, home]}
    look_up: {phone: mobile}
    country: FR
  crm: {kind: crm, secret: CRM_SECRET}
order:
  default: [crm, shop, file]
  phones: newest
  city: [file]
"""


def wrong(folder: Path, yml: str) -> BrandError:
    (folder / "sources.yml").write_text(yml)
    with pytest.raises(BrandError) as refused:
        read_sources(folder)
    assert Path(refused.value.file).name == "sources.yml"
    return refused.value


def test_what_is_declared_is_read(tmp_path: Path) -> None:
    (tmp_path / "sources.yml").write_text(YML)
    said = read_sources(tmp_path)
    assert isinstance(said.sources["shop"], SqlSource)
    assert isinstance(said.sources["crm"], CrmSource)
    order = order_of(said)
    assert order.sources == ("crm", "shop", "file")
    assert (dict(order.fields), order.newest) == ({"city": ("file",)}, frozenset({"phones"}))


def test_without_the_file_there_is_only_the_customer_file(tmp_path: Path) -> None:
    assert order_of(read_sources(tmp_path)).sources == ("file",)
    (tmp_path / "sources.yml").write_text("")
    assert order_of(read_sources(tmp_path)).sources == ("file",)


def test_the_example_of_the_docs_is_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(sources:.*?)```", DOCS.read_text(), re.DOTALL)
    (tmp_path / "sources.yml").write_text(example)
    assert set(read_sources(tmp_path).sources) == {"shop", "crm"}


@pytest.mark.parametrize(
    ("before", "after", "line", "advice"),
    [
        ("[crm, shop, file]", "[crm, shp, file]", 11, "there is no source 'shp'; did you mean 'shop'?"),
        ("[crm, shop, file]", "[crm, shop]", 11, "does not say when 'file' is believed"),
        ("[crm, shop, file]", "[crm, shop, file, crm]", 11, "'crm' stands twice"),
        ("[crm, shop, file]", "newest", 11, "`newest` is for single fields"),
        ("  default: [crm, shop, file]\n", "", 10, "lacks `default:`"),
        ("phones: newest", "phones: oldest", 12, "write `newest`, or sources"),
        ("phones: newest", "phone: newest", 12, "phone"),
        ("city: [file]", "city: [files]", 13, "did you mean 'file'?"),
        ("kind: sql", "kind: mongo", 2, "mongo"),
        ("table: clients", "tables: clients", 5, "did you mean `table`?"),
        ("    table: clients\n", "", 2, "write either `table` or `query`"),
        ("table: clients", "table: clients\n    query: SELECT 1", 2, "write either `table` or `query`"),
        ("{phone: mobile}", "{}", 2, "by what is a customer found?"),
        ("{phone: mobile}", "{phone: fax}", 2, "which is not among `columns: phones:`"),
        ("{phone: mobile}", "{birthday: born}", 7, "birthday"),
        ("id: no, ", "", 6, "`id` is missing"),
        ("phones: [mobile, home]", "phones: [mobile, home], first_name: [a, b]", 6, "first_name"),
        ("phones: [mobile, home]", "phones: [mobile, home], level: x", 6, "level"),
        ("country: FR", "country: fr", 8, "two capital letters"),
        ("url: SHOP_DATABASE_URL", "url: postgresql://reader:secret@host/shop", 4, "the name of the environment variable"),
        ("country: FR", "time_out_seconds: 60", 8, "less than or equal to 4"),
        ("  shop:", "  file:", 2, "take another name"),
        ("  shop:", "  'shop/../x':", 2, "shop/../x"),
        ("order:", "  crm2: {kind: crm, secret: CRM_SECRET}\norder:", 10, "crm has the secret CRM_SECRET already"),
    ],
)
def test_a_mistake_is_shown_by_its_line(tmp_path: Path, before: str, after: str, line: int, advice: str) -> None:
    assert before in YML
    yml = YML.replace(before, after, 1)
    if "crm2" in after:
        yml = yml.replace("[crm, shop, file]", "[crm, crm2, shop, file]")
    told = wrong(tmp_path, yml)
    assert advice in told.problem
    assert told.line == line
    assert "reader:secret" not in str(told)
