"""After a run under load: nothing is lost and nothing is there twice. Asked of the database, not of the product."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from benchmarks.office import BenchOffice
from benchmarks.work_unit import CODE, STEPS, Life
from tests.invariants import checker
from tests.invariants.facts import Facts

# The work unit prints and signs no result on purpose, which these two rules would complain of.
NOT_ASKED = {"I3.no-result", "I5.nothing-to-deliver"}


async def drained(office: BenchOffice, *, patience: float) -> int:
    """Wait until the worker has nothing left that it may do now; how many jobs are left when patience is over."""
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        for _ in range(int(patience) + 1):
            left = int(await connection.fetchval("SELECT count(*) FROM job WHERE state = 'waiting' AND run_at <= now()"))
            if not left:
                return 0
            await asyncio.sleep(1)
        return left
    finally:
        await connection.close()


async def jobs(office: BenchOffice) -> tuple[int, int]:
    """How many jobs were ever queued, and how many are done."""
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        row = await connection.fetchrow("SELECT count(*), count(*) FILTER (WHERE state = 'done') FROM job")
        assert row is not None
        return int(row[0]), int(row[1])
    finally:
        await connection.close()


async def violations(office: BenchOffice, lives: Sequence[Life]) -> list[str]:
    """What does not agree, in words: with what the clients were told, and among the tables themselves."""
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        return [*await _as_told(connection, lives), *await _by_the_checker(office, connection)]
    finally:
        await connection.close()


async def _as_told(connection: asyncpg.Connection, lives: Sequence[Life]) -> list[str]:
    rows = {str(row["id"]): row for row in await connection.fetch(
        "SELECT id, code, state FROM dossier WHERE procedure_code = $1", CODE)}
    found = []
    for life in lives:
        row = rows.get(life.dossier_id)
        if life.dossier_id and row is None:
            found.append(f"{life.dossier_id} was begun and is not there")
        elif row is not None and life.code is not None and row["code"] != life.code:
            found.append(f"{life.code} was told and the row says {row['code']}")
        elif row is not None and life.done and row["state"] != "returned":
            found.append(f"{life.code} was returned and the row says {row['state']}")
    told = Counter(life.code for life in lives if life.code)
    found += [f"{code} was told {times} times" for code, times in told.items() if times > 1]
    done = Counter({row["dossier_id"]: row["n"] for row in await connection.fetch(
        "SELECT j.dossier_id, count(*) AS n FROM journal_line j JOIN dossier d ON d.id = j.dossier_id"
        " WHERE d.procedure_code = $1 AND j.event = 'step.finished' GROUP BY 1", CODE)})
    wrong = [life.code for life in lives if life.done and done[UUID(life.dossier_id)] != len(STEPS)]
    return found + [f"{code} has another number of finished steps" for code in wrong]


async def _by_the_checker(office: BenchOffice, connection: asyncpg.Connection) -> list[str]:
    """The independent checker of the invariants, on the dossiers that were played and not on those laid out."""
    facts = await checker.read(office.postgres.superuser_dsn, office.folder / "objects", {})
    mine = {row["id"] for row in facts["dossier"] if row["procedure_code"] == CODE}
    tables = {
        name: [row for row in rows if (row["id"] if name == "dossier" else row.get("dossier_id")) in mine]
        if name == "dossier" or (rows and "dossier_id" in rows[0]) else rows
        for name, rows in facts.tables.items()
    }
    found = checker.check(Facts(tables, facts.store))
    return [f"{one.code} {one.about}: {one.words}" for one in found if one.code not in NOT_ASKED]
