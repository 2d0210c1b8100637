"""Static token vectors in a folder, as model2vec writes them: a text's vector is the mean of its tokens'.

Needs numpy and the package tokenizers, no other; the vectors are mapped from their file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoders.folders import Tokenizer, load_tokenizer, needed, whole_word
from nlu.encoders.protocol import Floats, Tokens, unit_rows
from nlu.errors import EncoderMissing

_KINDS: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
}
_LONGEST = 512
"""Tokens of a text that are read."""


class StaticEncoder:
    """A `SentenceEncoder` from a folder with `model.safetensors` and `tokenizer.json`."""

    def __init__(self, folder: Path) -> None:
        """Read the folder. Raises `EncoderMissing`."""
        file = needed(folder, "model.safetensors")
        self._tokenizer: Tokenizer = load_tokenizer(folder)
        arrays = _arrays(file)
        if "embeddings" not in arrays or arrays["embeddings"].ndim != 2:
            raise EncoderMissing(f"{file}: there is no table `embeddings` in this file; use a folder saved by model2vec")
        self._table = arrays["embeddings"]
        self._weights = arrays.get("weights")
        self._rows = arrays.get("mapping")
        self.name = f"model2vec:{folder}"
        told = hashlib.sha256(file.read_bytes() + (folder / "tokenizer.json").read_bytes())
        self.fingerprint = "model2vec-" + told.hexdigest()[:16]
        self.dimension = self.token_dimension = int(self._table.shape[1])

    def encode(self, texts: Sequence[str]) -> Floats:
        """See `SentenceEncoder`."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for number, text in enumerate(texts):
            found = self._tokens(self._tokenizer.encode(text, add_special_tokens=False).ids)
            if len(found):
                vectors[number] = found.mean(axis=0)
        return unit_rows(vectors)

    def encode_tokens(self, text: str) -> Tokens:
        """See `SentenceEncoder`."""
        read = self._tokenizer.encode(text, add_special_tokens=False)
        vectors = self._tokens(read.ids)
        mean = vectors.mean(axis=0) if len(vectors) else np.zeros(self.dimension, np.float32)
        spans = tuple((int(start), int(end)) for start, end in read.offsets[:_LONGEST])
        return Tokens(unit_rows(mean[None])[0], spans, vectors)

    def encode_tokens_of(self, texts: Sequence[str]) -> list[Tokens]:
        """See `SentenceEncoder`."""
        return [self.encode_tokens(text) for text in texts]

    def knows_word(self, word: str) -> bool:
        """See `SentenceEncoder`."""
        return whole_word(self._tokenizer, word)

    def expect(self, words: Sequence[str]) -> None:
        """See `SentenceEncoder`: there is nothing to get ready."""

    def _tokens(self, ids: Sequence[int]) -> Floats:
        numbers = np.array(ids[:_LONGEST], np.intp)
        rows = self._table[self._rows[numbers] if self._rows is not None else numbers]
        vectors: Floats = rows.astype(np.float32)
        if self._weights is not None:
            vectors *= self._weights[numbers].astype(np.float32)[:, None]
        return vectors


def _arrays(file: Path) -> dict[str, Any]:
    """The arrays of a safetensors file, mapped: 8 bytes of length, a JSON header with each array's place, then the numbers."""
    try:
        content = np.memmap(file, np.uint8, "r")
        length = int.from_bytes(bytes(content[:8]), "little")
        header = json.loads(bytes(content[8 : 8 + length]))
        body = content[8 + length :]
        return {
            name: body[slice(*about["data_offsets"])].view(_KINDS[about["dtype"]]).reshape(about["shape"])
            for name, about in header.items()
            if name != "__metadata__"
        }
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise EncoderMissing(f"{file}: this is no safetensors file we can read ({wrong}); save the model again") from None
