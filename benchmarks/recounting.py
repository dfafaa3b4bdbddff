"""One holiday declared late, a hundred thousand open dossiers: look, count again, tell. Goal (R15): counted within 60 s.

    python -m benchmarks.recounting [how many]

Durable commits, the application's role with row-level security, one worker process's code in this one.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.deadlines import changes
from app.deadlines.calendars import Calendars
from app.deadlines.counting import runs_out, way_of
from app.deadlines.decrees import lay_out, read_decrees
from app.deadlines.models import CalendarChange, LineKind
from app.deadlines.rules import due_moment
from app.deadlines.terms import parse_term
from app.dossiers.alarms import alarm_for
from app.dossiers.tools import Tools
from app.kit import clock
from app.procedures.catalogue import Catalogue
from app.signatures.keyring import Keyring
from app.worker import carry_out
from benchmarks.machine import described, load
from benchmarks.office import OFFICE, BenchOffice, fill, open_office
from storage import open_store

HOW_MANY = 100_000
TERM = "10 working-days"
ANY = UUID(int=7)

__all__ = ["measure"]


async def _real(office: BenchOffice, tools: Tools, count: int) -> None:
    """Give the bench's dossiers a real clock: received in the last weeks, a ledger line, a step and a timer counted."""
    calendar, term, now = tools.calendars.of(OFFICE), parse_term(TERM), clock.now()
    way = way_of(term, "days")
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        ids = [row["id"] for row in await connection.fetch("SELECT id FROM dossier WHERE finished_at IS NULL ORDER BY id")]
        assert len(ids) == count
        async with office.database.transaction(offices=(OFFICE,)) as db:
            loaded = await tools.catalogue.version(db, office.version_id)
        budget = loaded.procedure.steps["examine"].budget or "8 working-hours"
        lines, rows, steps, timers = [], [], [], []
        for n, dossier_id in enumerate(ids):
            at = (now - timedelta(minutes=n * 7919 % 14_400)).replace(second=0, microsecond=0)
            due = runs_out(at, 10, way, calendar)
            alarm = alarm_for(loaded.procedure, since=at, due_at=due, calendar=calendar, now=now)
            step_due = min(due_moment(at, parse_term(budget), calendar=calendar, reading="days").due_at, due)
            lines.append((OFFICE, dossier_id, 1, at, at, LineKind.START.value, "received", way.value, "Luật", due, TERM,
                          "days", way.value, 10, datetime(2026, 1, 1, 15).time(), calendar.version, ""))
            rows.append((dossier_id, at, due, alarm))
            steps.append((dossier_id, at, step_due))
            timers.append((dossier_id, at, due_moment(at, term, calendar=calendar, reading="days").due_at))
        await connection.copy_records_to_table("deadline_line", records=lines, columns=[
            "office_id", "dossier_id", "line_no", "at", "written_at", "kind", "cause", "rule", "source", "due_after", "term",
            "reading", "way", "left_after", "cutoff", "calendar_version", "note"])
        await connection.execute(
            "UPDATE dossier d SET received_at = n.at, due_at = n.due, original_due_at = n.due, alarm_at = n.alarm FROM"
            " unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[]) AS n(id, at, due, alarm)"
            " WHERE d.id = n.id", *([row[k] for row in rows] for k in range(4)))
        await connection.execute(
            "UPDATE step s SET opened_at = n.at, due_at = n.due FROM"
            " unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS n(id, at, due) WHERE s.dossier_id = n.id",
            *([row[k] for row in steps] for k in range(3)))
        await connection.execute(
            "UPDATE timer t SET set_at = n.at, due_at = n.due, term = $4 FROM"
            " unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS n(id, at, due) WHERE t.dossier_id = n.id",
            *([row[k] for row in timers] for k in range(3)), TERM)
        await connection.execute("UPDATE citizen SET phone = '+84912000111', email = 'nguoi@vidu.vn' WHERE phone IS NULL")
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _work(tools: Tools, name: str) -> tuple[float, float]:
    """Do the waiting jobs of this name until none is left; the seconds they took, by the wall and of this process."""
    begun, busy = time.perf_counter(), time.process_time()
    while True:
        async with tools.database.transaction(offices=(1, 2, 3)) as db:
            row = await db.row("SELECT id, run_at FROM job WHERE state = 'waiting' AND name = $1 ORDER BY id LIMIT 1", name)
        if row is None:
            return time.perf_counter() - begun, time.process_time() - busy
        await asyncio.sleep(max(0.0, (row["run_at"] - clock.now()).total_seconds()))
        await carry_out(tools, row["id"])


async def measure(count: int = HOW_MANY) -> list[str]:
    """What to print."""
    async with open_office() as office:
        tools = Tools(
            database=office.database, store=open_store(f"folder://{office.folder}/objects"), catalogue=Catalogue(),
            calendars=Calendars(lay_out(read_decrees(), ())), keyring=Keyring(office.folder / "keys"),
            public_url="https://bench.invalid",
        )
        await fill(office, count)
        await _real(office, tools, count)
        day = tools.calendars.common.working_day_after(clock.today(), 1)
        content = f'[[day]]\non = {day}\nkind = "holiday"\nname = "Nghỉ lễ"\n'
        async with office.database.transaction(offices=(1, 2, 3)) as db:
            change = await changes.propose(
                db, tools.calendars.decrees, scope="VN", content=content, decision="Thông báo thử", by=ANY, office_id=1)
        looked = await _work(tools, "look_at_calendar_change")
        foreseen = await _change(office, change)
        async with office.database.transaction(offices=(1, 2, 3)) as db:
            await changes.apply(db, tools.calendars.decrees, change.id, by=ANY, office_id=1, moved=foreseen.moved)
        counted = await _work(tools, "recount_calendar")
        done = await _change(office, change)
        told = await _work(tools, "tell_of_calendar")
        assert done.finished_at is not None
        assert done.applied_at is not None
        assert (done.state, done.moved, done.left_out) == ("applied", foreseen.moved, 0)
        return [
            *described(await _server(office)), load(),
            f"open dossiers {count}, looked at {done.looked_at}, moved {done.moved}",
            _line("look", looked),
            _line("count again", counted) + "; the last 10 s of it may be waiting until every process has the new calendar",
            _line("tell", told) + f"; {(await _change(office, change)).told} applicants on three channels each",
        ]


def _line(what: str, took: tuple[float, float]) -> str:
    return f"{what:12} {took[0]:6.1f} s, the worker's own processor time {took[1]:.1f} s"


async def _server(office: BenchOffice) -> str:
    async with office.database.transaction() as db:
        return str(await db.value("SHOW server_version"))


async def _change(office: BenchOffice, change: CalendarChange) -> CalendarChange:
    async with office.database.transaction() as db:
        return await changes.change_of(db, change.id)


if __name__ == "__main__":
    print("\n".join(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else HOW_MANY))))
