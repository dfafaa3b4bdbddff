"""Behind PgBouncer in transaction mode: nothing we do may lean on a line that stays ours between two transactions."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from app.dossiers.tools import Tools
from app.embedded import EmbeddedPostgres
from app.kit.db import Database, open_database
from app.kit.looking import look
from tests.dossiers.test_life import CODE, given
from tests.factories import COMMUNE, NEIGHBOUR, Make
from tests.scale.pgbouncer import pooled

ROOT = Path(__file__).parents[2]
SERVERS = 3
PATIENCE = 120.0  # the jobs other tests left in the common database come before ours


@pytest.fixture
async def through_pooler(postgres: EmbeddedPostgres) -> AsyncIterator[tuple[str, Database]]:
    """The application's pool, ten lines into a pooler that has three."""
    async with pooled(postgres, servers=SERVERS) as dsn:
        database = await open_database(dsn, largest=10, statement_cache=0)
        yield dsn, database
        await database.close()


async def test_many_lines_in_need_few_lines_out(
    tools: Tools, through_pooler: tuple[str, Database]
) -> None:
    _, database = through_pooler
    make = Make(database, replace(tools, database=database))

    async def life() -> UUID:
        dossier_id = await make.submitted(CODE, given())
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
        return dossier_id

    lived = await asyncio.gather(*(life() for _ in range(12)))
    async with database.transaction(offices=[COMMUNE]) as db:
        states = Counter(row["state"] for row in await db.rows("SELECT state FROM dossier WHERE id = ANY($1)", lived))
        codes = await db.value("SELECT count(DISTINCT code) FROM dossier WHERE id = ANY($1)", lived)
    assert (states, codes) == (Counter(received=12), 12)


async def test_looks_of_many_offices_over_few_lines_see_their_own_rows_and_leave_nothing(
    tools: Tools, through_pooler: tuple[str, Database]
) -> None:
    """Nothing holds a line between two questions of a look: the pooler may give each another one."""
    _, database = through_pooler
    dossier_id = await Make(database, replace(tools, database=database)).submitted(CODE, given())
    asked = "SELECT count(*) FROM dossier WHERE id = $1"

    async def seen(offices: tuple[int, ...]) -> list[int]:
        async with look(database) as db:
            before = await db.value(asked, dossier_id)
            await db.act_for(offices=offices)
            return [before, await db.value(asked, dossier_id), await db.value(asked, dossier_id)]

    async def transacted() -> list[int]:
        async with database.transaction() as db:
            return [await db.value(asked, dossier_id)]

    for _ in range(5):
        everybody = [one for _ in range(3) for one in (seen((COMMUNE,)), seen((NEIGHBOUR,)), seen(()), transacted())]
        assert await asyncio.gather(*everybody) == [[0, 1, 1], [0, 0, 0], [0, 0, 0], [0]] * 3


async def test_whose_rows_are_seen_never_leaks_to_the_next_on_the_line(
    tools: Tools, through_pooler: tuple[str, Database]
) -> None:
    _, database = through_pooler
    dossier_id = await Make(database, replace(tools, database=database)).submitted(CODE, given())

    async def seen_by(offices: tuple[int, ...]) -> int:
        async with database.transaction(offices=offices) as db:
            return int(await db.value("SELECT count(*) FROM dossier WHERE id = $1", dossier_id))

    asked: list[tuple[int, ...]] = [(COMMUNE,), (NEIGHBOUR,), ()] * 30
    answers = await asyncio.gather(*(seen_by(offices) for offices in asked))
    assert answers == [1, 0, 0] * 30


async def test_a_worker_behind_the_pooler_hears_the_queue_by_its_own_line(
    tools: Tools, through_pooler: tuple[str, Database], postgres: EmbeddedPostgres, tmp_path: Path, keys: Path
) -> None:
    dsn, database = through_pooler
    make = Make(database, replace(tools, database=database))
    environment = {
        **os.environ, "MOTCUA_DATABASE_URL": dsn, "MOTCUA_DATABASE_POOLER": "true",
        "MOTCUA_QUEUE_DATABASE_URL": postgres.app_dsn, "MOTCUA_STORE_URL": f"folder://{tmp_path / 'objects'}",
        "MOTCUA_SECRET_KEY": "x" * 40, "MOTCUA_DEMO": "true", "MOTCUA_KEYS_FOLDER": str(keys),
        "MOTCUA_WORKER_METRICS_PORT": "0", "MOTCUA_WORKFLOWS_FOLDER": str(ROOT / "workflows"),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "app.cli", "worker", cwd=ROOT, env=environment)
    try:
        dossier_id = await make.submitted(CODE, given())
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
        async with asyncio.timeout(PATIENCE):
            while True:
                if await _printed(database, dossier_id):
                    break
                await asyncio.sleep(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), PATIENCE)
    assert process.returncode == 0


async def _printed(database: Database, dossier_id: UUID) -> bool:
    async with database.transaction(offices=[COMMUNE]) as db:
        return bool(await db.value(
            "SELECT 1 FROM document WHERE dossier_id = $1 AND component = 'receipt'", dossier_id
        ))
