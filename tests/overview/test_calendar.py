"""The calendar's page: who may change which, what it says first, and that nothing happens unseen."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import Page, Route

from app.embedded import EmbeddedPostgres
from app.kit import clock
from tests.browser import Visit, looked_at
from tests.dossiers.calendars import settled, swept
from tests.dossiers.situations import received
from tests.factories import Make
from tests.overview.conftest import Desk, SignIn
from tests.overview.test_pages import opened

NEW = "/overview/calendar/new"
MONDAY = datetime(2027, 3, 1, 9, tzinfo=clock.LOCAL)
CLOSED = {
    "scope": "H99.08.22", "what": "local-closure", "first": "2027-03-03", "last": "7/3/2027", "name": "Nghỉ chống bão",
    "decision": "Quyết định 12/QĐ-UBND (20/11/2026)",
}


@pytest.fixture(autouse=True)
async def nothing_in_force(postgres: EmbeddedPostgres) -> AsyncIterator[None]:
    async with swept(postgres):
        yield


@pytest.fixture
def monday() -> Any:
    with clock.at(MONDAY):
        yield


async def proposed(desk: Desk, **other: str) -> str:
    """The address of a change that was just proposed."""
    answer = await desk.press(NEW, **{**CLOSED, **other})
    assert answer.status_code == 200, answer.text
    return str(answer.url.path)


async def test_a_year_shows_decrees_and_says_what_is_only_extrapolated(sign_in: SignIn) -> None:
    desk = await sign_in("head")
    decided = (await desk.get("/overview/calendar?year=2026")).text
    assert "Thông báo 9441/TB-BNV (16/10/2025)" in decided
    assert "Làm bù cho thứ Hai 31/8" in decided
    assert "ngoại suy" not in decided
    assert "ngoại suy, chưa có văn bản" in (await desk.get("/overview/calendar?year=2027")).text


async def test_a_closure_goes_from_the_form_to_the_moved_dossiers(make: Make, sign_in: SignIn, monday: None) -> None:
    dossier = await received(make)  # due Thursday 4 March
    desk = await sign_in("head")
    change = await proposed(desk)
    waiting = await desk.get(change)
    assert "Đang tính ảnh hưởng" in waiting.text
    assert waiting.headers["refresh"] == "3"
    await make.worked()
    seen = await desk.get(change)
    assert "refresh" not in seen.headers
    assert "17:00 thứ Năm, 04/03/2027" in seen.text
    assert "17:00 thứ Ba, 09/03/2027" in seen.text
    asked = await desk.get(f"{change}/confirm")
    found = re.search(r'name="moved" value="(\d+)"', asked.text)
    assert found is not None
    running = await desk.press(f"{change}/apply", moved=found[1])
    assert "Đang tính lại hồ sơ" in running.text
    await settled(make)
    assert "Đã áp dụng xong" in (await desk.get(change)).text
    due = (await make.case(dossier)).due_at
    assert due is not None
    assert due.astimezone(clock.LOCAL).isoformat() == "2027-03-09T17:00:00+07:00"
    assert "Nghỉ chống bão" in (await desk.get("/overview/calendar?year=2027")).text
    assert (await desk.press(f"{change}/apply", moved=found[1])).status_code == 409


@pytest.mark.parametrize(("role", "office", "scopes"), [
    ("head", "tanmai", ["H99.08.22"]), ("leader", "tanmai", ["H99.08.22"]), ("supervisor", "h99", ["H99"]),
])
async def test_each_changes_only_their_own_place(
    sign_in: SignIn, role: str, office: str, scopes: list[str]
) -> None:
    desk = await sign_in(role, office)
    offered = re.findall(r'name="scope" type="radio" value="([^"]*)"', (await desk.get(NEW)).text)
    assert offered == scopes
    for scope in {"VN", "H99", "H99.08.22", "H99.08.23"} - set(scopes):
        assert (await desk.press(NEW, **{**CLOSED, "scope": scope})).status_code == 403


async def test_a_change_of_another_commune_is_as_if_it_were_not(sign_in: SignIn) -> None:
    change = await proposed(await sign_in("head"))
    neighbour = await sign_in("head", "phuluong")
    assert (await neighbour.get(change)).status_code == 404
    assert (await neighbour.press(f"{change}/drop")).status_code == 404
    above = await sign_in("supervisor", "h99")
    assert (await above.get(change)).status_code == 200
    assert (await above.press(f"{change}/drop")).status_code == 403


async def test_a_dropped_proposal_stays_in_the_history(sign_in: SignIn) -> None:
    desk = await sign_in("head")
    change = await proposed(desk)
    assert "Đã bỏ" in (await desk.press(f"{change}/drop")).text
    assert CLOSED["decision"] in (await desk.get("/overview/calendar")).text


@pytest.mark.parametrize(("wrong", "says"), [
    ({"decision": ""}, "Hãy ghi số và ngày của văn bản quyết định"), ({"scope": ""}, "Hãy chọn nơi áp dụng"),
    ({"what": ""}, "Hãy chọn loại thay đổi"), ({"first": "mai"}, "Hãy ghi ngày"), ({"last": "2027-03-01"}, "Ngày cuối"),
    ({"name": " "}, "Hãy ghi tên gọi"), ({"last": "2027-03-20", "first": "2027-03-01"}, "quá 14 ngày liền"),
    ({"what": "worked", "last": ""}, "vốn là ngày làm việc"), ({"what": "shortened"}, "Hãy ghi giờ mở"),
    ({"what": "shortened", "hours": "11:00-7:00", "last": ""}, "phải sau giờ mở cửa"),
    ({"what": "hours", "hours": "7:00-11:30", "season": "31/2-1/3", "last": ""}, "Hãy ghi mùa"),
    ({"what": "back"}, "Trong khoảng này không có ngày nào"), ({"first": "2055-01-04", "last": ""}, "nằm ngoài lịch"),
    ({"what": "lines", "lines": "[[day]]\non = 2027-03-03\n"}, "[[day]] 1 (2027-03-03)"),
    ({"what": "lines", "lines": "không phải TOML"}, "Lịch làm việc không hợp lệ"),
])
async def test_what_cannot_be_meant_comes_back_with_its_reason(
    sign_in: SignIn, wrong: dict[str, str], says: str
) -> None:
    desk = await sign_in("head")
    answer = await desk.press(NEW, **{**CLOSED, **wrong})
    assert answer.status_code == 422
    assert says in answer.text
    assert CLOSED["decision"] in answer.text or "decision" in wrong  # what was typed is still there


@pytest.mark.parametrize("query", [
    "year=1999", "year=x", "office=3", "office=99999", "before=gestern", "before=2026-01-01",
])
async def test_addresses_nobody_wrote_name_nothing(sign_in: SignIn, query: str) -> None:
    desk = await sign_in("head")
    assert (await desk.get(f"/overview/calendar?{query}")).status_code == 404


async def show_text(page: Page, text: str) -> None:
    """A page that only a form leads to."""

    async def answer(route: Route) -> None:
        await route.fulfill(body=text, content_type="text/html")

    await page.route("http://localhost/typed", answer)
    await page.goto("http://localhost/typed")


@pytest.mark.browser
async def test_every_state_is_accessible_and_fits_desk_and_phone(
    make: Make, sign_in: SignIn, visit: Visit, monday: None
) -> None:
    for _ in range(2):
        await received(make)
    desk = await sign_in("head")
    change = await proposed(desk)
    complaints: list[str] = []

    seen = await opened(visit, desk)

    async def look(path: str, name: str, *, typed: dict[str, str] | None = None) -> None:
        if typed is None:
            await seen.page.goto(f"http://localhost{path}")
        else:
            answer = await desk.press(path, **typed)
            await show_text(seen.page, answer.text)
        complaints.extend(await looked_at(seen.page, name))
        complaints.extend(f"{name}: {one}" for one in seen.told("http://localhost") if "typed" not in one)

    await look("/overview/calendar?year=2026", "year")
    await look("/overview/calendar?year=2027&lang=en", "extrapolated year in English")
    await look(NEW, "form")
    await look(NEW, "form with errors", typed={**CLOSED, "first": "", "name": ""})
    await look(change, "being counted")
    await make.worked()
    await look(change, "looked at")
    await look(f"{change}/confirm", "confirmation")
    found = re.search(r'name="moved" value="(\d+)"', (await desk.get(f"{change}/confirm")).text)
    assert found is not None
    await desk.press(f"{change}/apply", moved=found[1])
    await look(change, "applying")
    await settled(make)
    await look(change, "applied")
    await look("/overview/calendar", "with history")
    assert complaints == []
