"""A PostgreSQL that is killed outright and brought back, with a web and a worker that never learn of a restart."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from app.embedded import EmbeddedPostgres, embedded_postgres
from tests.outages.office import ROOT, founded

PATIENCE = 60.0  # seconds until something that resumes by itself counts as lost


class MortalPostgres:
    """One database folder; the server over it comes and goes, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running = AsyncExitStack()
        self.server: EmbeddedPostgres

    async def found(self) -> None:
        self.server = await self._running.enter_async_context(founded(self.folder, fast=False))

    def kill(self) -> None:
        """kill -9 of the postmaster: its children end by themselves."""
        os.kill(self.server.pid, signal.SIGKILL)

    async def revive(self) -> None:
        await self._running.aclose()
        self.server = await self._running.enter_async_context(embedded_postgres(self.folder))

    async def stop(self) -> None:
        await self._running.aclose()

    async def as_superuser(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.server.superuser_dsn)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again until it is so: nobody tells us when a server is back."""
    async with asyncio.timeout(PATIENCE):
        while not await what():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


@asynccontextmanager
async def worker(environment: dict[str, str], log: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    """`motcua worker` as a process of its own; its log is in `log`."""
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-m", "app.cli", "worker"], cwd=ROOT, env={**os.environ, **environment}, stdout=said,
            stderr=said,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        if process.poll() is None:
            process.kill()
            process.wait()
