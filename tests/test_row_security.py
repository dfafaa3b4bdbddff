"""A commune never sees another's rows: PostgreSQL itself refuses, whatever a query forgets (R23)."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from app.dossiers import queries_board
from app.dossiers.horizons import horizon
from app.embedded import EmbeddedPostgres
from app.kit.db import Database, Db
from tests.dossiers.situations import received
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES, Make

# Tables with an office_id whose rows are nobody's dossier: who works where is known before anybody signs in.
NOT_TENANT = {"officer"}
APPEND_ONLY = ("journal_line", "deadline_line", "working_calendar")
TABLES = (
    "SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attname = 'office_id' AND NOT a.attisdropped ORDER BY 1"
)


async def tenant_tables(db: Db) -> list[str]:
    return [row["name"] for row in await db.rows(TABLES) if row["name"] not in NOT_TENANT]


async def test_every_table_of_an_office_has_forced_row_security_for_reading_and_writing(db: Db) -> None:
    rows = await db.rows(TABLES)
    assert len(rows) > 20
    bare = [row["name"] for row in rows if row["name"] not in NOT_TENANT and not (row["enabled"] and row["forced"])]
    assert bare == []
    policies = await db.rows("SELECT tablename, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'")
    for table in await tenant_tables(db):
        whole = [one for one in policies if one["tablename"] == table and one["cmd"] == "ALL"]
        assert len(whole) == 1, table
        assert "motcua_offices" in whole[0]["qual"], table
        assert "motcua_offices" in (whole[0]["with_check"] or ""), table


async def test_what_else_a_policy_opens_is_only_for_reading(db: Db) -> None:
    for row in await db.rows("SELECT * FROM pg_policies WHERE schemaname = 'public' AND policyname = 'also_seen'"):
        assert row["cmd"] == "SELECT", row["tablename"]


async def test_the_application_neither_owns_a_table_nor_may_step_around_the_policies(db: Db) -> None:
    role = await db.row(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert role is not None
    assert not any(role.values())
    owned = await db.value(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND pg_has_role(current_user, relowner, 'MEMBER')"
    )
    assert owned == 0
    inside = await db.value(
        "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef AND proname LIKE 'motcua%'"
    )
    assert inside == 0


async def test_a_transaction_that_names_nobody_sees_no_row_of_any_office(make: Make, database: Database) -> None:
    await received(make)
    async with database.transaction() as db:
        for table in await tenant_tables(db):
            assert await db.value(f'SELECT count(*) FROM "{table}"') == 0, table
        assert await db.value("SELECT count(*) FROM citizen") == 0


async def test_a_forgotten_tenant_of_the_transaction_before_is_not_kept(make: Make, database: Database) -> None:
    await received(make)
    async with database.pool.acquire() as connection:
        async with connection.transaction():
            await Db(connection).act_for(offices=OFFICES)
            assert await connection.fetchval("SELECT count(*) FROM dossier") > 0
        assert await connection.fetchval("SELECT count(*) FROM dossier") == 0


@pytest.fixture
async def foreign(make: Make) -> UUID:
    """A dossier of the neighbour's neighbour, with rows in most tables."""
    return await received(make)


async def test_the_neighbour_finds_nothing_by_id_in_any_table(foreign: UUID, database: Database) -> None:
    async with database.transaction(offices=[NEIGHBOUR]) as db:
        tables = await db.rows(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'dossier_id'"
        )
        assert len(tables) > 15
        for row in tables:
            found = await db.value(f'SELECT count(*) FROM "{row["table_name"]}" WHERE dossier_id = $1', foreign)
            assert found == 0, row["table_name"]
        assert await db.value("SELECT count(*) FROM dossier WHERE id = $1", foreign) == 0


async def test_the_neighbour_finds_nothing_by_search_and_counts_nothing(
    foreign: UUID, make: Make, database: Database
) -> None:
    code = (await make.case(foreign)).code
    async with database.transaction(offices=[NEIGHBOUR]) as db:
        assert await db.value("SELECT count(*) FROM dossier WHERE search LIKE '%nhan%' OR code = $1", code) == 0
        # All offices are asked for; PostgreSQL answers for one.
        every = await queries_board.board(db, horizon(make.tools.calendars, OFFICES))
        own = await queries_board.board(db, horizon(make.tools.calendars, [NEIGHBOUR]))
        assert every.all == own.all
        assert await db.value("SELECT max(last) FROM code_serial WHERE office_id = $1", COMMUNE) is None


