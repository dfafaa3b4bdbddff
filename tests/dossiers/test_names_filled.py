"""What an office had before names were searched by equality is found by it afterwards."""

import asyncio
from pathlib import Path
from uuid import UUID

import asyncpg
from alembic import command
from alembic.config import Config

from app.dossiers.naming import keys_of
from app.dossiers.queries_search import Found, search, search_similar
from app.embedded import embedded_postgres
from app.kit.db import Database, open_database
from tests.factories import COMMUNE, NEIGHBOUR, found_offices

ROOT = Path(__file__).parent.parent.parent
BEFORE = """
WITH one AS (
  INSERT INTO citizen (id, personal_number, name, name_folded, phone, language, created_at)
  VALUES (gen_random_uuid(), $1, $2, '', '0912000111', 'vi', now()) RETURNING id
), version AS (
  INSERT INTO procedure_version (id, code, digest, name, sector, search, valid_from, package, published_at)
  VALUES (gen_random_uuid(), left($4, 12), $4, 'x', 'x', '', '2020-01-01', '{}', now()) RETURNING id
)
INSERT INTO dossier (id, office_id, code, submission_key, procedure_code, procedure_version_id, channel, state,
  return_address, applicant_id, holder_name, title, search, language, consent, sets, facts, supplements_asked, created_at,
  version)
SELECT gen_random_uuid(), $3, $4, gen_random_uuid(), 'x', version.id, 'counter', 'submitted', '{}', one.id, $2, '', '', 'vi',
  '{}', 1, '{}', 0, now(), 0 FROM one, version RETURNING id
"""


async def test_dossiers_that_were_there_are_found_after_the_migration(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path, fast=True) as server:
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = server.owner_dsn
        await asyncio.to_thread(command.upgrade, config, "0005_the_clock")
        database = await open_database(server.app_dsn, largest=2)
        try:
            async with database.transaction(offices=[COMMUNE, NEIGHBOUR]) as db:
                await found_offices(db)
            owner = await asyncpg.connect(server.superuser_dsn)
            ours: UUID = await owner.fetchval(BEFORE, "000111222333", "Đặng Thị Đào", COMMUNE, "H99.01.02-251101-0042")
            theirs: UUID = await owner.fetchval(BEFORE, "000111222334", "Đặng Thị Đào", NEIGHBOUR, "H99.01.03-251101-0042")
            await owner.close()
            await asyncio.to_thread(command.upgrade, config, "head")
            for text in ("dao dang", "Đào thị đặng", "đa", "0042", "222333", "0912 000 111"):
                assert await found(database, COMMUNE, text) == [ours], text
            assert await found(database, NEIGHBOUR, "thi dao dang") == [theirs]
            async with database.transaction(offices=[COMMUNE]) as db:
                rows = await search_similar(db, offices=(COMMUNE, NEIGHBOUR), text="dang thi doa")
                assert ids(rows) == []
                rows = await search_similar(db, offices=(COMMUNE, NEIGHBOUR), text="dag thi dao")
                assert ids(rows) == [ours]
        finally:
            await database.close()


async def test_who_is_spelt_otherwise_than_most_has_the_keys_of_it_after_the_migration(tmp_path: Path) -> None:
    names = ("Trần Thị Vân Nguyên", "Nguyễn Văn Thành", "Nguyen Van An", "Lê Lệ Nguyện", "Sùng A Páo")
    async with embedded_postgres(tmp_path, fast=True) as server:
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = server.owner_dsn
        await asyncio.to_thread(command.upgrade, config, "0009_a_step_writes_little")
        database = await open_database(server.app_dsn, largest=2)
        try:
            async with database.transaction(offices=[COMMUNE, NEIGHBOUR]) as db:
                await found_offices(db)
        finally:
            await database.close()
        owner = await asyncpg.connect(server.superuser_dsn)
        try:
            held: dict[UUID, str] = {}
            for n, name in enumerate(names):
                office = (COMMUNE, NEIGHBOUR)[n % 2]
                one: UUID = await owner.fetchval(BEFORE, f"00011122233{n}", name, office, f"H99.01.02-251101-000{n}")
                held[one] = name
                before = [(office, key, one, marks) for key, marks in keys_of([name]).items() if "=" not in key]
                await owner.executemany("INSERT INTO found_by (office_id, key, at, dossier_id, marks)"
                                        " VALUES ($1, $2, now(), $3, $4)", before)
            await asyncio.to_thread(command.upgrade, config, "head")
            for one, name in held.items():
                rows = await owner.fetch("SELECT key, marks FROM found_by WHERE dossier_id = $1", one)
                assert {row["key"]: row["marks"] for row in rows} == keys_of([name]), name
        finally:
            await owner.close()


async def found(database: Database, office: int, text: str) -> list[UUID]:
    async with database.transaction(offices=[office]) as db:
        return ids(await search(db, offices=(COMMUNE, NEIGHBOUR), text=text))


def ids(rows: list[Found]) -> list[UUID]:
    return [row.dossier_id for row in rows]
