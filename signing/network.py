"""An event loop and an HTTP session per call of our API, closed when the call ends: nothing leaks between threads."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp

SECONDS_PER_QUESTION = 10


Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end in a loop of its own. Leaves the thread's current loop as it was; not from within a loop."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(work)


def run_alone(work: Coroutine[Any, Any, Result]) -> Result:
    """Run what waits for nobody, without a loop: making one costs as much as a signature."""
    try:
        work.send(None)
    except StopIteration as done:
        answer: Result = done.value
        return answer
    work.close()
    raise RuntimeError("this work waits for somebody")


@asynccontextmanager
async def http_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Bounded in time and in headers; answers are bounded where they are read."""
    limit = aiohttp.ClientTimeout(total=3 * SECONDS_PER_QUESTION)
    connector = aiohttp.TCPConnector(ssl=_tls())
    async with aiohttp.ClientSession(connector=connector, timeout=limit) as session:
        yield session


@functools.cache
def _tls() -> ssl.SSLContext:
    # Reading the system's roots costs more than a signature.
    return ssl.create_default_context()
