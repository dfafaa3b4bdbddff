"""Bytes on their way to a server: their hash must be known before the first of them leaves."""

from __future__ import annotations

import asyncio
import hashlib
import mmap
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from storage.errors import StoreFull

IN_MEMORY = 4 * 1024 * 1024  # bytes; more go through a temporary file


@dataclass(frozen=True)
class Spooled:
    """All bytes of one object; `body` behaves like bytes, in memory or mapped from a temporary file."""

    body: bytes | mmap.mmap
    size: int
    sha256: str


@asynccontextmanager
async def spooled(content: bytes | AsyncIterable[bytes]) -> AsyncIterator[Spooled]:
    """Collect `content` for as long as the block lasts. Raises StoreFull when the temporary folder has no room."""
    if isinstance(content, bytes):
        digest = await asyncio.to_thread(hashlib.sha256, content) if len(content) > IN_MEMORY else None
        yield Spooled(content, len(content), (digest or hashlib.sha256(content)).hexdigest())
        return
    growing = hashlib.sha256()
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        size = 0
        async for chunk in content:
            growing.update(chunk)
            size += len(chunk)
            with temporary_file_errors():
                await asyncio.to_thread(file.write, chunk)
        if size <= IN_MEMORY:
            file.seek(0)
            yield Spooled(file.read(), size, growing.hexdigest())
            return
        with temporary_file_errors():
            file.rollover()
            file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield Spooled(mapped, size, growing.hexdigest())


@contextmanager
def temporary_file_errors() -> Iterator[None]:
    """The only thing that goes wrong with a temporary file is its room."""
    try:
        yield
    except OSError as error:
        raise StoreFull(f"the temporary folder says: {error.strerror}") from error
