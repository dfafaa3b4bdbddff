"""A small HTTP client that opens a connection for every request, and contenders that are asked by turns.

With keep-alive and several workers all clients can land on one worker; and people's browsers do not keep a commune's
connections open all day either.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.machine import children, cpu_seconds


@dataclass(frozen=True)
class Request:
    """One request, ready to be sent. `expects` is the status that means it was done."""

    raw: bytes
    expects: int = 200


def request(
    method: str, path: str, *, cookie: str = "", bearer: str = "", form: dict[str, str] | None = None,
    json: bytes | None = None, expects: int = 200, **headers: str,
) -> Request:
    """Write a request down."""
    body, lines = b"", [f"{method} {path} HTTP/1.1", "host: bench", "connection: close"]
    if cookie:
        lines.append(f"cookie: motcua={cookie}")
    if bearer:
        lines.append(f"authorization: Bearer {bearer}")
    if form is not None:
        body = urlencode(form).encode()
        lines.append("content-type: application/x-www-form-urlencoded")
    elif json is not None:
        body = json
        lines.append("content-type: application/json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append(f"content-length: {len(body)}")
    return Request("\r\n".join([*lines, "", ""]).encode() + body, expects)


class NotDone(Exception):
    """A request of the bench was not carried out; the figures would lie."""


async def ask(port: int, one: Request) -> bytes:
    """The body of the answer. Raises NotDone when the status is another than expected."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(one.raw)
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 %d" % one.expects):
        raise NotDone(f"{one.raw.split(b' HTTP')[0].decode()}: {head[:200].decode()} {body[:300].decode()}")
    return body


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
