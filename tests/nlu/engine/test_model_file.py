"""A model file is data only: read back whole, or refused with what to do next."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from nlu.engine import EmbeddedEngine, Model, load_model, save_model
from nlu.engine.model_file import SIGNATURE, from_bytes, read_header, to_bytes
from nlu.errors import ModelError

WHEN = "2026-11-26T09:00:00+00:00"


def test_a_model_is_read_back_as_it_was(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "a.model", created_at=WHEN)
    again = load_model(tmp_path / "a.model")
    for array in ("idf", "weights", "bias"):
        assert np.array_equal(getattr(model, array), getattr(again, array))
    assert (again.intents, again.words, again.pieces, again.taught) == (
        model.intents,
        model.words,
        model.pieces,
        model.taught,
    )
    assert (again.by_words, again.by_both) == (model.by_words, model.by_both)
    assert (again.entities, again.scores, again.spellings) == (model.entities, model.scores, model.spellings)
    text = "un rdv à lyon samedi"
    assert EmbeddedEngine(again).understand_now(text, "fr") == EmbeddedEngine(model).understand_now(text, "fr")


def test_the_header_can_be_read_alone(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "a.model", created_at=WHEN)
    header = read_header(tmp_path / "a.model")
    assert (header["created_at"], header["data_hash"], header["format"]) == (WHEN, model.data_hash, 5)
    assert header["scores"]["accuracy"] == model.scores["accuracy"]


def test_nothing_in_the_file_is_a_pickle(model: Model) -> None:
    content = to_bytes(model, created_at=WHEN)
    length = int.from_bytes(content[8:16], "little")
    assert content.startswith(SIGNATURE)
    assert isinstance(json.loads(content[16 : 16 + length]), dict)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _: b"", "not a model file; train again"),
        (lambda content: b"PK\x03\x04" + content, "not a model file; train again"),
        (lambda content: content[:40], "not a model file; train again"),
        (lambda content: content[:-100], "damaged or not whole; train again"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "damaged or not whole; train again"),
        (lambda content: content.replace(b'"format":5', b'"format":9'), "has format 9 and this version reads 5; train again"),
        (lambda content: content.replace(b'"intents":', b'"intensx":'), "lacks a part .*; train again"),
        (lambda content: content[:16] + b"{" + content[17:].replace(b":", b";", 5), "damaged or not whole"),
        (lambda _: SIGNATURE + (2).to_bytes(8, "little") + b"[]", "has format None"),
    ],
)
def test_what_is_not_a_whole_model_is_refused(model: Model, spoil, told: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=told):
        from_bytes(spoil(to_bytes(model, created_at=WHEN)), name="a.model")


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no model here; train one"):
        EmbeddedEngine.load(tmp_path / "none.model")
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path)


def test_a_failure_while_saving_leaves_the_old_model(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.model"
    save_model(model, path, created_at=WHEN)
    before = path.read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_model(model, path, created_at="later")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
