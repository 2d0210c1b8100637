"""What a file is, by its bytes and not by what it is called."""

from __future__ import annotations

import pytest

from bot.channels.meta.media import allowed, type_of
from bot.channels.whatsapp.table import WhatsAppTable


@pytest.mark.parametrize(
    ("content", "claimed", "found"),
    [
        (b"\xff\xd8\xff\xe0", "application/octet-stream", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/jpeg", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/wav", "audio/wav"),
        (b"OggS\x00\x02", "audio/ogg; codecs=opus", "audio/ogg"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4", "video/mp4"),
        (b"\x00\x00\x00\x18ftypmp42", "audio/mp4", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypM4A ", "video/mp4", "audio/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp4", "video/3gpp", "video/3gpp"),
        (b"ID3\x04", "audio/mpeg", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac", "audio/aac"),
        (b"%PDF-1.7", "application/pdf", "application/pdf"),
        (b"<svg onload='x'>", "image/png", ""),
        (b"PK\x03\x04", "image/png", ""),
        (b"", "image/png", ""),
        (b"\xff", "audio/mpeg", ""),
    ],
)
def test_bytes_tell_the_type(content: bytes, claimed: str, found: str) -> None:
    assert type_of(content, claimed) == found


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://scontent.xx.fbcdn.net/a.jpg", True),
        ("https://graph.example/files/1", True),
        ("http://lookaside.fbsbx.com/a", False),
        ("https://fbcdn.net.evil.example/a", False),
        ("https://evilfbcdn.net/a", False),
        ("https://169.254.169.254/latest", False),
        ("http://graph.example/files/1", False),
        ("https://user@graph.example/files/1", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_files_are_fetched_from_meta_only(url: str, may: bool) -> None:
    assert allowed(url, "https://graph.example", WhatsAppTable()) is may
