"""What tests stand on: a real PostgreSQL built by Alembic, a folder store, a development PKI. Nothing is patched."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.deadlines.service import keep_calendar
from app.dossiers.tools import Tools
from app.embedded import EmbeddedPostgres, embedded_postgres
from app.kit.db import Database, Db, open_database
from app.procedures.catalogue import Catalogue
from app.procedures.service import publish_all
from app.signatures.keyring import Keyring
from storage import FolderStore
from tests.browser import browser, visit, wiped
from tests.factories import OFFICES, Make, found_offices
from tests.live import live
from tests.sharing import WholeFiles, long_first

# One Chromium and one office a worker, whoever asks: imported a second time they would be started a second time.
__all__ = ["browser", "live", "visit", "wiped"]

ROOT = Path(__file__).parent.parent


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles:
    """Whatever --dist says: what stands on one server stays in one worker."""
    config.option.loadscopereorder = False  # our order, not by how many tests there are
    return WholeFiles(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first."""
    long_first(items)


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    """One server a test run; migrated, with the offices, their officers and the four procedures in it."""
    folder = tmp_path_factory.mktemp("postgres")
    async with embedded_postgres(folder, fast=True) as server:
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = server.owner_dsn
        await asyncio.to_thread(command.upgrade, config, "head")
        owner = await open_database(server.owner_dsn, largest=2)
        app = await open_database(server.app_dsn, largest=2)
        try:
            async with app.transaction(offices=OFFICES) as db:
                await found_offices(db)
                await publish_all(db, ROOT / "workflows", province="H99")
                await publish_all(db, ROOT / "tests" / "dossiers" / "package", province="H99")
                await keep_calendar(db, load_calendar())
        finally:
            await app.close()
            await owner.close()
        yield server


@pytest.fixture(scope="session")
async def database(postgres: EmbeddedPostgres) -> AsyncIterator[Database]:
    """The application's own pool: not the owner, bound by row-level security."""
    opened = await open_database(postgres.app_dsn, largest=12)
    yield opened
    await opened.close()


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Db]:
    """One transaction of both test offices, rolled back after the test."""
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        one = Db(connection)
        await one.act_for(offices=OFFICES)
        yield one
        await transaction.rollback()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of keys as an office has them, made by the development PKI."""
    from tests.factories import cut_keys

    return cut_keys(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def tools(database: Database, tmp_path: Path, keys: Path) -> Tools:
    """The office's tools on real parts, not connected to any outside system."""
    return Tools(
        database=database, store=FolderStore(tmp_path / "objects"), catalogue=CATALOGUE,
        calendars=Calendars(load_calendar()),
        keyring=Keyring(keys), public_url="http://motcua.test", demo=True,
    )


# Versions never change, so compiled procedures serve the whole run.
CATALOGUE = Catalogue()


@pytest.fixture
def make(database: Database, tools: Tools) -> Make:
    """Situations, not ids: `await make.submitted("1.004873")`. Committed, as the worker and the browser need it."""
    return Make(database, tools)
