"""A changed calendar moves exactly the dossiers it was said to move, each once, whole and explained."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.deadlines import changes
from app.deadlines import service as deadlines
from app.deadlines.ledger import Line
from app.embedded import EmbeddedPostgres
from app.kit import clock
from tests.dossiers.calendars import DECISION, again, applied, day, proposed, put_in_force, settled, swept
from tests.dossiers.situations import given, received, supplement_asked
from tests.factories import COMMUNE, OFFICES, Make

MONDAY = datetime(2027, 3, 1, 9, tzinfo=clock.LOCAL)  # a week without holidays; due Thursday 4 March, 17:00
WEDNESDAY, THURSDAY = date(2027, 3, 3), date(2027, 3, 4)


@pytest.fixture(autouse=True)
async def nothing_in_force(postgres: EmbeddedPostgres) -> AsyncIterator[None]:
    async with swept(postgres):
        yield


@pytest.fixture(autouse=True)
def monday() -> Any:
    with clock.at(MONDAY):
        yield


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.LOCAL)


async def due_of(make: Make, dossier_id: UUID) -> datetime | None:
    return (await make.case(dossier_id)).due_at


async def ledger(make: Make, dossier_id: UUID) -> list[Line]:
    async with make.database.transaction(offices=OFFICES) as db:
        told = await deadlines.explain(db, dossier_id, calendar=make.tools.calendars.of(COMMUNE))
    assert told.differences == ()
    return list(told.lines)


async def effects(make: Make, change_id: UUID) -> set[tuple[Any, ...]]:
    async with make.database.transaction(offices=OFFICES) as db:
        return {tuple(row.values()) for row in await db.rows(
            "SELECT dossier_id, due_before, due_after, steps, timers FROM calendar_effect WHERE change_id = $1", change_id
        )}


async def test_a_due_day_later_declared_a_day_off_moves_with_one_explained_line(make: Make) -> None:
    dossier = await received(make)
    assert await due_of(make, dossier) == local("2027-03-04T17:00")
    change = await applied(make, day(THURSDAY, "holiday", "Ngày hội của xã"))
    assert await due_of(make, dossier) == local("2027-03-05T17:00")
    start, recount = await ledger(make, dossier)
    assert (recount.fact.kind, recount.source, recount.actor_id) == ("recount", DECISION, change.applied_by)
    assert (recount.due_before, recount.due_after) == (local("2027-03-04T17:00"), local("2027-03-05T17:00"))
    assert "Ngày hội của xã" in recount.note
    assert start.calendar_version != recount.calendar_version
    assert (change.state, change.left_out) == ("applied", 0)


async def test_the_look_lists_exactly_what_comes_to_pass(make: Make) -> None:
    for _ in range(3):
        await received(make)
    await make.submitted("9.000001", given())
    await supplement_asked(make)
    change = await proposed(make, day(WEDNESDAY))
    foreseen = await effects(make, change.id)
    assert change.moved >= 3
    assert change.seen_at is not None
    before = {one[0]: await due_of(make, one[0]) for one in foreseen}
    assert {one[1] for one in foreseen if one[1]} >= set(before.values()) - {None}
    await put_in_force(make, change)
    await settled(make)
    assert await effects(make, change.id) == foreseen
    for dossier_id, _, due_after, *_ in foreseen:
        assert await due_of(make, dossier_id) == due_after
    assert (await again(make, change)).moved == change.moved


async def test_looking_changes_nothing(make: Make) -> None:
    dossier = await received(make)
    await proposed(make, day(WEDNESDAY))
    assert await due_of(make, dossier) == local("2027-03-04T17:00")
    assert len(await ledger(make, dossier)) == 1


async def test_open_steps_timers_and_the_next_alarm_move_too(make: Make) -> None:
    with clock.at(MONDAY - timedelta(minutes=1)):
        waiting = await make.submitted("9.000001", given())
    dossier = await received(make)  # drafting has one working day: Tuesday 17:00
    await applied(make, day(date(2027, 3, 2)) + day(date(2027, 3, 1), "shortened", "Họp dân", hours='["07:00-10:00"]'))
    async with make.database.transaction(offices=OFFICES) as db:
        steps = {row["dossier_id"]: row["due_at"] for row in await db.rows(
            "SELECT dossier_id, due_at FROM step WHERE dossier_id = ANY($1)", [waiting, dossier])}
        alarm = await db.value("SELECT alarm_at FROM dossier WHERE id = $1", dossier)
    assert steps[dossier] == local("2027-03-03T17:00")
    assert steps[waiting] == local("2027-03-03T07:59")  # 8:59–10:00, then what is left of two hours on Wednesday
    assert alarm is not None
    assert alarm.astimezone(clock.LOCAL).date() != date(2027, 3, 2)


async def test_a_paused_dossier_has_no_line_and_goes_on_by_the_new_calendar(make: Make) -> None:
    dossier = await received(make)
    async with make.database.transaction(offices=OFFICES) as db:
        await deadlines.pause(db, dossier, cause="supplement", calendar=make.tools.calendars.of(COMMUNE), at=MONDAY)
        await db.run("UPDATE dossier SET due_at = NULL, paused_at = $2 WHERE id = $1", dossier, MONDAY)
    await applied(make, day(WEDNESDAY))
    assert [line.fact.kind for line in await ledger(make, dossier)] == ["start", "pause"]
    async with make.database.transaction(offices=OFFICES) as db:
        due = await deadlines.resume(
            db, dossier, cause="supplement", calendar=make.tools.calendars.of(COMMUNE), at=MONDAY + timedelta(hours=1)
        )
    assert due.due_at == local("2027-03-05T17:00")


async def test_a_promised_date_stays_while_the_office_works_then_and_leaves_what_is_left(make: Make) -> None:
    dossier = await received(make)
    async with make.database.transaction(offices=OFFICES) as db:
        due = await deadlines.extend(
            db, dossier, new_due=local("2027-03-10T17:00"), reason="Chờ xác minh", basis="Điều 19", at=MONDAY,
            calendar=make.tools.calendars.of(COMMUNE),
        )
        await db.run("UPDATE dossier SET due_at = $2 WHERE id = $1", dossier, due.due_at)
    change = await applied(make, day(date(2027, 3, 8)))
    assert await due_of(make, dossier) == local("2027-03-10T17:00")
    *_, last = await ledger(make, dossier)
    assert (last.fact.kind, last.due_before, last.left_after) == ("recount", last.due_after, 6)
    assert dossier not in {one[0] for one in await effects(make, change.id)}


async def test_a_closure_of_one_office_moves_only_its_dossiers(make: Make) -> None:
    dossier = await received(make)
    await applied(make, day(WEDNESDAY), scope="H99.08.23")
    assert await due_of(make, dossier) == local("2027-03-04T17:00")
    calendars = make.tools.calendars
    assert (calendars.of(2).is_working_day(WEDNESDAY), calendars.of(3).is_working_day(WEDNESDAY)) == (True, False)


async def test_the_applicant_is_told_once_of_the_new_date(make: Make) -> None:
    dossier = await received(make)
    await applied(make, day(THURSDAY))
    async with make.database.transaction(offices=OFFICES) as db:
        told = await db.rows(
            "SELECT channel, facts FROM notice WHERE dossier_id = $1 AND event = 'due_moved' ORDER BY channel", dossier)
        journal = await db.rows(
            "SELECT why, facts FROM journal_line WHERE dossier_id = $1 AND event = 'deadline.recounted'", dossier)
    assert [row["channel"] for row in told] == ["email", "page", "sms"]
    assert local("2027-03-05T17:00") == datetime.fromisoformat(told[1]["facts"]["due_at"])
    assert [row["why"] for row in journal] == [DECISION]


async def test_a_dossier_somebody_works_on_is_done_when_they_have_finished(make: Make) -> None:
    held, other = await received(make), await received(make)
    change = await proposed(make, day(WEDNESDAY))
    await put_in_force(make, change)
    async with make.database.transaction(offices=OFFICES) as officer:
        await officer.value("SELECT 1 FROM process WHERE dossier_id = $1 FOR UPDATE", held)
        await settled(make)
        assert await due_of(make, other) == local("2027-03-05T17:00")
        assert await due_of(make, held) == local("2027-03-04T17:00")
        assert (await again(make, change)).later == [str(held)]
    with clock.at(MONDAY + timedelta(minutes=2)):
        await settled(make)
    assert await due_of(make, held) == local("2027-03-05T17:00")
    assert (await again(make, change)).state == "applied"


async def test_what_a_process_behind_wrote_by_the_old_calendar_is_counted_again(make: Make) -> None:
    change = await proposed(make, day(WEDNESDAY))
    await put_in_force(make, change)
    await make.worked()
    late = await received(make)  # these tools have not taken over the new calendar yet
    assert await due_of(make, late) == local("2027-03-04T17:00")
    await settled(make)
    assert await due_of(make, late) == local("2027-03-05T17:00")
    assert [line.fact.kind for line in await ledger(make, late)] == ["start", "recount"]


async def test_what_was_changed_is_mended_by_a_later_change(make: Make) -> None:
    dossier = await received(make)
    first = await applied(make, day(WEDNESDAY))
    with clock.at(MONDAY + timedelta(minutes=1)):
        await applied(make, f"[[take_back]]\non = {WEDNESDAY}\n", decision="Quyết định 13/QĐ-UBND")
    assert await due_of(make, dossier) == local("2027-03-04T17:00")
    assert [line.fact.kind for line in await ledger(make, dossier)] == ["start", "recount", "recount"]
    assert (await again(make, first)).content == day(WEDNESDAY)


async def test_a_change_is_applied_only_as_it_was_looked_at(make: Make) -> None:
    await received(make)
    change = await proposed(make, day(WEDNESDAY))
    other = await proposed(make, day(THURSDAY))
    async with make.database.transaction(offices=OFFICES) as db:
        with pytest.raises(changes.ChangeNotLookedAt):
            await changes.apply(
                db, make.tools.calendars.decrees, change.id, by=UUID(int=7), office_id=1, moved=change.moved + 1)
    await put_in_force(make, change)
    with pytest.raises(changes.AnotherChangeRuns):
        await put_in_force(make, other)
    await settled(make)
    with pytest.raises(changes.ChangeNotLookedAt):
        await put_in_force(make, other)
    with pytest.raises(changes.ChangeNoLongerOpen):
        await put_in_force(make, change)
