"""Applications of citizens by name: what they say and bring."""

import io
from uuid import UUID

import pikepdf
from PIL import Image

from app.citizens.models import Citizen
from app.dossiers.asking import Ask
from app.dossiers.case import open_case
from app.dossiers.intake import submit
from app.dossiers.payments import take_at_counter
from app.dossiers.progress import act_as_applicant
from app.journal.service import Actor
from tests.factories import COMMUNE, Given, Make

BIRTH, COPIES, MARITAL, HOUSE = "1.001193", "2.000815", "1.004873", "1.013225"


def a_pdf(pages: int = 1) -> bytes:
    """A blank PDF as a scanner makes it."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out := io.BytesIO())
        return out.getvalue()


def a_photo(colour: str = "white") -> bytes:
    """A photo as a phone makes it."""
    Image.new("RGB", (900, 1200), colour).save(out := io.BytesIO(), "JPEG")
    return out.getvalue()


PLACE = {"province": "99", "commune": "99022", "street": "Thôn Đình"}
BORN = {"year": 1996, "month": 3, "day": 12}

MARITAL_ANSWERS = {
    "requester": {"name": "Tạ Quang Nhẫn", "personal_number": "000090004841", "residence": "Thôn Đình, xã Tân Mai"},
    "contact": {"phone": "0912000111", "email": "nhan@vidu.vn"},
    "person": {"for_whom": "self", "name": "Tạ Quang Nhẫn", "personal_number": "000090004841", "born_on": BORN,
               "sex": "nam"},
    "person_origin": {"ethnicity": "Kinh", "nationality": "Việt Nam"},
    "residence": {"residence": PLACE, "lived_from": {"year": 2010}},
    "status": {"status": "never_married"},
    "purpose": {"purpose": "loan"},
    "previous": {"issued_before": "no"},
    "exemption": {"exemption": "none"},
}


def marital(**more: str) -> Given:
    """A certificate of marital status for a loan: no former commune to ask, no paper to send."""
    return Given(MARITAL_ANSWERS, {}, **{"channel": "online", "return_way": "online", **more})


async def submitted_by(make: Make, citizen: Citizen, code: str, given: Given) -> UUID:
    """Submitted by this citizen."""
    dossier_id = await make.draft(code, given, citizen)
    async with make.database.transaction(offices=[COMMUNE], citizen=citizen.id) as db:
        case = await open_case(db, make.tools, dossier_id)
        await submit(db, make.tools, case, by=Actor("citizen", citizen.id))
    return dossier_id


BIRTH_ANSWERS = {
    "relation": {"requester_relation": "father"},
    "requester": {"name": "Tạ Quang Nhẫn", "personal_number": "000090004841", "residence": "Thôn Đình, xã Tân Mai"},
    "contact": {"phone": "0912000111", "email": ""},
    "situation": {"child_situation": "ordinary"},
    "child": {"name": "Tạ Bảo An", "sex": "nữ"},
    "child_birth": {"born_on": {"year": 2026, "month": 11, "day": 1}, "place": "Trạm y tế xã Tân Mai"},
    "child_origin": {"hometown": PLACE, "ethnicity": "Kinh", "nationality": "Việt Nam"},
    "birth_proof": {"kind": "notification", "number": "12"},
    "parents": {"parents_married": "no", "father_known": "yes"},
    "mother": {"name": "Lý Thị Mẫu", "born_on": {"year": 1996}, "ethnicity": "Kinh", "nationality": "Việt Nam"},
    "mother_residence": {"residence": PLACE},
    "father": {"name": "Tạ Quang Nhẫn", "born_on": {"year": 1990}, "ethnicity": "Kinh", "nationality": "Việt Nam"},
    "father_residence": {"residence": PLACE},
    "copies": {"copies": 2},
    "exemption": {"exemption": "none"},
}


def birth(**more: str) -> Given:
    """A child of unmarried parents, with a birth notification and two copies."""
    return Given(BIRTH_ANSWERS, {"birth_notification": a_pdf()}, **{"channel": "online", "return_way": "online", **more})


async def supplement_asked(make: Make, citizen: Citizen) -> UUID:
    """The birth notification was wrong, and the applicant is asked for another."""
    dossier_id = await submitted_by(make, citizen, BIRTH, birth())
    await make.judged(dossier_id, birth_notification="wrong")
    await make.act(dossier_id, "check_papers", "ask_supplement", "reception", reason="Ảnh chụp bị mờ")
    return dossier_id


async def draft_shown(make: Make, citizen: Citizen) -> UUID:
    """The draft of a marital-status certificate waits for the applicant."""
    dossier_id = await submitted_by(make, citizen, MARITAL, marital())
    await make.judged(dossier_id)
    await make.act(dossier_id, "check_papers", "receive", "reception")
    await make.act(dossier_id, "examine", "approve", "specialist", given={"status": "never_married"})
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    return dossier_id


async def issued(make: Make, citizen: Citizen) -> UUID:
    """The result of a marital-status certificate is signed, sealed and returned online; its fee was paid at the counter."""
    dossier_id = await draft_shown(make, citizen)
    async with make.database.transaction(offices=[COMMUNE], citizen=citizen.id) as db:
        case = await open_case(db, make.tools, dossier_id)
        task_no = await db.value("SELECT task_no FROM step WHERE dossier_id = $1 AND name = 'confirm_draft'", dossier_id)
        await act_as_applicant(db, make.tools, case, task_no, Ask("confirm"), citizen_id=citizen.id)
    await make.worked()
    await make.act(dossier_id, "sign_result", "sign", "leader")
    await make.worked()
    await make.act(dossier_id, "seal_result", "seal", "clerk")
    await make.worked()
    return dossier_id


async def paid(make: Make, dossier_id: UUID) -> None:
    """What was owed was paid at the counter."""
    officer = await make.officer("reception")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await take_at_counter(db, make.tools, await open_case(db, make.tools, dossier_id), officer=officer)
