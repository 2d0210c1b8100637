"""Where a message may be cut: a greeting in front of a wish, two wishes side by side, a wish refused for another.

    without_courtesy("merci, et pour les horaires ?")               # "pour les horaires ?"
    borders("annulez mon rdv et rappelez-moi")                      # (("annulez mon rdv", "rappelez-moi"),)
    contrast("je ne veux pas de remboursement mais un échange")     # ("un remboursement", "je veux un échange")

These are only proposals from the shape of the words. Whether the parts mean anything by themselves is for the engine to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlu.text import fold

_LONGEST = 600
"""Characters that are looked into; a longer message is a letter, and is understood as one."""
_MOST_BORDERS = 3
_FEWEST_WORDS = 2
"""No wish is told in fewer, « rappelez-moi » having two."""
_WORDS = re.compile(r"[^\W_]+")

_MANNERS = (
    r"(?:(?:tres |un grand |grand |mille )?merci(?:s)?(?: (?:beaucoup|bien|a vous|pour \w+(?: \w+)?|d'avance|encore"
    r"|infiniment))?|mrc|mci"
    r"|thank(?:s| you| u)(?: (?:so much|very much|a lot|again|for \w+(?: \w+)?))?|thx|ty|cheers"
    r"|(?:re)?bonjour|bonsoir|salut|slt|bjr|bsr|coucou|cc|hello|hi|hey|good (?:morning|afternoon|evening)|allo|yo|wesh"
    r"|ok|okay|d'accord|dac|parfait|super|tres bien|c'est note|great|perfect|cool|top|genial|ah|oh|bon|alors|well|so"
    r"|right|all right|alright"
    r"|ca va|comment (?:ca va|allez-vous)|how are you(?: doing)?|monsieur|madame|mademoiselle|messieurs|there|a tous"
    r"|everyone|team|et|and|mais|but"
    r"|excusez-moi|pardon|excuse me|sorry|desolee?|svp|please)"
)
_COURTESY = re.compile(rf"^[\s,.!;:…-]*(?:{_MANNERS}(?![\w'])[\s,.!;:…-]*)+")

_BORDER = re.compile(
    r"\s*(?:[,;.+]\s*|\?\s*|!\s*|\s)(?:et (?:puis |aussi |ensuite |apres |egalement |en plus |sinon )?|puis |ensuite "
    r"|ainsi que |aussi |sinon |au fait,? "
    r"|par ailleurs,? |en plus,? |et/ou |& |and (?:also |then )?|also,? |then |plus |by the way,? |btw,? |oh and )"
    r"|\s*[;+]\s*|\?\s+(?=\S)"
)
_WISH = re.compile(
    r"(?:\b(?:je|j'|nous|on|i|we)\s*(?:ne\s+)?(?:veux|voudrais|voudrai|aimerais|aimerai|souhaite|souhaiterais|peux"
    r"|peut|pourrais|dois|cherche|prefere"
    r"|want|need|would|'d|wanna|can|could|have to|'m looking)\b|\bjveux\b|\bjvoudrais?\b|\bi'd\b|\bi'm looking\b"
    r"|\b(?:peux-tu|peux tu|pouvez-vous|pouvez vous|pourriez-vous|pourriez vous|est-ce que|est ce que|y a-t-il"
    r"|avez-vous|avez vous|vous (?:avez|faites|livrez"
    r"|ouvrez|fermez|prenez|pouvez|acceptez)|il me faut|il me faudrait|can you|could you|would you|will you|do you"
    r"|does|are you|is there|is it|please|svp|merci de)\b"
    r"|\b(?:quel|quels|quelle|quelles|ou est|ou en est|ou sont|ou se|c'est ou|quand|combien|comment|c'est quoi"
    r"|c'est combien|c'est quand|what|when|where|how|which|whats"
    r"|what's|where's|when's)\b"
    r"|^\W*(?:annul|deplac|decal|report|reserv|rappel|confirm|donn|envoy|dit|dis|chang|modifi|prend|prenez|pass|book"
    r"|cancel|move|reschedul|call|tell|send|give|change"
    r"|show|put|get|transf|appel|recommand|supprim|rembours|echang|suivre|track|parler|avoir|savoir|connaitre|voir"
    r"|fix|trouv|find|check|speak|talk|know|refund|exchang"
    r"|l'adresse|les horaires|le numero|mon rdv|my )\w*|\w+(?:ez|e|s)-(?:moi|le|la|les|nous)\b|\b(?:call|ring|phone"
    r"|email|text) me\b|\?)"
)
"""What shows that somebody wants or asks something, rather than telling what happened."""

_OPENING = r"\W*(?:(?:bonjour|hello|hi|non|no|ah non|merci|en fait|finalement|actually|attention|please|svp|mais|but)\W+)*"
_ARTICLE = r"(?:\s+(?:de|d|un|une|le|la|du|pour|a|an|the|for|to|any|my)\b|\s+d')*"
_NOT_WANTED = (
    r"(?:(?:je|j'|nous|on)\s*(?:ne\s+|n')?(?:(?:veux|voudrais|souhaite|cherche|demande)\s+(?:surtout\s+)?pas|ai\s+pas\s+besoin)"
    r"|jveux\s+pas|(?:i|we)\s+(?:don'?t|do\s+not|didn'?t|did\s+not)\s+(?:want|need|ask\s+for|mean))"
)
_REFUSED_FIRST = re.compile(
    rf"{_OPENING}(?:{_NOT_WANTED}|(?P<bare>(?:c'est\s+|ce n'est\s+|it's\s+)?(?:pas|surtout pas|non pas|not))){_ARTICLE}\s*"
    r"(?P<refused>[^,;.!?]{3,60}?)\s*"
    r"(?:(?P<but>(?:[,;.]\s*|\s)(?:mais(?: plutot)?|but(?: rather)?|plutot|rather|instead|je veux|je voudrais|juste|i want|i need"
    r"|i'd like|just))|[,;.])\s+(?P<wanted>.+)"
)
_REFUSED_LAST = re.compile(
    r"(?P<wanted>.{4,}?)(?:[,;]\s*(?:et |mais |and |but )?|\s+(?:et |mais |and |but )?)(?:non\s+)?(?:pas|not)"
    r"(?=\s+(?:de|du|un|une|le|la|a|an|the|to|d')(?!\w))"
    r"\s*(?:(?:de|d'|un|une|le|la|a|an|the|to)\s+)*(?P<refused>[^,;.!?]{3,60}?)\s*[.!]*"
)
_ACTS = (
    r"(?:annul|rappel|appel|reserv|deplac|decal|report|chang|modifi|rembours|envoy|livr|transf|cancel|call|book|move|reschedul|refund|send"
    r"|deliver|ring|phone)"
)
"""Beginnings of what can be asked not to be done."""
_REFUSED_ALONE = re.compile(
    rf"{_OPENING}(?:(?:ne\s+|n')(?P<verb>(?:m'|me |le |la |les )?{_ACTS}\w*(?:-\w+)*)\s+(?:surtout\s+)?pas\b"
    rf"|{_NOT_WANTED}{_ARTICLE}|(?:don'?t|do\s+not)(?=\s+{_ACTS}))\s*(?P<rest>[^?,;.!]{{0,80}})[.!\s]*"
)
_NO_LONGER = re.compile(r"\b(?:plus|anymore|any more|any longer|no longer)\b")
"""« Je n'en veux plus » does want something: an end of it."""
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True)
class Contrast:
    """A wish told by what it is not."""

    wanted: str
    refused: str


