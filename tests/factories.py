"""Situations for tests, played through the real code path. People and places are invented."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from app.citizens.models import Citizen
from app.citizens.service import Identity, welcome
from app.demo_play import people as demo_people
from app.documents import service as documents
from app.dossiers import drafts, intake
from app.dossiers.asking import Ask
from app.dossiers.case import Case, open_case
from app.dossiers.checklist import judge, lines
from app.dossiers.progress import act
from app.dossiers.tools import Tools
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Database, Db
from app.org import people
from app.org.founding import appoint
from app.org.people import SignedOfficer
from app.org.sign_in import hash_password
from app.results import service as results
from app.worker import carry_out

OFFICES = (1, 2, 3)  # province, commune, the neighbouring commune
COMMUNE, NEIGHBOUR = 2, 3
PASSWORD = "mat-khau-thu-nghiem"
_PEOPLE = count(700_000_001)  # the end of a personal number: nobody is met twice in the database of a run

@cache
def password_hash() -> str:
    """One slow hash for everybody."""
    return hash_password(PASSWORD)


async def found_offices(db: Db) -> None:
    """The demonstration's province with two communes and their officers; logins are `<role>@<commune>`."""
    await demo_people.found_offices(db, password=PASSWORD, password_hash=password_hash())


def cut_keys(folder: Path) -> Path:
    """Leader keys and agency seals of both communes, named as the offices name them."""
    demo_people.cut_keys(folder, folder / "keys")
    return folder / "keys"


@dataclass(frozen=True, slots=True)
class Given:
    """What an applicant of a procedure says and brings."""

    answers: Mapping[str, Mapping[str, Any]]
    papers: Mapping[str, bytes]
    channel: str = "counter"
    return_way: str = "counter"


class Make:
    """Brings dossiers into situations by the verbs of the office."""

    def __init__(self, database: Database, tools: Tools) -> None:
        self.database, self.tools = database, tools

    async def officer(self, role: str, office: str = "tanmai") -> SignedOfficer:
        """The officer of this role."""
        async with self.database.transaction(offices=OFFICES) as db:
            officer_id = await db.value("SELECT id FROM officer WHERE login = $1", f"{role}@{office}")
            found = await people.officer(db, officer_id)
        assert found is not None
        return found

    async def colleague(self, role: str, office: str = "tanmai") -> SignedOfficer:
        """Another officer of the same role."""
        login = f"{role}-2@{office}"
        async with self.database.transaction(offices=OFFICES) as db:
            if await db.value("SELECT id FROM officer WHERE login = $1", login) is None:
                first = await db.row("SELECT office_id, title FROM officer WHERE login = $1", f"{role}@{office}")
                assert first is not None
                await appoint(
                    db, office_id=first["office_id"], login=login, name="Mai Thử Hai", title=first["title"], roles=[role],
                    password=PASSWORD, password_hash=password_hash(),
                )
        return await self.officer(f"{role}-2", office)

    async def citizen(self, **known: Any) -> Citizen:
        """A new citizen."""
        number = known.pop("personal_number", f"000{next(_PEOPLE)}")
        identity = Identity(
            name="Tạ Quang Nhẫn", personal_number=number, subject=f"sub-{number}", birth=(1990, 5, 17), sex="male",
            address="Thôn Đình, xã Tân Mai, tỉnh Thanh Giang", phone="+84912000111", email="nhan@vidu.vn",
        )
        async with self.database.transaction() as db:
            return await welcome(db, replace(identity, **known))

    async def draft(self, code: str, given: Given, citizen: Citizen | None = None) -> UUID:
        """A filled draft."""
        citizen = citizen or await self.citizen()
        async with self.database.transaction(offices=[COMMUNE], citizen=citizen.id) as db:
            dossier_id = await drafts.start_draft(
                db, self.tools, procedure_code=code, office_id=COMMUNE, citizen=citizen, channel=given.channel
            )
            for page, values in given.answers.items():
                case = await open_case(db, self.tools, dossier_id)
                await drafts.save_page(db, self.tools, case, page, values)
            for component, data in given.papers.items():
                await documents.attach(
                    db, self.tools.store, office_id=COMMUNE, dossier_id=dossier_id, component=component,
                    name="giay-to.pdf", data=data, added_by=citizen.id,
                )
            case = await open_case(db, self.tools, dossier_id)
            await drafts.choose_return(db, case, given.return_way, {})
        return dossier_id

    async def submitted(self, code: str, given: Given) -> UUID:
        """A submitted dossier that waits for reception."""
        dossier_id = await self.draft(code, given)
        async with self.database.transaction(offices=[COMMUNE]) as db:
            case = await open_case(db, self.tools, dossier_id)
            await intake.submit(db, self.tools, case, by=Actor("citizen", case.applicant_id))
        return dossier_id

    async def case(self, dossier_id: UUID) -> Case:
        """The dossier as it stands."""
        async with self.database.transaction(offices=OFFICES) as db:
            return await open_case(db, self.tools, dossier_id)

    async def step(self, dossier_id: UUID, name: str) -> int:
        """The task number of an open step."""
        async with self.database.transaction(offices=OFFICES) as db:
            task_no = await db.value("SELECT task_no FROM step WHERE dossier_id = $1 AND name = $2", dossier_id, name)
        assert task_no is not None, f"no step {name} is open"
        return int(task_no)

    async def judged(self, dossier_id: UUID, verdict: str = "ok", **but: str) -> None:
        """Every paper has a verdict."""
        officer = await self.officer("reception")
        async with self.database.transaction(offices=[COMMUNE]) as db:
            case = await open_case(db, self.tools, dossier_id)
            for line in await lines(db, case):
                await judge(db, case, line.component.id, but.get(line.component.id, verdict), None, officer.id)  # type: ignore[arg-type]

    async def act(self, dossier_id: UUID, step: str, action: str, role: str, **ask: Any) -> None:
        """An officer of this role does an action of a step."""
        officer = await self.officer(role)
        task_no = await self.step(dossier_id, step)
        async with self.database.transaction(offices=officer.offices) as db:
            if action in ("sign", "seal", "order_signature", "order_seal"):
                kind = "leader" if step == "sign_result" else "seal"
                ask["previewed_sha256"] = await results.preview_digest(db, dossier_id, kind)
            await act(db, self.tools, dossier_id, task_no, Ask(action, **ask), by=officer)

    async def worked(self) -> int:
        """Everything queued is done, as the worker does it; how many jobs ran."""
        ran = 0
        while True:
            async with self.database.transaction(offices=OFFICES) as db:
                waiting = [
                    row["id"] for row in await db.rows(
                        "SELECT id FROM job WHERE state = 'waiting' AND attempts = 0 AND run_at <= $1 ORDER BY id",
                        clock.now(),
                    )
                ]
            if not waiting:
                return ran
            for job_id in waiting:
                await carry_out(self.tools, job_id)
                ran += 1
