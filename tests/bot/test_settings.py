"""Settings: one table in the docs, and an error that names the variable and the cure."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_docs_name_every_setting_and_no_other() -> None:
    table = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    named = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `FILROUGE_")}
    assert named == {f"FILROUGE_{name.upper()}" for name in Settings.model_fields}
    for field in Settings.model_fields.values():
        assert field.description in table


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("FILROUGE_PORT", "http", "FILROUGE_PORT"),
        ("FILROUGE_PORT", "70000", "65535"),
        ("FILROUGE_CLOCK", "2026-11-26T12:00:00", "FILROUGE_CLOCK"),
        ("FILROUGE_CLOCK", "2020", "2026-11-26T12:00:00+01:00"),
        ("FILROUGE_CLOCK", "2020-11-26", "2026-11-26T12:00:00+01:00"),
        ("FILROUGE_CLOCK", "1606388400", "2026-11-26T12:00:00+01:00"),
        ("FILROUGE_TRUSTED_PROXIES", "10.0.0.1, proxy.example", "172.16.0.0/12"),
        ("FILROUGE_TRUSTED_PROXIES", "10.0.0.1/8", "has host bits set"),
        ("FILROUGE_TRUSTED_PROXIES", "::/0", "everybody"),
        ("FILROUGE_WEBCHAT_ORIGINS", "https://www.brand.example/shop", "without a path"),
        ("FILROUGE_WEBCHAT_ORIGINS", "https://a.example; script-src *", "without a path"),
        ("FILROUGE_WEBCHAT_ORIGINS", "http://www.brand.example", "https://www.brand.example"),
        ("FILROUGE_TELEGRAM_BASE_URL", "api.telegram.org", "https://bot.example.com"),
        ("FILROUGE_LOG_LEVEL", "loud", "`warning`"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as error:
        read_settings()
    assert told in str(error.value)


def test_a_clock_is_read_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for written in ("2026-11-26T12:00:00+01:00", "2026-11-26 11:00Z"):
        monkeypatch.setenv("FILROUGE_CLOCK", written)
        assert read_settings().starts_at == datetime(2026, 11, 26, 11, tzinfo=UTC)


def test_proxies_are_named_with_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().trusted_proxies == ()
    monkeypatch.setenv("FILROUGE_TRUSTED_PROXIES", "10.0.0.7, 172.16.0.0/12,fd00::/8")
    assert [str(one) for one in read_settings().trusted_proxies] == ["10.0.0.7/32", "172.16.0.0/12", "fd00::/8"]


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("FILROUGE_PORT=9000\nFILROUGE_HOST=192.0.2.1\n")
    monkeypatch.setenv("FILROUGE_PORT", "9001")
    settings = read_settings()
    assert (settings.host, settings.port) == ("192.0.2.1", 9001)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILROUGE_TELEGRAM_TOKEN", "123:very-secret")
    assert "very-secret" not in repr(read_settings())
