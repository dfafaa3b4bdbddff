"""The product, its worker and the floor as processes of their own, as `motcua serve` and `motcua worker` run them."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.embedded import free_port
from app.supervisor import Part, answers, end, spawn
from benchmarks.machine import children
from benchmarks.office import ROOT, BenchOffice


@dataclass(frozen=True)
class Server:
    """Where it listens and which process it is; several web processes are its children."""

    port: int
    pid: int

    def pids(self) -> list[int]:
        """The process and everything it started."""
        return [self.pid, *children(self.pid)]


def environment(office: BenchOffice, port: int = 0, processes: int = 1) -> dict[str, str]:
    """The settings of the bench's office."""
    return {
        "PYTHONPATH": str(ROOT), "MOTCUA_DATABASE_URL": office.postgres.app_dsn, "MOTCUA_METRICS_PORT": "0",
        "MOTCUA_WORKER_METRICS_PORT": "0", "MOTCUA_STORE_URL": f"folder://{office.folder}/objects",
        "MOTCUA_SECRET_KEY": "de-do-" * 8, "MOTCUA_KEYS_FOLDER": str(office.folder / "keys"), "MOTCUA_SECOND_FACTOR": "1",
        "MOTCUA_PUBLIC_URL": "https://bench.invalid", "MOTCUA_PORT": str(port), "MOTCUA_WEB_PROCESSES": str(processes),
        "BENCH_FLOOR_DSN": office.postgres.superuser_dsn, "BENCH_FOLDER": str(office.folder),
    }


@asynccontextmanager
async def serving(office: BenchOffice, module: str, alive: str, *, processes: int = 1) -> AsyncIterator[Server]:
    """`module:application` under uvicorn with the settings of the bench's office."""
    port = free_port(None, None)
    command = (
        sys.executable, "-m", "uvicorn", f"benchmarks.{module}:application", "--factory", "--port", str(port),
        "--no-access-log", "--no-server-header", "--log-level", "warning", "--workers", str(processes),
    )
    part = Part(
        module, command, environment(office, port), ready=answers(f"http://127.0.0.1:{port}{alive}"), folder=ROOT
    )
    async with _running(office, part) as pid:
        yield Server(port, pid)


@asynccontextmanager
async def office_serving(office: BenchOffice, *, processes: int) -> AsyncIterator[Server]:
    """`motcua serve`, nothing added."""
    port = free_port(None, None)
    part = Part(
        "serve", (sys.executable, "-m", "app.cli", "serve"), environment(office, port, processes),
        ready=answers(f"http://127.0.0.1:{port}/livez"), folder=ROOT,
    )
    async with _running(office, part) as pid:
        yield Server(port, pid)


@asynccontextmanager
async def office_working(office: BenchOffice) -> AsyncIterator[Server]:
    """`motcua worker`."""
    part = Part("worker", (sys.executable, "-m", "app.cli", "worker"), environment(office), folder=ROOT)
    async with _running(office, part) as pid:
        yield Server(0, pid)


@asynccontextmanager
async def _running(office: BenchOffice, part: Part) -> AsyncIterator[int]:
    log = office.folder / f"{part.name}.log"
    process = await spawn(part, log, str(office.folder))
    try:
        await _ready(part, process, log.read_text)
        yield process.pid
    finally:
        await end(process, signal.SIGTERM)


async def _ready(part: Part, process: asyncio.subprocess.Process, said: object) -> None:
    if part.ready is None:
        return
    for _ in range(1200):
        if await part.ready():
            return
        if process.returncode is not None:
            break
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{part.name} did not start: {said() if callable(said) else ''}")
