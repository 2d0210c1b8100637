"""The engine that lives in the bot's own process: trained in seconds, loaded in a blink, a millisecond a message."""

from nlu.engine.embedded import EmbeddedEngine
from nlu.engine.model import Model
from nlu.engine.model_file import load_model, save_model

__all__ = ["EmbeddedEngine", "Model", "load_model", "save_model"]