async def test_the_neighbour_changes_and_plants_nothing(foreign: UUID, database: Database) -> None:
    async with database.transaction(offices=[NEIGHBOUR]) as db:
        assert await db.run("UPDATE dossier SET title = 'x' WHERE id = $1", foreign) == 0
        assert await db.run("DELETE FROM step WHERE dossier_id = $1", foreign) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.transaction(offices=[NEIGHBOUR]) as db:
            await db.run(
                "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, facts)"
                " VALUES ($1, $2, now(), 'planted', 'system', '{}'::text::jsonb)", COMMUNE, foreign,
            )


async def test_no_row_is_moved_into_another_office(foreign: UUID, database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.transaction(offices=[COMMUNE]) as db:
            await db.run("UPDATE dossier SET office_id = $2 WHERE id = $1", foreign, NEIGHBOUR)


async def test_a_code_held_up_opens_its_dossier_and_nothing_else(foreign: UUID, make: Make, database: Database) -> None:
    case = await make.case(foreign)
    await received(make)
    async with database.transaction(presents=case.code or "") as db:
        assert [row["id"] for row in await db.rows("SELECT id FROM dossier_shown")] == [foreign]
        assert await db.value("SELECT count(*) FROM dossier") == 0
        assert await db.value("SELECT count(*) FROM journal_line") == 0
        assert await db.run("UPDATE dossier SET title = 'x'") == 0


async def test_an_applicant_is_shown_their_own_dossiers_and_no_more_of_them_than_they_read(
    foreign: UUID, make: Make, database: Database
) -> None:
    case = await make.case(foreign)
    async with database.transaction(citizen=case.applicant_id) as db:
        rows = await db.rows("SELECT * FROM dossier_shown")
        assert foreign in {row["id"] for row in rows}
        assert {row["applicant_id"] for row in rows} == {case.applicant_id}
        assert not {"search", "facts", "consent", "assisted_by", "submission_key"} & set(rows[0].keys())
        assert await db.value("SELECT count(*) FROM dossier") == 0
    async with database.transaction(citizen=uuid4()) as db:
        assert await db.value("SELECT count(*) FROM dossier_shown") == 0


async def test_officers_meet_one_policy_on_dossiers_and_it_asks_for_the_office_alone(db: Db) -> None:
    met = await db.rows(
        "SELECT policyname, qual FROM pg_policies WHERE tablename = 'dossier'"
        " AND (roles @> ARRAY['public'::name] OR EXISTS (SELECT FROM unnest(roles) AS r WHERE r <> 'public'"
        "   AND pg_has_role(current_user, r, 'MEMBER')))"
    )
    assert [row["policyname"] for row in met] == ["office"]
    assert not any(word in met[0]["qual"] for word in ("citizen", "presented", " OR "))


async def test_what_is_shown_is_shut_for_the_neighbour_for_nobody_and_for_writing(
    foreign: UUID, database: Database, postgres: EmbeddedPostgres
) -> None:
    for offices in ([], [NEIGHBOUR]):
        async with database.transaction(offices=offices) as db:
            assert await db.value("SELECT count(*) FROM dossier_shown WHERE id = $1", foreign) == 0
    # A predicate that leaks what it sees must not be asked before the view's own (security_barrier).
    async with database.transaction() as db:
        assert "security_barrier=true" in await db.value("SELECT reloptions FROM pg_class WHERE relname = 'dossier_shown'")
    for verb in ("UPDATE dossier_shown SET title = 'x'", "DELETE FROM dossier_shown"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            async with database.transaction(offices=OFFICES) as db:
                await db.run(verb)
    # Where its owner may step around policies, the view is still shut.
    superuser = await asyncpg.connect(postgres.superuser_dsn)
    try:
        assert await superuser.fetchval("SELECT count(*) FROM dossier WHERE id = $1", foreign) == 1
        assert await superuser.fetchval("SELECT count(*) FROM dossier_shown") == 0
    finally:
        await superuser.close()


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
async def test_what_is_written_for_ever_is_neither_changed_nor_deleted(database: Database, table: str, verb: str) -> None:
    column = {"journal_line": "why", "deadline_line": "note", "working_calendar": "scope"}[table]
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with database.transaction(offices=OFFICES) as db:
            await db.run(verb.format(table, column, column))


async def test_a_number_once_drawn_is_not_deleted(database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with database.transaction(offices=OFFICES) as db:
            await db.run("DELETE FROM register_entry")


async def test_nobody_truncates_or_changes_the_schema(database: Database, postgres: EmbeddedPostgres) -> None:
    for sql in ("TRUNCATE journal_line", "ALTER TABLE dossier DISABLE ROW LEVEL SECURITY", "DROP POLICY office ON dossier",
                "SET session_replication_role = replica", "CREATE TABLE mine (x int)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.transaction(offices=OFFICES) as db:
                await db.run(sql)