def without_courtesy(text: str) -> str:
    """What follows the greeting, thanks or "ok" a message begins with; empty when it begins with none, or nothing follows."""
    text = text[:_LONGEST]
    folded = fold(text)
    found = _COURTESY.match(folded.text)
    if found is None or found.end() == 0:
        return ""
    rest = text[_place(folded.places, found.end()) :].strip()
    folded_rest = fold(rest).text
    return rest if _WISH.search(folded_rest) or len(_WORDS.findall(folded_rest)) > _FEW_WORDS else ""


def borders(text: str) -> tuple[tuple[str, str], ...]:
    """Places where the message may be two wishes: what stands before and after each, without the word that joins them."""
    text = text[:_LONGEST]
    folded = fold(text)
    found: list[tuple[str, str]] = []
    for cut in _BORDER.finditer(folded.text):
        asked = cut.group().find("?") + 1
        end = cut.start() + asked  # a question mark belongs to what it ends
        left, right = folded.text[:end], folded.text[cut.end() :]
        if min(len(_WORDS.findall(left)), len(_WORDS.findall(right))) < _FEWEST_WORDS:
            continue
        if not (_WISH.search(left) and _WISH.search(right)):
            continue
        found.append((text[: _place(folded.places, end)].strip(), text[_place(folded.places, cut.end()) :].strip()))
        if len(found) == _MOST_BORDERS:
            break
    return tuple(found)


def contrast(text: str) -> Contrast | None:
    """The wish a message tells and the one it refuses beside it; None for every other message."""
    text = text[:_LONGEST]
    folded = fold(text)
    found = _REFUSED_FIRST.fullmatch(folded.text)
    if found is not None and found["bare"] and not found["but"]:
        # « Pas un remboursement, un échange » has both halves short; « pas de facture, vous me l'envoyez ? » tells a story.
        found = found if max(len(found["refused"].split()), len(found["wanted"].split())) <= _FEW_WORDS else None
    found = found or _REFUSED_LAST.fullmatch(folded.text)
    if found is None:
        return None

    def original(name: str) -> str:
        start, end = found.span(name)
        return text[_place(folded.places, start) : _place(folded.places, end)].strip()

    return Contrast(wanted=original("wanted"), refused=original("refused"))


def refused_alone(text: str) -> str | None:
    """What a message refuses and says nothing else, as if it were wished for: "n'annulez pas mon rdv" gives "annulez mon rdv"."""
    text = text[:_LONGEST]
    folded = fold(text)
    found = _REFUSED_ALONE.fullmatch(folded.text)
    if found is None or _NO_LONGER.search(folded.text):
        return None
    parts = [found.span(name) for name in ("verb", "rest") if found[name] is not None]
    return " ".join(text[_place(folded.places, start) : _place(folded.places, end)].strip() for start, end in parts)


def as_wish(part: str, language: str) -> str:
    """What is wanted, as a sentence: "un échange" alone is hardly a request."""
    if _WISH.search(fold(part).text):
        return part
    return f"je voudrais {part}" if language == "fr" else f"I want {part}"


def _place(places: tuple[int, ...] | None, at: int) -> int:
    return at if places is None else places[at]


__all__ = ["Contrast", "as_wish", "borders", "contrast", "refused_alone", "without_courtesy"]
