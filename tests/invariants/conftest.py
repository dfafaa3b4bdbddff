"""A database of its own for what the checker reads: nobody else's test leaves half a dossier in it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.deadlines.service import keep_calendar
from app.dossiers.tools import Tools
from app.embedded import EmbeddedPostgres
from app.kit.db import open_database
from app.procedures.catalogue import Catalogue
from app.procedures.service import publish_all
from app.signatures.keyring import Keyring
from storage import FolderStore
from tests.factories import OFFICES, Make, found_offices

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class House:
    """An office with a database and a store of its own."""

    owner_dsn: str
    superuser_dsn: str
    app_dsn: str
    store: Path
    keys: Path
    tools: Tools

    @property
    def make(self) -> Make:
        return Make(self.tools.database, self.tools)


@pytest.fixture(scope="module")
async def house(
    postgres: EmbeddedPostgres, keys: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[House]:
    """Migrated and founded as tests/conftest.py does, beside the common database, one for each module of tests."""
    name = f"house_{request.module.__name__.rpartition('.')[2]}"
    there = await asyncpg.connect(postgres.superuser_dsn)
    owner = await there.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
    await there.execute(f'CREATE DATABASE {name} OWNER "{owner}"')
    await there.close()
    owner_dsn, superuser_dsn, app_dsn = (
        _named(dsn, name) for dsn in (postgres.owner_dsn, postgres.superuser_dsn, postgres.app_dsn)
    )
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = owner_dsn
    await asyncio.to_thread(command.upgrade, config, "head")
    database = await open_database(app_dsn, largest=24)
    async with database.transaction(offices=OFFICES) as db:
        await found_offices(db)
        await publish_all(db, ROOT / "tests" / "dossiers" / "package", province="H99")
        await keep_calendar(db, load_calendar())
    store = tmp_path_factory.mktemp("objects")
    tools = Tools(
        database=database, store=FolderStore(store), catalogue=Catalogue(), calendars=Calendars(load_calendar()),
        keyring=Keyring(keys), public_url="http://motcua.test", demo=True,
    )
    yield House(owner_dsn, superuser_dsn, app_dsn, store, keys, tools)
    await database.close()


def _named(dsn: str, database: str) -> str:
    before, _, after = dsn.rpartition("/")
    query = after.partition("?")[2]
    return f"{before}/{database}" + (f"?{query}" if query else "")
