"""Understands more of a message than what it is mostly about: around any engine, with what the words themselves show.

    Reader(engine).understand("annulez mon rdv et rappelez-moi", language="fr")     # two wishes
    Reader(engine).understand("pas un remboursement, un échange", language="fr")    # the exchange
    Reader(engine).understand("merci, et pour les horaires ?", language="fr")       # the opening hours

A message is cut only where its words allow it (`nlu.wishes`), and a cut counts only when the engine is sure of each part.
Most messages cannot be cut, and cost what they cost the engine.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from nlu.answers import read_answer
from nlu.faq import FaqIndex
from nlu.tone import read_manner
from nlu.understanding import Understander, Understanding
from nlu.wishes import as_wish, borders, contrast, refused_alone, without_courtesy

MANNERS = frozenset({"greet", "thank_you", "goodbye"})
"""Intents of what people say beside a wish."""
NO_WISHES = MANNERS | {"affirm", "deny", "maybe", "cancel", "repeat", "choose_option", "give_name", "bot_challenge", "complaint"}
"""Intents that are never one of two wishes: they answer, steer, or colour the other half."""
REFUSED_ALREADY = frozenset({"talk_to_human", "complaint", "bot_challenge", "deny", "cancel", "order_change", "privacy_request"})
"""Intents that a refusal may itself mean (« je ne veux pas parler à un robot »): they stay what the engine says."""
_SURE = 0.5
"""Confidence each part needs, whatever the engine's threshold."""
_NOTHING_ELSE = 0.95
"""Confidence from which thanks are thanks and nothing else."""
_ALSO = 0.1
"""Confidence from which an intent is among what a few words may mean."""
_SURE_ENOUGH = 0.97
"""Confidence from which an intent is not doubted for a question of the house."""
_MOST_WISHES = 3


class Reader:
    """An `Understander` that looks into the messages another one understands."""

    def __init__(
        self,
        engine: Understander,
        *,
        manners: Collection[str] = MANNERS,
        no_wishes: Collection[str] = NO_WISHES,
        faq: FaqIndex | None = None,
    ) -> None:
        self.engine, self.faq = engine, faq
        self._manners, self._no_wishes = frozenset(manners), frozenset(no_wishes)

    async def understand(self, text: str, *, language: str) -> Understanding:
        """What `text` means; see `nlu.understanding.Understander`."""
        meaning = noticed(await self.engine.understand(text, language=language))
        if meaning.answer is not None or not meaning.text.strip():
            return meaning
        turned = await self._contrasted(meaning)
        if turned is not None:
            return turned
        wishes = await self._split(meaning, text, _MOST_WISHES)
        if len(wishes) > 1:
            return replace(meaning, wishes=wishes)
        return self._asked_of_the_house(await self._behind_courtesy(meaning))

    def _asked_of_the_house(self, meaning: Understanding) -> Understanding:
        """The same with the entry of the brand's questions it asks for, when no intent is what it means for sure."""
        if self.faq is None or (meaning.understood and meaning.confidence >= _SURE_ENOUGH):
            return meaning
        text = without_courtesy(meaning.text) or meaning.text
        written = without_courtesy(meaning.written) or meaning.written
        found = self.faq.find(text, meaning.language, strict=meaning.understood, written=written)
        return meaning if found is None else replace(meaning, faq=found.id, faq_likeness=found.likeness)

    async def _contrasted(self, meaning: Understanding) -> Understanding | None:
        """The wish that is told by what it is not; None when the message is no such thing."""
        found = contrast(meaning.text)
        if found is not None:
            wanted = await self._part(meaning, as_wish(found.wanted, meaning.language))
            if self._is_wish(wanted):
                return replace(meaning, ranking=wanted.ranking, threshold=wanted.threshold, out_of_scope=False)
            return None
        refused = refused_alone(meaning.text)
        if refused is None or not meaning.understood or meaning.intent in self._no_wishes | REFUSED_ALREADY:
            return None
        named = await self._part(meaning, as_wish(refused, meaning.language))
        if not any(guess.name == meaning.intent and guess.confidence >= _ALSO for guess in named.ranking[:3]):
            return None
        return replace(meaning, ranking=meaning.ranking[1:], refuses=str(meaning.intent))

    async def _split(self, whole: Understanding, text: str, most: int) -> tuple[Understanding, ...]:
        """The wishes of a text, when it can be cut into parts the engine is sure of; else nothing."""
        for left, right in borders(text) if most > 1 else ():
            first = await self._part(whole, left)
            if not self._is_wish(first):
                continue
            second = await self._part(whole, right)
            if self._is_wish(second) and second.intent != first.intent:
                return (first, *(await self._split(whole, right, most - 1) or (second,)))
        return ()

    async def _behind_courtesy(self, meaning: Understanding) -> Understanding:
        """The same with the request behind the thanks, when thanks are all that was heard."""
        if meaning.understood and (meaning.intent not in self._manners or meaning.confidence >= _NOTHING_ELSE):
            return meaning
        rest = without_courtesy(meaning.text)
        if not rest:
            return meaning
        behind = await self._part(meaning, rest)
        if not behind.understood or behind.intent in self._manners:
            return meaning
        return replace(meaning, ranking=behind.ranking, threshold=behind.threshold, out_of_scope=False)

    async def _part(self, whole: Understanding, text: str) -> Understanding:
        """What a part of a message means, said in the language of the whole."""
        part = await self.engine.understand(text, language=whole.language)
        return replace(part, language=whole.language, language_sure=whole.language_sure)

    def _is_wish(self, part: Understanding) -> bool:
        return part.understood and part.confidence >= _SURE and part.intent not in self._no_wishes


def noticed(meaning: Understanding) -> Understanding:
    """The same with what its words show by themselves: a plain answer, tone, an insult, distress."""
    manner = read_manner(meaning.text)
    return replace(
        meaning,
        answer=read_answer(meaning.text),
        tone=manner.tone,
        insult=manner.insult,
        distress=manner.distress,
    )


__all__ = ["MANNERS", "NO_WISHES", "Reader", "noticed"]
