"""The overview in Chromium: accessible at both widths, in both languages, nothing from elsewhere."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, Route

from tests.browser import Visit, Watched, looked_at
from tests.dossiers.situations import given, received
from tests.factories import COMMUNE, Make
from tests.overview.conftest import Desk, SignIn
from tests.overview.test_overview import due

PATHS = (
    "/overview", "/overview/dossiers?span=stuck", "/overview/late", "/overview/steps", "/overview/steps?officer=none",
    "/overview/stuck",
)


async def through(page: Page, desk: Desk) -> None:
    """Let the page ask the application in this very loop, as the signed-in officer."""

    async def answer(route: Route) -> None:
        language = "; language=en" if "lang=en" in route.request.url else ""
        path = route.request.url.removeprefix("http://localhost")
        got = await desk.get(path, headers={"cookie": f"motcua={desk.word}{language}"})
        await route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

    await page.route("**/*", answer)


async def opened(visit: Visit, desk: Desk) -> Watched:
    """An empty page whose addresses are the application's, as the signed-in officer."""
    seen = await visit("about:blank")
    await through(seen.page, desk)
    seen.requests.clear()
    return seen


async def some_work(make: Make) -> str:
    """Dossiers late and in time; the page of a late one."""
    for ahead in (timedelta(days=-3), timedelta(hours=-1), timedelta(minutes=9), timedelta(days=1), timedelta(days=9)):
        await due(make, await received(make), ahead)
    last = await make.submitted("9.000001", given())
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE job SET state = 'stuck', trouble = 'Máy in nghỉ' WHERE dossier_id = $1", last)
        late = await db.value("SELECT id FROM dossier WHERE due_at < now() AND finished_at IS NULL ORDER BY due_at LIMIT 1")
    return f"/overview/late/{late}"


@pytest.mark.browser
@pytest.mark.parametrize("who", [("head", "tanmai"), ("supervisor", "h99")], ids=["commune", "province"])
async def test_every_page_is_accessible_and_fits_desk_and_phone(
    make: Make, sign_in: SignIn, visit: Visit, who: tuple[str, str]
) -> None:
    late = await some_work(make)
    desk = await sign_in(*who)
    complaints: list[str] = []
    seen = await opened(visit, desk)
    for path in (*PATHS, late, "/overview?lang=en", f"{late}?lang=en"):
        await seen.page.goto(f"http://localhost{path}")
        complaints += await looked_at(seen.page, f"{path} {who[0]}")
        complaints += [f"{path}: {one}" for one in seen.told("http://localhost")]
    assert complaints == []
