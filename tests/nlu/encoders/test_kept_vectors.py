"""Vectors of training messages are kept from one training to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlu.encoders import Floats, SentenceEncoder, shared_encoder
from nlu.encoders.kept import KeptVectors


class Counting(KeptVectors):
    """The default encoder, counting what it is asked."""

    def __init__(self, encoder: SentenceEncoder, file: Path) -> None:
        super().__init__(encoder, file)
        self.encoder, self.asked = encoder, list[str]()

    def encode(self, texts: Sequence[str]) -> Floats:
        self.asked += filter(None, texts)
        return self.encoder.encode(texts)


@pytest.fixture
def encoder(tmp_path: Path) -> Counting:
    return Counting(shared_encoder("use"), tmp_path / "unused")


def test_what_was_kept_is_not_encoded_again(encoder: Counting, tmp_path: Path) -> None:
    first = KeptVectors(encoder, tmp_path / "vectors.npz")
    vectors = first.encode(["bonjour", "merci", "bonjour"])
    assert encoder.asked == ["bonjour", "merci"]
    first.save()
    again = KeptVectors(encoder, tmp_path / "vectors.npz")
    assert np.array_equal(again.encode(["bonjour", "au revoir"])[0], vectors[0])
    assert encoder.asked == ["bonjour", "merci", "au revoir"]
    again.save()  # and what nobody asked for is forgotten
    KeptVectors(encoder, tmp_path / "vectors.npz").encode(["merci"])
    assert encoder.asked[3:] == ["merci"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x93NUMPY"])
def test_a_file_that_cannot_be_read_is_as_good_as_none(encoder: Counting, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vectors.npz").write_bytes(content)
    kept = KeptVectors(encoder, tmp_path / "vectors.npz")
    assert kept.encode(["bonjour"]).shape == (1, 512)
    assert kept.encode([]).shape == (0, 512)


def test_another_encoder_s_vectors_are_not_taken(encoder: Counting, tmp_path: Path) -> None:
    kept = KeptVectors(encoder, tmp_path / "vectors.npz")
    kept.encode(["bonjour"])
    kept.save()
    encoder.fingerprint = "another"
    KeptVectors(encoder, tmp_path / "vectors.npz").encode(["bonjour"])
    assert encoder.asked == ["bonjour", "bonjour"]
    assert KeptVectors(shared_encoder("none"), tmp_path / "vectors.npz").encode(["bonjour"]).shape == (1, 0)


def test_an_encoder_of_no_numbers_leaves_nothing_behind(tmp_path: Path) -> None:
    for _ in range(2):
        kept = KeptVectors(shared_encoder("none"), tmp_path / "vectors.npz")
        assert kept.encode(["bonjour", "merci"]).shape == (2, 0)
        kept.save()
