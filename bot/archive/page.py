"""The page of an archive, piece by piece: readable on a phone, without a script, everything in it escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_percent

from bot.archive.words import act_name, label, say

SECTIONS = (
    "profile",
    "sources",
    "contact_points",
    "identities",
    "slots",
    "wishes",
    "proofs",
    "codes",
    "links",
    "cases",
    "notes",
    "appointments",
    "merges",
    "public",
    "audit",
)
"""In this order; the conversation itself comes last."""
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_STYLE = """
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:42rem;padding:1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #8886}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.1rem .8rem}
dl{margin:.6rem 0;padding-bottom:.6rem;border-bottom:1px dotted #8886}
dt{color:GrayText}dd{margin:0}
article{margin:.8rem 0;padding:.6rem .8rem;border-radius:.6rem;background:#8882}
article.you{margin-left:2rem;background:#37c2}
article p{margin:.2rem 0;white-space:pre-wrap}
small{color:GrayText}
"""


class Page:
    """One person's page; its pieces are to be written in the order of the methods."""

    def __init__(self, *, language: str, zone: str, brand: str, at: datetime) -> None:
        self._language = "en" if language == "en" else "fr"
        self._zone, self._brand, self._at = ZoneInfo(zone), brand, at

    def head(self) -> str:
        title = escape(self._say("title", brand=self._brand))
        intro = escape(self._say("intro", at=self._time(self._at)))
        # Nothing is loaded from anywhere, whatever was written by whom.
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:"
        return (
            f'<!doctype html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{intro}</p>\n"
        )

    def section(self, name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """One kind of data: each entry as a list of what it says."""
        yield f"<h2>{escape(self._say(name))}</h2>\n"
        if not entries:
            yield f"<p>{escape(self._say('nothing'))}</p>\n"
        for entry in entries:
            rows = "".join(
                f"<dt>{escape(label(self._language, field))}</dt><dd>{escape(self._named(field, value))}</dd>"
                for field, value in entry.items()
                if value not in (None, "", [], {})
            )
            yield f"<dl>{rows}</dl>\n"

    def begin_messages(self) -> str:
        return f"<h2>{escape(self._say('messages'))}</h2>\n"

    def message(self, said: Mapping[str, Any], files: Iterable[tuple[str, str]] = ()) -> str:
        """One message; `files` are the names of what came with it and where each is in the archive (nowhere: "")."""
        yours = said["author"] == "customer"
        who = self._say("you") if yours else said.get("author_name") or self._say(_AUTHORS.get(said["author"], "system"))
        text = said["text"] or ("" if said["kind"] == "text" else self._say("kind", kind=said["kind"]))
        lines = [f"<small>{escape(self._time(said['at']))} · {escape(said['channel'])}</small>", f"<b>{escape(who)}</b>"]
        lines.append(f"<p>{escape(text)}</p>")
        for name, place in files:
            told = escape(self._say("file", name=name) if place else self._say("file_gone"))
            lines.append(f'<p><a href="{escape(place)}">{told}</a></p>' if place else f"<p><small>{told}</small></p>")
        plain = in_plain_words(said.get("trace") or {}, self._language)
        if plain:
            lines.append(f"<small>{escape(plain)}</small>")
        return f'<article class="{"you" if yours else "us"}">' + "\n".join(lines) + "</article>\n"

    def foot(self) -> str:
        return "</body>\n</html>\n"

    def _say(self, key: str, **values: Any) -> str:
        return say(self._language, key, **values)

    def _time(self, at: datetime) -> str:
        return format_datetime(at.astimezone(self._zone), "d MMMM y, HH:mm", locale=_LOCALES[self._language])

    def _named(self, field: str, value: Any) -> str:
        return act_name(self._language, str(value)) if field == "act" else self._value(value)

    def _value(self, value: Any) -> str:
        if isinstance(value, datetime):
            return self._time(value)
        if isinstance(value, bool):
            return self._say("yes" if value else "no")
        if isinstance(value, Mapping):
            return " ; ".join(
                f"{label(self._language, str(name))} : {self._value(part)}"
                for name, part in value.items()
                if part not in (None, "", [], {})
            )
        if isinstance(value, list | tuple):
            return ", ".join(self._value(part) for part in value)
        return str(value)


_AUTHORS = {"bot": "bot", "advisor": "advisor", "store": "store"}


def in_plain_words(trace: Mapping[str, Any], language: str) -> str:
    """What was understood of a message, or why it was answered so, as a person reads it; empty when nothing is known."""
    told: list[str] = []
    if trace.get("understood") is True and trace.get("intent"):
        percent = format_percent(trace.get("confidence") or 0, "#,##0 %" if language != "en" else "#,##0%", locale=language)
        told.append(say(language, "understood", intent=str(trace["intent"]).replace("_", " "), percent=percent))
    elif trace.get("understood") is False:
        told.append(say(language, "not_understood"))
    things = [f"{one.get('entity')} {one.get('text')!r}" for one in trace.get("entities") or () if one.get("text")]
    if things:
        told.append(say(language, "found", things=", ".join(things)))
    if trace.get("response"):
        told.append(say(language, "answered", response=str(trace["response"]).replace("_", " ")))
    return " ".join(told)
