"""What the encoders an operator keeps in a folder have in common: its files, its tokenizer, and what to install."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from nlu.errors import EncoderMissing


class Encoding(Protocol):
    """A text cut by the package tokenizers."""

    ids: Sequence[int]
    tokens: Sequence[str]
    offsets: Sequence[tuple[int, int]]
    attention_mask: Sequence[int]
    special_tokens_mask: Sequence[int]


class Tokenizer(Protocol):
    """As much of `tokenizers.Tokenizer` as is used here."""

    def encode(self, text: str, *, add_special_tokens: bool) -> Encoding: ...


def needed(folder: Path, *names: str) -> Path:
    """The first of these files that `folder` has. Raises `EncoderMissing` when it has none."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise EncoderMissing(f"{folder}: there is no {' or '.join(names)} in this folder; write the folder of a whole model")


def package(name: str, encoder: str) -> Any:
    """Import a package only some encoders need. Raises `EncoderMissing`, naming what to install."""
    try:
        return import_module(name)
    except ImportError:
        raise EncoderMissing(f"the encoder `{encoder}` needs the package {name}; `pip install {name}`") from None


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a folder, neither padding nor cutting short. Raises `EncoderMissing`."""
    tokenizers = package("tokenizers", "model2vec or onnx")
    file = needed(folder, "tokenizer.json")
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(file))
    except Exception as wrong:  # noqa: BLE001 - the package raises bare `Exception`
        raise EncoderMissing(f"{file}: this is no tokenizer the package tokenizers can read ({wrong})") from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return _Cleaned(tokenizer)


def whole_word(tokenizer: Tokenizer, word: str) -> bool:
    """Whether a tokenizer has `word` in one piece, and knows it."""
    read = tokenizer.encode(word, add_special_tokens=False)
    return len(read.ids) == 1 and read.tokens[0].lstrip("\u2581\u0120") == word


class _Cleaned:
    """A tokenizer that takes any text, half an emoji included."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def encode(self, text: str, *, add_special_tokens: bool) -> Encoding:
        return self._tokenizer.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=add_special_tokens)
