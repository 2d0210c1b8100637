"""Whether the address a mail claims to come from is proven: by DMARC, as our own receiving server has checked it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import Message

from bot.channels.email.headers import addresses, raw_values

_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*1\s*)?=\s*pass\b", re.IGNORECASE)
_DOMAIN = re.compile(r"\bheader\.from\s*=\s*\"?@?([^\s\";]+)", re.IGNORECASE)


def is_proven(mail: Message, trusted: Sequence[str]) -> bool:
    """Whether DMARC has passed for the one sender of this mail, by the word of a server among `trusted`.

    Anybody can write `Authentication-Results` into a mail, our server puts its own on top (RFC 8601) and takes away what
    bears its name: so only the first that bears it counts.
    """
    senders = addresses(mail, "From")
    if len(senders) != 1 or len(raw_values(mail, "From")) != 1:
        return False
    names = {name.lower().rstrip(".") for name in trusted if name}
    for written in raw_values(mail, "Authentication-Results"):
        server, *results = _split(written)
        if server.split(" ")[0].strip().lower().rstrip(".") in names:
            return any(_passes(result, senders[0].domain) for result in results)
    return False


def _passes(result: str, domain: str) -> bool:
    about = _DOMAIN.search(result)
    return bool(_DMARC.match(result)) and about is not None and about[1].lower().rstrip(".") == domain


def _split(written: str) -> list[str]:
    """The parts between semicolons, without comments: `dmarc=fail (said "dmarc=pass; ...")` is one part, and failed."""
    parts, depth, quoted, escaped = [""], 0, False, False
    for character in written:
        if escaped:
            escaped = False
            continue
        if character == "\\" and (quoted or depth):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
            parts[-1] += character
        elif character == "(" and not quoted:
            depth += 1
        elif character == ")" and not quoted and depth:
            depth -= 1
        elif depth:
            continue
        elif character == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
