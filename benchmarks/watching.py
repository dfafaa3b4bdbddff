"""What the processes of an office use while a bench runs: processor time, and memory as PSS (shared pages divided)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import children, cpu_seconds

EVERY = 2.0


def tree(pid: int) -> list[int]:
    """The process and everything that came from it and lives."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            found += children(one)
    return found


def pss_megabytes(pid: int) -> float:
    """Proportional set size of one process; 0 for one that is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


@dataclass
class Group:
    """One part of the office: the roots of its processes, the CPU seconds used, the memory seen."""

    roots: tuple[int, ...]
    used: float = 0.0
    memory: list[float] = field(default_factory=list)
    _last: dict[int, float] = field(default_factory=dict)

    def pids(self) -> list[int]:
        return [pid for root in self.roots for pid in tree(root)]

    def look(self) -> None:
        """Add what was used since the last look. A process that came and went in between is missed."""
        now = dict[int, float]()
        for pid in self.pids():
            with suppress(OSError):
                now[pid] = cpu_seconds(pid)
        self.used += sum(spent - self._last.get(pid, 0.0) for pid, spent in now.items())
        self._last = now

    def weigh(self) -> None:
        self.memory.append(sum(pss_megabytes(pid) for pid in self.pids()))


class Watch:
    """Looks at groups of processes every two seconds between `begin` and `end`."""

    def __init__(self, roots: Mapping[str, tuple[int, ...]]) -> None:
        self.groups = {name: Group(pids) for name, pids in roots.items()}
        self.seconds = 0.0
        self._began = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    def begin(self) -> None:
        """Forget what was used before."""
        for one in self.groups.values():
            one.look()
            one.used = 0.0
            one.memory.clear()
            one.weigh()
        self._began = time.monotonic()
        self._task = asyncio.create_task(self._again())

    async def end(self) -> None:
        """The last look."""
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        self.seconds = time.monotonic() - self._began
        for one in self.groups.values():
            one.look()
            one.weigh()

    def cores(self, name: str) -> float:
        """How many cores the group kept busy on average."""
        return self.groups[name].used / self.seconds if self.seconds else 0.0

    async def _again(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            for one in self.groups.values():
                one.look()
            if int(time.monotonic() - self._began) % 10 < EVERY:
                for one in self.groups.values():
                    one.weigh()
