"""A recount killed in the middle goes on where it stopped: no dossier half done, none twice, none forgotten."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.deadlines import service as deadlines
from app.embedded import EmbeddedPostgres
from app.kit import clock
from app.worker import carry_out
from tests.conftest import ROOT
from tests.dossiers.calendars import again, day, proposed, put_in_force, settled, swept
from tests.dossiers.situations import received
from tests.factories import COMMUNE, OFFICES, Make

MONDAY = datetime(2027, 5, 10, 9, tzinfo=clock.LOCAL)  # due Thursday 13 May
THURSDAY, FRIDAY = datetime(2027, 5, 13, 17, tzinfo=clock.LOCAL), datetime(2027, 5, 14, 17, tzinfo=clock.LOCAL)
HOW_MANY = 500


@pytest.fixture(autouse=True)
async def nothing_in_force(postgres: EmbeddedPostgres) -> AsyncIterator[None]:
    async with swept(postgres):
        yield


async def copied(postgres: EmbeddedPostgres, first: UUID, count: int) -> list[UUID]:
    """So many more dossiers just like this one, with their process, ledger, steps and timers."""
    copies = [uuid4() for _ in range(count)]
    connection = await asyncpg.connect(postgres.superuser_dsn)
    try:
        for table, key in (("dossier", "id"), ("process", "dossier_id"), ("deadline_line", "dossier_id"),
                           ("step", "dossier_id"), ("timer", "dossier_id")):
            columns = [row["column_name"] for row in await connection.fetch(
                "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND is_identity = 'NO'"
                " AND table_schema = 'public'", table)]
            own = {key: "c.id", "code": "c.id::text", "submission_key": "gen_random_uuid()"}
            await connection.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(own.get(one, 't.' + one) for one in columns)}"
                f" FROM {table} t, unnest($2::uuid[]) AS c(id) WHERE t.{key} = $1",
                first, copies)
    finally:
        await connection.close()
    return copies


async def test_a_recount_killed_in_the_middle_goes_on_behind_its_cursor(
    make: Make, postgres: EmbeddedPostgres
) -> None:
    with clock.at(MONDAY):
        first = await received(make)
        dossiers = [first, *await copied(postgres, first, HOW_MANY - 1)]
        change = await proposed(make, day(THURSDAY.date()))
        assert change.moved >= HOW_MANY
        await put_in_force(make, change)
    async with make.database.transaction(offices=OFFICES) as db:
        job_id = await db.value("SELECT id FROM job WHERE name = 'recount_calendar' AND state = 'waiting'")
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.dossiers.recount_worker", postgres.app_dsn, str(job_id), cwd=ROOT)
    async with asyncio.timeout(60):
        while not (stopped := await again(make, change)).looked_at:
            assert worker.returncode is None
    worker.send_signal(signal.SIGKILL)
    assert await worker.wait() == -signal.SIGKILL
    stopped = await again(make, change)
    assert 0 < stopped.looked_at < stopped.total
    assert stopped.state == "applying"
    counted = await _counted(make, dossiers)
    assert set(counted) == {(1, THURSDAY), (2, FRIDAY)}, "every dossier is as it was, or whole"

    with clock.at(MONDAY):
        await carry_out(make.tools, job_id)
        await settled(make)
    done = await again(make, change)
    assert (done.state, done.moved, done.left_out) == ("applied", change.moved, 0)
    assert await _counted(make, dossiers) == {(2, FRIDAY): HOW_MANY}
    async with make.database.transaction(offices=OFFICES) as db:
        notes = await db.value(
            "SELECT count(*) FROM journal_line WHERE dossier_id = ANY($1) AND event = 'deadline.recounted'", dossiers)
        told = await db.value(
            "SELECT count(*) FROM notice WHERE dossier_id = ANY($1) AND event = 'due_moved' AND channel = 'page'", dossiers)
        assert (notes, told) == (HOW_MANY, HOW_MANY)
        for dossier in dossiers[::50]:
            story = await deadlines.explain(db, dossier, calendar=make.tools.calendars.of(COMMUNE))
            assert story.differences == ()


async def _counted(make: Make, dossiers: list[UUID]) -> dict[tuple[int, datetime], int]:
    """How many dossiers have so many ledger lines and this due moment, the same on dossier and ledger."""
    async with make.database.transaction(offices=OFFICES) as db:
        rows = await db.rows(
            "SELECT l.n, d.due_at, count(*) AS many FROM dossier d JOIN LATERAL (SELECT count(*)::int AS n,"
            " (array_agg(due_after ORDER BY line_no DESC))[1] AS due FROM deadline_line WHERE dossier_id = d.id) l ON true"
            " WHERE d.id = ANY($1) AND d.due_at = l.due GROUP BY 1, 2", dossiers)
    assert sum(row["many"] for row in rows) == len(dossiers)
    return {(row["n"], row["due_at"].astimezone(clock.LOCAL)): row["many"] for row in rows}
