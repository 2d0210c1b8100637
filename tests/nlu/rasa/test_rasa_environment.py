"""Rasa's environment: found when whole, refused when half made or old, and what it is started with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nlu.errors import RasaFailed, RasaMissing
from nlu.rasa import environment as module
from nlu.rasa.environment import Environment, default_folder, find_python


def made(folder: Path) -> Environment:
    """An environment as `install` leaves one, without the packages."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / ".installed-from").write_text(module._fingerprint())
    return Environment(folder)


def test_a_whole_one_is_used(tmp_path: Path) -> None:
    environment = made(tmp_path / "rasa")
    assert environment.checked() is environment


@pytest.mark.parametrize("spoilt", ["nothing", "half", "old"])
def test_any_other_says_what_to_run(tmp_path: Path, spoilt: str) -> None:
    environment = Environment(tmp_path) if spoilt == "nothing" else made(tmp_path / "rasa")
    if spoilt == "half":
        (environment.folder / ".installed-from").unlink()
    if spoilt == "old":
        (environment.folder / ".installed-from").write_text("another lock file")
    with pytest.raises(RasaMissing, match="filrouge rasa install"):
        environment.checked()


def test_no_python_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PATH", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(RasaMissing, match=r"Python 3\.10.*--python"):
        find_python()


def test_a_python_that_only_seems_to_be_one_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PATH", "UV_PYTHON_INSTALL_DIR", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    shim = tmp_path / "python3.10"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    real = tmp_path / "pyenv" / "versions" / "3.10.99" / "bin" / "python3.10"
    real.parent.mkdir(parents=True)
    real.write_text("#!/bin/sh\necho 3.10\n")
    real.chmod(0o755)
    assert find_python() == real


def test_an_installation_that_fails_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    python = tmp_path / "python3.10"
    python.write_text("#!/bin/sh\necho no room left >&2\nexit 1\n")
    python.chmod(0o755)
    environment = made(tmp_path / "rasa")
    with pytest.raises(RasaFailed, match="no room left"):
        environment.install(python=python)
    assert not environment.there


def test_neither_our_secrets_nor_another_python_reach_rasa(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FILROUGE_TELEGRAM_TOKEN", "123:very-secret")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    variables = Environment(tmp_path).variables()
    assert "very-secret" not in variables.values()
    assert "PYTHONPATH" not in variables
    assert variables["RASA_TELEMETRY_ENABLED"] == "false"


def test_the_folder_is_the_setting_s_or_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FILROUGE_RASA_ENV", raising=False)
    monkeypatch.setenv("FILROUGE_DATA_DIR", "/data")
    assert default_folder() == Path("/data/rasa-env")
    monkeypatch.setenv("FILROUGE_RASA_ENV", "/opt/rasa")
    assert default_folder() == Path("/opt/rasa")
