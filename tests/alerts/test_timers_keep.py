"""Timers of the drawings: found by their index, fired once and in order, whatever happens to workers and clocks."""

import asyncio
import signal
from datetime import timedelta
from uuid import UUID

import asyncpg

from app.kit import clock
from app.worker import wake_timers
from tests.alerts.conftest import House
from tests.alerts.situations import AGENCIES, examined, local, rows, value
from tests.dossiers.situations import supplement_asked
from tests.factories import OFFICES, Make
from tests.invariants.test_kills import Worker, until

FIRED = "SELECT facts->>'timer' AS name FROM journal_line WHERE dossier_id = $1 AND event = 'timer.fired' ORDER BY id"


async def fired(make: Make, dossier_id: UUID) -> list[str]:
    return [row["name"] for row in await rows(make, FIRED, dossier_id)]


async def test_due_timers_are_found_by_their_index_and_no_dossier_is_read(make: Make) -> None:
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await db.rows(
            "EXPLAIN SELECT dossier_id, task_no, office_id, name, due_at FROM timer WHERE due_at <= now()"
            " ORDER BY due_at, dossier_id, task_no LIMIT 100"
        ))
    assert "ix_timer_due" in plan
    assert "dossier " not in plan.replace("dossier_id", "")


async def test_a_clock_forward_a_day_and_back_an_hour_fires_each_once(make: Make) -> None:
    dossier_id = await supplement_asked(make)
    due = await value(make, "SELECT due_at FROM timer WHERE dossier_id = $1", dossier_id)
    for moment in (due - timedelta(minutes=1), due + timedelta(days=1), due + timedelta(hours=23), due - timedelta(hours=1),
                   due + timedelta(days=2)):
        with clock.at(moment):
            await wake_timers(make.tools)
    assert await fired(make, dossier_id) == ["supplement_late"]


async def three_overdue(make: Make) -> UUID:
    """A permit whose three agencies had to answer by different days, all past, set in another order than their days."""
    with clock.at(local("2026-09-07T09:00")):
        dossier_id = await examined(make, *AGENCIES)
    async with make.database.transaction(offices=OFFICES) as db:
        for days, name in enumerate(("infrastructure", "planning", "fire_safety")):
            await db.run(
                "UPDATE timer SET due_at = due_at + $3 WHERE dossier_id = $1 AND name = $2",
                dossier_id, f"{name}_late", timedelta(days=days),
            )
    return dossier_id


async def test_a_worker_that_was_down_catches_up_in_order(make: Make) -> None:
    dossier_id = await three_overdue(make)
    with clock.at(local("2026-09-21T09:00")):
        await wake_timers(make.tools)
    assert await fired(make, dossier_id) == ["infrastructure_late", "planning_late", "fire_safety_late"]
    assert await value(make, "SELECT name FROM step WHERE dossier_id = $1", dossier_id) == "examine"


async def test_two_workers_keep_the_order_of_one_dossier(make: Make) -> None:
    dossiers = [await three_overdue(make) for _ in range(3)]
    with clock.at(local("2026-09-21T09:00")):
        while await asyncio.gather(*(wake_timers(make.tools) for _ in range(2))) != [0, 0]:
            continue
    for one in dossiers:
        assert await fired(make, one) == ["infrastructure_late", "planning_late", "fire_safety_late"]


async def test_a_later_timer_waits_for_an_earlier_one_that_fails(make: Make) -> None:
    dossier_id = await three_overdue(make)
    async with make.database.transaction(offices=OFFICES) as db:
        kept = await db.value("SELECT state FROM process WHERE dossier_id = $1", dossier_id)
        await db.run("UPDATE process SET state = 'torn'::bytea WHERE dossier_id = $1", dossier_id)
    with clock.at(local("2026-09-21T09:00")):
        await wake_timers(make.tools)
        assert await fired(make, dossier_id) == []
        async with make.database.transaction(offices=OFFICES) as db:
            await db.run("UPDATE process SET state = $2 WHERE dossier_id = $1", dossier_id, kept)
        await wake_timers(make.tools)
    assert await fired(make, dossier_id) == ["infrastructure_late", "planning_late", "fire_safety_late"]


async def test_a_timer_behind_a_hundred_failing_ones_is_reached(make: Make) -> None:
    with clock.at(local("2026-09-08T09:00")):
        sound = await supplement_asked(make)
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run(
            "INSERT INTO timer (dossier_id, task_no, office_id, name, due_at) SELECT gen_random_uuid(), 1, 2, 'torn', $1"
            " FROM generate_series(1, 150)", local("2026-09-01T09:00"),
        )
    with clock.at(local("2026-09-26T09:00")):
        await wake_timers(make.tools)
    assert await fired(make, sound) == ["supplement_late"]
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("DELETE FROM timer WHERE name = 'torn'")


async def test_a_worker_killed_between_turn_and_commit_fires_once(house: House) -> None:
    """The journal is locked by us, so that the worker stands between its turn and its commit when it is killed."""
    make, worker = house.make, Worker(house)
    dossier_id = await supplement_asked(make)
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE timer SET due_at = $2 WHERE dossier_id = $1", dossier_id, clock.now() - timedelta(minutes=1))
    holder = await asyncpg.connect(house.superuser_dsn)
    locking = holder.transaction()
    await locking.start()
    await holder.execute("LOCK TABLE journal_line IN SHARE MODE")
    await worker.begin()
    looker = await asyncpg.connect(house.superuser_dsn)

    async def stands_in_the_middle() -> bool:
        return bool(await looker.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ))

    async with asyncio.timeout(60):
        await until(stands_in_the_middle)
    await worker.end(signal.SIGKILL)
    await locking.rollback()
    await holder.close()
    await worker.begin()

    async def gone() -> bool:
        return not await value(make, "SELECT count(*) FROM timer WHERE dossier_id = $1", dossier_id)

    async with asyncio.timeout(60):
        await until(gone)
    await worker.end(signal.SIGTERM)
    await looker.close()
    assert await fired(make, dossier_id) == ["supplement_late"]
    assert (await make.case(dossier_id)).state.value == "stopped"
