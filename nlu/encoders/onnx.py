"""Any sentence model an operator has as ONNX, such as those of sentence-transformers.

The folder holds `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`. A model that gives one vector a text is taken at
its word; one that gives a vector a token is averaged over the tokens, the usual way of these models.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoders.folders import Encoding, Tokenizer, load_tokenizer, needed, package, whole_word
from nlu.encoders.protocol import Floats, Tokens, unit_rows
from nlu.errors import EncoderMissing

_LONGEST = 256
"""Tokens of a text that are read: what most of these models were taught with."""


class OnnxEncoder:
    """A `SentenceEncoder` that runs a model folder with onnxruntime, on one thread."""

    def __init__(self, folder: Path) -> None:
        """Load the folder. Raises `EncoderMissing`."""
        runtime = package("onnxruntime", "onnx")
        file = needed(folder, "model.onnx", "onnx/model.onnx")
        self._tokenizer: Tokenizer = load_tokenizer(folder)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: Any = runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as wrong:  # noqa: BLE001 - the runtime's errors have no common class of their own
            raise EncoderMissing(f"{file}: onnxruntime cannot load this model ({wrong}); export it again") from None
        self._inputs = {given.name for given in self._session.get_inputs()}
        self.name = f"onnx:{folder}"
        told = hashlib.sha256(file.read_bytes() + (folder / "tokenizer.json").read_bytes())
        self.fingerprint = "onnx-" + told.hexdigest()[:16]
        sample, by_token = self._run("hello")[1:]
        self.dimension = int(sample.shape[0])
        self.token_dimension = int(by_token.shape[1])

    def encode(self, texts: Sequence[str]) -> Floats:
        """See `SentenceEncoder`. One text at a time: padding a batch would change its vectors."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return unit_rows(np.stack([self._run(text)[1] for text in texts]))

    def encode_tokens(self, text: str) -> Tokens:
        """See `SentenceEncoder`; a model that gives one vector a text has no tokens to tell."""
        read, vector, by_token = self._run(text)
        if not self.token_dimension:
            return Tokens(unit_rows(vector[None])[0], (), by_token)
        words = [place for place, special in enumerate(read.special_tokens_mask[:_LONGEST]) if not special]
        spans = tuple((int(read.offsets[place][0]), int(read.offsets[place][1])) for place in words)
        return Tokens(unit_rows(vector[None])[0], spans, by_token[words])

    def encode_tokens_of(self, texts: Sequence[str]) -> list[Tokens]:
        """See `SentenceEncoder`."""
        return [self.encode_tokens(text) for text in texts]

    def knows_word(self, word: str) -> bool:
        """See `SentenceEncoder`."""
        return whole_word(self._tokenizer, word)

    def expect(self, words: Sequence[str]) -> None:
        """See `SentenceEncoder`: there is nothing to get ready."""

    def _run(self, text: str) -> tuple[Encoding, Floats, Floats]:
        """How the text was cut, its vector (of any length) and its tokens' vectors (of no numbers when the model has none)."""
        read = self._tokenizer.encode(text, add_special_tokens=True)
        ids = np.array(read.ids[:_LONGEST], np.int64)[None]
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        if not ids.size:
            size = getattr(self, "dimension", 0)
            tokens = getattr(self, "token_dimension", 0)
            return read, np.zeros(size, np.float32), np.empty((0, tokens), np.float32)
        told = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})
        whole = next((out for out in told if out.ndim == 2), None)
        if whole is not None and told[0].ndim == 2:
            return read, whole[0].astype(np.float32), np.empty((0, 0), np.float32)
        by_token = told[0][0].astype(np.float32)
        return read, by_token.mean(axis=0), by_token
