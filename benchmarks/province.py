"""The supervisors' questions, the poll of the timers and the rest of the clock over a province of a million dossiers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from itertools import count as count_up
from typing import cast

import asyncpg

from app.deadlines import changes
from app.deadlines.timers import due_timers
from app.dossiers import queries_board as board
from app.dossiers import queries_desk
from app.dossiers import queries_overview as overview
from app.dossiers.escalating import due_alarms
from app.dossiers.horizons import Horizon, horizon
from app.dossiers.queries_overview import Sieve
from app.dossiers.queries_workload import people
from app.kit import clock
from app.kit.db import Db
from app.quality.counting import count
from app.quality.handling import timeliness
from app.quality.period import Period as Month
from app.reports.counting import counts as reported
from app.reports.counting import thirteen
from app.reports.periods import Period, offered
from app.reports.rules import rule_on
from app.sentinel.sweeping import sweep
from app.worker import carry_out
from benchmarks import by_hand
from benchmarks.comparing import Pair, both, compared
from benchmarks.million import ALL, LARGEST, Filled
from benchmarks.searching import Grows
from benchmarks.table import Line

HAND = "the same rows by hand, no row-level security"


async def province_lines(filled: Filled, *, rounds: int) -> list[Line]:
    """Everything that is asked of one process, over the province and its largest commune."""
    lines = []
    async with AsyncExitStack() as stack:
        hand = await filled.superuser()
        stack.push_async_callback(hand.close)
        for name, offices in _far_and_near(filled):
            db = await stack.enter_async_context(filled.database.transaction(offices=offices))
            for pair in (*_board(db, hand, filled, offices, name), *_reports(db, hand, filled, offices, name)):
                lines.append((await compared(pair, rounds=rounds))[0])
        lines += await _work(filled, hand, rounds)
        lines += await _index(filled, hand, rounds)
        lines += await _timers(filled, hand, rounds)
        lines += await _sentinel(filled, hand, rounds)
    return lines


async def look_once(filled: Filled) -> None:
    """Let the sentinel look and tell, as in an office that works: its findings and alerts are counted on daily pages."""
    async with filled.database.transaction(offices=filled.offices) as db:
        await sweep(db, filled.tools)


async def overdue_lines(filled: Filled, *, rounds: int) -> tuple[list[Line], Grows]:
    """The overdue list in one process: what must not grow with the number of dossiers."""
    lines, grows = [], Grows()
    async with AsyncExitStack() as stack:
        hand = await filled.superuser()
        stack.push_async_callback(hand.close)
        for name, offices in filled.places:
            db = await stack.enter_async_context(filled.database.transaction(offices=offices))
            pair = _overdue(db, hand, horizon(filled.tools.calendars, offices), f"{LIST}, {filled.count:,} dossiers", name)
            found, ours, theirs = await both(pair, rounds=rounds * 2)
            lines.append(found)
            grows.keep(name, ours, theirs, len(cast(list[object], await pair.product())))
    return lines, grows


def _overdue(db: Db, hand: asyncpg.Connection, at: Horizon, group: str, what: str) -> Pair:
    async def late() -> object:
        found, _ = await overview.dossiers(db, at, Sieve("late"))
        return [one.id for one in found]

    async def late_by_hand() -> object:
        return [row["id"] for row in await hand.fetch(by_hand.LATE, list(at.offices), at.now)][:50]

    return Pair(group, what, HAND, late, late_by_hand, 1.3)


def _far_and_near(filled: Filled) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return (ALL, filled.offices), (LARGEST, filled.communes[:1])


def _board(db: Db, hand: asyncpg.Connection, filled: Filled, offices: Sequence[int], name: str) -> list[Pair]:
    at, ids = horizon(filled.tools.calendars, offices), list(offices)
    day = at.now.astimezone(clock.LOCAL).date()
    until = datetime.combine(day + timedelta(days=10), hour(), clock.LOCAL)
    monday = datetime.combine(day - timedelta(days=day.weekday() + 11 * 7), hour(), clock.LOCAL)
    group = f"The board's questions, {filled.count:,} dossiers, {name}"

    async def counts() -> object:
        found = await board.board(db, at)
        return found.all.late, found.all.open, found.all.d3, found.all.waiting

    async def counts_by_hand() -> object:
        rows = await hand.fetch(by_hand.COUNTS, ids, at.now, at.soon_ends[0], at.today_ends, at.waiting_since[0])
        return tuple(sum(row[name] for row in rows) for name in ("late", "open", "d3", "waiting"))

    async def officers() -> object:
        return sum(one.counts.late for one in await board.by_officer(db, at))

    async def officers_by_hand() -> object:
        rows = await hand.fetch(by_hand.BY_OFFICER, ids, at.now, at.soon_ends[0], at.today_ends)
        return sum(row["late"] for row in rows)

    async def days() -> object:
        return await board.days_ahead(db, at, until)

    async def days_by_hand() -> object:
        return {row[0]: row[1] for row in await hand.fetch(by_hand.DAYS, ids, at.now, until)}

    async def weeks() -> object:
        return {one.monday: one.finished for one in (await board.weeks(db, offices, monday)).values()}

    async def weeks_by_hand() -> object:
        return {row[0]: row[1] for row in await hand.fetch(by_hand.WEEKS, ids, monday)}

    async def workload() -> object:
        return sum(one.open for one in await people(db, at))

    async def workload_by_hand() -> object:
        return sum(row["open"] for row in await hand.fetch(by_hand.WORKLOAD, ids, at.now, at.soon_ends[0]))

    return [
        Pair(group, "the numbers, by office and procedure", HAND, counts, counts_by_hand, 1.3),
        Pair(group, "by officer", HAND, officers, officers_by_hand, 1.3),
        Pair(group, "the days ahead", HAND, days, days_by_hand, 1.3),
        Pair(group, "twelve weeks of finished ones", HAND, weeks, weeks_by_hand, 1.3),
        Pair(group, "the workload", HAND, workload, workload_by_hand, 1.3),
    ]


def _reports(db: Db, hand: asyncpg.Connection, filled: Filled, offices: Sequence[int], name: str) -> list[Pair]:
    """Form 06a of the last whole month, and of a year, beside one pass written by hand that gives the same numbers."""
    group = f"Report 06a, {filled.count:,} dossiers, {name}"
    today = clock.today()
    ended = [one for one in offered(today) if one.last < today]
    month = next(one for one in ended if "-M" in one.key)
    year = Period(month.last.replace(year=month.last.year - 1) + timedelta(days=1), month.last)

    def pair(what: str, period: Period) -> Pair:
        rule = rule_on(period.last)

        async def made() -> object:
            return thirteen(await reported(db, offices, period)).columns

        async def by_hand_too() -> object:
            row = await hand.fetchrow(by_hand.REPORT, list(offices), period.begins_at, period.ends_at, rule.on_time_states)
            assert row is not None
            return tuple(row)

        return Pair(group, what, HAND, made, by_hand_too, 1.3)

    return [pair("the last whole month", month), pair("a year", year)]


LIST = "The overdue list, a page of 50"
IDLE = """
INSERT INTO timer (dossier_id, task_no, office_id, name, due_at)
SELECT id, 99, office_id, 'idle', $1::timestamptz + interval '1 second' * (row_number() OVER () % 8000000) FROM dossier
"""


async def _work(filled: Filled, hand: asyncpg.Connection, rounds: int) -> list[Line]:
    """The first page of an officer's work, in the largest commune."""
    office = filled.communes[0]
    officer = await hand.fetchval("SELECT id FROM officer WHERE office_id = $1 AND roles ? 'specialist' LIMIT 1", office)
    async with filled.database.transaction(offices=[office]) as db:

        async def asked() -> object:
            rows = await queries_desk.work(db, offices=(office,), roles=["specialist"], officer_id=officer)
            return [(row.dossier_id, row.task_no) for row in rows]

        async def by_hand_too() -> object:
            return [(row["dossier_id"], row["task_no"]) for row in await hand.fetch(by_hand.WORK, office, officer)]

        group = f"My work, {filled.count:,} dossiers, {LARGEST}"
        found, _ = await compared(Pair(group, "a page of 30", HAND, asked, by_hand_too, 1.3), rounds=rounds * 3)
    return [found]


