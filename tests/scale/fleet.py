"""Two web and two worker processes on one database behind a proxy and a pooler, kept up by their supervisor.

PostgreSQL, PgBouncer, nginx, the store and what stands for the country's mail and text messages are real processes too;
only web and worker are killed. Where there is MinIO the store is S3, else a folder.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config

from app.deadlines.decrees import load_calendar
from app.deadlines.service import keep_calendar
from app.embedded import EmbeddedPostgres, embedded_postgres, find_binaries, free_port
from app.kit.db import open_database
from app.supervisor import Part, Supervisor, answers
from benchmarks.work_unit import People, open_people, publish_unit
from tests.factories import OFFICES, cut_keys, found_offices
from tests.scale.nginx import proxy
from tests.scale.pgbouncer import pooling
from tests.simulators.standing import SECRET
from tests.storage import minio_server
from tests.storage.minio_server import MinioServer

ROOT = Path(__file__).parents[2]
WEBS, WORKERS = ("web-1", "web-2"), ("worker-1", "worker-2")
SERVERS = 12  # lines from the pooler to PostgreSQL
PATIENCE = 120.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Kill:
    """One SIGKILL: of whom, and the moments (monotonic) it was sent, the process was gone, another did its work."""

    name: str
    sent: float
    gone: float
    back: float


@dataclass
class Fleet:
    """The running office. `port` is the proxy's; `books` are the simulators' own."""

    folder: Path
    postgres: EmbeddedPostgres
    supervisor: Supervisor
    port: int
    people: People
    store_url: str
    books: dict[str, Path]
    ports: dict[str, int]
    pooler_pid: int  # 0: none

    async def kill(self, name: str) -> Kill:
        """SIGKILL `name` and wait until its supervisor has put another one there; a web, until the proxy uses it again."""
        pid = self.supervisor.pids()[name]
        sent = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        while not _is_gone(pid):  # noqa: ASYNC110 (the kernel's)
            await asyncio.sleep(0.001)
        gone = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            while self.supervisor.pids().get(name, pid) == pid:  # noqa: ASYNC110 (the supervisor's own work)
                await asyncio.sleep(0.02)
            if name in self.ports:
                log, answered = self.folder / "nginx" / "access.log", f" 127.0.0.1:{self.ports[name]} 200\n"
                seen = log.read_text().count(answered)
                while log.read_text().count(answered) == seen:  # noqa: ASYNC110 (the proxy tells it to its log)
                    await asyncio.sleep(0.05)
        return Kill(name, sent, gone, time.monotonic())


def _is_gone(pid: int) -> bool:
    """Dead, waited for or not: its sockets are closed."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    except OSError:
        return True


@asynccontextmanager
async def fleet(
    folder: Path, *, say: Say = lambda line: None, fast: bool = False, pooler: bool = True
) -> AsyncIterator[Fleet]:
    """Everything up, an office founded in it, its people signed in. `fast`: commits that a power cut may lose."""
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(
            embedded_postgres(folder / "postgres", binaries=find_binaries("debian", "wheel"), fast=fast)
        )
        people = await _found(postgres, folder)
        dsn, pooler_pid = postgres.app_dsn, 0
        if pooler:
            dsn, pooler_pid = await stack.enter_async_context(pooling(postgres, servers=SERVERS))
        supervisor = Supervisor(folder / "parts", say)
        stack.push_async_callback(supervisor.stop)
        store_url, environment = _store(folder, stack)
        books, outside = _outside(folder)
        for part, more in outside:
            await supervisor.start(part)
            environment |= more
        keys = await asyncio.to_thread(cut_keys, folder / "pki")
        port = free_port(None, None)
        environment |= {
            "PYTHONPATH": str(ROOT), "MOTCUA_DATABASE_URL": dsn, "MOTCUA_DATABASE_POOLER": str(pooler).lower(),
            "MOTCUA_QUEUE_DATABASE_URL": postgres.app_dsn, "MOTCUA_STORE_URL": store_url, "MOTCUA_SECRET_KEY": "x" * 40,
            "MOTCUA_DEMO": "true", "MOTCUA_KEYS_FOLDER": str(keys), "MOTCUA_METRICS_PORT": "0",
            "MOTCUA_WORKER_METRICS_PORT": "0", "MOTCUA_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "MOTCUA_LOG_LEVEL": "warning", "MOTCUA_SMS_SECRET": SECRET,
        }
        taken: set[int] = {port}
        ports = {}
        for name in WEBS:
            ports[name] = free_port(None, None)
            while ports[name] in taken:
                ports[name] = free_port(None, None)
            taken.add(ports[name])
        await supervisor.run_once(_part("store", "store", environment))
        await asyncio.gather(
            *(supervisor.start(_web(name, ports[name], environment)) for name in WEBS),
            *(supervisor.start(_part(name, "worker", environment)) for name in WORKERS),
        )
        await supervisor.start(proxy(folder / "nginx", port, list(ports.values())))
        yield Fleet(folder, postgres, supervisor, port, people, store_url, books, ports, pooler_pid)


async def _found(postgres: EmbeddedPostgres, folder: Path) -> People:
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = postgres.owner_dsn
    await asyncio.to_thread(command.upgrade, config, "head")
    database = await open_database(postgres.app_dsn, largest=2)
    try:
        async with database.transaction(offices=OFFICES) as db:
            await found_offices(db)
            await publish_unit(db, folder)
            await keep_calendar(db, load_calendar())
        return await open_people(database)
    finally:
        await database.close()


def _store(folder: Path, stack: AsyncExitStack) -> tuple[str, dict[str, str]]:
    """MinIO where it is, else a folder; its address and what the office's environment needs for it."""
    if minio_server.binary() is None:
        return f"folder://{folder / 'objects'}", {}
    minio = MinioServer(folder / "minio")
    minio.folder.mkdir(parents=True)
    minio.start()
    stack.callback(minio.stop)
    url = minio.server.url("motcua")
    return url, {}


def _outside(folder: Path) -> tuple[dict[str, Path], list[tuple[Part, dict[str, str]]]]:
    """Mail and text messages, each with its own book."""
    books = {name: folder / f"{name}.sqlite" for name in ("mailbox", "sms")}
    mail, smtp, sms = free_port(None, None), free_port(None, None), free_port(None, None)
    words = {
        "mailbox": (mail, ("--smtp-port", str(smtp)), {"MOTCUA_SMTP_URL": f"smtp://127.0.0.1:{smtp}"}),
        "sms": (sms, ("--secret", SECRET), {"MOTCUA_SMS_URL": f"http://127.0.0.1:{sms}"}),
    }
    return books, [
        (Part(
            name,
            (sys.executable, "-m", f"simulators.{name}", "--calm", "--port", str(port), "--book", str(books[name]), *more),
            ready=answers(f"http://127.0.0.1:{port}/livez"), folder=ROOT,
        ), environment)
        for name, (port, more, environment) in words.items()
    ]


def _web(name: str, port: int, environment: dict[str, str]) -> Part:
    part = _part(name, "serve", {**environment, "MOTCUA_PORT": str(port)})
    return Part(**{**vars(part), "ready": answers(f"http://127.0.0.1:{port}/livez")})


def _part(name: str, verb: str, environment: dict[str, str]) -> Part:
    return Part(name, (sys.executable, "-m", "app.cli", verb), environment, folder=ROOT, wave=1)
