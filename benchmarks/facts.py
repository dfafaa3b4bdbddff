"""Rows that are no race: how the state grows, differences from stock, what the bare machine does."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace

from app.deadlines.timers import due_timers
from app.kit import clock
from benchmarks import engine
from benchmarks.comparing import Pair, compared
from benchmarks.office import OFFICE, BenchOffice, dossier_id
from benchmarks.table import Row, Said
from tests.engine.differential import run

STATE = "State of an instance at its largest"


def growth_rows() -> list[Row]:
    """F4, H4: bytes after two loops and after twenty."""
    return [
        Said(STATE, f"growth per loop, {name}", "0 bytes", f"{(later - early) / 18:g} B ({early} B, {later} B)", "", "0",
             later == early, "F4 H4")
        for name, early, later in engine.growth()
    ]


def difference_rows(steps: int) -> list[Row]:
    """F5: random walks over random drawings, another seed every day."""
    seed, began = int(time.time() // 86_400), time.monotonic()
    taken, walks, differences = run(steps, seed)
    value = f"{len(differences)} in {taken:,} steps of {walks:,} walks ({time.monotonic() - began:.0f} s, seed {seed})"
    enough = taken >= 20_000
    group = "Ours beside stock SpiffWorkflow with a full round trip after every step"
    return [Said(group, "differences", "stock round trip", value, "",
                 "0 of 20,000" if enough else "0", not differences, "F5" if enough or differences else "")]


async def poll_rows(office: BenchOffice, count: int, *, rounds: int) -> list[Row]:
    """F6: the worker's look for due timers, nothing due, beside one row by its key."""
    key = (dossier_id(1), await _timer_no(office))
    async with office.database.transaction(offices=(1, 2, 3)) as db:

        async def poll() -> object:
            return await due_timers(db, clock.now())

        async def read() -> object:
            return await db.row("SELECT * FROM timer WHERE dossier_id = $1 AND task_no = $2", *key)

        assert await poll() == [], "a due timer would be loaded, and nothing else is"
        pair = Pair(f"The worker's poll, nothing due: {count:,} idle timers", "timers that are due", "one row by its key",
                    poll, read, 10, same=False)
        found, _ = await compared(pair, rounds=rounds * 20)
    return [replace(found, goals="F6")]


async def _timer_no(office: BenchOffice) -> int:
    async with office.database.transaction(offices=(OFFICE,)) as db:
        return int(await db.value("SELECT task_no FROM timer WHERE dossier_id = $1", dossier_id(1)))


async def machine_rows(office: BenchOffice) -> list[Row]:
    """What the machine does with none of us: RSA by openssl, a bare UPDATE by pgbench."""
    group, rows = "The machine with none of us", list[Row]()
    if openssl := shutil.which("openssl"):
        said = await _said([openssl, "speed", "-seconds", "1", "rsa2048"])
        found = re.search(r"rsa\s+2048 bits\s+\S+s\s+\S+s\s+(\S+)", said)
        if found:
            rows.append(Said(group, "RSA-2048 signatures, one core", "openssl speed", f"{float(found[1]):,.0f} a second"))
    pgbench = shutil.which("pgbench")
    if pgbench is None:
        return [*rows, Said(group, "a bare UPDATE", "pgbench", "not installed: apt-get install postgresql")]
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("\\set n random(1, 2000)\nUPDATE floor.instance SET version = version + 1 WHERE id = :n;\n")
        script.flush()
        for clients in (1, 8):
            said = await _said([pgbench, "-n", "-M", "prepared", "-c", str(clients), "-T", "2", "-f", script.name,
                                office.postgres.superuser_dsn])
            found = re.search(r"tps = (\S+)", said)
            told = f"{float(found[1]):,.0f} a second" if found else "it said nothing"
            rows.append(Said(group, f"a bare UPDATE, {clients} {'client' if clients == 1 else 'clients'}", "pgbench", told))
    return rows


async def _said(command: list[str]) -> str:
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
