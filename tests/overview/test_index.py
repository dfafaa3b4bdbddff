"""The index and the targets over HTTP: numbers open their lists, rights, tenants, safe spreadsheets."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from app.kit import clock
from app.quality.period import month_of
from app.quality.scoring import score
from app.quality.threats import threats
from tests.dossiers.situations import received, sealed
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES, Make
from tests.overview.conftest import Desk, SignIn
from tests.overview.test_overview import due, rows_of


async def told(desk: Desk, **more: str) -> str:
    asked = {"indicator": "5.2", "period": month_of(clock.today()).word, "numerator": "3", "denominator": "4",
             "source": "Cổng DVCQG", **more}
    return (await desk.press("/overview/index/inputs", **asked)).text


async def test_every_indicator_opens_and_its_cost_is_the_length_of_its_list(make: Make, sign_in: SignIn) -> None:
    await due(make, await received(make), timedelta(days=-3))
    await received(make, channel="online")
    desk = await sign_in("head")
    page = (await desk.get("/overview/index")).text
    found = re.findall(r'<a class="govuk-link" href="(/overview/index/[\w.]+\?[^"]*)">([\w.]+) ', page)
    assert len(found) == 23
    async with make.database.transaction(offices=[COMMUNE]) as db:
        now = await score(db, make.tools, [COMMUNE], month_of(clock.today()))
    for href, indicator in found:
        answer = await desk.get(href.replace("&amp;", "&"))
        assert answer.status_code == 200, href
        figure = now.figure(indicator)
        assert figure is not None
        if 'aria-current="true">Mất điểm' in answer.text and not figure.source:
            assert figure.numerator is not None
            assert figure.denominator is not None
            lost = figure.denominator - figure.numerator
            said = re.search(r'aria-current="true">Mất điểm (\d+)', answer.text)
            assert said is not None
            assert int(said[1]) == lost, indicator


async def test_what_costs_points_is_said_in_words_at_the_dossier(make: Make, sign_in: SignIn) -> None:
    late = await received(make)
    await due(make, late, timedelta(days=-3))
    desk = await sign_in("head")
    page = (await desk.get("/overview/index/2.1")).text
    row = page[page.index(str(late)):][:900]
    assert "Chưa xong, đã quá hạn" in row


@pytest.mark.parametrize("reading", ["on_time_first_promise", "on_time_in_hand"])
async def test_other_readings_have_their_own_lists(make: Make, sign_in: SignIn, reading: str) -> None:
    await due(make, await received(make), timedelta(days=-3))
    desk = await sign_in("head")
    assert (await desk.get(f"/overview/index/2.1?reading={reading}")).status_code == 200
    assert (await desk.get("/overview/index/2.1?reading=filed_online")).status_code == 404


async def test_the_list_of_this_week_has_reason_points_and_help(make: Make, sign_in: SignIn) -> None:
    soon, late, far = [await received(make) for _ in range(3)]
    await due(make, soon, timedelta(days=1))
    await due(make, late, timedelta(days=-400))
    await due(make, far, timedelta(days=60))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        found, _ = await threats(db, make.tools, [COMMUNE], limit=1000)
    known = {one.id: one.reasons for one in found}
    assert known[soon][0] == "due_soon"
    assert known[late][0] == "overdue"
    assert far not in known
    page = (await (await sign_in("head")).get("/overview/index/week")).text
    row = page[page.index(f'href="/desk/dossiers/{late}"'):][:1500]
    assert "Đã quá hạn" in row
    assert "đã mất khoảng" in row
    assert "Mở hồ sơ, xin lỗi và giải quyết ngay" in row


async def test_near_done_is_not_a_threat_and_a_second_supplement_is(make: Make) -> None:
    signing, asked = await received(make), await received(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE dossier SET state = 'awaiting_signature', due_at = $2 WHERE id = $1", signing,
                     clock.now() + timedelta(hours=2))
        await db.run("UPDATE dossier SET supplements_asked = 2, due_at = $2 WHERE id = $1", asked,
                     clock.now() + timedelta(days=90))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        found = {one.id: one.reasons for one in (await threats(db, make.tools, [COMMUNE], limit=1000))[0]}
    assert "due_soon" not in found.get(signing, ())
    assert found[asked][0] == "supplements"


async def test_an_online_dossier_done_without_an_electronic_result_is_a_threat(make: Make) -> None:
    done = await sealed(make, channel="online")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        before = {one.id for one in (await threats(db, make.tools, [COMMUNE], limit=1000))[0]}
        await db.run("UPDATE result SET state = 'revoked' WHERE dossier_id = $1", done)
        after = {one.id: one.reasons for one in (await threats(db, make.tools, [COMMUNE], limit=1000))[0]}
    assert done not in before
    assert after[done] == ("no_e_result",)


async def test_the_week_read_page_by_page_is_the_whole_week(make: Make) -> None:
    for n in range(4):
        await due(make, await received(make), timedelta(days=-200 - n))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        whole, _ = await threats(db, make.tools, [COMMUNE], limit=10_000)
        read, after = await threats(db, make.tools, [COMMUNE], limit=3)
        while after is not None:
            more, after = await threats(db, make.tools, [COMMUNE], after=after, limit=3)
            read += more
    assert [one.id for one in read] == [one.id for one in whole]


async def test_a_number_told_from_outside_gives_points_and_keeps_its_history(make: Make, sign_in: SignIn) -> None:
    desk = await sign_in("supervisor", "h99")
    assert "lần nhập 1" in await told(desk, office="3", source="Báo cáo tháng")
    page = await told(desk, office="3", numerator="4")
    assert "lần nhập 2" in page
    assert page.count("Cổng DVCQG") == 1
    assert "Báo cáo tháng" in page
    assert "nhập tay: Cổng DVCQG" in (await desk.get("/overview/index?office=3")).text


@pytest.mark.parametrize(("wrong", "says"), [
    ({"numerator": "9"}, "tử số không lớn hơn mẫu số"), ({"source": " "}, "Hãy ghi nguồn số liệu"),
    ({"denominator": "nhiều"}, "Hãy nhập một số nguyên"), ({"indicator": "2.1"}, "Hãy chọn một chỉ tiêu nhập tay"),
    ({"numerator": "9" * 40}, "Hãy nhập một số nguyên"),
])
async def test_a_number_that_cannot_be_is_refused_and_what_was_typed_stays(
    sign_in: SignIn, wrong: dict[str, str], says: str
) -> None:
    desk = await sign_in("supervisor", "h99")
    page = await told(desk, office="2", **wrong)
    assert says in page
    assert "Có lỗi cần sửa" in page
    assert f'value="{wrong.get("denominator", "4")}"' in page


async def test_only_supervisors_and_administrators_tell_numbers(sign_in: SignIn) -> None:
    for role, office in (("head", "tanmai"), ("leader", "tanmai")):
        desk = await sign_in(role, office)
        answer = await desk.press(
            "/overview/index/inputs", indicator="5.2", period="2026-11", numerator="1", denominator="1", source="x"
        )
        assert answer.status_code == 403
    province = await sign_in("supervisor", "h99")
    assert (await province.press("/overview/index/inputs", office="99", period="2026-11")).status_code == 404


async def test_a_commune_sees_itself_and_a_province_compares_its_communes(make: Make, sign_in: SignIn) -> None:
    late = await received(make)
    await due(make, late, timedelta(days=-3))
    province, neighbour = await sign_in("supervisor", "h99"), await sign_in("head", "phuluong")
    assert "So sánh các đơn vị" in (await province.get("/overview/index")).text
    assert str(late) in (await province.get("/overview/index/2.1")).text
    assert "So sánh các đơn vị" not in (await neighbour.get("/overview/index")).text
    assert str(late) not in (await neighbour.get("/overview/index/2.1")).text
    for path in ("/overview/index", "/overview/index/2.1", "/overview/index/week", "/overview/targets",
                 "/overview/index/export.csv", "/overview/index/inputs", "/overview/index/months"):
        assert (await neighbour.get(f"{path}?office={COMMUNE}")).status_code == 404, path


async def test_row_security_hides_other_offices_numbers_and_goals(make: Make, sign_in: SignIn) -> None:
    await told(await sign_in("supervisor", "h99"), office="3", source="Của Phú Lương")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT count(*) FROM index_input WHERE office_id = $1", NEIGHBOUR) == 0
        assert await db.value("SELECT count(*) FROM target WHERE office_id = $1", NEIGHBOUR) == 0


async def test_the_spreadsheet_says_what_the_page_says_and_holds_no_formula(sign_in: SignIn) -> None:
    desk = await sign_in("supervisor", "h99")
    await told(desk, office="1", source="=cmd|'/C calc'!A0")
    answer = await desk.get("/overview/index/export.csv")
    text = answer.content.decode("utf-8-sig")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "5.2,Phản ánh" in text.replace('"', "")
    assert ",'=cmd|" in text.replace('"', "")
    assert text.count("\r\n") > 25


async def test_who_does_not_watch_is_turned_away(sign_in: SignIn) -> None:
    desk = await sign_in("reception")
    for path in ("/overview/index", "/overview/index/week", "/overview/index/2.1", "/overview/targets"):
        assert (await desk.get(path)).status_code == 403


@pytest.mark.parametrize("path", [
    "/overview/index?period=2026-13", "/overview/index?period=0000", "/overview/index/9.9", "/overview/index?office=x",
    "/overview/index/2.1?which=x", "/overview/index/2.1?after=x_y", "/overview/index/2.1?after=2026-01-01T00:00:00_x",
    "/overview/index/week?after=2026-01-01_00000000-0000-0000-0000-000000000000", "/overview/index?period=9999",
    "/overview/index?first=2026-05-02&last=2026-05-01", "/overview/index?first=2026-05-02", "/overview/index?period=1991",
    "/overview/targets?period=2026-q9", f"/overview/targets?office={10**30}",
])
async def test_an_address_nobody_wrote_finds_nothing(sign_in: SignIn, path: str) -> None:
    assert (await (await sign_in("head")).get(path)).status_code == 404


async def goal(desk: Desk, **more: str) -> str:
    asked = {"measure": "on_time_rate", "goal": "97,5", "decision": "KH 12", "valid_from-day": "1", "valid_from-month": "1",
             "valid_from-year": "2026", **more}
    return (await desk.press("/overview/targets", **asked)).text


async def swept(make: Make) -> None:
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE target SET withdrawn_at = $1 WHERE withdrawn_at IS NULL", clock.now())


async def test_a_province_sets_a_goal_for_a_unit_and_its_head(make: Make, sign_in: SignIn) -> None:
    await swept(make)
    await due(make, await received(make), timedelta(days=-3))
    head = await make.officer("head")
    desk = await sign_in("supervisor", "h99")
    page = await goal(desk, office=str(COMMUNE), head=str(head.id))
    assert "Đã giao chỉ tiêu." in page
    assert head.name in page
    assert "≥ 97,5" in page
    assert re.search(r"thêm \d+ hồ sơ đúng hạn", page)
    assert "Đơn vị đã có chỉ tiêu này từ 01/01/2026" in await goal(desk, office=str(COMMUNE), head=str(head.id))
    own = (await (await sign_in("head")).get("/overview/targets")).text
    assert "≥ 97,5" in own
    assert "≥ 97,5" not in (await (await sign_in("head", "phuluong")).get("/overview/targets")).text


async def test_a_head_sets_for_their_own_office_only(make: Make, sign_in: SignIn) -> None:
    await swept(make)
    desk = await sign_in("head")
    assert "Đã giao chỉ tiêu." in await goal(desk, measure="online_rate", goal="40 %")
    answer = await desk.press("/overview/targets", office=str(NEIGHBOUR), measure="online_rate", goal="40")
    assert answer.status_code == 404


async def test_a_goal_is_withdrawn_and_stays_in_the_history(make: Make, sign_in: SignIn) -> None:
    await swept(make)
    desk, neighbour = await sign_in("head"), await sign_in("head", "phuluong")
    await goal(desk, measure="handling_hours", goal="12")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        target_id: UUID = await db.value("SELECT id FROM target WHERE withdrawn_at IS NULL")
        assert await db.value("SELECT goal FROM target WHERE id = $1", target_id) == Decimal("12.00")
    assert (await neighbour.press(f"/overview/targets/{target_id}/withdraw")).status_code == 404
    assert "Đã rút chỉ tiêu." in (await desk.press(f"/overview/targets/{target_id}/withdraw")).text
    page = (await desk.get("/overview/targets")).text
    assert "đã rút" in page
    assert "Chưa giao chỉ tiêu nào" in page


@pytest.mark.parametrize(("wrong", "says"), [
    ({"goal": "101"}, "tỷ lệ từ 0 đến 100"), ({"goal": "nhiều"}, "tỷ lệ từ 0 đến 100"),
    ({"goal": "1e9"}, "tỷ lệ từ 0 đến 100"),
    ({"measure": "x"}, "Không có loại chỉ tiêu này"), ({"valid_from-month": "13"}, "Hãy nhập ngày bắt đầu"),
    ({"valid_to-day": "31", "valid_to-month": "2", "valid_to-year": "2026"}, "Ngày kết thúc không có thật"),
    ({"valid_to-day": "1", "valid_to-month": "1", "valid_to-year": "2025"}, "phải sau hoặc bằng ngày bắt đầu"),
    ({"head": "00000000-0000-0000-0000-000000000007"}, "phải thuộc đơn vị được giao"), ({"head": "x"}, "phải thuộc đơn vị"),
])
async def test_a_goal_nobody_can_mean_is_said_at_its_field(sign_in: SignIn, wrong: dict[str, str], says: str) -> None:
    page = await goal(await sign_in("head"), **wrong)
    assert says in page
    assert "Có lỗi cần sửa" in page


async def test_an_empty_month_says_so(sign_in: SignIn) -> None:
    desk = await sign_in("head", "phuluong")
    page = (await desk.get("/overview/index/2.1?period=2025-02")).text
    assert "không có gì để tính trong kỳ" in page
    assert "Không có hồ sơ nào như vậy." in page
    assert rows_of(page) >= 12
