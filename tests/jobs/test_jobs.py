"""Outside work: queued with what decided it, done once, tried again with patience, visible when it is stuck."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.dossiers.giving_up import give_up
from app.jobs import service as jobs
from app.jobs.service import MOST_ATTEMPTS, Work
from app.kit import clock
from app.kit.db import Database, Db
from app.signatures.keyring import Keyring
from app.worker import carry_out
from tests.dossiers.situations import given, received
from tests.factories import COMMUNE, OFFICES, Make

WAKE_UPS = "SELECT count(*) FROM pgqueuer WHERE convert_from(payload, 'UTF8') = $1"


class InterruptedByTest(Exception):
    """What a test throws to end a transaction."""


async def row(make: Make, job_id: int, *columns: str) -> tuple[object, ...]:
    async with make.database.transaction(offices=OFFICES) as db:
        found = await db.row(f"SELECT {', '.join(columns)} FROM job WHERE id = $1", job_id)
    assert found is not None
    return tuple(found.values())


async def test_a_rollback_takes_the_job_and_its_wake_up_with_it(database: Database) -> None:
    queued: list[int | None] = []

    async def queue_and_fall() -> None:
        async with database.transaction(offices=[COMMUNE]) as db:
            queued.append(await jobs.queue(db, "print_form", key="test:rolled-back", office_id=COMMUNE))
            raise InterruptedByTest

    with pytest.raises(InterruptedByTest):
        await queue_and_fall()
    assert queued[0] is not None
    async with database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT count(*) FROM job WHERE key = 'test:rolled-back'") == 0
        assert await db.value(WAKE_UPS, str(queued[0])) == 0


async def test_a_job_comes_with_one_wake_up(db: Db) -> None:
    job_id = await jobs.queue(db, "print_form", key="test:woken", office_id=COMMUNE)
    assert await db.value(WAKE_UPS, str(job_id)) == 1


async def test_the_same_key_is_queued_once(db: Db) -> None:
    first = await jobs.queue(db, "print_form", key="test:once", office_id=COMMUNE, form="receipt")
    assert first is not None
    assert await jobs.queue(db, "print_form", key="test:once", office_id=COMMUNE, form="other") is None
    assert await db.value("SELECT count(*) FROM job WHERE key = 'test:once'") == 1


async def test_finishing_twice_keeps_the_outcome_once(db: Db) -> None:
    job_id = await jobs.queue(db, "print_form", key="test:finished", office_id=COMMUNE)
    assert job_id is not None
    assert await jobs.finish(db, job_id)
    assert not await jobs.finish(db, job_id)
    assert await jobs.take(db, job_id) is None


async def test_each_failure_waits_longer_up_to_ten_minutes(db: Db) -> None:
    job_id = await jobs.queue(db, "print_form", key="test:patience", office_id=COMMUNE)
    assert job_id is not None
    now, waits = clock.now(), []
    with clock.at(now):
        for attempt in range(1, MOST_ATTEMPTS):
            assert await jobs.postpone(db, job_id, trouble="Máy in nghỉ", attempt=attempt)
            waits.append(await db.value("SELECT run_at FROM job WHERE id = $1", job_id) - now)
    assert waits == [timedelta(seconds=min(2**n, 600)) for n in range(1, MOST_ATTEMPTS)]


@pytest.fixture
async def unsignable(make: Make, tmp_path: Path) -> tuple[Make, int]:
    """An office whose keys folder is empty, and the job that needs the leader's key."""
    dossier_id = await received(make)
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    await make.act(dossier_id, "sign_result", "sign", "leader")
    (tmp_path / "no-keys").mkdir()
    without = Make(make.database, replace(make.tools, keyring=Keyring(tmp_path / "no-keys")))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        job_id = await db.value("SELECT id FROM job WHERE dossier_id = $1 AND name = 'apply_signature'", dossier_id)
    return without, job_id


async def test_a_failure_is_kept_in_words_and_tried_again(unsignable: tuple[Make, int]) -> None:
    make, job_id = unsignable
    await carry_out(make.tools, job_id)
    state, attempts, trouble, run_at = await row(make, job_id, "state", "attempts", "trouble", "run_at")
    assert (state, attempts) == ("waiting", 1)
    assert trouble
    assert run_at > clock.now() - timedelta(seconds=1)  # type: ignore[operator]


