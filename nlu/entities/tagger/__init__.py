"""Finds entities that no list can hold (a title, a person, a dish) by what was annotated in the training examples.

    model = learning.learn_tagger(data, encoder, progress)   # None when the rules of `nlu.entities` do as well; seconds
    known = learn(data, model.names)                   # the rules, less what is now learnt
    Tagger(model).add(text, found, ranking, tokens)    # what the rules found, and what was learnt

A linear-chain conditional random field over words, their letters, neighbours, the wordings annotated elsewhere, what the
rules found, the message's intent and the sentence encoder's token vectors. Which entities it finds is decided by
cross-validation: those it finds better than the rules.
"""

from nlu.entities.tagger.model import TaggerModel
from nlu.entities.tagger.tagger import Tagger

__all__ = ["Tagger", "TaggerModel"]
