"""A real streaming replica: it answers what may be a moment old, nobody misses what they just did, tenants stay apart."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from alembic import command
from alembic.config import Config

from app.deadlines.decrees import load_calendar
from app.deadlines.service import keep_calendar
from app.doctor.database import check
from app.dossiers.tools import Tools
from app.embedded import EmbeddedPostgres, embedded_postgres, find_binaries
from app.faces.reading import COOKIE
from app.kit import clock
from app.kit.db import Database, DatabaseAway, open_database
from app.kit.looking import look
from app.kit.replica import Replica, position
from app.main import create_app
from app.procedures.service import publish_all
from app.sessions import service as sessions
from app.settings import Settings
from tests.dossiers.test_life import CODE, given
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES, Make, found_offices
from tests.scale.replica import Standby, standing_by

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
OPEN = "SELECT count(*) FROM dossier WHERE code IS NOT NULL"


@dataclass
class Pair:
    """A primary with an office in it, its replica, and the application's pool that knows of both."""

    primary: EmbeddedPostgres
    standby: Standby
    database: Database
    replica: Replica
    make: Make

    async def caught_up(self) -> None:
        """Look until the replica holds everything acknowledged up to now."""
        until = await position(self.database)
        async with asyncio.timeout(PATIENCE):
            while not self.replica.may_answer(until):
                await self.replica.look(self.database)
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[EmbeddedPostgres, Standby]]:
    folder = tmp_path_factory.mktemp("pair")
    async with embedded_postgres(folder / "primary", binaries=find_binaries("debian", "wheel")) as primary:
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = primary.owner_dsn
        await asyncio.to_thread(command.upgrade, config, "head")
        app = await open_database(primary.app_dsn, largest=2)
        async with app.transaction(offices=OFFICES) as db:
            await found_offices(db)
            await publish_all(db, ROOT / "tests" / "dossiers" / "package", province="H99")
            await keep_calendar(db, load_calendar())
        await app.close()
        async with standing_by(primary, folder / "standby") as standby:
            yield primary, standby


@pytest.fixture
async def pair(servers: tuple[EmbeddedPostgres, Standby], tools: Tools) -> AsyncIterator[Pair]:
    primary, standby = servers
    if standby.process is None:
        await standby.begin()
    database = await open_database(primary.app_dsn, largest=4)
    database.replica = Replica(await open_database(standby.app_dsn, smallest=0, largest=4), most_lag=5.0)
    one = Pair(primary, standby, database, database.replica, Make(database, replace(tools, database=database)))
    await one.caught_up()
    yield one
    await database.replica.database.close()
    await database.close()


async def test_the_replica_shows_each_office_its_own_rows_and_nobody_none(pair: Pair) -> None:
    dossier_id = await pair.make.submitted(CODE, given())
    await pair.caught_up()
    seen = []
    for offices in ((COMMUNE,), (NEIGHBOUR,), ()):
        async with pair.database.reading(offices=offices) as db:
            assert db.as_of is not None
            seen.append(await db.value("SELECT count(*) FROM dossier WHERE id = $1", dossier_id))
    assert seen == [1, 0, 0]


async def test_a_look_at_the_replica_shows_each_office_its_own_rows_and_nobody_none(pair: Pair) -> None:
    dossier_id = await pair.make.submitted(CODE, given())
    await pair.caught_up()
    seen = []
    for offices in ((COMMUNE,), (NEIGHBOUR,), ()):
        async with look(pair.replica.database) as db:
            assert await db.value("SELECT pg_is_in_recovery()")
            await db.act_for(offices=offices)
            seen.append(await db.value("SELECT count(*) FROM dossier WHERE id = $1", dossier_id))
    assert seen == [1, 0, 0]


async def test_nothing_can_be_written_there(pair: Pair) -> None:
    with pytest.raises(DatabaseAway):
        async with pair.database.reading(offices=[COMMUNE]) as db:
            await db.run("UPDATE dossier SET version = version")


async def test_who_just_wrote_reads_their_own_write_while_others_may_be_a_moment_behind(pair: Pair) -> None:
    await pair.standby.pause()
    try:
        dossier_id = await pair.make.submitted(CODE, given())
        written = await position(pair.database)

        async def seen(after: int) -> tuple[int, bool]:
            async with pair.database.reading(offices=[COMMUNE], after=after) as db:
                there = await db.value("SELECT count(*) FROM dossier WHERE id = $1", dossier_id)
                return int(there), db.as_of is not None

        assert await seen(after=0) == (0, True)
        assert await seen(after=written) == (1, False)
    finally:
        await pair.standby.go_on()
    await pair.caught_up()
    assert await seen(after=written) == (1, True)


