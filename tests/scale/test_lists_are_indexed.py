"""A list of the day reads about a page, whatever lies closed beside it: rows touched are counted in the plans themselves.

Twelve thousand dossiers, a tenth open, are laid in inside one transaction that is rolled back. Each question is asked as
the application's role, and EXPLAIN ANALYZE says how many rows of the growing tables it looked at: a scan, a sort or a
count over everything cannot hide.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from app.alerts import service as alerts
from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.deadlines.timers import due_timers
from app.dossiers import (
    queries_api,
    queries_board,
    queries_case,
    queries_desk,
    queries_overview,
    queries_portal,
    queries_workload,
)
from app.dossiers.escalating import due_alarms
from app.dossiers.horizons import Horizon, horizon
from app.dossiers.queries_overview import Sieve
from app.kit import clock
from app.kit.db import Db
from app.kit.glance import Glance
from app.notices import service as notices
from app.org.people import SignedOfficer
from app.sentinel import service as findings
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES
from tests.invariants.conftest import House, house

__all__ = ["house"]

COUNT, OPEN_EACH = 12_000, 10  # one in ten is open
GROWING = frozenset({
    "dossier", "step", "journal_line", "deadline_line", "notice", "document", "message", "finding", "alert", "job", "timer",
    "process", "answer", "fee", "result", "delivery", "citizen", "session", "supplement_request",
})

_CITIZENS = """
INSERT INTO citizen (id, personal_number, name, name_folded, language, created_at)
SELECT gen_random_uuid(), '0009' || lpad(n::text, 8, '0'), 'Công Dân ' || n, 'cong dan ' || n, 'vi', now()
FROM generate_series(1, 400) AS n RETURNING id
"""
_DOSSIERS = """
INSERT INTO dossier (id, office_id, code, submission_key, procedure_code, procedure_version_id, channel, state, applicant_id,
  holder_name, title, search, language, return_address, consent, sets, facts, supplements_asked, created_at, submitted_at,
  received_at, due_at, original_due_at, finished_at, returned_at, version, alarm_at)
SELECT gen_random_uuid(), 2 + n % 2, 'L-' || n, gen_random_uuid(), '9.000001', $2, 'counter',
  CASE WHEN n % $4 > 0 THEN 'returned' ELSE (ARRAY['submitted', 'in_progress', 'in_progress', 'supplement_requested',
    'awaiting_signature', 'result_ready'])[1 + (n / $4) % 6] END,
  ($3::uuid[])[1 + n % 400], 'Người Thử', 'Để đo', '', 'vi', '{}', '{}', 1, '{}', 0, at, at, at,
  CASE WHEN n % $4 > 0 THEN at + interval '3 days' ELSE now() + interval '1 hour' * (n % 400 - 40) END,
  at + interval '3 days',
  CASE WHEN n % $4 > 0 THEN at + interval '2 days' END, CASE WHEN n % $4 > 0 THEN at + interval '2 days' END, 1,
  CASE WHEN n % $4 = 0 THEN now() + interval '9 days' END
FROM (SELECT n, now() - interval '1 hour' * (2 * ($1 - n)) - interval '1 day' AS at
  FROM generate_series(1, $1::int) AS n) came
