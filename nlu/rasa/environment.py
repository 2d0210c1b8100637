"""Rasa's own environment: Python 3.10 with every package of `requirements.lock`, apart from ours."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import platformdirs

from nlu.errors import RasaFailed, RasaMissing

LOCK = Path(__file__).parent / "requirements.lock"
PYTHON = "3.10"
"""The newest Python that Rasa 3.6 runs on."""
_INSTALLED_FROM = ".installed-from"
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
}
"""Nothing is reported to anybody, no graphics card is looked for, and warnings about Rasa's own libraries are not shown."""

Show = Callable[[str, float], None]
"""Told what is being done and how much is, 0 to 1."""


def default_folder() -> Path:
    """`FILROUGE_RASA_ENV`, or `rasa-env` in the data folder."""
    given = os.environ.get("FILROUGE_RASA_ENV")
    data = os.environ.get("FILROUGE_DATA_DIR") or platformdirs.user_data_dir("filrouge", appauthor=False)
    return Path(given) if given else Path(data) / "rasa-env"


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder with Rasa installed in it."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def there(self) -> bool:
        """Whether it was made from today's lock file, to the end."""
        try:
            return (self.folder / _INSTALLED_FROM).read_text() == _fingerprint() and self.python.exists()
        except OSError:
            return False

    def checked(self) -> Self:
        """Itself. Raises `RasaMissing` when it is not there, or was made from another lock file."""
        if not self.there:
            raise RasaMissing(f"there is no Rasa in {self.folder} (or another version); make it with `filrouge rasa install`")
        return self

    def variables(self, **more: str) -> dict[str, str]:
        """The environment variables a Rasa is started with: none of ours, none that leads to another Python."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FILROUGE_", "PYTHON", "VIRTUAL_ENV"))}
        return kept | _QUIET | more

    def install(self, *, python: Path | None = None, show: Show | None = None) -> None:
        """Make it, from nothing, from half or from an older one. Takes minutes and 2.7 GB.

        Raises `RasaMissing` when there is no Python 3.10, `RasaFailed` when a package cannot be installed.
        """
        tell = show or (lambda _what, _done: None)
        python = python or find_python()
        (self.folder / _INSTALLED_FROM).unlink(missing_ok=True)
        tell("Making the environment", 0.0)
        list(_lines([str(python), "-m", "venv", "--clear", str(self.folder)], self.variables()))
        wanted, seen = len(re.findall(r"^[\w.-]+==", LOCK.read_text(), re.MULTILINE)), 0
        command = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCK)]
        for line in _lines(command, self.variables()):
            if line.startswith("Collecting "):
                seen += 1
                tell("Downloading Rasa", min(0.8, 0.8 * seen / wanted))
            elif line.startswith("Installing "):
                tell("Installing Rasa", 0.8)
        (self.folder / _INSTALLED_FROM).write_text(_fingerprint())
        tell("Installed Rasa", 1.0)


def find_python() -> Path:
    """A Python 3.10 of this machine. Raises `RasaMissing` when there is none."""
    for candidate in _pythons():
        asked = [str(candidate), "-c", "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - a Python found here
        except OSError:
            continue
        if done.returncode == 0 and done.stdout.strip() == PYTHON:
            return candidate
    raise RasaMissing(
        f"Rasa 3.6 needs Python {PYTHON} and there is none here; install it (`pyenv install {PYTHON}`, "
        f"`uv python install {PYTHON}`, or your system's package with its venv module), or name one with --python"
    )


def _pythons() -> Iterator[Path]:
    on_path = shutil.which(f"python{PYTHON}")
    if on_path is not None:
        yield Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{PYTHON}*/bin/python{PYTHON}"), reverse=True)
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or Path.home() / ".local" / "share" / "uv" / "python")
    yield from sorted(uv.glob(f"cpython-{PYTHON}*/bin/python{PYTHON}"), reverse=True)


def _fingerprint() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _lines(command: list[str], variables: dict[str, str]) -> Iterator[str]:
    """What a command says, line by line. Raises `RasaFailed` with its last words when it fails."""
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 - the environment's own Python
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said = [*said[-20:], line]
            yield line
    if process.returncode != 0:
        raise RasaFailed(f"{' '.join(command[:5])} ... failed; its last words:\n{''.join(said)}")
