"""The brand's own questions: measured when it is trained, searched while it is served."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog

from bot.brand import Brand, FaqEntry
from nlu.encoders import SentenceEncoder, shared_encoder
from nlu.faq import FaqIndex, Tuned
from nlu.faq_training import content_of, load_tuned, save_tuned, tune
from nlu.understanding import Example

log = structlog.get_logger(__name__)


def faq_file(models: Path) -> Path:
    return models / "faq.json"


def train_faq(asked: Sequence[FaqEntry], examples: Sequence[Example], models: Path, encoder: SentenceEncoder) -> Tuned | None:
    """Measure the brand's questions against its training messages; None when it has none."""
    entries = [entry.entry() for entry in asked]
    if not entries:
        faq_file(models).unlink(missing_ok=True)
        return None
    tuned = tune(entries, examples, encoder)
    save_tuned(tuned, faq_file(models))
    return tuned


def load_faq(brand: Brand, models: Path, weights: Path | None = None) -> FaqIndex | None:
    """The brand's questions, ready to be searched; None when there are none, or they changed since they were measured.

    `weights` is where sentence encoders keep theirs. Raises `nlu.errors.ModelError` for a damaged file.
    """
    entries = [entry.entry() for entry in brand.faq]
    tuned = load_tuned(faq_file(models)) if entries else None
    if tuned is None or tuned.content != content_of(entries):
        if entries:
            log.warning(
                "faq_not_trained", file=str(brand.folder / "faq.yml"), advice="run `filrouge train`; it is unused until then"
            )
        return None
    return FaqIndex(entries, tuned, shared_encoder(tuned.setting, weights))
