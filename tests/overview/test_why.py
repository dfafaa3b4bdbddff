"""Those who steer read who moved a date; only of offices in their sight."""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.deadlines import service as deadlines
from app.deadlines.terms import parse_term
from app.kit.clock import LOCAL
from tests.browser import Visit, looked_at
from tests.dossiers.situations import given
from tests.factories import COMMUNE, Make
from tests.overview.conftest import SignIn
from tests.overview.test_pages import opened

RECEIVED = datetime(2026, 2, 10, 16, 50, tzinfo=LOCAL)


async def a_story(make: Make) -> UUID:
    """Received before Tết, stopped over it, gone on, and moved with an apology."""
    dossier = await make.submitted("9.000001", given())
    officer, head, case = await make.officer("specialist"), await make.officer("head"), await make.case(dossier)
    calendar = make.tools.calendars.of(COMMUNE)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await deadlines.start(db, dossier, office_id=COMMUNE, received_at=RECEIVED, term=parse_term("5 working-days"),
                              reading="days", calendar=calendar, by=officer.id)
        await deadlines.pause(db, dossier, cause="supplement", calendar=calendar, at=RECEIVED + timedelta(days=1),
                              by=officer.id, note="Ảnh chụp bị mờ")
        await deadlines.resume(db, dossier, cause="supplement", calendar=calendar, at=RECEIVED + timedelta(days=14),
                               by=case.applicant_id)
        due = await deadlines.extend(
            db, dossier, new_due=datetime(2026, 3, 12, 17, tzinfo=LOCAL), reason="Cán bộ ốm", basis="Điều 19 khoản 9",
            calendar=calendar, at=RECEIVED + timedelta(days=15), by=head.id,
        )
        await db.run("UPDATE dossier SET received_at = $2, due_at = $3, original_due_at = $4 WHERE id = $1", dossier,
                     RECEIVED, due.due_at, due.original_due)
    return dossier


async def test_the_account_names_who_moved_the_date_and_why(make: Make, sign_in: SignIn) -> None:
    dossier = await a_story(make)
    head = await make.officer("head")
    for who in (("head", "tanmai"), ("supervisor", "h99")):
        page = await (await sign_in(*who)).get(f"/overview/dossiers/{dossier}/why")
        assert page.status_code == 200, page.text
        assert "Nhận 16:50 thứ Ba, 10/02/2026, thời hạn 5 ngày làm việc → hạn 17:00 thứ Năm, 12/03/2026." in page.text
        for said in (head.name, "Cán bộ ốm", "Ảnh chụp bị mờ", "Cơ quan xin lỗi và hẹn lại", "Điều 19 khoản 9"):
            assert said in page.text
        assert "không khớp" not in page.text


async def test_of_another_commune_nothing_is_explained(make: Make, sign_in: SignIn) -> None:
    dossier = await a_story(make)
    neighbour = await sign_in("head", "phuluong")
    assert (await neighbour.get(f"/overview/dossiers/{dossier}/why")).status_code == 404
    assert (await neighbour.get(f"/overview/dossiers/{uuid4()}/why")).status_code == 404


async def test_before_receipt_it_leads_to_the_dossier(make: Make, sign_in: SignIn) -> None:
    dossier = await make.submitted("9.000001", given())
    led = await (await sign_in("head")).get(f"/overview/dossiers/{dossier}/why")
    assert (led.status_code, led.headers["location"]) == (303, f"/desk/dossiers/{dossier}")


@pytest.mark.browser
async def test_the_page_is_accessible_fits_a_phone_and_prints_on_two_sheets(
    make: Make, sign_in: SignIn, visit: Visit
) -> None:
    dossier = await a_story(make)
    desk = await sign_in("supervisor", "h99")
    complaints: list[str] = []
    seen = await opened(visit, desk)
    for more in ("", "?lang=en"):
        await seen.page.goto(f"http://localhost/overview/dossiers/{dossier}/why{more}")
        complaints += await looked_at(seen.page, f"why{more}")
    assert complaints == []
    printed = await seen.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) in (1, 2)
