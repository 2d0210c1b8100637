"""What understands: the embedded engine, or Rasa with the embedded one behind it, with what is read around either."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from bot.brand import Brand
from bot.faq import load_faq
from bot.models import LiveModel, encoder_folder, model_folder
from bot.settings import Settings
from bot.wiring.database import Start
from nlu.reader import Reader
from nlu.understanding import Understander


async def open_understander(
    settings: Settings, folder: Path, brand: Brand, model: LiveModel, closing: contextlib.AsyncExitStack, start: Start
) -> Understander:
    """What reads customers' messages, as the settings ask for it; `model` is the embedded one, loaded."""
    models = model_folder(settings.data_dir, folder)
    faq = await asyncio.to_thread(load_faq, brand, models, encoder_folder(models))
    if settings.engine == "embedded":
        return Reader(model, faq=faq)
    from bot.rasa.engine import rasa_engine  # only where it is wanted: most never load it
    from nlu.rasa.guarded import Bounded

    engine = rasa_engine(settings, models, model)
    closing.push_async_callback(engine.close)
    for name, work in engine.work().items():
        start(name, work)
    await engine.met()
    return Bounded(Reader(engine.understander, faq=faq), settings.rasa_seconds)
