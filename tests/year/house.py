"""The commune's house: the four procedures as if in force all year, and one officer who does nearly everything."""

import re
import shutil
from pathlib import Path

from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.deadlines.service import keep_calendar
from app.demo_play import people
from app.dossiers.tools import Tools
from app.kit.db import Database
from app.org.founding import appoint
from app.procedures.catalogue import Catalogue
from app.procedures.service import publish_all
from app.signatures.keyring import Keyring
from storage import FolderStore
from tests.factories import OFFICES, PASSWORD, found_offices, password_hash

ROOT = Path(__file__).parent.parent.parent


async def move_in(database: Database, keys: Path, folder: Path) -> Tools:
    """Offices, officers, procedures; the tools of the house."""
    workflows = folder / "workflows"
    shutil.copytree(ROOT / "workflows", workflows)
    for file in workflows.glob("*/procedure.toml"):
        file.write_text(re.sub(r"(?m)^valid_(from|to) = .*$", "valid_from = 2025-01-01", file.read_text(), count=1))
    for file in workflows.glob("*/procedure.toml"):
        head, mark, rest = file.read_text().partition("\n[")
        file.write_text(re.sub(r"(?m)^valid_to = .*\n", "", head) + mark + rest)
    async with database.transaction(offices=OFFICES) as db:
        await found_offices(db)
        await people.lay_out_territory(db)
        office = await db.value("SELECT id FROM office WHERE code = 'H99.08.22'")
        await appoint(db, office_id=office, login="boss@tanmai", name="Mai Thử Hai", title="Phó trung tâm",
                      roles=["reception", "specialist", "head"], password=PASSWORD, password_hash=password_hash())
        await publish_all(db, workflows, province="H99")
        await keep_calendar(db, load_calendar())
    return Tools(
        database=database, store=FolderStore(folder / "objects"), catalogue=Catalogue(),
        calendars=Calendars(load_calendar()), keyring=Keyring(keys), public_url="http://motcua.test", demo=True,
    )
