"""From a click on "this meant ..." to the brand's training data."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import structlog

from bot import signals
from bot.clock import Clock
from bot.dialogue.standard import TITLE
from bot.storage.corrections import example_of, keep_correction, words_of
from bot.storage.database import Database
from bot.workers.house import House
from handoff.console.ports import Correction, IntentLabel
from nlu.corrections import append_example
from nlu.errors import TrainingDataError
from nlu.understanding import Example

log = structlog.get_logger(__name__)


class StoredCorrections:
    """`handoff.console.ports.Corrections`."""

    def __init__(self, database: Database, board: signals.Signals, clock: Clock, house: House) -> None:
        self._database, self._board, self._clock, self._house = database, board, clock, house

    async def intents(self, language: str) -> Sequence[IntentLabel]:
        domain = self._house.domain
        labels = [
            IntentLabel(name=name, label=_sentence(domain.text(TITLE + name, language) or _usual(name, language)))
            for name in domain.intents
        ]
        return sorted(labels, key=lambda intent: intent.label.casefold())

    async def correct(self, conversation: int, message: int, intent: str, *, by: str) -> Correction | None:
        languages = self._house.brand.languages.all
        find = partial(words_of, conversation_id=conversation, message_id=message, languages=languages)
        words = await self._database.read(find)
        if words is None:
            return None
        keep = partial(keep_correction, words=words, intent=intent, by=by, now=self._clock.now())
        is_new = await self._database.write(keep)
        written = await self._export(message, example_of(words.line, intent, words.language))
        self._board.tell([signals.conversation(conversation)])
        return Correction(message=message, intent=intent, already=not (is_new if written is None else written))

    async def _export(self, message: int, example: Example) -> bool | None:
        """Add the line to the brand's file; whether that changed it, None when it could not be done.

        The row is committed by now and training reads the rows, so a folder that cannot be written costs nothing but the copy.
        """
        file = self._house.brand.folder / "data" / f"nlu.{example.language}.yml"
        try:
            return await asyncio.to_thread(_append, file, example)
        except (OSError, TrainingDataError) as error:
            cure = "let the server write there; until then `filrouge train` takes this correction from the database"
            line = error.line if isinstance(error, TrainingDataError) else 0
            problem = type(error).__name__
            log.warning("correction_not_in_file", message=message, file=str(file), line=line, problem=problem, cure=cure)
            return None


def _append(file: Path, example: Example) -> bool:
    file.parent.mkdir(parents=True, exist_ok=True)
    return append_example(file, intent=example.intent, text=example.text, entities=example.entities)


def _usual(intent: str, language: str) -> str:
    """What an intent is called that the bot never offers on a button, and that a brand has no name for."""
    french, english = _USUAL.get(intent, (intent.replace("_", " "),) * 2)
    return french if language == "fr" else english


_USUAL = {
    "affirm": ("dire oui", "say yes"),
    "deny": ("dire non", "say no"),
    "maybe": ("hésiter", "hesitate"),
    "cancel": ("laisser tomber", "drop it"),
    "repeat": ("faire répéter", "ask to repeat"),
    "choose_option": ("choisir une proposition", "choose an option"),
    "give_name": ("donner son nom", "give a name"),
    "share_contact": ("partager son contact", "share a contact"),
    "thank_you": ("remercier", "thank"),
    "goodbye": ("dire au revoir", "say goodbye"),
    "bot_challenge": ("demander si c’est un robot", "ask whether it is a robot"),
    "out_of_scope": ("hors sujet", "off topic"),
}


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]
