"""What stands still and what must be known, in Chromium: accessible at the desk and on a phone, in both languages."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.kit import clock
from app.worker import look_around, ring_alarms
from tests.alerts.situations import rows
from tests.browser import Visit, looked_at
from tests.dossiers.situations import CODE, given, received, supplement_asked
from tests.factories import OFFICES, Make
from tests.overview.test_pages import opened
from tests.sentinel.conftest import SignIn


async def troubled(make: Make) -> UUID:
    """A late dossier, one whose step was lost, a job and a notice that failed, an unanswered online one, a torn row."""
    dossiers = [await received(make) for _ in range(4)]
    await make.submitted(CODE, given(channel="online"))
    await make.worked()
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("DELETE FROM step WHERE dossier_id = $1", dossiers[0])
        await db.run("UPDATE job SET state = 'stuck', trouble = 'Máy in nghỉ' WHERE id = (SELECT max(id) FROM job"
                     " WHERE dossier_id = $1)", dossiers[1])
        await db.run("UPDATE notice SET state = 'failed', trouble = 'Số điện thoại không đúng.' WHERE dossier_id = $1"
                     " AND channel <> 'page'", dossiers[2])
        await db.run("UPDATE dossier SET due_at = due_at + interval '9 days' WHERE id = $1", dossiers[3])
    await supplement_asked(make)
    await make.worked()
    return dossiers[1]


@pytest.mark.browser
async def test_both_pages_are_accessible_and_fit_desk_and_phone(make: Make, sign_in: SignIn, visit: Visit) -> None:
    with clock.at(clock.now() - timedelta(days=7)):
        dossier_id = await troubled(make)
    with clock.at(clock.now() - timedelta(days=4)):
        await ring_alarms(make.tools)
    await ring_alarms(make.tools)
    await look_around(make.tools)
    assert len({one["cause"] for one in await rows(make, "SELECT cause FROM finding WHERE cleared_at IS NULL")}) >= 5
    complaints: list[str] = []
    desk = await sign_in("head")
    seen = await opened(visit, desk)
    for path in ("/overview/stuck", "/desk/alerts", "/overview/stuck?lang=en", "/desk/alerts?lang=en",
                 f"/desk/dossiers/{dossier_id}/extend?new=2026-09-15"):
        await seen.page.goto(f"http://localhost{path}")
        complaints += await looked_at(seen.page, path)
        complaints += [f"{path}: {one}" for one in seen.told("http://localhost")]
    assert complaints == []
