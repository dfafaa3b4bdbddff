"""The index and the targets in Chromium: accessible at both widths, in both languages, without scripts."""

from datetime import timedelta

import pytest

from tests.browser import Visit, looked_at
from tests.dossiers.situations import received, sealed
from tests.factories import COMMUNE, Make
from tests.overview.conftest import SignIn
from tests.overview.test_index import goal, swept, told
from tests.overview.test_overview import due
from tests.overview.test_pages import opened

PATHS = (
    "/overview/index", "/overview/index/2.1", "/overview/index/2.2", "/overview/index/3.2",
    "/overview/index/4.2", "/overview/index/5.2", "/overview/index/week", "/overview/index/months", "/overview/index/inputs",
    "/overview/targets", "/overview/index?lang=en", "/overview/targets?lang=en", "/overview/index/week?lang=en",
)


async def a_month(make: Make, sign_in: SignIn) -> None:
    for ahead in (timedelta(days=-3), timedelta(hours=-1), timedelta(days=1), timedelta(days=30)):
        await due(make, await received(make), ahead)
    for channel in ("online", "counter"):
        await sealed(make, channel=channel)
    await swept(make)
    supervisor = await sign_in("supervisor", "h99")
    await told(supervisor, office=str(COMMUNE))
    head = await make.officer("head")
    for measure, aim in (("on_time_rate", "97,5"), ("online_rate", "10"), ("handling_hours", "8"), ("longest_overdue", "2"),
                         ("satisfaction", "95")):
        await goal(supervisor, office=str(COMMUNE), head=str(head.id), measure=measure, goal=aim)


@pytest.mark.browser
@pytest.mark.parametrize(("who", "paths"), [
    (("head", "tanmai"), PATHS), (("supervisor", "h99"), ("/overview/index", "/overview/index/inputs", "/overview/targets")),
], ids=["commune", "province"])
async def test_every_page_of_the_index_is_accessible_and_fits_desk_and_phone(
    make: Make, sign_in: SignIn, visit: Visit, who: tuple[str, str], paths: tuple[str, ...]
) -> None:
    await a_month(make, sign_in)
    desk = await sign_in(*who)
    complaints: list[str] = []
    seen = await opened(visit, desk)
    for path in paths:
        await seen.page.goto(f"http://localhost{path}")
        complaints += await looked_at(seen.page, f"{path} {who[0]}")
        complaints += [f"{path}: {one}" for one in seen.told("http://localhost")]
    assert complaints == []
