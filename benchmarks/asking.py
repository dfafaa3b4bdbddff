"""Contenders that are asked by turns over HTTP, each figure beside the processor time it cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from benchmarks.machine import children, cpu_seconds
from benchmarks.wire import Request, exchange, request
from benchmarks.work_unit import NotDone

__all__ = ["Contender", "NotDone", "Request", "ask", "by_turns", "request"]


async def ask(port: int, one: Request) -> bytes:
    """The body of the answer. Raises NotDone when the status is another than expected."""
    answer = await exchange(port, one)
    if answer.status != one.expects:
        raise NotDone(f"{one.raw.split(b' HTTP')[0].decode()}: {answer.status} {answer.body[:300].decode()}")
    return answer.body


@dataclass
class Contender:
    """One side of a comparison: where it listens, which process it is, what it is asked."""

    name: str
    port: int
    pid: int
    requests: Iterator[Request]
    cpu: list[float] = field(default_factory=list)  # ms of server and database a request, one figure a batch
    alone: list[float] = field(default_factory=list)  # ms a request with one client
    crowd: list[float] = field(default_factory=list)  # ms a request with eight clients, one figure a batch


async def by_turns(
    contenders: list[Contender], postgres_pid: int, *, rounds: int = 10, batch: int = 40, clients: int = 8,
    until: Callable[[], bool] = lambda: False,
) -> None:
    """Ask all contenders by turns: each round a batch with one client and a batch with `clients` in flight."""
    for one in contenders:
        for _ in range(10):
            await ask(one.port, next(one.requests))
    for _ in range(rounds):
        if until():
            return
        for one in contenders:
            before = _cpu(one.pid, postgres_pid)
            for _ in range(batch // 2):
                began = time.perf_counter()
                await ask(one.port, next(one.requests))
                one.alone.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            await _crowd(one, batch, clients)
            one.crowd.append((time.perf_counter() - began) * 1000 / batch)
            one.cpu.append((_cpu(one.pid, postgres_pid) - before) * 1000 / (batch + batch // 2))


async def _crowd(one: Contender, batch: int, clients: int) -> None:
    waiting = [next(one.requests) for _ in range(batch)]

    async def client() -> None:
        while waiting:
            await ask(one.port, waiting.pop())

    await asyncio.gather(*(client() for _ in range(clients)))


def _cpu(pid: int, postgres_pid: int) -> float:
    """Server and all of PostgreSQL; backends stay in their pools, so none is lost between two looks."""
    return cpu_seconds(pid) + sum(cpu_seconds(child) for child in children(postgres_pid))