"""
_BESIDE = (
    "INSERT INTO step (dossier_id, task_no, office_id, name, role, officer_id, opened_at, due_at)"
    " SELECT id, 1, office_id, 'check_papers', "
    " (ARRAY['reception', 'specialist', 'leader'])[1 + abs(hashtext(id::text)) % 3],"
    " CASE WHEN hashtext(code) % 2 = 0 THEN $1::uuid END, received_at, due_at FROM dossier WHERE finished_at IS NULL"
    " AND code LIKE 'L-%' AND state <> 'supplement_requested'",
    "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, actor_id, facts)"
    " SELECT office_id, id, received_at + interval '1 hour' * k, 'step.finished', 'officer', $1, '{}' FROM dossier,"
    " generate_series(1, 3) AS k WHERE code LIKE 'L-%' ORDER BY received_at",
    "INSERT INTO deadline_line (office_id, dossier_id, line_no, at, written_at, kind, cause, actor_id, rule, source,"
    " due_after, term, reading, way, left_after, cutoff, calendar_version, note)"
    " SELECT office_id, id, 1, received_at, received_at, 'start',"
    " 'received', $1, 'forward_days', 'Để đo', due_at,"
    " '3 working-days', 'days', 'forward_days', 3, '15:00', '1', ''"
    " FROM dossier"
    " WHERE code LIKE 'L-%'",
    "INSERT INTO notice (id, office_id, dossier_id, citizen_id, event, key, channel, language, facts, state, created_at)"
    " SELECT gen_random_uuid(), office_id, id, applicant_id, 'received', id || ':' || k, k, 'vi', '{}', 'delivered',"
    " received_at FROM dossier, unnest(ARRAY['page', 'sms']) AS k WHERE code LIKE 'L-%' AND $1::uuid IS NOT NULL",
    "INSERT INTO timer (dossier_id, task_no, office_id, name, due_at) SELECT id, 5, office_id, 'remind',"
    " now() + interval '20 days' FROM dossier WHERE finished_at IS NULL AND code LIKE 'L-%' AND $1::uuid IS NOT NULL",
    "INSERT INTO alert (id, office_id, dossier_id, kind, key, role, officer_id, facts, at) "
    " SELECT gen_random_uuid(), office_id, id, 'term_near', 'l:' || id, 'specialist', $1, '{}', received_at FROM dossier"
    " WHERE code LIKE 'L-%'",
    "UPDATE alert SET done_at = now() WHERE key LIKE 'l:%' AND hashtext(key) % 40 <> 0 AND $1::uuid IS NOT NULL",
)


@dataclass
class Watched(Db):
    """A transaction that counts what each of its questions looked at in the growing tables."""

    connection: Any
    touched: int = 0
    plans: list[str] = field(default_factory=list)

    async def _explained(self, sql: str, args: tuple[object, ...]) -> None:
        if sql.lstrip()[:6].upper() not in ("SELECT", "WITH O"):
            return
        text = await self.connection.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", *args)
        self._walk((orjson.loads(text) if isinstance(text, str) else text)[0]["Plan"])

    def _walk(self, node: dict[str, Any]) -> None:
        if node.get("Relation Name") in GROWING:
            removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            rows = round((node["Actual Rows"] + removed) * node["Actual Loops"])
            self.touched += rows
            self.plans.append(f"{node['Node Type']} on {node['Relation Name']} {node.get('Index Name', '')}: {rows}")
        for child in node.get("Plans", ()):
            self._walk(child)

    async def row(self, sql: str, *args: object) -> Any:
        await self._explained(sql, args)
        return await super().row(sql, *args)

    async def rows(self, sql: str, *args: object) -> Any:
        await self._explained(sql, args)
        return await super().rows(sql, *args)

    async def value(self, sql: str, *args: object) -> Any:
        await self._explained(sql, args)
        return await super().value(sql, *args)


@dataclass
class Laid:
    """Twelve thousand dossiers, and who asks."""

    db: Watched
    at: Horizon
    officer: SignedOfficer
    citizen: UUID
    dossier: UUID


@pytest.fixture(scope="module")
async def laid(house: House) -> AsyncIterator[Laid]:
    """In a database of its own: what other tests leave would move the planner's choices."""
    connection = await asyncpg.connect(house.superuser_dsn)
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads, schema="pg_catalog"
        )
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield await _laid(connection)
    finally:
        await transaction.rollback()
        await connection.close()


async def _laid(connection: asyncpg.Connection) -> Laid:
    version = await connection.fetchval("SELECT id FROM procedure_version WHERE code = '9.000001' LIMIT 1")
    citizens = [row["id"] for row in await connection.fetch(_CITIZENS)]
    row = await connection.fetchrow("SELECT * FROM officer WHERE login = 'specialist@tanmai'")
    assert row is not None
    await connection.execute(_DOSSIERS, COUNT, version, citizens, OPEN_EACH)
    for statement in _BESIDE:
        await connection.execute(statement, row["id"])
    await connection.execute("ANALYZE")
    dossier = await connection.fetchval("SELECT id FROM dossier WHERE code = 'L-10'")
    await connection.execute("SET LOCAL ROLE motcua_app")
    officer = SignedOfficer(
        row["id"], row["office_id"], row["login"], row["name"], row["title"], frozenset({"specialist", "reception"}),
        (COMMUNE,), row["signing_key"],
    )
    db = Watched(connection)
    return Laid(db, horizon(Calendars(load_calendar()), [COMMUNE, NEIGHBOUR]), officer, citizens[7], dossier)


Question = Callable[[Laid], Awaitable[object]]
BOTH = (COMMUNE, NEIGHBOUR)


def _span(name: Any) -> Question:
    async def asked(laid: Laid) -> object:
        _, after = await queries_overview.dossiers(laid.db, laid.at, Sieve(name))
        return after and await queries_overview.dossiers(laid.db, laid.at, Sieve(name), after=after)
    return asked


def _state(name: str) -> Question:
    async def asked(laid: Laid) -> object:
        rows = await queries_desk.by_state(laid.db, offices=BOTH, state=name)
        if rows:
            last = rows[-1]
            await queries_desk.by_state(laid.db, offices=BOTH, state=name, after=(last.step_due, last.dossier_id, 0))
        return rows
    return asked


