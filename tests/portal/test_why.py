"""The applicant reads why it is due then; whoever knows the code reads dates and rules, nothing personal."""

import html
import re
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page, Route

from app.deadlines import service as deadlines
from app.kit import clock
from tests.browser import Visit, looked_at
from tests.factories import COMMUNE, Make
from tests.portal.conftest import Browser, SignedIn
from tests.portal.situations import MARITAL, draft_shown, marital, submitted_by
from tests.portal.test_tracking import applicant

REASON = "Ảnh chụp của Lý Thử bị mờ"


async def paused(make: Make, me: Browser) -> UUID:
    """A dossier whose clock an officer stopped, with a written reason."""
    assert me.citizen is not None
    dossier = await draft_shown(make, me.citizen)
    officer = await make.officer("specialist")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        calendar = make.tools.calendars.of(COMMUNE)
        await deadlines.pause(db, dossier, cause="supplement", calendar=calendar, at=clock.now(), by=officer.id, note=REASON)
    return dossier


async def test_the_applicant_reads_the_reasons_and_no_officers_name(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await paused(make, me)
    assert f"/dossiers/{dossier}/why" in await me.shown(f"/dossiers/{dossier}")
    page = await me.shown(f"/dossiers/{dossier}/why")
    officer = await make.officer("specialist")
    assert REASON in page
    assert "Cán bộ chuyên môn, Xã Tân Mai" in page
    assert officer.name not in page
    assert "Sổ thời hạn" in page


async def test_the_same_account_in_english(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await paused(make, me)
    me.client.cookies.set("language", "en")
    page = await me.shown(f"/dossiers/{dossier}/why")
    assert "Why is it due then?" in page
    assert "The deadline ledger" in page
    assert "Waiting for the supplement; the wait is not counted" in page


async def test_before_receipt_there_is_nothing_to_explain(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await submitted_by(make, me.citizen, MARITAL, marital())  # type: ignore[arg-type]
    led = await me.get(f"/dossiers/{dossier}/why")
    assert (led.status_code, led.headers["location"]) == (303, f"/dossiers/{dossier}")


async def test_somebody_elses_due_date_is_not_explained(signed_in: SignedIn, make: Make) -> None:
    me, other = await applicant(signed_in), await applicant(signed_in)
    dossier = await paused(make, me)
    assert (await other.get(f"/dossiers/{dossier}/why")).status_code == 404
    assert (await other.get(f"/dossiers/{uuid4()}/why")).status_code == 404


async def test_who_knows_the_code_reads_dates_and_rules_only(signed_in: SignedIn, anybody: Browser, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await paused(make, me)
    case = await make.case(dossier)
    assert me.citizen is not None
    number = me.citizen.personal_number or ""
    page = html.unescape((await anybody.post("/track", code=case.code or "", digits=number[-4:])).text)
    account = page.split('class="mc-why"')[1]
    assert "Chờ bổ sung hồ sơ" in account
    officer = await make.officer("specialist")
    for secret in (REASON, officer.name, "Cán bộ chuyên môn", me.citizen.name, number):
        assert secret not in page
    assert not re.search(r"Lý do:", account)


@pytest.mark.browser
async def test_the_page_is_accessible_fits_a_phone_and_prints_on_two_sheets(
    signed_in: SignedIn, make: Make, visit: Visit
) -> None:
    me = await applicant(signed_in)
    dossier = await paused(make, me)

    async def answer(route: Route) -> None:
        got = await me.client.get(route.request.url.removeprefix("http://localhost"))
        await route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

    complaints: list[str] = []
    seen = await visit("about:blank")
    await seen.page.route("**/*", answer)
    await seen.page.goto(f"http://localhost/dossiers/{dossier}/why")
    complaints += await looked_at(seen.page, "why")
    assert complaints == []
    assert await sheets(seen.page) in (1, 2)


async def sheets(page: Page) -> int:
    """How many pages of A4 it prints on."""
    printed = await page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", printed))
