"""Everything on file that an official form of a dossier may print, read at once; and how forms say it.

Forms are official papers: always Vietnamese, whatever the applicant's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from app.citizens.models import Citizen
from app.dossiers import checklist
from app.dossiers.addresses import place_of
from app.dossiers.case import Case, open_case
from app.dossiers.tools import Tools
from app.journal import service as journal
from app.journal.service import Line
from app.kit.clock import LOCAL
from app.kit.db import Db
from app.org import people
from app.org.models import Office, Role
from app.papers.parts import Component, Letterhead, Signer
from app.procedures.package import Component as PaperRule

CHANNELS: Final[Mapping[str, str]] = {
    "counter": "Trực tiếp tại quầy", "online": "Trực tuyến", "post": "Qua dịch vụ bưu chính công ích",
}
WAYS: Final[Mapping[str, str]] = {
    "counter": "Tại quầy", "online": "Trực tuyến", "post": "Qua dịch vụ bưu chính công ích, tại địa chỉ đã đăng ký",
}
LANES: Final[Mapping[str, str]] = {
    "reception": "Bộ phận Tiếp nhận và Trả kết quả", "specialist": "Bộ phận chuyên môn",
    "head": "Phụ trách bộ phận Một cửa", "leader": "Lãnh đạo Ủy ban nhân dân", "clerk": "Văn thư",
    "supervisor": "Bộ phận theo dõi", "administrator": "Quản trị hệ thống", "applicant": "Người nộp hồ sơ",
}
SYSTEM_NAME: Final = "Hệ thống thông tin một cửa"


@dataclass(frozen=True, slots=True)
class Person:
    """An officer as a form names them."""

    name: str
    title: str
    phone: str


@dataclass(frozen=True, slots=True)
class Folder:
    """One dossier with its people and its history."""

    case: Case
    office: Office
    applicant: Citizen
    address: str
    journal: tuple[Line, ...]
    officers: Mapping[UUID, Person]
    lines: tuple[checklist.Line, ...]
    leader: Signer
    track_url: str

    @property
    def unit(self) -> str:
        return self.office.name

    @property
    def request(self) -> str:
        return self.case.procedure.name()

    @property
    def number(self) -> str:
        """What tells this dossier's slips apart within the office: the day and serial of its code."""
        return "-".join(self.case.display_code.split("-")[-2:])

    def last(self, *events: str) -> Line | None:
        """The newest journal line of one of these events."""
        return next((line for line in reversed(self.journal) if line.event in events), None)

    def officer_of(self, line: Line | None) -> Person:
        """Who did it; the system where nobody did."""
        found = self.officers.get(line.actor.id) if line is not None and line.actor.id else None
        return found or Person(SYSTEM_NAME, "", "")

    def officer(self, officer_id: UUID | None) -> Person:
        return (self.officers.get(officer_id) if officer_id else None) or Person(SYSTEM_NAME, "", "")

    @property
    def receiver(self) -> Person:
        """The officer who received it."""
        return self.officer_of(self.last("dossier.received"))


async def open_folder(db: Db, tools: Tools, dossier_id: UUID) -> Folder:
    """Read the folder of a dossier this transaction may see. Raises DossierNotFound."""
    return await folder_of(db, tools, await open_case(db, tools, dossier_id))


async def folder_of(db: Db, tools: Tools, case: Case) -> Folder:
    """The folder of a dossier that is open already."""
    applicant = await db.get(Citizen, case.applicant_id)
    assert applicant is not None
    history = tuple(await journal.lines(db, case.id))
    return Folder(
        case=case, office=await people.office(db, case.office_id), applicant=applicant,
        address=str(await place_of(db, applicant.address)), journal=history,
        officers=await _officers(db, case.office_id, case.support_office_id),
        lines=tuple(await checklist.lines(db, case)), leader=await signer_of(db, case.office_id),
        track_url=track_url(tools, case.code),
    )


