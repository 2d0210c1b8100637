"""A brand's model is kept by version, replaced while serving, and put back by command."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

import bot.commands
import bot.model_commands
import bot.models
from bot.errors import SettingsError
from bot.model_versions import KEPT, can_be_read, keep_model, list_models, model_in_use, roll_back
from bot.models import LiveModel, train_brand
from nlu.encoders import shared_encoder
from nlu.engine import EmbeddedEngine, Model
from nlu.engine.model_file import FORMAT
from nlu.errors import EncoderMissing
from nlu.training import train
from nlu.understanding import Example, TrainingData, Understanding

NINE = datetime(2026, 11, 26, 9, tzinfo=UTC)
SHOP = TrainingData(
    examples=[
        *(Example(text, "greet", "fr") for text in ("bonjour", "salut", "bonsoir à tous")),
        *(Example(text, "hours", "fr") for text in ("vous ouvrez quand ?", "quels sont vos horaires", "ouvert dimanche ?")),
    ]
)


@pytest.fixture(scope="module")
def model() -> Model:
    return train(SHOP, encoder=partial(shared_encoder, "none"))


def _later(number: int) -> datetime:
    return NINE + timedelta(hours=number)


def _other(model: Model, number: int) -> Model:
    return replace(model, data_hash=f"{number:064x}"[::-1])


def test_the_newest_version_is_in_use_and_the_oldest_go(model: Model, tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        keep_model(_other(model, number), tmp_path, now=_later(number))
    versions = list_models(tmp_path)
    assert [version.created_at for version in versions] == [_later(n).isoformat() for n in range(KEPT + 1, 1, -1)]
    assert [version.in_use for version in versions] == [True] + [False] * (KEPT - 1)
    assert (versions[0].intents, versions[0].encoder) == (2, "none")
    used = model_in_use(tmp_path)
    assert used is not None
    assert used.stem == versions[0].name == "20261126T150000Z-60000000"


def test_going_back_one_version_then_to_a_named_one(model: Model, tmp_path: Path) -> None:
    for number in range(3):
        keep_model(_other(model, number), tmp_path, now=_later(number))
    newest, middle, oldest = (version.name for version in list_models(tmp_path))
    assert roll_back(tmp_path).name == middle
    assert roll_back(tmp_path).name == oldest
    with pytest.raises(SettingsError, match="no version older than the one in use"):
        roll_back(tmp_path)
    assert roll_back(tmp_path, newest).in_use
    assert [version.in_use for version in list_models(tmp_path)] == [True, False, False]
    with pytest.raises(SettingsError, match=f"no version 'last'; there are {newest}, {middle}"):
        roll_back(tmp_path, "last")


def test_a_version_of_a_former_format_is_as_good_as_none(model: Model, tmp_path: Path) -> None:
    """After an upgrade the demo trains again by itself; a server says what to do (see `nlu.engine.model_file`)."""
    assert not can_be_read(tmp_path)
    path = keep_model(model, tmp_path, now=NINE)
    assert can_be_read(tmp_path)
    path.write_bytes(path.read_bytes().replace(f'"format":{FORMAT}'.encode(), b'"format":1', 1))
    assert not can_be_read(tmp_path)
    path.unlink()
    assert not can_be_read(tmp_path)


def test_the_version_in_use_is_kept_however_old(model: Model, tmp_path: Path) -> None:
    for number in range(KEPT):
        keep_model(_other(model, number), tmp_path, now=_later(number))
    oldest = list_models(tmp_path)[-1].name
    roll_back(tmp_path, oldest)
    assert oldest in [version.name for version in list_models(tmp_path)]


def test_without_any_version_it_says_what_to_do(tmp_path: Path) -> None:
    assert list_models(tmp_path) == []
    with pytest.raises(SettingsError, match="run `filrouge train` first"):
        roll_back(tmp_path)
    with pytest.raises(SettingsError, match="no trained model yet; run `filrouge train"):
        LiveModel(tmp_path).load()


async def test_a_server_follows_the_version_in_use(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.models, "LOOK_EVERY", 0.01)
    keep_model(_other(model, 1), tmp_path, now=NINE)
    live = LiveModel(tmp_path)
    live.load()
    watching = asyncio.create_task(live.watch())

    async def until_answered_by(start: str) -> None:
        async with asyncio.timeout(20):
            while not (await live.understand("salut", language="fr")).engine.startswith(start):  # noqa: ASYNC110 - it asks
                await asyncio.sleep(0.01)

    await until_answered_by("embedded-1000")
    path = keep_model(_other(model, 2), tmp_path, now=_later(1))
    await until_answered_by("embedded-2000")
    roll_back(tmp_path)
    await until_answered_by("embedded-1000")
    path.write_bytes(path.read_bytes()[:-100])
    roll_back(tmp_path, path.stem)  # a damaged one leaves the former in place
    await asyncio.sleep(0.1)
    await until_answered_by("embedded-1000")
    keep_model(_other(model, 3), tmp_path, now=_later(2))
    await until_answered_by("embedded-3000")
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await live.close()


async def test_a_burst_leaves_the_loop_free_and_answers_everybody(model: Model, tmp_path: Path) -> None:
    keep_model(model, tmp_path, now=NINE)
    live = LiveModel(tmp_path)
    live.load()
    alone = {text: await live.understand(text, language="fr") for text in ("salut", "vous ouvrez quand ?", "x" * 1000)}
    asked = [text for _ in range(15) for text in alone]
    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    meanings = await asyncio.gather(*(live.understand(text, language="fr") for text in asked))
    assert meanings == [alone[text] for text in asked]
    assert turns > 3  # it had its turn between the batches, and while they were worked on
    impatient = [asyncio.create_task(live.understand("salut", language="fr")) for _ in range(5)]
    await asyncio.sleep(0)
    impatient[3].cancel()  # one that goes away takes nobody along
    answers = await asyncio.gather(*impatient, return_exceptions=True)
    assert [isinstance(answer, asyncio.CancelledError) for answer in answers] == [False, False, False, True, False]
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)
    await live.close()


async def test_a_burst_that_fails_is_told_to_everybody(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_model(model, tmp_path, now=NINE)
    live = LiveModel(tmp_path)
    live.load()

    def broken(_self: EmbeddedEngine, _messages: object) -> list[Understanding]:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(EmbeddedEngine, "understand_many", broken)
    tried = await asyncio.gather(*(live.understand("salut", language="fr") for _ in range(5)), return_exceptions=True)
    assert [isinstance(answer, RuntimeError) for answer in tried] == [True] * 5
    monkeypatch.undo()
    assert (await live.understand("salut", language="fr")).intent == "greet"
    await live.close()


@pytest.fixture
def brand(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "data").mkdir(parents=True)
    lines = ['version: "3.1"', "nlu:"]
    for intent in ("greet", "hours"):
        lines += [f"- intent: {intent}", "  examples: |"]
        lines += [f"    - {example.text}" for example in SHOP.examples if example.intent == intent]
    (tmp_path / "shop" / "data" / "nlu.fr.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "shop"


def test_training_again_after_a_correction_encodes_the_correction_alone(
    brand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models" / "shop"
    train_brand(brand, models, [], now=NINE, show=lambda _what, _done: None)
    encoder = shared_encoder("use", bot.models.encoder_folder(models))
    encoded: list[str] = []
    really = encoder.encode

    def counting(texts: list[str]) -> object:
        encoded.extend(filter(None, texts))
        return really(texts)

    monkeypatch.setattr(encoder, "encode", counting)
    correction = Example("fermez-vous à midi", "hours", "fr")
    again = train_brand(brand, models, [correction], now=_later(1), show=lambda _what, _done: None)
    assert encoded == ["fermez-vous à midi"]
    monkeypatch.undo()
    fresh = train_brand(brand, tmp_path / "models" / "fresh", [correction], now=_later(1), show=lambda _what, _done: None)
    assert again.path.read_bytes() == fresh.path.read_bytes()


async def test_another_encoder_is_a_setting(brand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILROUGE_DATA_DIR", str(tmp_path / "data"))
    folder = bot.models.model_folder(tmp_path / "data", brand)
    monkeypatch.setenv("FILROUGE_ENCODER", "onnx:nowhere")
    with pytest.raises(EncoderMissing, match=r"onnx|nowhere"):
        await asyncio.to_thread(bot.commands.train, brand=brand)
    assert list_models(folder) == []
    monkeypatch.setenv("FILROUGE_ENCODER", "none")
    await asyncio.to_thread(bot.commands.train, brand=brand)
    assert [version.encoder for version in list_models(folder)] == ["none"]
    live = LiveModel(folder)
    live.load()
    assert (await live.understand("bonjour à tous", language="fr")).intent == "greet"
    await live.close()


def test_the_commands_show_and_roll_back(model: Model, brand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILROUGE_DATA_DIR", str(tmp_path / "data"))
    told = io.StringIO()
    monkeypatch.setattr(bot.model_commands, "out", Console(file=told, width=200))
    folder = bot.models.model_folder(tmp_path / "data", brand)
    for number in range(2):
        keep_model(_other(model, number), folder, now=_later(number))
    bot.model_commands.list_them(brand=brand)
    bot.model_commands.rollback(brand=brand)
    shown = [line for line in told.getvalue().splitlines() if "2026-11-26 " in line]
    assert ["yes" in line for line in shown] == [True, False]
    assert "In use now: 20261126T090000Z-00000000" in told.getvalue()
