"""The ledger in PostgreSQL: one line a fact, the due moment comes back, and the lines explain it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest

from app.deadlines import service as deadlines
from app.deadlines import timers
from app.deadlines.calendar import Calendar
from app.deadlines.decrees import load_calendar
from app.deadlines.refusals import DeadlineAlreadyRuns, DeadlineNotStarted, DeadlinePaused, ExtensionNeedsReason
from app.deadlines.service import CalendarNotKept, Due
from app.deadlines.terms import parse_term
from app.kit.clock import LOCAL
from app.kit.db import Db

VIETNAM = load_calendar()
OFFICE = 1


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def started(
    db: Db, term: str = "5 working-days", received: str = "2026-06-01T09:00", calendar: Calendar = VIETNAM
) -> tuple[UUID, Due]:
    await db.act_for(offices=(OFFICE,))
    dossier_id = uuid4()
    due = await deadlines.start(db, dossier_id, office_id=OFFICE, received_at=local(received), term=parse_term(term),
                                reading="days", calendar=calendar)
    return dossier_id, due


async def test_a_term_starts_once(db: Db) -> None:
    dossier_id, due = await started(db)
    assert due.due_at == due.original_due == local("2026-06-08T17:00")
    with pytest.raises(DeadlineAlreadyRuns):
        await deadlines.start(db, dossier_id, office_id=OFFICE, received_at=local("2026-06-02T09:00"),
                              term=parse_term("same-day"), reading="days", calendar=VIETNAM)
    assert await deadlines.due(db, dossier_id) == due


async def test_the_ledger_remembers_a_whole_life(db: Db) -> None:
    dossier_id, _ = await started(db)
    officer = uuid4()
    paused = await deadlines.pause(db, dossier_id, cause="supplement", at=local("2026-06-03T10:00"), calendar=VIETNAM,
                                   by=officer, note="Bổ sung bản vẽ")
    assert (paused.due_at, paused.paused_since) == (None, local("2026-06-03T10:00"))
    with pytest.raises(DeadlinePaused):
        await deadlines.pause(db, dossier_id, cause="supplement", at=local("2026-06-03T11:00"), calendar=VIETNAM)
    going = await deadlines.restart(db, dossier_id, cause="supplement", at=local("2026-06-10T14:00"), calendar=VIETNAM,
                                    term=parse_term("3 working-days"))
    assert going.due_at == local("2026-06-15T17:00")
    moved = await deadlines.extend(db, dossier_id, new_due=local("2026-06-18T17:00"), reason="Chờ xác minh",
                                   basis="Điều 19 khoản 9", at=local("2026-06-12T09:00"), calendar=VIETNAM, by=officer)
    assert (moved.original_due, moved.due_at) == (local("2026-06-08T17:00"), local("2026-06-18T17:00"))
    ended = await deadlines.end(db, dossier_id, cause="finished", at=local("2026-06-30T09:00"), calendar=VIETNAM)
    assert ended.ended_at == local("2026-06-30T09:00")

    lines = await deadlines.lines_of(db, dossier_id)
    assert [line.fact.kind for line in lines] == ["start", "pause", "restart", "extend", "end"]
    assert lines[1].actor_id == officer
    assert lines[3].due_before == local("2026-06-15T17:00").astimezone(UTC)


async def test_an_explanation_is_recomputed_from_the_lines(db: Db) -> None:
    dossier_id, _ = await started(db, "3 working-days", "2026-02-13T16:50")
    await deadlines.pause(db, dossier_id, cause="supplement", at=local("2026-02-23T10:00"), calendar=VIETNAM)
    await deadlines.resume(db, dossier_id, cause="supplement", at=local("2026-02-25T10:00"), calendar=VIETNAM)
    told = await deadlines.explain(db, dossier_id, calendar=VIETNAM)
    assert told.differences == ()
    assert told.due.due_at == local("2026-02-27T17:00")
    assert sum(piece.days for piece in told.spans) == 3
    assert "paused" in [piece.rule for piece in told.spans]


async def test_an_old_calendar_still_explains_its_lines(db: Db) -> None:
    old = replace(VIETNAM, scope="H98", last_day=VIETNAM.last_day - timedelta(days=2))
    dossier_id, _ = await started(db, calendar=old)
    changed = replace(VIETNAM, scope="H99", last_day=VIETNAM.last_day - timedelta(days=1))
    with pytest.raises(CalendarNotKept):
        await deadlines.explain(db, dossier_id, calendar=changed)
    assert await deadlines.keep_calendar(db, old)
    assert not await deadlines.keep_calendar(db, old)
    await deadlines.recount(db, dossier_id, calendar=changed, source="Thông báo mới", at=local("2026-06-02T09:00"))
    told = await deadlines.explain(db, dossier_id, calendar=changed)
    assert told.differences == ()
    assert told.lines[0].calendar_version != told.lines[1].calendar_version


async def test_a_cutoff_of_the_procedure_is_kept_with_the_line(db: Db) -> None:
    await db.act_for(offices=(OFFICE,))
    dossier_id = uuid4()
    due = await deadlines.start(db, dossier_id, office_id=OFFICE, received_at=local("2026-06-04T14:30"),
                                term=parse_term("same-day"), reading="days", calendar=VIETNAM, cutoff=time(14))
    assert due.due_at == local("2026-06-05T17:00")
    assert (await deadlines.explain(db, dossier_id, calendar=VIETNAM)).differences == ()


async def test_nothing_is_written_for_a_dossier_without_a_term(db: Db) -> None:
    await db.act_for(offices=(OFFICE,))
    with pytest.raises(DeadlineNotStarted):
        await deadlines.end(db, uuid4(), cause="finished", calendar=VIETNAM)
    assert await deadlines.due(db, uuid4()) is None


async def test_an_extension_without_its_ground_is_refused(db: Db) -> None:
    dossier_id, _ = await started(db)
    with pytest.raises(ExtensionNeedsReason):
        await deadlines.extend(db, dossier_id, new_due=local("2026-06-18T17:00"), reason=" ", basis="Điều 19",
                               at=local("2026-06-02T09:00"), calendar=VIETNAM)


async def test_due_timers_come_oldest_first_and_stay_until_dropped(db: Db) -> None:
    await db.act_for(offices=(OFFICE,))
    dossier_id, noon = uuid4(), local("2001-06-04T12:00")
    for number, minutes in ((1, 3), (2, 1), (3, 600)):
        await timers.set_timer(db, dossier_id, number, office_id=OFFICE, name="silence",
                               due_at=noon + timedelta(minutes=minutes))
    await timers.set_timer(db, dossier_id, 1, office_id=OFFICE, name="silence", due_at=noon + timedelta(minutes=2))
    due = await timers.due_timers(db, noon + timedelta(minutes=5))
    assert [timer.task_no for timer in due] == [2, 1]
    assert [timer.task_no for timer in await timers.due_timers(db, noon + timedelta(minutes=5), limit=1)] == [2]
    assert await timers.drop_timers(db, dossier_id, [2, 1]) == 2
    assert await timers.due_timers(db, noon + timedelta(minutes=5)) == []
    assert await timers.next_timer(db) == noon + timedelta(minutes=600)
    assert await timers.drop_timers(db, dossier_id) == 1
