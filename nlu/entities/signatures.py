"""The name at the end of a letter: « Bien cordialement, Yannick Forestier », "Kind regards, Ruth", or after the last sentence."""

from __future__ import annotations

import re
from collections.abc import Container

from nlu.entities.name_words import TITLE, WORD, is_full_name, name_from
from nlu.text import fold

_CLOSING = (
    r"(?:(?:bien\s+)?(?:cordialement|amicalement|respectueusement|sincerement|tristement|amities)|(?:bien|tout)\s+a\s+vous"
    r"|(?:mes\s+|nos\s+|sinceres?\s+|meilleures?\s+|cordiales\s+)*salutations(?:\s+\w+)?|avec\s+(?:mes|ma|mon|toute\s+ma)\s+\w+"
    r"|veuillez\s+(?:agreer|croire|recevoir)[^,.\n]*|je\s+vous\s+prie\s+d'agreer[^,.\n]*"
    r"|(?:d'avance\s+)?merci(?:\s+(?:d'avance|beaucoup|bien|encore|a\s+vous|infiniment|(?:de|pour)\s+(?:votre|vos|ta|tout)(?:\s+\w+)?))*|cdt|cdlt|bises|bisous|a\s+bientot|bonne\s+\w+"
    r"|(?:with\s+)?(?:(?:my|our|very|kind(?:est)?|best|warm(?:est)?|many)\s+)*(?:regards|wishes|thanks|respects)"
    r"|yours(?:\s+(?:truly|sincerely|faithfully|ever))?|(?:sincerely|faithfully|respectfully|gratefully|cordially)(?:\s+yours)?|cheers|ta|love"
    r"|thank\s+you(?:\s+(?:so\s+much|very\s+much|in\s+advance|kindly))?|thx|all\s+the\s+best|best|signed|signe)"
)
_CLOSED = re.compile(rf"(?<!\w){_CLOSING}\s*(?:[,.!:;-]+\s*|\n\s*|\s+)(?={TITLE}?[^\W\d_]+[^.!?\n]*[.!]?[^\w]*$)")
_LAST_SENTENCE = re.compile(r"(?:[.!?…]|\n)[\s\"»”)]*(?=[^\W\d_][^.!?\n]*[.!]?[^\w]*$)")
_LATER = re.compile(r"[\s,.!?:;-]\s*[^\W\d_a-z]")
"""A capital that does not begin the message."""
_AFTER = re.compile(r"(?:,\s+[^.!?\n]{1,40})?[.!]?[^\w]*$")
"""What may follow: « Simone Gaillardet, toujours chez elle. »"""


def signature(text: str, usual: Container[str]) -> tuple[int, int] | None:
    """Where the message is signed, if it is: after a formula any name will do, else a first name and a surname."""
    if _LATER.search(text) is None:
        return None
    message = fold(text)
    for closing in reversed(list(_CLOSED.finditer(message.text))):
        start = message.span(0, closing.end())[1]
        span = name_from(text, start, sure=False, usual=usual)
        if span is None or not _AFTER.match(text, span[1]):
            continue
        parted = re.search(r"[^\w\s]\s*$|\n\s*$", text[: span[0]])  # "Thanks Sarah" speaks to Sarah, "Thanks, Sarah" is she
        if parted or is_full_name(WORD.findall(text[slice(*span)]), usual):
            return span
    for sentence in reversed(list(_LAST_SENTENCE.finditer(text))):
        span = name_from(text, sentence.end(), sure=True, usual=usual)
        if span is not None and _AFTER.match(text, span[1]) and is_full_name(WORD.findall(text[slice(*span)]), usual):
            return span
    return None
