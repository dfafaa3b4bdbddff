"""Dossiers handed in here for another office (phi địa giới): NĐ 309/2026 art. 14(4) and 17(3).

The dossier is the competent office's from the first word on: its row, its code, its clock, its reports. The office that
helps sees it only through this door, only what it handed in itself, and never the desk of the other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.dossiers import filled_slips, intake
from app.dossiers.case import Case, DossierNotFound, open_case
from app.dossiers.folder import open_folder
from app.dossiers.tools import Tools
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Refused
from app.kit.words import N_
from app.org import people
from app.org.models import Office
from app.org.people import SignedOfficer
from app.papers.forms import print_form
from app.papers.press import Paper
from app.procedures.catalogue import LoadedProcedure

DOOR: Final = "handed_in"  # what a transaction holds up to see the rows its office handed in for others
MOST: Final = 200


class NotTakenInElsewhere(Refused):
    """Only the competent office receives this procedure."""

    says = N_("Thủ tục này chỉ nộp tại cơ quan có thẩm quyền: không thuộc danh mục tiếp nhận không phụ thuộc địa giới.")


class NoSuchOffice(Refused):
    """Not an office that works with this installation."""

    says = N_("Hãy chọn cơ quan giải quyết trong danh sách.")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One dossier handed in here for another office, as far as the helping office may know of it."""

    id: UUID
    code: str | None
    title: str
    holder_name: str
    office: str
    begun_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None


async def others(db: Db, officer: SignedOfficer) -> list[Office]:
    """The offices of this installation that one may help, by name."""
    return [office for office in await people.communes(db) if office.id != officer.office_id]


async def competent(db: Db, procedure: LoadedProcedure, office_id: int, *, officer: SignedOfficer) -> int:
    """The office the dossier will belong to. Raises NotTakenInElsewhere, NoSuchOffice."""
    if office_id == officer.office_id:
        return office_id
    if office_id not in {office.id for office in await others(db, officer)}:
        raise NoSuchOffice
    if not procedure.procedure.taken_in_elsewhere(clock.today()):
        raise NotTakenInElsewhere
    return office_id


async def step_in(db: Db, officer: SignedOfficer, dossier_id: UUID) -> None:
    """From here on the transaction works on this dossier in the competent office. Raises DossierNotFound.

    The narrowing to the one dossier is the caller's, as with a citizen's: everything is asked for by its id.
    """
    await db.act_for(offices=[officer.office_id], presents=DOOR)
    office_id = await db.value(
        "SELECT office_id FROM dossier_shown WHERE id = $1 AND support_office_id = $2", dossier_id, officer.office_id
    )
    if office_id is None:
        await db.act_for(offices=officer.offices)
        raise DossierNotFound
    await db.act_for(offices=[office_id])


async def handed_in(db: Db, officer: SignedOfficer) -> list[HandedIn]:
    """What this office began or handed in for others, newest first, at most MOST. The transaction sees its own again."""
    await db.act_for(offices=[officer.office_id], presents=DOOR)
    rows = await db.rows(
        "SELECT d.id, d.code, d.title, d.holder_name, o.short_name AS office, d.created_at AS begun_at, d.submitted_at,"
        " d.received_at FROM dossier_shown d JOIN office o ON o.id = d.office_id WHERE d.support_office_id = $1"
        " ORDER BY d.created_at DESC LIMIT $2",
        officer.office_id, MOST,
    )
    await db.act_for(offices=officer.offices)
    return [HandedIn(**dict(row)) for row in rows]


async def hand_in(db: Db, tools: Tools, case: Case, *, officer: SignedOfficer) -> str:
    """Submit to the competent office; its code. No term runs before it receives. Raises NotComplete, StoreAway."""
    return case.code or await intake.submit(db, tools, case, by=Actor("officer", officer.id))


async def acknowledgement(db: Db, tools: Tools, case: Case) -> Paper:
    """What the applicant takes home: received here, for whom, and that no date is promised yet. Raises DossierNotFound."""
    if case.code is None or case.support_office_id is None:
        raise DossierNotFound
    helping = await people.office(db, case.support_office_id)
    folder = await open_folder(db, tools, (await open_case(db, tools, case.id)).id)
    return await print_form(filled_slips.acknowledgement(folder, helping), printed_at=clock.now())
