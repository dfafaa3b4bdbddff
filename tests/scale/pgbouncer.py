"""Debian's PgBouncer in transaction mode, in front of the test's PostgreSQL."""

import asyncio
import os
import pwd
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import asyncpg
import pytest

from app.embedded import EmbeddedPostgres, free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 15.0


@asynccontextmanager
async def pooled(postgres: EmbeddedPostgres, *, servers: int) -> AsyncIterator[str]:
    """The application's DSN by way of a pooler that keeps so few lines to PostgreSQL. Skips where there is none."""
    async with pooling(postgres, servers=servers) as (dsn, _):
        yield dsn


@asynccontextmanager
async def pooling(postgres: EmbeddedPostgres, *, servers: int) -> AsyncIterator[tuple[str, int]]:
    """As `pooled`, with the pooler's process id."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed: apt-get install -y pgbouncer")
    parts, port = urlsplit(postgres.app_dsn), free_port(None, None)
    folder = Path(tempfile.mkdtemp(prefix="motcua-pooler-"))
    users, settings, log = folder / "users.txt", folder / "pgbouncer.ini", folder / "log"
    users.write_text(f'"{parts.username}" "{parts.password}"\n')
    settings.write_text(as_delivered(parts, port=port, users=users, log=log, servers=servers))
    as_nobody = []
    if os.geteuid() == 0:  # it will not run as root
        nobody = pwd.getpwnam("nobody")
        for path in (folder, users, settings):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        as_nobody = ["-u", "nobody"]
    process = await asyncio.create_subprocess_exec(
        program, *as_nobody, str(settings), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    dsn = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()
    try:
        await _answers(dsn, process, log)
        yield dsn, process.pid
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def as_delivered(parts: SplitResult, *, port: int, users: Path, log: Path, servers: int) -> str:
    """deploy/pgbouncer.ini with this machine's addresses and another number of lines to PostgreSQL."""
    text = (ROOT / "deploy" / "pgbouncer.ini").read_text()
    for setting, value in {
        "motcua": f"host={parts.hostname} port={parts.port} dbname={parts.path.strip('/')}", "listen_addr": "127.0.0.1",
        "listen_port": port, "auth_file": users, "logfile": log, "default_pool_size": servers, "reserve_pool_size": 0,
    }.items():
        text, found = re.subn(rf"(?m)^{setting} =.*$", f"{setting} = {value}", text)
        assert found == 1, setting
    return text


def _said(log: Path) -> str:
    return log.read_text() if log.exists() else "it said nothing"


async def _answers(dsn: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            assert process.returncode is None, _said(log)
            try:
                connection = await asyncpg.connect(dsn, statement_cache_size=0)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)
                continue
            await connection.close()
            return
