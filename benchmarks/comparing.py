"""Two ways to the same rows, asked by turns inside one process: the product's query and the one written by hand."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.table import Line, line

Way = Callable[[], Awaitable[object]]


class NotTheSame(Exception):
    """The two ways gave different rows; the figures would lie."""


@dataclass(frozen=True)
class Pair:
    """The product's way beside its floor. `same` is false where the floor is another question on purpose."""

    group: str
    what: str
    floor_is: str
    product: Way
    floor: Way
    goal: float | None = None
    same: bool = True


async def compared(pair: Pair, *, rounds: int = 30, seconds: float = 8.0) -> tuple[Line, list[float]]:
    """The line, and the product's times in ms."""
    found, ours, _ = await both(pair, rounds=rounds, seconds=seconds)
    return found, ours


async def both(pair: Pair, *, rounds: int = 30, seconds: float = 8.0) -> tuple[Line, list[float], list[float]]:
    """The line, the product's and the floor's times in ms. Ends early when the time is up, but never before five rounds."""
    for _ in range(2):
        found, wanted = await pair.product(), await pair.floor()
        if pair.same and found != wanted:
            raise NotTheSame(f"{pair.group}, {pair.what}: {str(found)[:300]} instead of {str(wanted)[:300]}")
    ours: list[float] = []
    theirs: list[float] = []
    ends = time.monotonic() + seconds
    while len(ours) < rounds and (len(ours) < 5 or time.monotonic() < ends):
        for way, times in ((pair.product, ours), (pair.floor, theirs)):
            began = time.perf_counter()
            await way()
            times.append((time.perf_counter() - began) * 1000)
    return line(pair.group, pair.what, pair.floor_is, ours, theirs, goal=pair.goal), ours, theirs
