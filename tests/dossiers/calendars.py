"""A change of the calendar, from its proposal to the last dossier counted again, as office and worker do it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from app.deadlines import changes
from app.deadlines.models import CalendarChange
from app.dossiers.recounting import SETTLED
from app.embedded import EmbeddedPostgres
from app.kit import clock
from tests.factories import OFFICES, Make

ANY = UUID(int=7)
DECISION = "Quyết định 12/QĐ-UBND (20/11/2026)"


def day(on: date, kind: str = "local-closure", name: str = "Nghỉ chống bão", **more: str) -> str:
    hours = f"hours = {more['hours']}\n" if "hours" in more else ""
    return f'[[day]]\non = {on}\nkind = "{kind}"\nname = "{name}"\n{hours}'


@asynccontextmanager
async def swept(postgres: EmbeddedPostgres) -> AsyncIterator[None]:
    """No change of another test is in force, before or after."""
    connection = await asyncpg.connect(postgres.superuser_dsn)
    try:
        await connection.execute("TRUNCATE calendar_change, calendar_effect")
        yield
        await connection.execute("TRUNCATE calendar_change, calendar_effect")
    finally:
        await connection.close()


async def proposed(make: Make, content: str, scope: str = "H99.08.22", decision: str = DECISION) -> CalendarChange:
    """Written down and looked at."""
    async with make.database.transaction(offices=OFFICES) as db:
        change = await changes.propose(
            db, make.tools.calendars.decrees, scope=scope, content=content, decision=decision, by=ANY, office_id=1
        )
    await make.worked()
    return await again(make, change)


async def again(make: Make, change: CalendarChange) -> CalendarChange:
    async with make.database.transaction() as db:
        return await changes.change_of(db, change.id)


async def put_in_force(make: Make, change: CalendarChange) -> None:
    """Applied; nothing is counted yet."""
    async with make.database.transaction(offices=OFFICES) as db:
        await changes.apply(db, make.tools.calendars.decrees, change.id, by=ANY, office_id=1, moved=change.moved)


async def settled(make: Make) -> None:
    """Everything queued is done, also what waits for the other processes."""
    await make.worked()
    with clock.at(clock.now() + SETTLED + timedelta(seconds=1)):
        await make.worked()
    async with make.database.transaction() as db:
        await make.tools.calendars.refresh(db)


async def applied(make: Make, content: str, scope: str = "H99.08.22", decision: str = DECISION) -> CalendarChange:
    """Looked at, put in force, counted, told."""
    change = await proposed(make, content, scope, decision)
    await put_in_force(make, change)
    await settled(make)
    return await again(make, change)
