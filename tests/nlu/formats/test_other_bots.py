"""Exports of other bots, as their tools write them."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nlu.errors import TrainingDataError
from nlu.formats import sources
from nlu.formats.converting import read_format
from nlu.understanding import TrainingData

SAMPLES = Path(__file__).parent / "samples"


def told(data: TrainingData) -> list[tuple[str, str, str]]:
    return [(example.text, example.intent, example.language) for example in data.examples]


def marks(data: TrainingData) -> list[tuple[str, str, object, str | None]]:
    found = [(entity, example.text) for example in data.examples for entity in example.entities]
    assert all(text[entity.start : entity.end] == entity.text for entity, text in found)
    return [(entity.name, entity.text, entity.value, entity.role) for entity, _ in found]


def test_the_older_markdown_of_rasa() -> None:
    data, lost = read_format("rasa-md", SAMPLES / "markdown")
    assert lost == ()
    assert told(data) == [
        ("I'd like a room for two", "book_room", "en"),
        ("a double with a view please", "book_room", "en"),
        ("could I have the twin room again", "book_room", "en"),
        ("from Monday to Friday", "book_room", "en"),
        ("what's the wifi code?", "wifi", "en"),
        ("internet doesn't work in 204", "wifi", "en"),
    ]
    assert marks(data)[:3] == [
        ("guests", "two", "2", None),
        ("room_type", "double", "double", None),
        ("room_type", "twin room", "twin", None),
    ]
    assert ("day", "Friday", "Friday", "until") in marks(data)
    assert data.examples[-1].line == 14
    assert data.synonyms == {"queen bed": "double", "two person room": "double"}
    assert data.regexes == {"room_number": ["[1-4][0-9]{2}"]}
    assert data.lookups == {"room_type": ["single", "double", "twin"], "city": ["Annecy", "Chambéry", "Grenoble"]}


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return target


@pytest.mark.parametrize("packed", [False, True])
def test_an_export_of_dialogflow(tmp_path: Path, packed: bool) -> None:
    source = zipped(SAMPLES / "dialogflow", tmp_path / "agent.zip") if packed else SAMPLES / "dialogflow"
    data, lost = read_format("dialogflow", source)
    assert sorted(told(data)) == [
        ("a single", "book.room", "en"),
        ("je voudrais une chambre à deux lits pour demain", "book.room", "fr"),
        ("jusqu'à vendredi svp", "book.room", "fr"),
        ("quel temps fera-t-il", "out_of_scope", "fr"),
    ]
    assert sorted(marks(data)) == [
        ("room-type", "chambre à deux lits", "twin", None),
        ("room-type", "single", "simple", None),
        ("weekday", "vendredi", "vendredi", "until"),
    ]
    assert sorted(data.lookups["room-type"]) == [
        "chambre simple",
        "chambre à deux lits",
        "simple",
        "single",
        "single room",
        "twin",
    ]
    assert data.synonyms["chambre à deux lits"] == "twin"
    assert data.regexes == {"room-number": ["[1-4][0-9]{2}"]}
    assert lost == (
        "entity entries made of other entities (1)",
        "regular expressions Python cannot read (1)",
        "training phrases written as templates (1)",
    )


def test_the_json_of_a_lex_bot() -> None:
    data, lost = read_format("lex", SAMPLES / "hotel.lex.json")
    assert told(data) == [
        ("a double for 2 nights", "BookRoom", "en"),
        ("is a queen free", "BookRoom", "en"),
        ("my usual room", "BookRoom", "en"),
        ("what's the weather", "out_of_scope", "en"),
    ]
    assert marks(data) == [("RoomType", "double", "double", None), ("RoomType", "queen", "double", None)]
    assert data.lookups == {"RoomType": ["double", "queen", "twin"]}
    assert data.synonyms == {"queen": "double"}
    assert lost == ("utterances whose slots have no values to fill them with (1)",)


@pytest.mark.parametrize("packed", [False, True])
def test_the_folders_of_a_lex_bot_of_today(tmp_path: Path, packed: bool) -> None:
    source = zipped(SAMPLES / "lex_v2", tmp_path / "bot.zip") if packed else SAMPLES / "lex_v2"
    data, lost = read_format("lex", source)
    assert sorted(told(data)) == [
        ("a single for tonight", "BookRoom", "en"),
        ("quel temps fait-il", "out_of_scope", "fr"),
        ("une chambre simple", "BookRoom", "fr"),
    ]
    assert marks(data) == [("RoomType", "single", "single", None), ("RoomType", "simple", "simple", None)]
    assert data.lookups == {"RoomType": ["single", "simple", "individuelle"]}
    assert (data.synonyms, lost) == ({"individuelle": "simple"}, ())


def test_a_lex_bot_comes_zipped_from_the_console(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    shutil.copy(SAMPLES / "hotel.lex.json", tmp_path / "bot" / "hotel.json")
    alone, _ = read_format("lex", SAMPLES / "hotel.lex.json")
    for source in (tmp_path / "bot", zipped(tmp_path / "bot", tmp_path / "bot.zip")):
        assert told(read_format("lex", source)[0]) == told(alone)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingDataError, match="no JSON file of a bot here"):
        read_format("lex", tmp_path / "empty")


def test_items_of_the_older_markdown_need_no_space(tmp_path: Path) -> None:
    (tmp_path / "nlu.fr.md").write_text("## intent:greet\n-bonjour\n*salut\n+ coucou\n-\n", encoding="utf-8")
    assert [example.text for example in read_format("rasa-md", tmp_path / "nlu.fr.md")[0].examples] == [
        "bonjour",
        "salut",
        "coucou",
    ]


Broken = Callable[[Path], Path]


def markdown(content: str) -> Broken:
    def make(folder: Path) -> Path:
        (folder / "nlu.md").write_text(content, encoding="utf-8")
        return folder / "nlu.md"

    return make


def dialogflow(file: str, content: str) -> Broken:
    def make(folder: Path) -> Path:
        shutil.copytree(SAMPLES / "dialogflow", folder / "agent")
        (folder / "agent" / file).write_text(content, encoding="utf-8")
        return folder / "agent"

    return make


def lex(content: str) -> Broken:
    def make(folder: Path) -> Path:
        (folder / "bot.json").write_text(content, encoding="utf-8")
        return folder / "bot.json"

    return make


@pytest.mark.parametrize(
    ("name", "make", "line", "message"),
    [
        ("rasa-md", markdown("- hello\n"), 1, "before the first heading"),
        ("rasa-md", markdown("## intent:a\n- b\n## intents:c\n"), 3, "a heading is `## intent:`"),
        ("rasa-md", markdown("## intent:a\nhello\n"), 2, "write `- hello`"),
        ("rasa-md", markdown("## intent:a\n- [x]{\n- [x]{oops}\n"), 3, "is not JSON"),
        ("rasa-md", markdown("## regex:a\n- [0-9\n"), 2, "regular expression is wrong"),
        ("rasa-md", markdown("## lookup:a\nnowhere.txt\n"), 2, "put it beside"),
        ("rasa-md", markdown("## lookup:a\n../secret.txt\n"), 2, "is outside of"),
        ("dialogflow", dialogflow("intents/book.room_usersays_fr.json", '[\n{"data": [\n{"text": 3}]}]'), 3, r"0\.data\.0\.text"),
        ("dialogflow", dialogflow("agent.json", '{\n"language": }'), 2, "this is not JSON"),
        ("lex", lex('{"resource": {\n"intents": [{}]}}'), 2, r"resource\.intents\.0\.name"),
        ("dialogflow", dialogflow("intents/book.room.json", "[1]"), 1, "an object in braces should stand here"),
        ("lex", lex('{"resource": {"name": "x"}}'), 1, "`resource.intents`: it is missing"),
        ("lex", lex('{"resource": {"locale": "??", "intents": []}}'), 0, "give --language"),
        ("lex", lex("[" * 100_000), 0, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, name: str, make: Broken, line: int, message: str) -> None:
    (tmp_path / "secret.txt").write_text("not yours", encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(TrainingDataError, match=message) as wrong:
        read_format(name, make(inside))
    assert wrong.value.line == line


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret_usersays_en.json").write_text('[{"data": [{"text": "secret"}]}]', encoding="utf-8")
    agent = tmp_path / "agent"
    shutil.copytree(SAMPLES / "dialogflow", agent)
    (agent / "intents" / "secret_usersays_en.json").symlink_to(tmp_path / "secret_usersays_en.json")
    data, _ = read_format("dialogflow", agent)
    assert "secret" not in {example.text for example in data.examples}


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST", 100_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("intents/a_usersays_en.json", "[" + " " * 10_000_000 + "]")
    assert (tmp_path / "bomb.zip").stat().st_size < 20_000
    with pytest.raises(TrainingDataError, match="unpacks to more"):
        read_format("dialogflow", tmp_path / "bomb.zip")


def test_what_is_no_export_is_told(tmp_path: Path) -> None:
    (tmp_path / "agent.zip").write_bytes(b"not a zip at all")
    with pytest.raises(TrainingDataError, match="neither a folder nor a zip"):
        read_format("dialogflow", tmp_path / "agent.zip")
    with pytest.raises(TrainingDataError, match="no such file"):
        read_format("dialogflow", tmp_path / "gone.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingDataError, match="Export as ZIP"):
        read_format("dialogflow", tmp_path / "empty")
    with pytest.raises(TrainingDataError, match="such as `## intent:greet`"):
        read_format("rasa-md", tmp_path / "empty")