async def signer_of(db: Db, office_id: int) -> Signer:
    """Who signs letters to citizens for the authority: the longest-serving leader of the office."""
    row = await db.row(
        "SELECT o.name, o.title, f.settings FROM officer o JOIN office f ON f.id = o.office_id"
        " WHERE o.office_id = $1 AND o.active AND o.roles ? $2 ORDER BY o.created_at LIMIT 1",
        office_id, Role.LEADER.value,
    )
    if row is None:
        return Signer("", "", "TM. ỦY BAN NHÂN DÂN")
    return Signer(row["title"], row["name"], str(row["settings"].get("signs_for", "TM. ỦY BAN NHÂN DÂN")))


def head_of_unit(office: Office) -> Letterhead:
    """The head of the one-stop's own slips: the authority above, the unit below. Letters are headed by the authority."""
    return Letterhead(
        parent=office.authority, name=office.name, place=office.place, phone=office.phone, website=office.website or "",
        address=office.address,
    )


def dialled(phone: str | None) -> str:
    """A Vietnamese number as people dial it: +84912… is 0912…"""
    return f"0{phone[3:]}" if phone and phone.startswith("+84") else phone or ""


def track_url(tools: Tools, code: str | None) -> str:
    """The public page that tells how far a dossier is; what the QR of every slip holds."""
    return f"{tools.public_url}/t/{code}" if code else ""


def day_of(moment: datetime) -> date:
    """The day on the office's wall."""
    return moment.astimezone(LOCAL).date()


def given_papers(folder: Folder) -> tuple[Component, ...]:
    """The papers of the dossier counted by kind (rules.md 2.2 field 11).

    Of what came in on paper, a line judged in order with nothing scanned was handed over: one piece.
    """
    counted = {rule.certify_component for rule in folder.case.procedure.procedure.results}
    found = []
    for line in folder.lines:
        kinds = [one.copy_kind for one in line.files]
        if not kinds and line.verdict == "ok" and _on_paper(folder, line.component):
            kinds = [next((kind for kind in line.component.copies if kind != "file"), "original")]
        if not kinds:
            continue
        found.append(Component(
            name=line.component.name.vi, originals=kinds.count("original"), certified=kinds.count("certified"),
            photocopies=kinds.count("photocopy"), electronic=kinds.count("file") + kinds.count("data"),
            pages=sum(one.pages or 0 for one in line.files) or None if line.component.id in counted else None,
        ))
    return tuple(found)


def _on_paper(folder: Folder, part: PaperRule) -> bool:
    """Whether this paper can have been left with us without a file: an original that is only shown is taken back."""
    if folder.case.channel == "online" or part.need == "asked":
        return False
    return part.how == "submit" or (part.how == "present" and "original" not in part.copies)


def asked_papers(folder: Folder, items: list[dict[str, Any]]) -> tuple[Component, ...]:
    """The papers of a supplement request: what is wrong with each, and in which form it is wanted."""
    found = []
    for item in items:
        part = folder.case.procedure.procedure.component(item["component"])
        if part is None:
            continue
        what = "còn thiếu" if item["what"] == "missing" else "chưa đúng"
        why = f": {item['why']}" if item.get("why") else ""
        wanted = "file" if folder.case.channel == "online" and "file" in part.copies else part.copies[0]
        found.append(Component(
            f"{part.name.vi} ({what}{why})", originals=int(wanted == "original"), certified=int(wanted == "certified"),
            photocopies=int(wanted == "photocopy"), electronic=int(wanted == "file"),
        ))
    return tuple(found)


async def _officers(db: Db, *office_ids: int | None) -> dict[UUID, Person]:
    rows = await db.rows("SELECT id, name, title, phone FROM officer WHERE office_id = ANY($1)", list(office_ids))
    return {row["id"]: Person(row["name"], row["title"], row["phone"] or "") for row in rows}