async def test_after_eight_starts_it_is_stuck_and_no_ninth_is_made(unsignable: tuple[Make, int]) -> None:
    make, job_id = unsignable
    for _ in range(MOST_ATTEMPTS + 2):
        await carry_out(make.tools, job_id)
    assert await row(make, job_id, "state", "attempts") == ("stuck", MOST_ATTEMPTS)


async def test_a_stuck_job_freed_by_a_person_is_done_once_its_cause_is_mended(
    unsignable: tuple[Make, int], make: Make
) -> None:
    without, job_id = unsignable
    for _ in range(MOST_ATTEMPTS):
        await carry_out(without.tools, job_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await jobs.free(db, job_id)
        assert not await jobs.free(db, job_id)
    await carry_out(make.tools, job_id)
    assert await row(make, job_id, "state", "trouble") == ("done", None)


async def test_a_start_that_killed_its_worker_counts(make: Make) -> None:
    """Taken and never heard of again: eight of those, and the job is stuck rather than killing for ever."""
    dossier_id = await received(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        job_id = await db.value("SELECT id FROM job WHERE dossier_id = $1 AND name = 'print_form' LIMIT 1", dossier_id)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            taken = await jobs.take(db, job_id)
        assert taken is not None
        assert taken.attempt == attempt
    await carry_out(make.tools, job_id)
    assert await row(make, job_id, "state", "attempts") == ("stuck", MOST_ATTEMPTS)


async def test_a_job_nobody_knows_how_to_do_is_stuck_at_once(make: Make) -> None:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        job_id = await jobs.queue(db, "conjure", key=f"test:{id(make)}:conjure", office_id=COMMUNE)
    assert job_id is not None
    await carry_out(make.tools, job_id)
    state, trouble = await row(make, job_id, "state", "trouble")
    assert state == "stuck"
    assert "conjure" in str(trouble)


async def test_a_lost_wake_up_is_found_by_the_sweep(make: Make) -> None:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        with clock.at(clock.now() - timedelta(minutes=5)):
            job_id = await jobs.queue(db, "print_form", key=f"test:{id(make)}:lost", office_id=COMMUNE)
        assert job_id in await jobs.overdue(db)
        assert job_id is not None
        await jobs.finish(db, job_id)


async def test_an_effect_without_a_fallback_is_not_given_up(make: Make) -> None:
    dossier_id = await make.submitted("9.000001", given())
    work = Work(0, COMMUNE, dossier_id, "make_result", "x", {"task_no": 1}, 99)
    assert not await give_up(make.tools, work)


async def test_of_two_workers_that_sweep_at_once_one_takes_the_lost_job(database: Database) -> None:
    async with database.transaction(offices=[COMMUNE]) as db:
        with clock.at(clock.now() - timedelta(minutes=5)):
            job_id = await jobs.queue(db, "print_form", key="test:swept-by-two", office_id=COMMUNE)
    async with database.transaction(offices=[COMMUNE]) as one, database.transaction(offices=[COMMUNE]) as other:
        taken = [job_id in await jobs.overdue(db, limit=10_000) for db in (one, other)]
    assert taken == [True, False]
    async with database.transaction(offices=[COMMUNE]) as db:
        assert job_id not in await jobs.overdue(db)
        assert job_id is not None
        await jobs.finish(db, job_id)


async def test_a_statement_that_writes_jobs_wakes_as_pgqueuer_itself_does(database: Database) -> None:
    async with database.transaction(offices=(2,)) as db:
        await jobs.wake_all(db, [-1])
        await db.run(f"WITH to_wake AS (SELECT -2::bigint AS id), {jobs.waking_parts()} SELECT count(*) FROM inserted")
        await db.run(f"WITH to_wake AS (SELECT 1::bigint AS id WHERE false), {jobs.waking_parts()} SELECT FROM inserted")
        rows = await db.rows(
            "SELECT entrypoint, priority, status, execute_after = now() AS at_once, dedupe_key, headers FROM pgqueuer"
            " WHERE payload = ANY($1::bytea[])", [b"-1", b"-2"],
        )
        logged = await db.rows(
            "SELECT l.entrypoint, l.priority, l.status FROM pgqueuer_log l JOIN pgqueuer q ON q.id = l.job_id"
            " WHERE q.payload = ANY($1::bytea[])", [b"-1", b"-2"],
        )
        await db.run("DELETE FROM pgqueuer WHERE payload = ANY($1::bytea[])", [b"-1", b"-2"])
    assert len(rows) == len(logged) == 2
    assert rows[0] == rows[1]
    assert logged[0] == logged[1]
