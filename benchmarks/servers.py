"""The product and the floor as processes of their own, one worker each, as `motcua serve` runs them."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.embedded import free_port
from app.supervisor import Part, answers, end, spawn
from benchmarks.office import ROOT, BenchOffice


@dataclass(frozen=True)
class Server:
    """Where it listens and which process it is."""

    port: int
    pid: int


@asynccontextmanager
async def serving(office: BenchOffice, module: str, alive: str) -> AsyncIterator[Server]:
    """`module:application` under uvicorn with the settings of the bench's office."""
    port = free_port(None, None)
    part = Part(
        module,
        (sys.executable, "-m", "uvicorn", f"benchmarks.{module}:application", "--factory", "--port", str(port),
         "--no-access-log", "--no-server-header", "--log-level", "warning"),
        {
            "PYTHONPATH": str(ROOT), "MOTCUA_DATABASE_URL": office.postgres.app_dsn, "MOTCUA_METRICS_PORT": "0",
            "MOTCUA_STORE_URL": f"folder://{office.folder}/objects", "MOTCUA_SECRET_KEY": "de-do-" * 8,
            "MOTCUA_KEYS_FOLDER": str(office.folder / "keys"), "MOTCUA_SECOND_FACTOR": "1",
            "MOTCUA_PUBLIC_URL": "https://bench.invalid", "BENCH_FLOOR_DSN": office.postgres.superuser_dsn,
        },
        ready=answers(f"http://127.0.0.1:{port}{alive}"), folder=ROOT,
    )
    log = office.folder / f"{module}.log"
    process = await spawn(part, log, str(office.folder))
    try:
        await _ready(part, process, log.read_text)
        yield Server(port, process.pid)
    finally:
        await end(process, signal.SIGTERM)


async def _ready(part: Part, process: asyncio.subprocess.Process, said: object) -> None:
    assert part.ready is not None
    for _ in range(600):
        if await part.ready():
            return
        if process.returncode is not None:
            break
        await asyncio.sleep(0.05)
    raise RuntimeError(f"{part.name} did not start: {said() if callable(said) else ''}")
