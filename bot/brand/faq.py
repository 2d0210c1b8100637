"""What `faq.yml` says: questions nobody made an intent for, several ways of asking each, and the answer in every language."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from bot.brand.words import BrandModel, Id, Text
from nlu.faq import Entry


class FaqEntry(BrandModel):
    """One thing people ask."""

    id: Id
    questions: Mapping[str, tuple[Text, ...]]
    """By language: two or more ways of asking."""
    answer: Mapping[str, Text]

    def entry(self) -> Entry:
        """As the NLU searches it."""
        return Entry(self.id, self.questions)


class FaqFile(BrandModel):
    """What `faq.yml` says."""

    faq: tuple[FaqEntry, ...] = Field(min_length=1)