def _work(queue: Any) -> Question:
    async def asked(laid: Laid) -> object:
        lanes = {"offices": (COMMUNE,), "roles": ["specialist", "reception"], "officer_id": laid.officer.id, "queue": queue}
        rows = await queries_desk.work(laid.db, **lanes)
        last = rows[-1]
        return await queries_desk.work(laid.db, **lanes, after=(last.step_due, last.dossier_id, last.task_no))
    return asked


async def _counted(laid: Laid) -> object:
    now, glance = clock.now(), Glance()
    queries_desk.ask_waiting(glance, offices=(COMMUNE,), office_id=COMMUNE, officer_id=laid.officer.id)
    queries_desk.ask_work(
        glance, offices=(COMMUNE,), roles=["specialist"], officer_id=laid.officer.id, now=now,
        tomorrow=now + timedelta(days=1), soon=now + timedelta(days=3),
    )
    queries_desk.ask_around(glance, laid.officer, ["sign_result"])
    return await glance.told(laid.db)


# What is asked, as whom, and the most rows it may look at. A page (asked twice: the first and the next) is 20 to 50 lines
# of one or two offices, with a handful of looks by key for each. COUNT dossiers and three times as many lines lie there;
# OPEN is what counting may go through.
OPEN = COUNT // OPEN_EACH
PAGE = 1000
QUESTIONS: dict[str, tuple[Question, int]] = {
    **{f"work list, {queue}": (_work(queue), OPEN) for queue in ("todo", "mine", "free")},
    "counts of the work list": (_counted, 4 * OPEN),
    **{f"in state {name}": (_state(name), PAGE) for name in ("submitted", "supplement_requested", "result_ready", "draft")},
    **{f"open ones, {name}": (_span(name), PAGE) for name in ("late", "today", "near")},
    # Of so few that wait, PostgreSQL may sort all rather than go down their order; never those that are closed.
    **{f"open ones, {name or 'all'}": (_span(name), 2 * OPEN) for name in ("", "later")},
    "alerts": (lambda laid: alerts.open_alerts(laid.db, laid.officer), PAGE),
    "count of alerts": (lambda laid: alerts.open_count(laid.db, laid.officer), PAGE),
    "what stands still": (lambda laid: findings.open_findings(laid.db, BOTH), PAGE),
    "what machines could not do": (lambda laid: queries_overview.troubles(laid.db, BOTH), PAGE),
    "dossiers of my office by the API": (lambda laid: queries_api.of_offices(laid.db, BOTH), PAGE),
    "history of a dossier": (lambda laid: queries_case.journal(laid.db, laid.dossier), PAGE),
    "notices of a dossier": (lambda laid: notices.of_dossier(laid.db, laid.dossier), PAGE),
    "timers due": (lambda laid: due_timers(laid.db, clock.now()), PAGE),
    "alarms due": (lambda laid: due_alarms(laid.db, clock.now()), PAGE),
    "the board": (lambda laid: queries_board.board(laid.db, laid.at), 2 * OPEN),
    "the board by officer": (lambda laid: queries_board.by_officer(laid.db, laid.at), 4 * OPEN),
    "the days ahead": (lambda laid: queries_board.days_ahead(laid.db, laid.at, clock.now() + timedelta(days=10)), 2 * OPEN),
    "an officer's steps": (
        lambda laid: queries_workload.steps(laid.db, laid.at, officer=laid.officer.id), 3 * OPEN),
    "what is used most": (lambda laid: queries_portal.most_used(laid.db, BOTH), 2 * OPEN),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_it_reads_about_a_page_whatever_lies_closed(laid: Laid, name: str) -> None:
    ask, most = QUESTIONS[name]
    laid.db.touched, laid.db.plans = 0, []
    await laid.db.act_for(offices=OFFICES)
    await ask(laid)
    assert laid.db.touched <= most, "\n".join(laid.db.plans)


async def test_a_citizens_own_list_reads_about_a_page(laid: Laid) -> None:
    laid.db.touched, laid.db.plans = 0, []
    await laid.db.act_for(citizen=laid.citizen)
    rows, _ = await queries_portal.own_dossiers(laid.db, laid.citizen)
    assert len(rows) == queries_portal.PAGE
    assert laid.db.touched <= PAGE, "\n".join(laid.db.plans)


async def test_reading_everything_is_noticed(laid: Laid) -> None:
    laid.db.touched, laid.db.plans = 0, []
    await laid.db.act_for(offices=OFFICES)
    await laid.db.rows("SELECT id FROM dossier WHERE office_id = ANY($1) ORDER BY title LIMIT 5", list(BOTH))
    assert laid.db.touched >= COUNT


async def test_the_walk_is_over_what_the_application_asks_for(house: House) -> None:
    async with house.make.database.transaction() as db:
        assert await db.value("SELECT count(*) FROM dossier WHERE code LIKE 'L-%'") == 0  # all of it is rolled back
