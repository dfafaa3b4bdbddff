"""How long an office takes to answer for the first time, and what its two web processes keep in memory (aim H9).

`motcua serve` as an installation runs it: compiled modules, PostgreSQL up and migrated, nobody else. From the start of the
process to the first 200 of /readyz, which asks database and store; the floor is an empty FastAPI application under the
same uvicorn. Memory is the proportional share (PSS) of the processes, the parent that holds them included, after each
of a few hundred pages of the portal was asked for.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from app.embedded import free_port
from app.supervisor import Part, answers, end, spawn
from benchmarks.machine import children
from benchmarks.office import ROOT, BenchOffice, open_office
from benchmarks.servers import environment
from benchmarks.table import Line, Row, Said, line

GROUP = "Start to first answer, and memory"
STARTS = 5
PAGES = ("/", "/procedures", "/procedures/1.001193", "/track", "/api/v1/procedures", "/readyz", "/verify")
ROUNDS = 60
BARE = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/readyz')\nasync def readyz(): return {}\n"


async def measure(office: BenchOffice | None = None) -> list[Row]:
    """Seconds to the first answer beside an empty application, and megabytes of two web processes."""
    if office is None:
        async with open_office() as opened:
            return await measure(opened)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "bare.py").write_text(BARE, "utf-8")
        await _first_answer(_served(office, place, 1))  # this one compiles the modules
        product, bare = [], []
        for _ in range(STARTS):
            product.append(await _first_answer(_served(office, place, 1)))
            bare.append(await _first_answer(_bare(place)))
        memory = await _memory(_served(office, place, 2))
    started: Line = line(GROUP, "first answer of /readyz", "an empty FastAPI application", product, bare, unit="s")
    seconds, beside = statistics.median(product), statistics.median(bare)
    return [
        started,
        Said(GROUP, "start to first answer, median of 5", "an empty FastAPI application", f"{seconds:.2f} s",
             f"{beside:.2f} s", "≤ 2 s", seconds <= 2, "H9"),
        Said(GROUP, "memory of two web processes (PSS)", "", f"{memory:.0f} MB", "", "≤ 200 MB", memory <= 200, "H9"),
    ]


def _served(office: BenchOffice, place: Path, processes: int) -> Part:
    port = free_port(None, None)
    return Part(
        "start", (sys.executable, "-m", "app.cli", "serve"),
        {**environment(office, port, processes), **_compiled(place)},
        ready=answers(f"http://127.0.0.1:{port}/readyz"), folder=ROOT,
    )


def _bare(place: Path) -> Part:
    port = free_port(None, None)
    command = (sys.executable, "-m", "uvicorn", "bare:app", "--port", str(port), "--log-level", "warning")
    return Part("bare", command, _compiled(place), ready=answers(f"http://127.0.0.1:{port}/readyz"), folder=place)


def _compiled(place: Path) -> dict[str, str]:
    """An installed program has its modules compiled; a checkout may be told to write none."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(place / "compiled")}


async def _first_answer(part: Part) -> float:
    """Seconds."""
    began = time.perf_counter()
    process = await spawn(part, Path(tempfile.gettempdir()) / f"bench-{os.getpid()}.log", "bench")
    try:
        await _until_ready(part, process)
        return time.perf_counter() - began
    finally:
        await end(process, signal.SIGTERM)


async def _until_ready(part: Part, process: asyncio.subprocess.Process) -> None:
    assert part.ready is not None
    while not await part.ready():
        if process.returncode is not None:
            raise RuntimeError(f"{part.name} ended with {process.returncode}")
        await asyncio.sleep(0.005)


async def _memory(part: Part) -> float:
    """Megabytes."""
    process = await spawn(part, Path(tempfile.gettempdir()) / f"bench-{os.getpid()}.log", "bench")
    try:
        await _until_ready(part, process)
        port = int(part.environment["MOTCUA_PORT"])
        for _ in range(ROUNDS):
            await asyncio.gather(*(_get(port, path) for path in PAGES))
        return sum(pss(one) for one in (process.pid, *children(process.pid)))
    finally:
        await end(process, signal.SIGTERM)


async def _get(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.0\r\nHost: bench.invalid\r\n\r\n".encode())
    await reader.read()
    writer.close()


def pss(pid: int) -> float:
    """The proportional share of a process, megabytes."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(one.split()[1]) for one in told.splitlines() if one.startswith("Pss:")) / 1024


if __name__ == "__main__":
    for row in asyncio.run(measure()):
        print(row.what, row.told, getattr(row, "wanted", ""), row.verdict)
