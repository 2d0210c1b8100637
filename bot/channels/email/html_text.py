"""What a person sees of an HTML mail, as plain text: no markup, no scripts, nothing that is fetched from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

QUOTE_BEGINS = "----- Original Message -----"
"""Written where a mail program marked the beginning of what is quoted."""

_UNSEEN = frozenset(
    {"script", "style", "head", "title", "noscript", "template", "svg", "math", "object", "iframe", "audio", "video"}
)
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
_BLOCKS = _PARAGRAPHS | {
    *("address", "article", "aside", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "header", "hr"),
    *("li", "main", "nav", "section", "tr"),
}
_QUOTES = re.compile(r"\b(gmail_quote|yahoo_quoted|divRplyFwdMsg|appendonsend|protonmail_quote|moz-forward-container)\b")
_DEEPEST_QUOTE = 20
"""Quotes within quotes that are told apart."""
_LONGEST_TAG = 4096
"""Characters; pictures that are written out in full are longer, and not shown."""
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)


def html_text(markup: str) -> str:
    """The text of `markup`, quotes with `>` before their lines. Never raises."""
    reader = _Reader()
    reader.feed(_closed(markup))
    reader.close()
    return reader.text()


def _closed(markup: str) -> str:
    """`markup` with nothing in it but text and whole tags of a sane length, in one pass.

    The standard library's parser takes minutes over half a megabyte of tags that are never closed, and gives up on
    declarations that it does not know.
    """
    first, *pieces = _without_comments(markup).split("<")
    kept = [first]
    for piece in pieces:
        tag, closes, text = piece.partition(">")
        if not closes:
            kept.append(f"&lt;{piece}")
        elif tag.startswith(("!", "?")) or len(tag) > _LONGEST_TAG:
            kept.append(text)
        else:
            kept.append(f"<{piece}")
    return "".join(kept)


def _without_comments(markup: str) -> str:
    kept, place = [], 0
    while (begins := markup.find("<!--", place)) >= 0:
        kept.append(markup[place:begins])
        ends = markup.find("-->", begins)
        if ends < 0:
            return "".join(kept)
        place = ends + 3
    return "".join([*kept, markup[place:]])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = [(0, "")]
        self._quoted = 0
        self._unseen = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            self._depth += tag == self._unseen
            return
        told = {name: given or "" for name, given in attrs}
        if (tag in _UNSEEN or _HIDDEN.search(told.get("style", ""))) and tag not in _VOID:
            self._unseen, self._depth = tag, 1
            return
        if _QUOTES.search(f"{told.get('class', '')} {told.get('id', '')}"):
            self._break(blank=True)
            self._write(QUOTE_BEGINS)
            self._break()
        if tag == "br":
            self._lines.append((self._quoted, ""))
        elif tag in _BLOCKS:
            self._break(blank=tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._quoted += 1
            self._lines.append((self._quoted, ""))
        elif tag == "li":
            self._write("- ")
        elif tag in ("td", "th"):
            self._write(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._depth -= tag == self._unseen
            if self._depth <= 0:
                self._unseen = ""
            return
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
            self._lines.append((self._quoted, ""))
        if tag in _BLOCKS:
            self._break(blank=tag in _PARAGRAPHS)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._write(re.sub(r"[ \t\r\n\f]+", " ", data))

    def text(self) -> str:
        lines = [f"{'> ' * min(depth, _DEEPEST_QUOTE)}{' '.join(line.split(' '))}".rstrip() for depth, line in self._lines]
        kept: list[str] = []
        for line in lines:
            if line.strip("> ") or (kept and kept[-1].strip("> ")):  # one blank line at most
                kept.append(re.sub(r" {2,}", " ", line))
        return "\n".join(kept).strip()

    def _write(self, words: str) -> None:
        depth, line = self._lines[-1]
        self._lines[-1] = (depth, line + (words if line.strip() else words.lstrip(" ")))

    def _break(self, *, blank: bool = False) -> None:
        if self._lines[-1][1].strip():
            self._lines.append((self._quoted, ""))
        if blank and len(self._lines) > 1 and self._lines[-2][1].strip():
            self._lines.append((self._quoted, ""))
