"""The officer reads why it is due then, beside the case, with names."""

from uuid import uuid4

from tests.desk.conftest import SignIn
from tests.dossiers.situations import CODE, given, received
from tests.factories import Make


async def test_the_case_leads_to_its_account(at_desk: SignIn, make: Make) -> None:
    desk, dossier = await at_desk("reception"), await received(make)
    assert f"/desk/dossiers/{dossier}/why" in (await desk.get(f"/desk/dossiers/{dossier}")).text
    page = await desk.get(f"/desk/dossiers/{dossier}/why")
    assert page.status_code == 200, page.text
    officer = await make.officer("reception")
    for said in ("Vì sao hạn là ngày này?", "Sổ thời hạn", officer.name, "thời hạn bắt đầu tính", "Trên lịch"):
        assert said in page.text


async def test_before_receipt_it_leads_back_to_the_case(at_desk: SignIn, make: Make) -> None:
    desk, dossier = await at_desk("reception"), await make.submitted(CODE, given())
    led = await desk.get(f"/desk/dossiers/{dossier}/why")
    assert (led.status_code, led.headers["location"]) == (303, f"/desk/dossiers/{dossier}")
    assert f"/desk/dossiers/{dossier}/why" not in (await desk.get(f"/desk/dossiers/{dossier}")).text


async def test_what_is_not_there_is_not_explained(at_desk: SignIn) -> None:
    desk = await at_desk("reception")
    assert (await desk.get(f"/desk/dossiers/{uuid4()}/why")).status_code == 404
