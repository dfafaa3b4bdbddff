"""Applications of citizens by name: what they say and bring."""

import io
from uuid import UUID

import pikepdf
from PIL import Image

from app.citizens.models import Citizen
from app.dossiers.case import open_case
from app.dossiers.intake import submit
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
    "person": {"for_whom": "self", "name": "Tạ Quang Nhẫn", "personal_number": "000090004841", "born_on": BORN, "sex": "nam"},
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
