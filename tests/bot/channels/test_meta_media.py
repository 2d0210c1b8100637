"""Where files of Meta's may be fetched from."""

from __future__ import annotations

import pytest

from bot.channels.meta.media import allowed
from bot.channels.whatsapp.table import WhatsAppTable


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
