"""An office whose every part may be taken away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.citizens.models import Citizen
from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.dossiers.tools import Tools
from app.kit.db import Database, open_database
from app.portal import house_frame
from app.procedures.catalogue import Catalogue
from app.settings import Settings
from app.signatures.keyring import Keyring
from storage import FolderStore
from tests.factories import Make
from tests.houses import whole_house
from tests.outages.mortal import MortalPostgres
from tests.outages.office import Answer, Door, door_of

PHONE = "0200 355 0100"  # of the first office: what a page can still say when nothing can be read


@dataclass(frozen=True)
class Office:
    """The application and the hands to play it with."""

    app: FastAPI
    database: Database
    make: Make
    folder: Path
    doors: list[Door] = field(default_factory=list)

    @property
    def tools(self) -> Tools:
        return self.make.tools

    async def citizen(self, citizen: Citizen) -> Door:
        return await door_of(self.app, self.database, citizen=citizen.id)

    async def officer(self, role: str) -> Door:
        return await door_of(self.app, self.database, officer=(await self.make.officer(role)).id)


async def open_office(database: Database, folder: Path, keys: Path) -> Office:
    """An office over this database, its files in `folder`."""
    tools = Tools(
        database=database, store=FolderStore(folder / "objects"), catalogue=Catalogue(),
        calendars=Calendars(load_calendar()),
        keyring=Keyring(keys), public_url="http://motcua.test", demo=True,
    )  # fmt: skip
    app = whole_house(
        Settings(demo=True, second_factor=False, public_url="http://motcua.test", log_level="error"), tools
    )
    app.state.store_report, app.state.frame = "no worm", await house_frame(tools)
    return Office(app, database, Make(database, tools), folder)


@pytest.fixture(scope="session")
async def postgres_to_kill(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MortalPostgres]:
    """A server for killing, one a test run."""
    mortal = MortalPostgres(tmp_path_factory.mktemp("mortal"))
    await mortal.found()
    yield mortal
    await mortal.stop()


@pytest.fixture
async def office(postgres_to_kill: MortalPostgres, tmp_path: Path, keys: Path) -> AsyncIterator[Office]:
    """An office on it."""
    database = await open_database(postgres_to_kill.server.app_dsn, largest=6)
    yield await open_office(database, tmp_path, keys)
    await database.close()


@pytest.fixture
async def calm(database: Database, tmp_path: Path, keys: Path) -> Office:
    """An office on the database everybody uses: for tests that harm other parts than the database."""
    return await open_office(database, tmp_path, keys)


def says_it_is_down(answer: Answer) -> None:
    """A page for people: what became of their work, whom to call, what to tell them, when to try again."""
    assert answer.status == 503
    assert answer.headers["retry-after"].isdigit()
    assert "CHƯA được thực hiện" in answer.text
    assert PHONE in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "content-security-policy" in answer.headers
