"""What is measured: how long things took, and what a process cost while they did."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spread:
    """How one kind of duration is spread, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float


def spread(seconds: Sequence[float]) -> Spread:
    """The spread of some durations given in seconds; zeros when there are none."""
    if not seconds:
        return Spread(0, 0.0, 0.0, 0.0, 0.0)
    ranked = sorted(seconds)
    p50, p95, p99 = (1000 * ranked[min(len(ranked) - 1, int(len(ranked) * part))] for part in (0.5, 0.95, 0.99))
    return Spread(len(ranked), p50, p95, p99, 1000 * ranked[-1])


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far: processor seconds, and memory now and at most, in MB."""

    cpu: float
    memory: float
    peak: float


def usage(pid: int) -> Usage:
    """What a living process has used, all its threads together."""
    proc = Path(f"/proc/{pid}")
    if proc.exists():
        # The second field is the program's name, in brackets, and may itself hold blanks.
        fields = (proc / "stat").read_text().rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) / _TICKS
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line)
        return Usage(cpu, _megabytes(status["VmRSS"]), _megabytes(status["VmHWM"]))
    shown = subprocess.run(["ps", "-o", "rss=,time=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    rss, time = shown.split()
    cpu = 0.0
    for part in time.replace("-", ":").split(":"):
        cpu = cpu * 60 + float(part)
    return Usage(cpu, int(rss) / 1024, int(rss) / 1024)


def processor(pid: int) -> float:
    """Processor seconds of a living process; to the nanosecond where Linux counts so."""
    if platform.system() != "Linux":
        return usage(pid).cpu
    # The clock that clock_getcpuclockid(3) names; it counts threads that have ended too, which /proc forgets.
    return time.clock_gettime_ns(~pid << 3 | 2) / 1e9


def _megabytes(kilobytes: str) -> float:
    return int(kilobytes.split()[0]) / 1024


def machine() -> str:
    """The machine in general words, so that figures of two runs are not compared by mistake."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {platform.system()}"
