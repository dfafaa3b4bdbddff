"""The reports in Chromium: accessible, and no page wider than a phone; wide tables scroll in a box of their own."""

import pytest

from tests.browser import Visit, looked_at
from tests.factories import Make
from tests.overview.conftest import SignIn
from tests.overview.test_pages import opened
from tests.overview.test_reports import days, frozen, this_month

SHEETS = ("06a", "07a", "07a-btp", "register", "apologies")  # 06b and the overdue list are laid out as these


@pytest.mark.browser
async def test_every_report_is_accessible_and_fits_desk_and_phone(make: Make, sign_in: SignIn, visit: Visit) -> None:
    await this_month(make)
    desk = await sign_in("supervisor", "h99")
    kept = await frozen(desk, "06a", days())
    paths = [
        "/overview/reports", "/overview/reports?lang=en", f"{kept}?lang=en", f"{kept}/print", kept,
        f"/overview/reports/06a/dossiers?{days()}&column=3", "/overview/reports/06a?from=2026-11-20&to=2026-11-01",
        "/overview/reports/07a?period=2026-M1", f"/overview/reports/06a/print?{days()}",
        *(f"/overview/reports/{form}?{days()}" for form in SHEETS),
    ]
    complaints: list[str] = []
    seen = await opened(visit, desk)
    for path in paths:
        address = path.removeprefix("http://localhost")
        await seen.page.goto(f"http://localhost{address}")
        complaints += await looked_at(seen.page, address)
    assert complaints == []
