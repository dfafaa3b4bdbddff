"""A timer fires once, gives way to whoever works on its dossier, and a broken one holds up no other."""

import asyncio
from datetime import timedelta
from uuid import UUID

from app.kit import clock
from app.worker import wake_timers
from tests.dossiers.situations import supplement_asked
from tests.factories import COMMUNE, OFFICES, Make


async def lapsed(make: Make, ago: timedelta = timedelta(minutes=1)) -> UUID:
    """A dossier whose time to supplement ran out."""
    dossier_id = await supplement_asked(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE timer SET due_at = $2 WHERE dossier_id = $1", dossier_id, clock.now() - ago)
    return dossier_id


async def fired(make: Make, dossier_id: UUID) -> int:
    async with make.database.transaction(offices=OFFICES) as db:
        return int(await db.value(
            "SELECT count(*) FROM journal_line WHERE dossier_id = $1 AND event = 'timer.fired'", dossier_id
        ))


async def test_a_timer_fires_once_however_many_workers_look(make: Make) -> None:
    dossier_id = await lapsed(make)
    await asyncio.gather(*(wake_timers(make.tools) for _ in range(3)))
    await wake_timers(make.tools)
    assert await fired(make, dossier_id) == 1
    assert (await make.case(dossier_id)).state.value == "stopped"


async def test_a_timer_gives_way_to_whoever_works_on_its_dossier(make: Make) -> None:
    dossier_id = await lapsed(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.row("SELECT 1 FROM process WHERE dossier_id = $1 FOR UPDATE", dossier_id)
        await wake_timers(make.tools)
        assert await fired(make, dossier_id) == 0
    await wake_timers(make.tools)
    assert await fired(make, dossier_id) == 1


async def test_a_timer_that_fails_holds_up_no_other(make: Make) -> None:
    broken, sound = await lapsed(make, timedelta(minutes=9)), await lapsed(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        kept = await db.value("SELECT state FROM process WHERE dossier_id = $1", broken)
        await db.run("UPDATE process SET state = 'torn'::bytea WHERE dossier_id = $1", broken)
    await wake_timers(make.tools)
    assert (await fired(make, broken), await fired(make, sound)) == (0, 1)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE process SET state = $2 WHERE dossier_id = $1", broken, kept)
    await wake_timers(make.tools)
    assert await fired(make, broken) == 1
