"""What pages say of files, in one language."""

from __future__ import annotations

from babel.numbers import format_decimal

from handoff.console.attached import FileView
from handoff.console.files import DOCUMENTS, FILMS, PICTURES, SOUNDS
from handoff.console.words import LOCALES, has, say


class FileWords:
    """Words about files for one reader, as templates ask for them."""

    def __init__(self, language: str) -> None:
        self._language = language

    def sent(self, sort: str) -> str:
        """That somebody sent a photo, a sticker, ...; of what there is no word for, that it is media."""
        return self._known(f"sent.{sort}", "kind.media")

    def name(self, file: FileView) -> str:
        """What to call a file: its own name, or what it is."""
        return file.name or self._known(f"sort.{file.sort}", "sort.file")

    def why(self, file: FileView) -> str:
        """Why it was not kept; what only a platform said of it stays in its own words."""
        return say(self._language, f"file.{file.why}") if has(f"file.{file.why}") else file.why

    def size(self, count: int) -> str:
        """A number of bytes, in the largest unit of which there is one."""
        for unit, bytes_ in (("mega", 1_000_000), ("kilo", 1_000)):
            if count >= bytes_:
                number = format_decimal(round(count / bytes_, 1), locale=LOCALES[self._language])
                return say(self._language, f"size.{unit}", number=number)
        return say(self._language, "size.bytes", number=str(count))

    def shown_as(self, file: FileView) -> str:
        """How a page shows it: `picture`, `sound`, `film`, `document` in a page of its own, or `download`."""
        shown = {"picture": PICTURES, "sound": SOUNDS, "film": FILMS, "document": DOCUMENTS}
        return next((how for how, types in shown.items() if file.mime_type in types), "download")

    def _known(self, key: str, otherwise: str) -> str:
        return say(self._language, key if has(key) else otherwise)
