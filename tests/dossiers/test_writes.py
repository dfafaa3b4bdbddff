"""What a move writes, and what it leaves alone."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from app.deadlines.timers import set_timer
from app.dossiers import queries_case
from app.dossiers.moves import Move
from app.dossiers.queries_api import mark_of
from app.dossiers.writing import write
from app.embedded import embedded_postgres
from app.engine.turns import OpenTask
from app.journal import service as journal
from app.journal.service import STEP_DUE_AT, STEP_NAME, STEP_OPENED_AT, STEP_TASK, SYSTEM, Finished
from app.kit import clock
from app.kit.db import Db, open_database
from app.kit.places import placed
from tests.dossiers.situations import received
from tests.factories import COMMUNE, OFFICES, Make, found_offices

ROOT = Path(__file__).parent.parent.parent
ROW = "SELECT id FROM timer WHERE dossier_id = $1 AND task_no > 8999"
REMIND = OpenTask(9001, "remind", "timer", None, "2 working-days", None, None)


async def row_and_mark(make: Make, dossier_id: UUID) -> tuple[str, str]:
    async with make.database.transaction(offices=OFFICES) as db:
        return await db.value("SELECT xmin::text FROM dossier WHERE id = $1", dossier_id), await mark_of(db, dossier_id)


async def timers(db: Db, dossier_id: UUID) -> list[tuple[int, str]]:
    rows = await db.rows("SELECT task_no, name FROM timer WHERE dossier_id = $1 AND task_no > 8999 ORDER BY 1", dossier_id)
    return [(row["task_no"], row["name"]) for row in rows]


async def test_a_move_that_changes_no_column_leaves_the_dossier_alone_and_changes_its_mark(make: Make) -> None:
    dossier_id = await received(make)
    row, mark = await row_and_mark(make, dossier_id)
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=OFFICES) as db:
        move = Move(SYSTEM, clock.now())
        move.note("test.moved")
        await write(db, make.tools, case, move)
    after, marked = await row_and_mark(make, dossier_id)
    assert after == row
    assert marked != mark


@pytest.mark.parametrize("torn", [False, True])
async def test_a_timer_follows_another_also_where_its_row_was_lost(make: Make, torn: bool) -> None:
    dossier_id = await received(make)
    async with make.database.transaction(offices=OFFICES) as db:
        if not torn:
            await set_timer(db, dossier_id, 9000, office_id=COMMUNE, name="old", due_at=clock.now())
        row = await db.value(ROW, dossier_id)
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=OFFICES) as db:
        move = Move(SYSTEM, clock.now(), opened={9001: REMIND}, closed={9000: "timer"})
        await write(db, make.tools, case, move)
        assert await timers(db, dossier_id) == [(9001, "remind")]
        assert (await db.value(ROW, dossier_id) == row) is not torn
        found = await db.row("SELECT set_at, term FROM timer WHERE dossier_id = $1 AND task_no = 9001", dossier_id)
        assert found is not None
        assert (found["set_at"], found["term"]) == (move.at, REMIND.term)


async def test_what_was_finished_is_among_the_facts_wherever_it_lies(make: Make) -> None:
    """A line of today has it in columns, one of a release before in its facts; nobody who reads sees which."""
    dossier_id = await received(make)
    opened, due = clock.now() - timedelta(hours=3), clock.now() - timedelta(hours=1)
    case = await make.case(dossier_id)
    old: dict[str, Any] = {"step": "before", "action": "pass", "task": 9003, "role": "clerk",
                           "opened_at": opened.isoformat(), "due_at": due.isoformat()}
    async with make.database.transaction(offices=OFFICES) as db:
        move = Move(SYSTEM, clock.now())
        move.note("step.finished", finished=Finished(opened, due, 9001, "now", "pass", "clerk"), more=1)
        move.note("step.finished", finished=Finished(opened, None, 9002, "undated", "pass", "clerk"))
        move.note("test.moved", n=1)
        await write(db, make.tools, case, move)
        await journal.record(db, dossier_id, COMMUNE, "step.finished", by=SYSTEM, **old)
        facts = {line.facts["step"]: line.facts for line in await journal.lines(db, dossier_id) if "step" in line.facts}
        shown = {row.facts["step"]: row.facts for row in await queries_case.journal(db, dossier_id) if "step" in row.facts}
        columns = {row["step"]: tuple(row) for row in await db.rows(
            f"SELECT {STEP_NAME} AS step, {STEP_TASK} AS task, {STEP_OPENED_AT} AS opened_at, {STEP_DUE_AT} AS due_at"
            " FROM journal_line j WHERE j.dossier_id = $1", dossier_id
        )}
        kept = await db.value("SELECT facts FROM journal_line WHERE dossier_id = $1 AND step = 'now'", dossier_id)
        other = await db.row("SELECT * FROM journal_line WHERE dossier_id = $1 AND event = 'test.moved'", dossier_id)
    assert kept == {"more": 1}
    assert facts["now"] == {**old, "step": "now", "task": 9001, "more": 1}
    assert facts["before"] == old
    assert facts["undated"] == {**old, "step": "undated", "task": 9002, "due_at": None}
    assert shown == facts
    assert columns["now"] == ("now", 9001, opened, due)
    assert columns["before"] == ("before", 9003, opened, due)
    assert columns["undated"] == ("undated", 9002, opened, None)
    assert other is not None
    assert {other[name] for name in Finished._fields} == {None}
    assert journal.facts_of(other) == {"n": 1}


async def test_timers_that_nothing_follows_are_gone(make: Make) -> None:
    dossier_id = await received(make)
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=OFFICES) as db:
        await write(db, make.tools, case, Move(SYSTEM, clock.now(), opened={9001: REMIND}))
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=OFFICES) as db:
        await write(db, make.tools, case, Move(SYSTEM, clock.now(), closed={9001: "timer"}))
        assert await timers(db, dossier_id) == []


def test_a_name_has_one_place_however_often_it_is_said() -> None:
    one = placed("SELECT {b}::int, {a}::text, {b}::int, '{{}}'")
    assert one.sql == "SELECT $1::int, $2::text, $1::int, '{}'"
    assert one.args({"a": "x", "b": 1, "c": None}) == [1, "x"]


async def test_a_transaction_begins_with_its_rows_in_sight_and_a_savepoint_undoes_no_more_than_its_own(make: Make) -> None:
    dossier_id = await received(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT count(*) FROM dossier WHERE id = $1", dossier_id) == 1
        await journal.record(db, dossier_id, COMMUNE, "test.before", by=SYSTEM)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await noted_and_broken(db, dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        told = [line.event for line in await journal.lines(db, dossier_id) if line.event.startswith("test.")]
    assert told == ["test.before"]


async def noted_and_broken(db: Db, dossier_id: UUID) -> None:
    async with db.savepoint():
        await journal.record(db, dossier_id, COMMUNE, "test.within", by=SYSTEM)
        await db.value("SELECT 1 / 0")


async def test_lines_that_were_there_are_read_in_their_order_after_the_migration(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path, fast=True) as server:
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = server.owner_dsn
        await asyncio.to_thread(command.upgrade, config, "0007_hot_and_aged")
        database = await open_database(server.app_dsn, largest=2)
        try:
            one, other = uuid4(), uuid4()
            async with database.transaction(offices=[COMMUNE]) as db:
                await found_offices(db)
                for dossier_id, event in ((one, "test.one"), (other, "test.other"), (one, "test.one")):
                    await journal.record(db, dossier_id, COMMUNE, event, by=SYSTEM)
                await db.run("INSERT INTO step (dossier_id, task_no, office_id, name, role, opened_at)"
                             " VALUES ($1, 1, $2, 'check_papers', 'reception', now())", one, COMMUNE)
            await asyncio.to_thread(command.upgrade, config, "head")
            async with database.transaction(offices=[COMMUNE]) as db:
                await journal.record(db, one, COMMUNE, "test.after", by=SYSTEM)
                lines = await journal.lines(db, one)
                assert [line.event for line in lines] == ["test.one", "test.one", "test.after"]
                assert lines == sorted(lines, key=lambda line: line.id)
                assert await db.value("SELECT count(*) FROM step WHERE dossier_id = $1", one) == 1
        finally:
            await database.close()