async def _timers(filled: Filled, hand: asyncpg.Connection, rounds: int) -> list[Line]:
    """The worker's polls when nothing is due, with one more timer for every dossier, and what one row by its key costs."""
    await hand.execute(IDLE, filled.now + timedelta(days=30))
    await hand.execute("VACUUM ANALYZE timer")
    one = await hand.fetchrow("SELECT dossier_id, task_no FROM timer LIMIT 1")
    assert one is not None
    count = await hand.fetchval("SELECT count(*) FROM timer")
    alarms = await hand.fetchval("SELECT count(*) FROM dossier WHERE alarm_at IS NOT NULL")
    group = f"The worker's poll, nothing due: {count:,} idle timers, {alarms:,} idle alarms, {filled.count:,} dossiers"
    lines = []
    async with filled.database.transaction(offices=filled.offices) as db:

        async def poll() -> object:
            return await due_timers(db, clock.now())

        async def alarm_poll() -> object:
            return await due_alarms(db, clock.now())

        async def read() -> object:
            return await hand.fetchrow(by_hand.TIMER, one["dossier_id"], one["task_no"])

        async def read_dossier() -> object:
            return await hand.fetchrow(by_hand.DOSSIER, one["dossier_id"])

        for pair in (
            Pair(group, "timers that are due", "one row by its key", poll, read, 3, same=False),
            Pair(group, "alarms that are due", "one row by its key", alarm_poll, read_dossier, 3, same=False),
        ):
            found, _ = await compared(pair, rounds=rounds * 10)
            lines.append(found)
    await hand.execute("DELETE FROM timer WHERE task_no = 99")
    await hand.execute("VACUUM timer")
    return lines


