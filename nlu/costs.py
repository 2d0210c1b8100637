"""What an engine costs to keep, where it can say so: one that lives in a process of its own can."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Cost:
    """What keeping an engine ready takes."""

    load_seconds: float
    """From its start to its first answer."""
    memory_mb: float | None
    """Resident memory of its process now; None where the system does not tell."""


@runtime_checkable
class Costed(Protocol):
    """An `Understander` that can say what it costs."""

    def cost(self) -> Cost: ...


def resident_mb(pid: int) -> float | None:
    """Resident memory of a process in MB, as Linux tells it; None on another system, or when the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    told = next((line.split()[1] for line in lines if line.startswith("VmRSS:")), None)
    return None if told is None else int(told) / 1024
