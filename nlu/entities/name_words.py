"""What can be a person's name, word by word: capitals, particles, titles, and the words that never are one."""

from __future__ import annotations

import re
from collections.abc import Collection, Container

from nlu.common_words import WORDS
from nlu.entities.gazetteer import singular
from nlu.slang import SLANG
from nlu.spelling import one_slip
from nlu.text import folded

TITLE = r"(?:(?:madame|monsieur|mademoiselle|mme|mlle|mr|mrs|miss|ms|dr)\b\.?\s+|m\.\s+)"
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TITLE_AT = re.compile(TITLE, re.IGNORECASE)
_INITIAL = re.compile(r"[^\W\d_]\.")
_GAP = re.compile(r"[^\S\n]+")
_LONGEST = 4
_SHORTEST = 4
_LONG_RUN = re.compile(r"(.)\1{2,}")
_PARTICLES = frozenset(("de", "du", "des", "la", "le", "van", "von", "da", "di", "el", "ben", "saint", "st", "mc", "d"))

_NEVER_WORDS = """
svp stp pls plz thx ok je i et and pour for merci thanks cheers ta bonjour bonsoir salut hello hi hey coucou allo
cordialement sincerement respectueusement amicalement bien regards sincerely yours best kind warm cdt cdlt bises bisous
madame monsieur mademoiselle messieurs mesdames sir madam miss mister dear cher chere chers
english french british american canadian australian irish scottish welsh european italian spanish german belgian swiss
dutch indian african asian caribbean anglais anglaise francais francaise quebecois quebecoise belge suisse canadien
canadienne europe france canada christmas noel easter xmas sms whatsapp messenger instagram facebook telegram gps vat tva
usa uk google apple samsung pay paypal
"""
NEVER = frozenset(_NEVER_WORDS.split())
"""Words with a capital of their own, or that begin a sentence after which a name could come."""
_CONTRACTION = re.compile(r"(?:i|you|he|she|it|we|they|that|there|who|what|don|can|won|isn|c|j|l|n|qu|m|t|s)'", re.IGNORECASE)


def name_from(text: str, start: int, *, sure: bool, usual: Container[str] = ()) -> tuple[int, int] | None:
    """The name that begins at `start`: capitalised words, or any uncommon ones when it is `sure` that a name comes.

    `usual` are folded words of the bot's customers that are no names.
    """
    title = _TITLE_AT.match(text, start)
    begin, position = start, title.end() if title else start
    end = None
    for _ in range(_LONGEST):
        initial = _INITIAL.match(text, position) if end is None or sure else None
        word = initial or WORD.match(text, position)
        if word is None:
            break
        if initial is None and not can_be_name(word.group(), sure=sure or title is not None, first=end is None, usual=usual):
            break
        end = word.end()
        gap = _GAP.match(text, end)
        if gap is None:
            break
        position = gap.end()
    if end is None:
        return None
    last = re.search(r"\s(\S+)$", text[begin:end])
    while last and folded(last[1]) in _PARTICLES:
        end = begin + last.start()
        last = re.search(r"\s(\S+)$", text[begin:end])
    return begin, end


def can_be_name(word: str, *, sure: bool, first: bool, usual: Container[str] = ()) -> bool:
    """Whether a word may be one of a name; `first` when it would begin it, `sure` when something announced a name."""
    plain = folded(word)
    if plain in _PARTICLES and not first:
        return True
    if plain in NEVER or _CONTRACTION.match(folded(word)):
        return False
    if plain in WORDS:
        return sure and word[0].isupper()  # a Miss Price gives her name like anybody
    if singular(plain) in usual and not (sure and word[0].isupper()):
        return False
    return word[0].isupper() or sure


def is_full_name(words: list[str], usual: Container[str]) -> bool:
    """Whether capitalised words are a first name and a surname, with nothing that announced them: at least one is uncommon."""
    plain = [folded(word) for word in words]
    if not 2 <= len(words) <= _LONGEST or any(word in NEVER or _CONTRACTION.match(word) for word in plain):
        return False
    if not (words[0][0].isupper() and words[-1][0].isupper()):
        return False
    if not all(word[0].isupper() or low in _PARTICLES for word, low in zip(words, plain, strict=True)):
        return False
    uncommon = [word for word in plain if word not in WORDS and singular(word) not in usual and word not in _PARTICLES]
    return len(uncommon) * 2 >= len(words) and plain[0] not in WORDS


def is_nobodys_word(word: str, usual: Collection[str]) -> bool:
    """Whether a word is none we know nor a slip of one, so that it can hardly be anything but a name."""
    plain = folded(word)
    if (
        len(plain) < _SHORTEST
        or plain in NEVER
        or plain in WORDS
        or singular(plain) in usual
        or _LONG_RUN.search(plain)
        or _CONTRACTION.match(plain)
    ):
        return False
    if any(plain in spellings for spellings in SLANG.values()):
        return False
    near = (known for words in (WORDS, usual) for known in words if known[0] == plain[0] and abs(len(known) - len(plain)) < 2)
    return not any(one_slip(plain, known) for known in near)