async def _index(filled: Filled, hand: asyncpg.Connection, rounds: int) -> list[Line]:
    """Indicator 2.1 with its parts, and all lenses of the index at once, beside the plainest count of 2.1 by hand."""
    day = clock.today().replace(day=1) - timedelta(days=1)
    month = Month("month", day.replace(day=1), day)
    lines = []
    for name, offices in _far_and_near(filled):
        group = f"The index of a month, {filled.count:,} dossiers, {name}"
        async with filled.database.transaction(offices=offices) as db:

            async def one(db: Db = db, offices: Sequence[int] = offices) -> object:
                return (await timeliness(db, filled.tools, offices, month)).counted

            async def everything(db: Db = db, offices: Sequence[int] = offices) -> object:
                return len((await count(db, filled.tools, offices, [month])).cells)

            async def plain(offices: Sequence[int] = offices) -> object:
                row = await hand.fetchrow(by_hand.ON_TIME, list(offices), month.starts, month.ends)
                assert row is not None
                return row[1]

            floor = "2.1 by hand, one pass"
            for pair in (Pair(group, "2.1, its parts", floor, one, plain),
                         Pair(group, "every lens and flag", floor, everything, plain, same=False)):
                found, _ = await compared(pair, rounds=rounds)
                lines.append(found)
    return lines


async def _sentinel(filled: Filled, hand: asyncpg.Connection, rounds: int) -> list[Line]:
    """A sweep over everything when what it finds is known already; the first one, which tells of it, beside."""
    group = f"The sentinel's sweep, {filled.count:,} dossiers"
    floor = "one pass over the overdue steps by hand"
    first: list[float] = []

    async def swept() -> object:
        async with filled.database.transaction(offices=filled.offices) as db:
            began = time.perf_counter()
            await sweep(db, filled.tools)
            first.append((time.perf_counter() - began) * 1000)
            return None

    async def passed() -> object:
        return await hand.fetchval(by_hand.QUIET, clock.now())

    minutes = count_up()

    async def turn() -> object:
        async with filled.database.transaction(offices=filled.offices) as db:
            await sweep(db, filled.tools, turn=next(minutes))
            return None

    found, _ = await compared(Pair(group, "all causes", floor, swept, passed, same=False), rounds=rounds)
    minute, _ = await compared(Pair(group, "a minute's turn of it", floor, turn, passed, same=False), rounds=rounds)
    told = await hand.fetchval("SELECT count(*) FROM finding")
    opened = Line(group, f"the first one, with {told:,} findings to tell", floor, "ms", first[0], first[0], found.floor_p10,
                  found.floor_median)
    return [found, minute, opened]


HOLIDAY = '[[day]]\non = {day}\nkind = "holiday"\nname = "Nghỉ (đo)"\n'


async def recount_line(filled: Filled) -> list[Line]:
    """A holiday is declared within the week: all that are due then or later are counted again, each with its line."""
    tools, offices = filled.tools, filled.offices
    day = tools.calendars.common.working_day_after(clock.today(), 2)
    async with filled.database.transaction(offices=offices) as db:
        by = await db.value("SELECT id FROM officer WHERE login = 'supervisor@h99'")
        change = await changes.propose(
            db, tools.calendars.decrees, scope="VN", content=HOLIDAY.format(day=day.isoformat()), decision="QĐ ĐO", by=by,
            office_id=1,
        )
    looked = await _carried_out(filled, "look_at_calendar_change")
    async with filled.database.transaction(offices=offices) as db:
        seen = await changes.change_of(db, change.id)
        await changes.apply(db, tools.calendars.decrees, change.id, by=by, office_id=1, moved=seen.moved)
    counted = await _carried_out(filled, "recount_calendar")
    async with filled.database.transaction(offices=offices) as db:
        done = await changes.change_of(db, change.id)
    assert done.state == "applied", done.state
    group = f"A change of the calendar, {filled.count // 10:,} open: {done.looked_at:,} counted, {done.moved:,} moved"
    limit = 60_000.0 * done.looked_at / 100_000  # 100,000 within a minute
    return [
        Line(group, "look first", "a minute for 100,000", "ms", looked, looked, limit, limit, 1),
        Line(group, "count again and write", "a minute for 100,000", "ms", counted, counted, limit, limit, 1),
    ]


async def _carried_out(filled: Filled, name: str) -> float:
    """Do the jobs of this name until none is left; ms. What only waits for other processes to settle is not waited for."""
    spent, ahead = 0.0, timedelta()
    while True:
        async with filled.database.transaction(offices=filled.offices) as db:
            job = await db.row("SELECT id, run_at FROM job WHERE name = $1 AND state = 'waiting' ORDER BY id LIMIT 1", name)
        if job is None:
            return spent
        ahead = max(ahead, job["run_at"] - datetime.now(UTC) + timedelta(seconds=1))
        began = time.perf_counter()
        with clock.at(datetime.now(UTC) + ahead):
            await carry_out(filled.tools, job["id"])
        spent += (time.perf_counter() - began) * 1000
