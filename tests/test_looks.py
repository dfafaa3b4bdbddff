"""A look sees exactly whose rows it names, writes nothing, and leaves nothing behind (app/kit/looking.py)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.dossiers import queries_desk as queries
from app.dossiers.tools import Tools
from app.embedded import EmbeddedPostgres
from app.kit import clock
from app.kit.db import Database, DatabaseAway, Db, NotStorable, open_database
from app.kit.glance import Glance
from app.kit.looking import NotConfirmed, OnlyLooking, look
from app.main import create_app
from app.org.models import Office, Role
from app.sessions import service as sessions
from app.settings import Settings
from tests.dossiers.situations import received
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES, Make

HOME = "http://motcua.test"
SETTINGS = ("motcua.offices", "motcua.citizen", "motcua.presented")
LEFT = "SELECT " + ", ".join(f"COALESCE(current_setting('{one}', true), '')" for one in SETTINGS)
COUNTED = "SELECT count(*) FROM dossier"
WAYS = ("enable_nestloop", "enable_hashjoin", "enable_mergejoin", "enable_indexscan", "enable_bitmapscan")
EVERYBODY = [str(one) for one in Role]
Shown = list[tuple[Any, ...]]


@dataclass
class Remembered:
    """Somebody who was here a moment ago."""

    client: httpx.AsyncClient
    make: Make
    word: str
    said: list[str]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.word}"}

    async def opens(self, page: str) -> int:
        return (await self.client.get(page, headers=self.headers)).status_code

    async def rows(self) -> list[dict[str, Any]]:
        answer = await self.client.get("/api/v1/steps", headers=self.headers)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def changes(self, sql: str) -> None:
        """Somebody else changes the officer or the session, in another process."""
        async with self.make.database.transaction() as db:
            await db.run(sql, await db.value("SELECT id FROM officer WHERE login = 'specialist@tanmai'"))


@pytest.fixture
async def line(postgres: EmbeddedPostgres) -> AsyncIterator[Database]:
    """A pool of one connection, so that who comes next has the same."""
    opened = await open_database(postgres.app_dsn, smallest=1, largest=1)
    yield opened
    await opened.close()


@pytest.fixture
async def neighbours(make: Make) -> None:
    """Work that waits in either of two offices."""
    for office in (COMMUNE, NEIGHBOUR):
        for _ in range(3):
            dossier_id = await received(make)
            async with make.database.transaction(offices=OFFICES) as db:
                for table, key in (("dossier", "id"), ("step", "dossier_id")):
                    await db.run(f"UPDATE {table} SET office_id = $2 WHERE {key} = $1", dossier_id, office)


async def work_of(db: Db, *offices: int) -> Shown:
    """Index scans side by side, joins, an order and a limit."""
    rows = await queries.work(db, offices=offices, roles=EVERYBODY, officer_id=UUID(int=1), limit=1000)
    return [(row.step_due, row.dossier_id, row.task_no, row.office_id) for row in rows]


async def counts_of(db: Db, *offices: int) -> dict[str, Any]:
    """Many questions in one statement."""
    glance, now = Glance(), clock.now()
    queries.ask_work(glance, offices=offices, roles=EVERYBODY, officer_id=UUID(int=1), now=now, tomorrow=now, soon=now)
    queries.ask_waiting(glance, offices=offices, office_id=offices[0], officer_id=UUID(int=1))
    return await glance.told(db)


async def shown(database: Database, office: int, *asked: int) -> tuple[Shown, dict[str, Any]]:
    """What an officer of `office` sees who asks for the work of `asked`."""
    async with look(database) as db:
        await db.act_for(offices=[office])
        return await work_of(db, *asked), await counts_of(db, *asked)


@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan", "auto"])
async def test_whatever_plan_is_chosen_a_look_shows_what_a_transaction_shows_in_its_order(line: Database, mode: str) -> None:
    expected = {}
    for office in (COMMUNE, NEIGHBOUR):
        async with line.transaction(offices=[office]) as db:
            expected[office] = await work_of(db, office), await counts_of(db, office)
        assert len(expected[office][0]) >= 3
    async with line.pool.acquire() as connection:
        await connection.execute(f"SET plan_cache_mode = {mode}")
    for barred in ((), *((way,) for way in WAYS), WAYS):
        async with line.pool.acquire() as connection:
            await connection.execute("; ".join(f"SET {way} = {'off' if way in barred else 'on'}" for way in WAYS))
        for office in (COMMUNE, NEIGHBOUR):
            assert await shown(line, office, office) == expected[office], barred


@pytest.mark.usefixtures("neighbours")
async def test_who_asks_for_a_neighbours_work_is_shown_none_of_it(line: Database) -> None:
    rows, counts = await shown(line, COMMUNE, COMMUNE, NEIGHBOUR)
    assert rows
    assert {row[3] for row in rows} == {COMMUNE}
    assert counts["todo"] == min(len(rows), queries.MANY)
    assert (await shown(line, COMMUNE, NEIGHBOUR))[0] == []


@pytest.mark.usefixtures("neighbours")
async def test_no_worker_of_a_parallel_plan_asks_before_whose_rows_are_known(line: Database) -> None:
    async with line.pool.acquire() as connection:
        version = connection.get_server_version().major
        await connection.execute(f"SET {'debug_parallel_query' if version > 15 else 'force_parallel_mode'} = on")
        for free in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
            await connection.execute(f"SET {free} = 0")
        assert "Gather" in str(await connection.fetch(f"EXPLAIN {COUNTED}"))  # so it would be parallel
    async with look(line) as db:
        await db.act_for(offices=[NEIGHBOUR])
        sql, args = db.carrying(COUNTED, ())
        assert "Gather" not in str(await db.connection.fetch(f"EXPLAIN {sql}", *args))
        assert await db.value(COUNTED) >= 3


@pytest.mark.usefixtures("neighbours")
async def test_settings_that_come_too_late_show_nobodys_rows(line: Database) -> None:
    async with line.pool.acquire() as connection:
        late = f"SELECT ({COUNTED}), set_config('motcua.offices', '{COMMUNE},{NEIGHBOUR}', true)"
        assert await connection.fetchval(late) == 0


async def test_nothing_of_a_look_stays_with_its_connection(line: Database, make: Make) -> None:
    await received(make)
    async with look(line) as db:
        await db.act_for(offices=[COMMUNE], citizen=UUID(int=7), presents="x")
        assert tuple((await db.rows(LEFT))[0]) == (str(COMMUNE), str(UUID(int=7)), "x")
        assert await db.value(COUNTED) > 0
        assert tuple((await db.connection.fetch(LEFT))[0]) == ("", "", "")
        assert await db.connection.fetchval(COUNTED) == 0
    async with line.transaction() as db:
        assert await db.value(COUNTED) == 0


async def test_nothing_is_left_of_a_look_that_failed(line: Database) -> None:
    async with look(line) as db:
        await db.act_for(offices=[COMMUNE])
        with pytest.raises(asyncpg.DivisionByZeroError):
            await db.value("SELECT count(*) / 0 FROM dossier")
    async with line.pool.acquire() as connection:
        assert tuple((await connection.fetch(LEFT))[0]) == ("", "", "")
        assert not connection.is_in_transaction()


async def test_a_look_that_names_nobody_sees_nobodys_rows(line: Database, make: Make) -> None:
    await received(make)
    async with look(line) as db:
        assert await db.value(COUNTED) == 0
        await db.act_for(offices=[COMMUNE])
        assert await db.value(COUNTED) > 0
        await db.act_for()
        assert await db.value(COUNTED) == 0


@pytest.mark.parametrize("offices", [(), (COMMUNE,)])
async def test_nothing_can_be_written_by_a_look(line: Database, make: Make, offices: tuple[int, ...]) -> None:
    await received(make)
    async with look(line) as db:
        await db.act_for(offices=offices)
        for sql in (
            "UPDATE dossier SET title = 'x' RETURNING id", "DELETE FROM office RETURNING id",
            "INSERT INTO office (id) VALUES (99) RETURNING id", "TRUNCATE office",
        ):
            with pytest.raises(asyncpg.PostgresSyntaxError):
                await db.rows(sql)
        with pytest.raises(asyncpg.FeatureNotSupportedError):
            await db.value("WITH gone AS (UPDATE office SET phone = '1' RETURNING id) SELECT id FROM gone")
        with pytest.raises(OnlyLooking):
            await db.run("UPDATE office SET phone = '1'")
        with pytest.raises(OnlyLooking):
            await db.add(Office.model_construct(id=99))
        with pytest.raises(OnlyLooking):
            db.savepoint()


async def test_what_a_look_jots_down_changes_no_row_of_an_office(line: Database, make: Make) -> None:
    await received(make)
    async with look(line) as db:
        await db.act_for(offices=[COMMUNE])
        assert await db.jot("UPDATE dossier SET title = 'x'") == 0


async def test_what_no_database_keeps_is_refused_as_in_a_transaction(line: Database) -> None:
    with pytest.raises(NotStorable):
        async with look(line) as db:
            await db.value("SELECT $1::text", "\x00")


async def test_a_line_that_died_while_it_lay_idle_is_passed_over(line: Database, owner: asyncpg.Connection) -> None:
    async with line.pool.acquire() as connection:
        pid = connection.get_server_pid()
    await owner.execute("SELECT pg_terminate_backend($1)", pid)
    async with look(line) as db:
        assert await db.value("SELECT 1") == 1


async def test_a_line_that_is_lost_between_two_questions_is_told(line: Database, owner: asyncpg.Connection) -> None:
    async def asked_twice() -> None:
        async with look(line) as db:
            await owner.execute("SELECT pg_terminate_backend($1)", await db.value("SELECT pg_backend_pid()"))
            await db.value("SELECT 1")

    with pytest.raises(DatabaseAway):
        await asked_twice()


@pytest.fixture
async def owner(postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may end another's line."""
    connection = await asyncpg.connect(postgres.superuser_dsn)
    yield connection
    await connection.close()


