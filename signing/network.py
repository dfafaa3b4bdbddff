"""One HTTP session per call of our API, closed when the call ends: nothing leaks between threads or event loops."""

from __future__ import annotations

import functools
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

SECONDS_PER_QUESTION = 10


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
