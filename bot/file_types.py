"""What a file is by its first bytes, whatever its sender or its name say. Pure."""

from __future__ import annotations

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"fLaC", "audio/flac"),
    (b"%PDF-", "application/pdf"),
)
"""Where a file says what it is; containers of several kinds and bare MPEG audio are told apart below."""

_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {b"3gp": "video/3gpp", b"M4A": "audio/mp4", b"hei": "image/heic", b"mif": "image/heic", b"avi": "image/avif"}
_BRANDS |= {b"qt ": "video/quicktime"}
_EBML = b"\x1aE\xdf\xa3"


def type_of(content: bytes, claimed: str) -> str:
    """The MIME type of `content`, empty when its bytes are of nothing we know; `claimed` decides between sound and film."""
    for beginning, mime_type in _BEGINNINGS:
        if content.startswith(beginning):
            return mime_type
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], "")
    sound = claimed.startswith("audio/")
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:11]) or ("audio/mp4" if sound else "video/mp4")
    if content.startswith(_EBML) and b"webm" in content[:64]:
        return "audio/webm" if sound else "video/webm"
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0:
        return "audio/aac" if content[1] & 0xF6 == 0xF0 else "audio/mpeg"
    return ""
