"""What the figures were measured on, and how to read the processor time of another process."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

PACKAGES = (
    "fastapi", "uvicorn", "uvloop", "asyncpg", "spiffworkflow", "pyhanko", "cryptography", "typst", "jinja2", "orjson",
)


def described(postgres: str) -> list[str]:
    """Machine, load and versions, one sentence a line."""
    told = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((text.partition(":")[2].strip() for text in told if "model name" in text), "?")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return [
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, PostgreSQL {postgres} (fsync and synchronous commit on)",
        ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    ]


def load() -> str:
    """How busy the machine is: the figure of the last minute and of the last fifteen."""
    one, _, fifteen = os.getloadavg()
    return f"load {one:.1f} (1 min), {fifteen:.1f} (15 min)"


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used so far, all threads (clock_getcpuclockid of Linux)."""
    return time.clock_gettime((~pid << 3) | 2)


def children(pid: int) -> list[int]:
    """The processes this one started: a PostgreSQL's backends."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
