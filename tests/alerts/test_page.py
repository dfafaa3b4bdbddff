"""The officer's page of alerts: read, noted, acted on; and the apology's way from the alert to the letter."""

from datetime import datetime, timedelta
from uuid import UUID

from app.kit import clock
from app.worker import ring_alarms
from tests.alerts.situations import told, value
from tests.dossiers.situations import received
from tests.factories import OFFICES, Make
from tests.sentinel.conftest import SignIn, sign_in

__all__ = ["sign_in"]


async def proposed(make: Make) -> UUID:
    """A dossier for which an apology is proposed just now: due in five days, its alarm moved to this minute."""
    dossier_id, now = await received(make), clock.now()
    due = make.tools.calendar.closing(make.tools.calendar.working_day_after(clock.today(), 8))
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE dossier SET due_at = $2, alarm_at = $3 WHERE id = $1", dossier_id, due, now)
    with clock.at(due - timedelta(days=1)):
        await ring_alarms(make.tools)
    return dossier_id


async def test_an_alert_leads_to_the_apology_with_its_date_and_ground_filled_in(make: Make, sign_in: SignIn) -> None:
    dossier_id = await proposed(make)
    assert [kind for kind, _, _ in await told(make, dossier_id)] == ["apology_proposed"] * 2
    suggested = await value(make, "SELECT facts->>'suggested' FROM alert WHERE dossier_id = $1 LIMIT 1", dossier_id)
    day = datetime.fromisoformat(suggested).astimezone(clock.LOCAL).date()
    head = await sign_in("head")
    page = (await head.get("/desk/alerts")).text
    assert f"/desk/dossiers/{dossier_id}/extend?new={day.isoformat()}" in page
    form = (await head.get(f"/desk/dossiers/{dossier_id}/extend?new={day.isoformat()}")).text
    for part in (day.day, day.month, day.year):
        assert f'value="{part}"' in form
    assert "Nghị định 118/2025/NĐ-CP, Điều 19 khoản 9" in form


async def test_a_colleague_without_the_right_is_led_to_the_dossier(make: Make, sign_in: SignIn) -> None:
    dossier_id = await proposed(make)
    page = (await (await sign_in("specialist")).get("/desk/alerts")).text
    assert f"/desk/dossiers/{dossier_id}/extend" not in page
    assert f'href="/desk/dossiers/{dossier_id}"' in page


async def test_taking_note_empties_the_count_and_keeps_the_line(make: Make, sign_in: SignIn) -> None:
    dossier_id = await proposed(make)
    head = await sign_in("head")
    assert (await head.press("/desk/alerts/seen")).status_code == 200
    page = (await head.get("/desk/alerts")).text
    assert str(dossier_id) in page
    assert "Đã xem tất cả" not in page
    assert "Phan Thị Sen đã xem lúc" in page


async def test_an_alert_for_somebody_else_is_not_ours_to_note(make: Make, sign_in: SignIn) -> None:
    dossier_id = await proposed(make)
    alert = await value(make, "SELECT id FROM alert WHERE dossier_id = $1 AND role = 'head'", dossier_id)
    assert (await (await sign_in("clerk")).press(f"/desk/alerts/{alert}/seen")).status_code == 404
    assert (await (await sign_in("head", "phuluong")).press(f"/desk/alerts/{alert}/seen")).status_code == 404
    assert (await (await sign_in("head")).press(f"/desk/alerts/{alert}/seen")).status_code == 200


async def test_an_address_nobody_wrote_finds_nothing(sign_in: SignIn) -> None:
    for before in ("yesterday", "2026-01-01_x", "2026-01-01T00:00:00_00000000-0000-0000-0000-000000000000"):
        assert (await (await sign_in("head")).get(f"/desk/alerts?before={before}")).status_code == 404
