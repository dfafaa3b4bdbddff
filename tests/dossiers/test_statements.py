"""What an online form says can be sent back in words, also where no paper was handed in; and so can a further paper."""

from uuid import UUID

import httpx
import pytest
from playwright.async_api import Page, Route

from app.documents import service as documents
from app.dossiers import wishes
from app.dossiers.drafts import save_page
from app.dossiers.filled_slips import supplement
from app.dossiers.folder import open_folder
from app.dossiers.judging import judge_all
from app.dossiers.models import DossierState
from app.dossiers.refusals import FieldsRefused, NotComplete
from app.journal.service import Actor
from tests.browser import Visit, browser, looked_at, visit, wiped
from tests.desk.conftest import SignIn as AtDesk
from tests.desk.conftest import at_desk
from tests.factories import COMMUNE, Make
from tests.portal.conftest import SignedIn, anybody, house, signed_in
from tests.portal.situations import MARITAL, MARITAL_ANSWERS, a_pdf, marital, submitted_by

__all__ = ["anybody", "at_desk", "browser", "house", "signed_in", "visit", "wiped"]
WORDS = "Nơi cư trú từ năm 2010 chưa khớp với sổ, hãy ghi lại"


async def sent_back(make: Make, **verdicts: tuple[str, str]) -> tuple[UUID, UUID]:
    """An online application without any paper, judged and sent back; its id and its applicant's."""
    citizen = await make.citizen()
    dossier_id = await submitted_by(make, citizen, MARITAL, marital())
    await make.judged(dossier_id)
    officer = await make.officer("reception")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        case = await make.case(dossier_id)
        await judge_all(db, case, verdicts, officer=officer)  # type: ignore[arg-type]
    await make.act(dossier_id, "check_papers", "ask_supplement", "reception", reason="Cần sửa tờ khai")
    return dossier_id, citizen.id


async def answered(make: Make, dossier_id: UUID, citizen_id: UUID) -> None:
    async with make.database.transaction(offices=[COMMUNE], citizen=citizen_id) as db:
        await wishes.answer_supplement(db, make.tools, await make.case(dossier_id), by=Actor("citizen", citizen_id))


async def test_a_wrong_statement_is_asked_for_printed_and_mended_in_the_form(make: Make) -> None:
    dossier_id, citizen_id = await sent_back(make, statements=("wrong", WORDS))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        slip = await supplement(db, await open_folder(db, make.tools, dossier_id), {"n": 1})
    assert f"Nội dung tờ khai điện tử (chưa đúng: {WORDS})" in str(slip)
    with pytest.raises(NotComplete):
        await answered(make, dossier_id, citizen_id)
    async with make.database.transaction(offices=[COMMUNE], citizen=citizen_id) as db:
        page = dict(MARITAL_ANSWERS["residence"], lived_from={"year": 2012})  # type: ignore[call-overload]
        await save_page(db, make.tools, await make.case(dossier_id), "residence", page)
    await answered(make, dossier_id, citizen_id)
    assert (await make.case(dossier_id)).state is DossierState.SUBMITTED


async def test_a_further_paper_is_asked_for_in_words_and_sent(make: Make) -> None:
    dossier_id, citizen_id = await sent_back(make, further_paper=("missing", "Bản án ly hôn số 12, vì không tra cứu được"))
    with pytest.raises(NotComplete):
        await answered(make, dossier_id, citizen_id)
    async with make.database.transaction(offices=[COMMUNE], citizen=citizen_id) as db:
        await documents.attach(
            db, make.tools.store, office_id=COMMUNE, dossier_id=dossier_id, component="further_paper", name="ban-an.pdf",
            data=a_pdf(), added_by=citizen_id,
        )
    await answered(make, dossier_id, citizen_id)
    assert (await make.case(dossier_id)).state is DossierState.SUBMITTED


@pytest.mark.parametrize("line", ["statements", "further_paper"])
async def test_without_words_nobody_would_know_what_is_meant(make: Make, line: str) -> None:
    with pytest.raises(FieldsRefused):
        await sent_back(make, **{line: ("missing", " ")})


async def test_nobody_is_offered_or_counted_a_paper_that_only_a_supplement_asks_for(
    make: Make, signed_in: SignedIn
) -> None:
    me = await signed_in()
    draft = await make.draft(MARITAL, marital(), me.citizen)
    assert "Giấy tờ khác" not in await me.shown(f"/dossiers/{draft}/papers")
    assert "Giấy tờ khác" not in await me.shown(f"/procedures/{MARITAL}")
    assert "Nội dung tờ khai điện tử" not in await me.shown(f"/procedures/{MARITAL}")


async def test_the_applicant_is_led_from_the_list_into_the_form(make: Make, signed_in: SignedIn) -> None:
    me = await signed_in()
    assert me.citizen is not None
    dossier_id = await submitted_by(make, me.citizen, MARITAL, marital())
    await make.judged(dossier_id)
    officer = await make.officer("reception")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        told = {"statements": ("wrong", WORDS), "further_paper": ("missing", "Bản án ly hôn")}
        await judge_all(db, await make.case(dossier_id), told, officer=officer)  # type: ignore[arg-type]
    await make.act(dossier_id, "check_papers", "ask_supplement", "reception", reason="Cần sửa tờ khai")
    page = await me.shown(f"/dossiers/{dossier_id}/supplement")
    assert WORDS in page
    assert "Sửa ngay trong tờ khai:" in page
    assert f"/dossiers/{dossier_id}/answer/residence?from=supplement" in page
    assert f"/dossiers/{dossier_id}/papers/further_paper?from=supplement" in page
    assert "Bản án ly hôn" in await me.shown(f"/dossiers/{dossier_id}/papers/further_paper?from=supplement")


async def through(page: Page, client: httpx.AsyncClient) -> None:
    """The page asks the application in this very loop, as whoever `client` is."""

    async def answer(route: Route) -> None:
        got = await client.get(route.request.url.removeprefix("http://localhost"))
        await route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

    await page.route("**/*", answer)


@pytest.mark.browser
async def test_both_sides_can_read_it_at_a_desk_and_on_a_phone(
    make: Make, signed_in: SignedIn, at_desk: AtDesk, visit: Visit
) -> None:
    me, desk = await signed_in(), await at_desk("reception")
    assert me.citizen is not None
    dossier_id = await submitted_by(make, me.citizen, MARITAL, marital())
    officer, complaints = await make.officer("reception"), []
    seen = await visit("about:blank")
    await through(seen.page, desk.client)
    await seen.page.goto(f"http://localhost/desk/dossiers/{dossier_id}/papers")
    complaints += await looked_at(seen.page, "judged")
    await make.judged(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        told = {"statements": ("wrong", WORDS), "further_paper": ("missing", "Bản án ly hôn số 12")}
        await judge_all(db, await make.case(dossier_id), told, officer=officer)  # type: ignore[arg-type]
    await make.act(dossier_id, "check_papers", "ask_supplement", "reception", reason="Cần sửa tờ khai")
    seen = await visit("about:blank")
    await through(seen.page, me.client)
    await seen.page.goto(f"http://localhost/dossiers/{dossier_id}/supplement")
    complaints += await looked_at(seen.page, "asked")
    assert complaints == []
