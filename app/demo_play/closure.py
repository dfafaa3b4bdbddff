"""One day the neighbour's counter is closed: proposed, looked at, put in force, its open dossiers counted again."""

from datetime import date, datetime
from typing import Final

from app.deadlines import changes
from app.deadlines.models import ChangeState
from app.demo_play.stage import Stage
from app.kit import clock
from app.kit.db import Db
from app.org import people

DECISION: Final = "Thông báo 12/TB-UBND của UBND xã Phú Lương (mẫu)"
SOURCE: Final = "Người và văn bản của bản trình diễn đều là giả định"
AHEAD: Final = 3  # working days from now, where nothing comes due later


async def close_a_day(stage: Stage) -> bool:
    """Once; interrupted, the next call goes on. False when it was done before."""
    office_id, head = stage.offices["phuluong"], await stage.officer("head", "phuluong")
    decrees = stage.tools.calendars.decrees
    async with stage.tools.database.transaction(offices=[office_id]) as db:
        known = await db.row("SELECT id, state FROM calendar_change WHERE decision = $1", DECISION)
        if known is not None:
            change_id, state = known["id"], known["state"]
        else:
            day = await _day(db, stage, office_id)
            office = await people.office(db, office_id)
            content = f'[[day]]\non = {day}\nkind = "local-closure"\nname = "Diễn tập phòng chống thiên tai (mẫu)"\n'
            change = await changes.propose(
                db, decrees, scope=office.code, content=content, decision=DECISION, source=SOURCE, by=head.id,
                office_id=office_id,
            )
            change_id, state = change.id, change.state
    if state != ChangeState.PROPOSED:
        return False
    await stage.work(clock.now())
    async with stage.tools.database.transaction(offices=[office_id]) as db:
        seen = await changes.change_of(db, change_id)
        await changes.apply(db, decrees, change_id, by=head.id, office_id=office_id, moved=seen.moved)
    async with stage.tools.database.transaction() as db:
        await stage.tools.calendars.refresh(db)
    await stage.work(clock.now())
    return True


async def _day(db: Db, stage: Stage, office_id: int) -> date:
    """The last day something comes due there, so that somebody's date moves; never today."""
    today = stage.now.astimezone(clock.LOCAL).date()
    last: datetime | None = await db.value(
        "SELECT max(due_at) FROM dossier WHERE office_id = $1 AND finished_at IS NULL AND paused_at IS NULL", office_id
    )
    if last is not None and (day := last.astimezone(clock.LOCAL).date()) > today:
        return day
    return stage.tools.calendars.of(office_id).working_day_after(today, AHEAD)
