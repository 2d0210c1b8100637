"""One file per model: a JSON header, then plain arrays. Nothing in it is ever executed.

    8 bytes   the signature
    8 bytes   length of the header, little-endian
    header    UTF-8 JSON: format, sha256 of what follows, the model's words and settings, where each array lies
    arrays    little-endian, in C order, each at a multiple of 64 bytes

A file is written aside and put in place in one step; a damaged or half-copied one is refused by its checksum.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.engine.model import Calibration, Model, SentenceView
from nlu.engine.scope import ScopeRule
from nlu.entities import Known
from nlu.entities.tagger import TaggerModel
from nlu.errors import ModelError

SIGNATURE = b"filrouge"
FORMAT = 5
_ALIGNED = 64
_ARRAYS = ("idf", "weights", "bias")
_SENTENCE = ("centre", "weights", "bias", "axes", "examples", "says", "starts")
_AGAIN = "train again (`filrouge train`) to make a model this version can read"


def save_model(model: Model, path: Path | str, *, created_at: str) -> None:
    """Write a model to `path`, in one step; `created_at` is kept as given (ISO 8601). The same model gives the same bytes."""
    path = Path(path)
    content = to_bytes(model, created_at=created_at)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def to_bytes(model: Model, *, created_at: str) -> bytes:
    """The whole file of a model, for those who keep models elsewhere than on a disk."""
    places: dict[str, dict[str, Any]] = {}
    body = bytearray()
    for name, given in _arrays_of(model).items():
        array = np.ascontiguousarray(given, dtype="<f4")
        body += bytes(-len(body) % _ALIGNED)
        places[name] = {"shape": array.shape, "offset": len(body)}
        body += array.tobytes()
    header = {
        "format": FORMAT,
        "created_at": created_at,
        "data_hash": model.data_hash,
        "scores": dict(model.scores),
        "settings": dict(model.settings),
        "sha256": hashlib.sha256(body).hexdigest(),
        "arrays": places,
        "intents": model.intents,
        "words": model.words,
        "pieces": model.pieces,
        "unseen_idf": model.unseen_idf,
        "by_words": asdict(model.by_words),
        "by_both": asdict(model.by_both) if model.by_both else None,
        "encoder": model.sentence.encoder if model.sentence else None,
        "taught": model.taught,
        "word_counts": model.word_counts,
        "spellings": model.spellings,
        "entities": model.entities.to_json(),
        "tagger": model.tagger.to_json() if model.tagger else None,
    }
    written = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    written += b" " * (-(len(SIGNATURE) + 8 + len(written)) % _ALIGNED)
    return SIGNATURE + len(written).to_bytes(8, "little") + written + bytes(body)


def read_header(path: Path | str) -> dict[str, Any]:
    """What a model file says of itself (`created_at`, `data_hash`, `scores`, `settings`, ...), without loading the model."""
    return _split(_read(Path(path)), str(path))[0]


def load_model(path: Path | str) -> Model:
    """Read a model. Raises `ModelError` for anything that is not a whole model of this format."""
    return from_bytes(_read(Path(path)), name=str(path))


def from_bytes(content: bytes, *, name: str = "model") -> Model:
    """Read a model from the content of its file; `name` is for the error."""
    header, body = _split(content, name)
    if hashlib.sha256(body).hexdigest() != header.get("sha256"):
        raise ModelError(f"{name}: this model is damaged or not whole; {_AGAIN}")
    try:
        arrays = {key: _array(body, place) for key, place in header["arrays"].items()}
        sentence = None
        if header["encoder"] is not None:
            sentence = SentenceView(header["encoder"], **{key: arrays[f"sentence_{key}"] for key in _SENTENCE})
        return Model(
            intents=tuple(header["intents"]),
            words=tuple(header["words"]),
            pieces=tuple(header["pieces"]),
            unseen_idf=float(header["unseen_idf"]),
            by_words=_calibration(header["by_words"]),
            by_both=_calibration(header["by_both"]) if sentence else None,
            sentence=sentence,
            taught={key: (int(intent), float(share)) for key, (intent, share) in header["taught"].items()},
            word_counts=header["word_counts"],
            spellings=header["spellings"],
            entities=Known.from_json(header["entities"]),
            tagger=_tagger(header["tagger"], arrays),
            data_hash=str(header["data_hash"]),
            scores=header["scores"],
            settings=header["settings"],
            **{key: arrays[key] for key in _ARRAYS},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise ModelError(f"{name}: this model lacks a part ({wrong}); {_AGAIN}") from None


def _arrays_of(model: Model) -> dict[str, NDArray[np.float32]]:
    arrays = {name: getattr(model, name) for name in _ARRAYS}
    arrays |= {f"sentence_{name}": getattr(model.sentence, name) for name in _SENTENCE if model.sentence}
    return arrays | {f"tagger_{name}": array for name, array in (model.tagger.arrays() if model.tagger else {}).items()}


def _tagger(written: dict[str, Any] | None, arrays: dict[str, NDArray[np.float32]]) -> TaggerModel | None:
    own = {key.removeprefix("tagger_"): array for key, array in arrays.items() if key.startswith("tagger_")}
    return TaggerModel.from_json(written, own) if written is not None else None


def _calibration(kept: dict[str, Any]) -> Calibration:
    rule = kept["scope"]
    weights, means, deviations = (tuple(rule[key]) for key in ("weights", "means", "deviations"))
    return Calibration(tuple(kept["shares"]), kept["threshold"], ScopeRule(weights, means, deviations, rule["least"]))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no model here; train one") from None
    except OSError as wrong:
        raise ModelError(f"{path}: the model cannot be read ({wrong.strerror}); check its permissions") from None


def _split(content: bytes, name: str) -> tuple[dict[str, Any], memoryview]:
    start = len(SIGNATURE) + 8
    length = int.from_bytes(content[len(SIGNATURE) : start], "little")
    if content[: len(SIGNATURE)] != SIGNATURE or len(content) < start + length:
        raise ModelError(f"{name}: this is not a model file; {_AGAIN}")
    try:
        header = json.loads(content[start : start + length])
    except ValueError:
        raise ModelError(f"{name}: this model is damaged or not whole; {_AGAIN}") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        found = header.get("format") if isinstance(header, dict) else None
        raise ModelError(f"{name}: this model has format {found} and this version reads {FORMAT}; {_AGAIN}")
    return header, memoryview(content)[start + length :]


def _array(body: memoryview, place: dict[str, Any]) -> NDArray[np.float32]:
    shape = tuple(int(side) for side in place["shape"])
    count = int(np.prod(shape))
    return np.frombuffer(body, dtype="<f4", count=count, offset=int(place["offset"])).reshape(shape)
