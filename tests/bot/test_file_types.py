"""What a file is, by its bytes and not by what it is called."""

from __future__ import annotations

import pytest

from bot.file_types import type_of


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
        (b"GIF89a\x01\x00", "image/png", "image/gif"),
        (b"GIF8<script>", "image/gif", ""),
        (b"\x00\x00\x00\x18ftypheic", "image/heic", "image/heic"),
        (b"\x00\x00\x00\x18ftypavif", "image/avif", "image/avif"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01webm", "video/webm", "video/webm"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01webm", "audio/webm", "audio/webm"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video/avi", "video/x-msvideo"),
        (b"NOPE\x00\x00\x00\x00WEBP", "image/webp", ""),
        (b"<!doctype html><img src=x>", "image/png", ""),
        (b"<svg onload='x'>", "image/png", ""),
        (b"PK\x03\x04", "image/png", ""),
        (b"", "image/png", ""),
        (b"\xff", "audio/mpeg", ""),
    ],
)
def test_bytes_tell_the_type(content: bytes, claimed: str, found: str) -> None:
    assert type_of(content, claimed) == found