async def test_what_it_holds_is_dated_no_later_than_it_is(pair: Pair) -> None:
    await pair.standby.pause()
    try:
        before = clock.now()
        await pair.make.submitted(CODE, given())
        await pair.replica.look(pair.database)
        assert pair.replica.as_of is not None
        assert pair.replica.as_of < before
    finally:
        await pair.standby.go_on()


async def test_a_late_replica_is_not_asked(pair: Pair) -> None:
    with clock.at(clock.now() + timedelta(seconds=6)):
        assert pair.replica.lag is not None
        assert pair.replica.lag > 5
        async with pair.database.reading(offices=[COMMUNE]) as db:
            assert db.as_of is None


async def test_without_the_replica_the_primary_answers_and_with_it_again_the_replica(pair: Pair) -> None:
    await pair.standby.stop()
    async with pair.database.reading(offices=[COMMUNE]) as db:  # nobody looked yet: found out by asking
        assert db.as_of is None
        assert await db.value("SELECT 1") == 1
    await pair.replica.look(pair.database)
    assert pair.replica.lag is None
    await pair.standby.begin()
    await pair.caught_up()
    async with pair.database.reading(offices=[COMMUNE]) as db:
        assert db.as_of is not None


@pytest.fixture
async def desk(pair: Pair, tmp_path: Path, keys: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A head of office, signed in at the application as `motcua serve` runs it with a replica."""
    officer = await pair.make.officer("head")
    async with pair.database.transaction(offices=OFFICES) as db:
        word = await sessions.open_session(db, "officer", officer_id=officer.id)
        found = await sessions.find(db, word)
    assert found is not None
    app = create_app(Settings(
        database_url=pair.primary.app_dsn, replica_database_url=pair.standby.app_dsn, secret_key="x" * 40, demo=True,
        store_url=f"folder://{tmp_path / 'objects'}", metrics_port=0, keys_folder=keys, public_url="http://localhost",
        log_level="error",
    ))
    async with app.router.lifespan_context(app), httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://localhost", cookies={"motcua": word},
        headers={"x-csrf-token": found.secret},
    ) as browser:
        async with asyncio.timeout(PATIENCE):
            while not app.state.tools.database.replica.may_answer():  # noqa: ASYNC110 (it is looked at every second)
                await asyncio.sleep(0.05)
        yield browser


async def test_the_board_says_up_to_when_its_figures_are(pair: Pair, desk: httpx.AsyncClient) -> None:
    page = await desk.get("/overview")
    assert re.search(r"Số liệu đến \d{1,2}:\d\d:\d\d", page.text)


async def test_a_machine_which_carries_no_cookie_reads_from_the_primary(desk: httpx.AsyncClient) -> None:
    word = desk.cookies["motcua"]
    assert "Số liệu lúc" in (await desk.get("/overview", headers={"authorization": f"Bearer {word}"})).text


async def test_after_a_form_the_browser_waits_for_nobody(pair: Pair, desk: httpx.AsyncClient) -> None:
    await pair.standby.pause()
    try:
        await desk.post("/track", data={"code": "H99.08.22-261109-0042", "digits": "0000"})
        await pair.make.submitted(CODE, given())
        await desk.post("/track", data={"code": "H99.08.22-261109-0042", "digits": "0000"})
        assert int(desk.cookies[COOKIE], 16) <= await position(pair.database)
        assert "Số liệu lúc" in (await desk.get("/overview")).text
    finally:
        await pair.standby.go_on()


async def test_a_replica_that_dies_in_the_middle_of_a_page_costs_nobody_the_page(
    pair: Pair, desk: httpx.AsyncClient
) -> None:
    assert "Số liệu đến" in (await desk.get("/overview")).text
    await pair.standby.stop()
    page = await desk.get("/overview")
    assert page.status_code == 200
    assert "Số liệu lúc" in page.text


async def test_the_doctor_says_how_far_the_replica_is(pair: Pair) -> None:
    settings = Settings(
        database_url=pair.primary.app_dsn, replica_database_url=pair.standby.app_dsn, replica_most_lag=PATIENCE
    )
    assert any(one.area == "replica" and one.state == "fine" for one in await check(settings))
    as_two_primaries = settings.model_copy(update={"replica_database_url": pair.primary.app_dsn})
    assert any(one.area == "replica" and one.state == "broken" for one in await check(as_two_primaries))
    await pair.standby.stop()
    assert any(one.area == "replica" and one.state == "warning" for one in await check(settings))