@pytest.fixture
def application(tools: Tools) -> FastAPI:
    app = create_app(Settings(demo=True, second_factor=False, public_url=HOME))
    app.state.tools = tools
    return app


@pytest.fixture
async def client(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The whole application."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=HOME) as one:
        yield one


async def word_of(make: Make, role: str = "specialist") -> str:
    officer = await make.officer(role)
    async with make.database.transaction() as db:
        return await sessions.open_session(db, "officer", officer_id=officer.id)


@pytest.mark.parametrize("page", ["/desk", "/desk/search?q=x", "/api/v1/steps", "/api/v1/dossiers"])
async def test_a_page_that_looks_notes_once_a_minute_that_its_session_is_used(
    client: httpx.AsyncClient, make: Make, page: str
) -> None:
    word, seen = await word_of(make), []
    with clock.at(clock.now() + timedelta(seconds=70)):
        for _ in range(2):
            answer = await client.get(page, headers={"authorization": f"Bearer {word}"})
            assert answer.status_code == 200
            async with make.database.transaction() as db:
                seen.append(await db.value("SELECT seen_at FROM session WHERE digest = $1", sessions.digest_of(word)))
        assert seen[0] == seen[1]
        assert abs(seen[0] - clock.now()) < timedelta(seconds=30)


@pytest.mark.parametrize(("page", "refused"), [("/desk", 303), ("/api/v1/steps", 401), ("/api/v1/dossiers", 401)])
async def test_a_page_that_looks_sends_away_whose_session_is_over(
    client: httpx.AsyncClient, make: Make, page: str, refused: int
) -> None:
    word = await word_of(make)
    said = []
    for waited in (timedelta(), timedelta(minutes=61), timedelta(hours=13)):
        with clock.at(clock.now() + waited):
            said.append((await client.get(page, headers={"authorization": f"Bearer {word}"})).status_code)
    assert said == [200, refused, refused]
    assert (await client.get(page)).status_code == refused


async def test_what_was_said_is_shown_once_on_a_page_that_looks(client: httpx.AsyncClient, make: Make) -> None:
    word = await word_of(make)
    async with make.database.transaction() as db:
        session = await sessions.find(db, word)
        assert session is not None
        note = {"title": "Đã ghi sổ", "text": "", "kind": "good", "href": "", "link": ""}
        await sessions.put_note(db, session, said=[note])
    told = [(await client.get("/desk", headers={"cookie": f"motcua={word}"})).text for _ in range(2)]
    assert ["Đã ghi sổ" in one for one in told] == [True, False]


@pytest.fixture
async def counted(
    application: FastAPI, client: httpx.AsyncClient, tools: Tools, make: Make, line: Database
) -> Remembered:
    """A specialist whose work list was opened a moment ago, and what is told to PostgreSQL from then on."""
    await received(make)
    one = Remembered(client, make, await word_of(make), [])
    async with line.pool.acquire() as connection:
        connection.add_query_logger(lambda record: one.said.append(record.query))
    application.state.tools = replace(tools, database=line)
    assert await one.opens("/api/v1/steps") == 200
    one.said.clear()
    return one


async def test_who_was_here_a_moment_ago_is_asked_for_in_the_same_statement_as_their_list(counted: Remembered) -> None:
    assert await counted.opens("/api/v1/steps") == 200
    await asyncio.sleep(0)
    (said,) = counted.said
    assert "session" in said
    assert "dossier" in said


@pytest.mark.parametrize("change", [
    "DELETE FROM session WHERE officer_id = $1", "UPDATE session SET stage = 'code' WHERE officer_id = $1",
    "UPDATE session SET expires_at = seen_at - interval '1 minute' WHERE officer_id = $1",
    "UPDATE officer SET active = false WHERE id = $1",
])
async def test_who_was_signed_out_is_out_at_once(counted: Remembered, change: str) -> None:
    await counted.changes(change)
    try:
        assert await counted.opens("/api/v1/steps") == 401
        assert await counted.opens("/desk") == 303
    finally:
        await counted.changes("UPDATE officer SET active = true WHERE id = $1")


async def test_a_role_that_was_taken_is_gone_at_once(counted: Remembered) -> None:
    roles = "UPDATE officer SET roles = '[\"{}\"]'::jsonb WHERE id = $1"
    try:
        await counted.changes(roles.format("clerk"))
        seen = {one["step"]["role"] for one in await counted.rows()}
    finally:
        await counted.changes(roles.format("specialist"))
    assert "specialist" not in seen
    assert {one["step"]["role"] for one in await counted.rows()} == {"specialist"}


async def test_an_office_that_was_left_is_out_of_sight_at_once(counted: Remembered) -> None:
    moved = "UPDATE officer SET office_id = {} WHERE id = $1"
    before = await counted.rows()
    try:
        await counted.changes(moved.format(NEIGHBOUR))
        after = await counted.rows()
    finally:
        await counted.changes(moved.format(COMMUNE))
    assert before
    assert not {one["dossier_id"] for one in before} & {one["dossier_id"] for one in after}


async def test_what_is_said_to_who_is_remembered_is_shown_on_the_next_page(counted: Remembered) -> None:
    async with counted.make.database.transaction() as db:
        session = await sessions.find(db, counted.word)
        assert session is not None
        note = {"title": "Vừa xong", "text": "", "kind": "good", "href": "", "link": ""}
        await sessions.put_note(db, session, said=[note])
    told = [(await counted.client.get("/desk", headers=counted.headers)).text for _ in range(2)]
    assert ["Vừa xong" in one for one in told] == [True, False]


async def test_an_empty_list_is_an_answer_too(counted: Remembered) -> None:
    answer = await counted.client.get("/api/v1/steps?queue=others&procedure=9.999999", headers=counted.headers)
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_what_is_wrong_with_an_address_is_said_to_those_only_who_may_come_in(counted: Remembered) -> None:
    assert await counted.opens("/api/v1/steps?queue=none-such") == 422
    await counted.changes("DELETE FROM session WHERE officer_id = $1")
    assert await counted.opens("/api/v1/steps?queue=none-such") == 401


async def test_nothing_is_jotted_down_on_a_belief(line: Database) -> None:
    async def jotted() -> None:
        async with look(line) as db:
            db.provided("SELECT 1 WHERE {}::boolean", True)
            await db.jot("SELECT 1")

    with pytest.raises(NotConfirmed):
        await jotted()


@pytest.mark.parametrize("true", [True, False])
async def test_a_look_on_a_condition_counts_only_if_it_was_met(line: Database, make: Make, true: bool) -> None:
    await received(make)
    seen: list[int] = []

    async def looked() -> None:
        async with look(line) as db:
            await db.act_for(offices=[COMMUNE])
            db.provided("SELECT 1 WHERE {}::boolean", true)
            seen.append(await db.value(COUNTED))

    if true:
        await looked()
        assert seen[0] > 0
    else:
        with pytest.raises(NotConfirmed):
            await looked()
        assert seen == []


async def test_a_look_that_asked_nothing_confirms_nothing(line: Database) -> None:
    async def looked(error: type[Exception] | None) -> None:
        async with look(line) as db:
            db.provided("SELECT 1 WHERE {}::boolean", True)
            if error is not None:
                raise error

    for error in (None, KeyError, DatabaseAway):
        with pytest.raises(NotConfirmed):
            await looked(error)
