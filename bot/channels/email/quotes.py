"""The words somebody wrote anew in a mail: without what they answer to, without their signature. Pure."""

from __future__ import annotations

import re

_SEPARATOR = re.compile(
    r"\s*[-_*=]{2,}\s*(original message|message d['’]origine|message original|message initial|forwarded message|"
    r"message transféré|ursprüngliche nachricht|mensaje original|messaggio originale)\s*[-_*=]{2,}\s*|"
    r"\s*(begin forwarded message|début du message réexpédié)\s*:\s*",
    re.IGNORECASE,
)
_WHEN_AND_WHO = re.compile(
    r"\s*(on|le|am|el|il)\b.{0,300}\d.{0,300}(wrote|a écrit|schrieb|escribió|ha scritto)\s*:\s*", re.IGNORECASE
)
_WHO = re.compile(r"\s*[^\n]{0,200}<[^<>\s]+@[^<>\s]+>.{0,100}(wrote|a écrit)\s*:\s*", re.IGNORECASE)
_LONGEST_ATTRIBUTION = 500
_FROM = re.compile(r"\s*\*?(from|de|von|da)\s*:\*?\s*\S", re.IGNORECASE)
_SENT = re.compile(
    r"\s*\*?(sent|envoyé|date|gesendet|enviado|inviato|to|à|an|para|subject|objet|betreff|asunto)\s*:", re.IGNORECASE
)
_RULE = re.compile(r"\s*_{10,}\s*")
_SIGNATURE = re.compile(r"--\s?")
_DEVICE = re.compile(
    r"\s*(sent from my|sent with|get outlook for|envoyé de mon|envoyé depuis|envoyé à partir de|envoyé avec|"
    r"télécharge[rz] outlook|obtenir outlook|provenance : courrier)\b.{0,120}",
    re.IGNORECASE,
)


def new_words(text: str) -> str:
    """What was written anew in `text`; the whole of it when nothing was, as in a forwarded mail.

    Quoted lines go wherever they stand, so that answers between them are kept; the headers and rules of mail programs end
    what is read, and so does a signature's `-- `.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = _without_signature(_unquoted(lines))
    words = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return words or text.strip()


def _unquoted(lines: list[str]) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.lstrip().startswith(">"):
            place += 1
            continue
        length = _attribution(lines, place)
        if length:
            below = next((lines[rest] for rest in range(place + length, len(lines)) if lines[rest].strip()), "")
            if not below.lstrip().startswith(">"):
                break  # a program that quotes without marks: everything below is quoted
            place += length
            continue
        if _SEPARATOR.fullmatch(line) or _header_block(lines, place):
            break
        kept.append(line)
        place += 1
    return kept


def _attribution(lines: list[str], place: int) -> int:
    """How many lines from `place` on say who wrote what follows: programs wrap that sentence, but leave no line blank in it.

    It begins as late as it can: what stands right above was written anew, even where it begins with the same word.
    """
    for length in (1, 2, 3):
        wrapped = lines[place : place + length]
        if not wrapped[-1].strip():
            return 0
        if not wrapped[-1].rstrip().endswith(":"):
            continue
        later = range(1, length)
        if _is_said(_WHEN_AND_WHO, wrapped) and not any(_is_said(_WHEN_AND_WHO, wrapped[start:]) for start in later):
            return length
        alone = length == 1 or (length == 2 and wrapped[1].lstrip().startswith("<"))
        if alone and _is_said(_WHO, wrapped):
            return length
    return 0


def _is_said(pattern: re.Pattern[str], wrapped: list[str]) -> bool:
    together = " ".join(line.strip() for line in wrapped)
    return len(together) <= _LONGEST_ATTRIBUTION and pattern.fullmatch(together) is not None


def _header_block(lines: list[str], place: int) -> bool:
    """Whether a copy of a mail's headers begins here, or the rule above one."""
    start = place + 1 if _RULE.fullmatch(lines[place]) else place
    near = [line for line in lines[start : start + 2] if line.strip()][:1]
    if not near or not _FROM.match(near[0]):
        return False
    return any(_SENT.match(line) for line in lines[start + 1 : start + 5])


def _without_signature(lines: list[str]) -> list[str]:
    for place, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line) and any(before.strip() for before in lines[:place]):
            lines = lines[:place]
            break
    while lines and (not lines[-1].strip() or _DEVICE.fullmatch(lines[-1])):
        lines = lines[:-1]
    return lines
