"""A whole office to be spoken nonsense to: an applicant with dossiers, an officer who may do everything."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI

from app.citizens.models import Citizen
from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.dossiers.tools import Tools
from app.kit.db import Database, open_database
from app.main import create_app
from app.org.founding import appoint
from app.org.models import Role
from app.procedures.catalogue import Catalogue
from app.settings import Settings
from app.signatures.keyring import Keyring
from storage import FolderStore
from tests.dossiers.situations import CODE, a_pdf
from tests.factories import COMMUNE, OFFICES, PASSWORD, Given, Make, password_hash
from tests.outages.office import Door, door_of, founded


@dataclass(frozen=True)
class World:
    """The office, and real ids to reach deep into it."""

    app: FastAPI
    database: Database
    make: Make
    citizen: Citizen
    officer_id: UUID
    known: dict[str, str]

    async def door(self, who: str) -> Door:
        """Somebody new at the door: `citizen`, `officer`, or nobody."""
        return await door_of(
            self.app,
            self.database,
            officer=self.officer_id if who in ("officer", "supervisor") else None,
            citizen=self.citizen.id if who in ("citizen", "public", "anyone signed in") else None,
        )


@pytest.fixture(scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> AsyncIterator[World]:
    """A server of its own: nonsense leaves traces, and other tests count rows."""
    folder = tmp_path_factory.mktemp("world")
    async with founded(folder / "postgres") as server:
        database = await open_database(server.app_dsn, largest=6)
        tools = Tools(
            database=database,
            store=FolderStore(folder / "objects"),
            catalogue=Catalogue(),
            calendars=Calendars(load_calendar()),
            keyring=Keyring(keys),
            public_url="http://motcua.test",
            demo=True,
        )
        app = create_app(Settings(demo=True, second_factor=False, public_url="http://motcua.test", log_level="error"))
        app.state.tools, app.state.store_report = tools, "no worm"
        make = Make(database, tools)
        citizen = await make.citizen()
        yield World(app, database, make, citizen, await _everything(database), await _known(make, citizen))
        await database.close()


async def _everything(database: Database) -> UUID:
    """An officer with every role, so that nothing ends at the role."""
    async with database.transaction(offices=OFFICES) as db:
        made = await appoint(
            db,
            office_id=COMMUNE,
            login="moi-viec@tanmai",
            name="Lò Thị Mọi Việc",
            title="Cán bộ",
            password=PASSWORD,
            roles=[role.value for role in Role],
            signing_key="leader-tanmai",
            password_hash=password_hash(),
        )
    return made.id


async def _known(make: Make, citizen: Citizen) -> dict[str, str]:
    given = Given({"purpose": {"purpose": "Để thử"}}, {"proof": a_pdf()}, channel="online", return_way="online")
    draft = await make.draft(CODE, given, citizen)
    submitted = await make.submitted(CODE, replace(given, channel="counter", return_way="counter"))
    async with make.database.transaction(offices=OFFICES) as db:
        document = await db.value("SELECT id FROM document WHERE dossier_id = $1 LIMIT 1", draft)
        scan = await db.value("SELECT id FROM document WHERE dossier_id = $1 LIMIT 1", submitted)
        task_no = await db.value("SELECT task_no FROM step WHERE dossier_id = $1", submitted)
        code = await db.value("SELECT code FROM dossier WHERE id = $1", submitted)
    return {
        "dossier_id": str(draft),
        "document_id": str(document),
        "page_id": "purpose",
        "component": "proof",
        "code": CODE,
        "action_id": "receive",
        "task_no": str(task_no),
        "submitted": str(submitted),
        "scan": str(scan),
        "dossier_code": code,
        "name": "base.css",
        "version": "0",
        "part": "buttons",
        "wanted": "en",
        "status": "404",
        "number": "1",
        "key": "x" * 20,
    }
