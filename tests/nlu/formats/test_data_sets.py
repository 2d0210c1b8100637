"""Data sets as they lie on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.errors import TrainingDataError
from nlu.formats.csv_rows import write_rows
from nlu.formats.data_sets import data_files, read_data_set, read_out_of_scope

NLU = 'version: "3.1"\nnlu:\n  - intent: greet\n    examples: |\n      - hello there my friend\n'


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="")
    return path


def test_a_table_is_read_with_its_marks_lines_and_languages(tmp_path: Path) -> None:
    table = "text,intent,source,annotated\n"
    table += '"book me in\nat Lyon",book,web,"book me in\nat [Lyon](store)"\n'
    table += "\nje voudrais savoir où vous êtes,where,web,\nnope,oos,web,\n"
    data = read_data_set([write(tmp_path, "train.csv", table)])
    told = [(e.text, e.intent, e.language, e.line) for e in data.examples]
    assert told == [
        ("book me in\nat Lyon", "book", "en", 2),
        ("je voudrais savoir où vous êtes", "where", "fr", 6),
        ("nope", "out_of_scope", "en", 7),
    ]
    (entity,) = data.examples[0].entities
    assert (entity.name, entity.text) == ("store", "Lyon")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_spreadsheets_of_every_country_are_read(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "train.csv", f"\ufefftext{delimiter}intent\r\noui, bien sûr{delimiter}affirm\r\n")
    (example,) = read_data_set([path]).examples
    assert (example.text, example.intent) == ("oui, bien sûr", "affirm")


def test_a_folder_teaches_without_its_test_set_and_a_brands_other_files(tmp_path: Path) -> None:
    taught = {write(tmp_path, name, NLU) for name in ("data/nlu.fr.yml", "more.yml")}
    taught.add(write(tmp_path, "train.csv", "text,intent\n"))
    write(tmp_path, "domain.yml", "intents: [greet]\n")
    write(tmp_path, "customers.csv", "id,name\n")
    for name in ("test.csv", "oos_test.csv", "nlu_test.yml", "held_out.fr.csv", "tests/nlu.yml", ".hidden/nlu.yml"):
        write(tmp_path, name, "text,intent\nx,y\n")
    assert set(data_files([tmp_path])) == taught
    with pytest.raises(TrainingDataError, match=r"add a file such as nlu\.fr\.yml"):
        data_files([write(tmp_path, "empty/notes.txt", "").parent])


def test_a_file_that_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    assert len(read_data_set([write(tmp_path, "test.csv", "text,intent\nhello,greet\n")]).examples) == 1


def test_languages_come_from_the_name_the_option_or_the_messages(tmp_path: Path) -> None:
    rows = "text,intent\nok,affirm\n"
    assert read_data_set([write(tmp_path, "a.en.csv", rows)]).examples[0].language == "en"
    assert read_data_set([write(tmp_path, "a.csv", rows)], language="de").examples[0].language == "de"
    assert read_data_set([write(tmp_path, "nlu.yml", NLU)]).examples[0].language == "en"
    mostly = "".join(f"where is my order number {n},ask\n" for n in range(60))
    data = read_data_set([write(tmp_path, "b.csv", f"text,intent\n{mostly}merci beaucoup,thank\n")])
    assert {e.language for e in data.examples} == {"en"}  # one borrowed phrase makes no second language


def test_messages_out_of_scope_need_no_intent(tmp_path: Path) -> None:
    files = [write(tmp_path, "oos.csv", "text\nwhat is the weather\n"), write(tmp_path, "oos.txt", "\nwho won the match\n")]
    found = read_out_of_scope([*files, write(tmp_path, "oos.yml", NLU)])
    assert [(e.intent, e.line) for e in found] == [("out_of_scope", 2), ("out_of_scope", 2), ("out_of_scope", 5)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text\nwho won\n", ["who won"]),
        ("who won\nhello\n", ["who won", "hello"]),
        ('text\nme, or you?\n"him, her"\n', ["me, or you?", "him, her"]),
        ('me, or you?\n\n"him, her"\n', ["me, or you?", "him, her"]),
        ("who won,oos\nhello,out_of_scope\n", ["who won", "hello"]),
        ('"us; ""them""";oos\n', ['us; "them"']),
        ("who won,oos\nhello, you\n", ["who won,oos", "hello, you"]),
        ('\ufeff"text"\r\nqui a gagné ?\r\n', ["qui a gagné ?"]),
    ],
)
def test_a_column_of_messages_needs_neither_a_name_nor_quotes(tmp_path: Path, content: str, said: list[str]) -> None:
    assert [e.text for e in read_out_of_scope([write(tmp_path, "oos.csv", content)])] == said


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        ("message,intent\nx,y\n", 1, "lacks `text`"),
        ("text,label\nx,y\n", 1, "lacks `intent`"),
        ("text,intent\nx,y\nhello,\n", 3, "no intent"),
        ("text,intent\n,greet\n", 2, "no text"),
        ('text,intent\n"open,greet\n', 2, "close every quote"),
        ("text,intent\nhi,greet\nhello, you,greet\n", 3, "3 cells under 2 names of columns; put a message"),
        ("text,intent,annotated\nat Lyon,ask,at [Paris](store)\n", 2, "make them the same"),
        ("text,intent,annotated\nat Lyon,ask,at [Lyon]{store}\n", 2, "is not JSON"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_cure(tmp_path: Path, content: str, line: int, told: str) -> None:
    with pytest.raises(TrainingDataError, match=told) as wrong:
        read_data_set([write(tmp_path, "train.csv", content)])
    assert wrong.value.line == line


def test_a_stray_quote_in_a_column_of_messages_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="the end of the line expected") as wrong:
        read_out_of_scope([write(tmp_path, "oos.csv", 'who won\n"you" said he\n')])
    assert wrong.value.line == 2


def test_what_is_written_as_a_table_is_read_back(tmp_path: Path) -> None:
    table = 'text,intent,annotated\n"a, ""quoted"" word at Lyon",ask,"a, ""quoted"" word at [Lyon](store)"\nhi,greet,hi\n'
    data = read_data_set([write(tmp_path, "first.en.csv", table)])
    again = read_data_set([write(tmp_path, "second.en.csv", write_rows(data.examples))])
    assert [(e.text, e.intent, e.entities) for e in again.examples] == [(e.text, e.intent, e.entities) for e in data.examples]
