"""The board: each number is the length of the list behind it, and no office sees another's."""

import random
import re
from datetime import timedelta
from uuid import UUID

import pytest

from app.dossiers import queries_board as counting
from app.dossiers import queries_overview as queries
from app.dossiers.horizons import horizon, reception_floor
from app.dossiers.queries_overview import Sieve
from app.kit import clock
from app.sentinel.models import Finding
from app.worker import look_around
from tests.dossiers.situations import CODE, given, received
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES, Make
from tests.overview.conftest import Desk, SignIn


async def due(make: Make, dossier_id: UUID, ahead: timedelta) -> None:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE dossier SET due_at = $2 WHERE id = $1", dossier_id, clock.now() + ahead)


def rows_of(page: str) -> int:
    return page.count('<th role="rowheader"')


async def test_every_number_of_the_board_is_the_length_of_its_list(make: Make, sign_in: SignIn) -> None:
    """On a heap of dossiers that chance has moved about: due whenever, stuck or not, waiting or not, with anybody."""
    await a_heap(make, 24)
    desk = await sign_in("head")
    page = (await desk.get("/overview")).text
    tiles = re.findall(r'<a href="(/overview[^"]*)"><span[^>]*>[^<]*</span><strong>(\d+)</strong>', page)
    cells = re.findall(r'<td role="cell" class="is-num"[^>]*><a class="govuk-link" href="(/overview[^"]*)">(\d+)<', page)
    days = re.findall(r'<li><a href="(/overview/dossiers[^"]*)"[^>]*><small>.*?<b>(\d+)</b>', page, re.DOTALL)
    assert len(tiles) == 7
    assert len(days) == 8
    assert len(cells) > 10
    for href, count in {*tiles, *cells, *days}:
        assert await length(desk, href) == int(count), href


async def test_every_age_opens_the_dossiers_of_that_age(make: Make, sign_in: SignIn) -> None:
    await a_heap(make, 8)
    desk = await sign_in("head")
    page = (await desk.get("/overview")).text.replace("&amp;", "&")
    ages = re.findall(
        r'href="(/overview/dossiers\?age=[^"]*)">.*?<td role="cell" class="is-num"[^>]*>(\d+)<', page, re.DOTALL
    )
    assert len(ages) == 5
    assert sum(int(count) for _, count in ages) == await length(desk, "/overview/dossiers")
    for href, count in ages:
        assert await length(desk, href) == int(count), href


async def length(desk: Desk, href: str) -> int:
    """How many rows a list has, read page by page."""
    rows, path = 0, href.replace("&amp;", "&")
    while path:
        page = (await desk.get(path)).text
        rows += rows_of(page)
        following = re.search(r'rel="next" href="([^"]*)"|href="([^"]*)" rel="next"', page)
        path = (following[1] or following[2]).replace("&amp;", "&") if following else ""
    return rows


async def a_heap(make: Make, many: int) -> None:
    """Dossiers moved about by chance; the seed is said by pytest when a number fails."""
    chance = random.Random(many)
    officers = [(await make.officer("specialist")).id, (await make.officer("head")).id, None]
    for n in range(many):
        if n % 4 == 3:
            dossier_id = await make.submitted(CODE, given())
        else:
            dossier_id = await received(make)
        handed_in = clock.now() - timedelta(hours=chance.choice((1, 30, 90, 200, 400, 900)))
        ends = chance.choice((None, -240, -30, -1, 2, 20, 28, 60, 200))
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await db.run("UPDATE dossier SET submitted_at = $2 WHERE id = $1", dossier_id, handed_in)
            if n % 4 != 3:
                await db.run("UPDATE dossier SET due_at = $2 WHERE id = $1", dossier_id,
                             clock.now() + timedelta(hours=ends) if ends is not None else None)
            await db.run("UPDATE step SET officer_id = $2, claimed_at = CASE WHEN $2::uuid IS NULL THEN NULL ELSE now() END"
                         " WHERE dossier_id = $1", dossier_id, chance.choice(officers))
            for cause in ("step_quiet", "no_hands")[: chance.choice((0, 0, 1, 2))]:
                await db.add(Finding(office_id=COMMUNE, dossier_id=dossier_id, cause=cause, subject=f"{cause}:{dossier_id}",
                                     since=clock.now(), found_at=clock.now()))


async def test_the_spans_of_a_deadline_part_the_open_dossiers_without_rest(make: Make) -> None:
    for ahead in (timedelta(hours=-1), timedelta(minutes=1), timedelta(days=30)):
        await due(make, await received(make), ahead)
    at = horizon(make.tools.calendars, OFFICES)
    async with make.database.transaction(offices=OFFICES) as db:
        found = await counting.board(db, at)
        listed, _ = await queries.dossiers(db, at, Sieve(), limit=10_000)
    assert found.all.open == len(listed)
    for loads in (found.offices, found.procedures):
        assert counting.total(one.counts for one in loads) == found.all


async def test_a_dossier_waits_too_long_after_eight_working_hours_of_its_own_office(make: Make) -> None:
    calendar = make.tools.calendar
    monday = calendar.working_day_after(clock.today(), 5)
    opens = calendar.office_hours(monday)[0].opens
    for minutes in (0, 60, 479, 480, 481, 1500):
        moment = calendar.add_working_minutes(opens, minutes)
        floor = reception_floor(calendar, moment)
        assert calendar.working_minutes_between(floor, moment) == 480
        assert calendar.working_minutes_between(floor - timedelta(minutes=1), moment) == 481


async def test_weeks_count_what_was_finished_in_time_and_what_was_not(make: Make) -> None:
    ids = [await received(make) for _ in range(3)]
    now = clock.now()
    async with make.database.transaction(offices=[COMMUNE]) as db:
        before = (await counting.weeks(db, [COMMUNE], now - timedelta(days=14))).values()
        for dossier_id, ahead in zip(ids, (1, 1, -1), strict=True):
            await db.run("UPDATE dossier SET state = 'result_ready', finished_at = $2, due_at = $3 WHERE id = $1",
                         dossier_id, now, now + timedelta(hours=ahead))
        after = (await counting.weeks(db, [COMMUNE], now - timedelta(days=14))).values()
    assert sum(one.finished for one in after) - sum(one.finished for one in before) == 3
    assert sum(one.in_time for one in after) - sum(one.in_time for one in before) == 2


async def test_a_list_read_page_by_page_is_the_whole_list(make: Make) -> None:
    for ahead in (timedelta(days=-2), timedelta(days=-2), timedelta(days=5)):
        await due(make, await received(make), ahead)
    for _ in range(2):
        await make.submitted("9.000001", given())
    at = horizon(make.tools.calendars, [COMMUNE])
    async with make.database.transaction(offices=[COMMUNE]) as db:
        for sieve in (Sieve(), Sieve("late"), Sieve("none")):
            whole, none = await queries.dossiers(db, at, sieve, limit=10_000)
            read, after = await queries.dossiers(db, at, sieve, limit=2)
            while after is not None:
                more, after = await queries.dossiers(db, at, sieve, after=after, limit=2)
                read += more
            assert none is None
            assert [one.id for one in read] == [one.id for one in whole]


async def test_a_province_sees_its_communes_and_a_commune_only_itself(make: Make, sign_in: SignIn) -> None:
    code = (await make.case(await received(make))).code
    assert code is not None
    province = await sign_in("supervisor", "h99")
    neighbour = await sign_in("head", "phuluong")
    assert "Xã Phú Lương" in (await province.get("/overview")).text
    assert (await province.get(f"/overview?office={NEIGHBOUR}")).status_code == 200
    assert (await neighbour.get(f"/overview?office={COMMUNE}")).status_code == 404
    assert (await neighbour.get(f"/overview/dossiers?office={COMMUNE}")).status_code == 404
    assert code not in (await neighbour.get("/overview/dossiers")).text


async def test_who_does_not_watch_is_turned_away(sign_in: SignIn) -> None:
    desk = await sign_in("reception")
    assert (await desk.get("/overview")).status_code == 403


async def test_a_head_hands_a_step_to_a_colleague_and_the_journal_says_so(make: Make, sign_in: SignIn) -> None:
    dossier_id = await received(make)
    task_no = await make.step(dossier_id, "draft_result")
    specialist = await make.officer("specialist")
    desk = await sign_in("head")
    page = await desk.press("/overview/steps/assign", step=f"{dossier_id}:{task_no}", to=str(specialist.id))
    assert "Đã giao 1 việc cho Lò Thị Bưởi." in page.text
    assert str(dossier_id) in (await desk.get(f"/overview/steps?officer={specialist.id}")).text
    async with make.database.transaction(offices=[COMMUNE]) as db:
        line = await db.row("SELECT facts FROM journal_line WHERE dossier_id = $1 AND event = 'step.assigned'", dossier_id)
    assert line is not None
    assert line["facts"]["to"] == str(specialist.id)


async def test_a_step_goes_to_nobody_whose_role_does_not_do_it(make: Make, sign_in: SignIn) -> None:
    dossier_id = await received(make)
    task_no = await make.step(dossier_id, "draft_result")
    clerk = await make.officer("clerk")
    desk = await sign_in("head")
    page = await desk.press("/overview/steps/assign", step=f"{dossier_id}:{task_no}", to=str(clerk.id))
    assert "1 việc không giao được" in page.text


@pytest.mark.parametrize("who", [("head", "phuluong"), ("supervisor", "h99")])
async def test_another_office_does_not_hand_our_work_round(make: Make, sign_in: SignIn, who: tuple[str, str]) -> None:
    dossier_id = await received(make)
    task_no = await make.step(dossier_id, "draft_result")
    specialist = await make.officer("specialist")
    desk = await sign_in(*who)
    await desk.press("/overview/steps/assign", step=f"{dossier_id}:{task_no}", to=str(specialist.id))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT officer_id FROM step WHERE dossier_id = $1", dossier_id) is None


async def test_a_stuck_job_is_shown_and_freed_by_a_person(make: Make, sign_in: SignIn) -> None:
    dossier_id = await received(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        job_id = await db.value("SELECT id FROM job WHERE dossier_id = $1 ORDER BY id LIMIT 1", dossier_id)
        await db.run("UPDATE job SET state = 'stuck', attempts = 8, trouble = 'Máy in <nghỉ>' WHERE id = $1", job_id)
    desk = await sign_in("head")
    await look_around(make.tools)
    assert (await desk.get("/overview/troubles")).headers["location"] == "/overview/stuck"
    assert "Máy in &lt;nghỉ&gt;" in (await desk.get("/overview/stuck?cause=job_failed")).text
    async with make.database.transaction(offices=[COMMUNE]) as db:
        finding = await db.value("SELECT id FROM finding WHERE subject = $1 AND cleared_at IS NULL", f"job:{job_id}")
    assert "Máy đang thử lại." in (await desk.press(f"/overview/stuck/{finding}/again")).text
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT state FROM job WHERE id = $1", job_id) == "waiting"


@pytest.mark.parametrize("path", [
    "/overview/dossiers?after=x", "/overview/dossiers?day=soon", "/overview/dossiers?state=draft", "/overview?office=-1",
    "/overview/steps?officer=nobody", "/overview/stuck?before=yesterday", "/overview/stuck?cause=bad_luck",
    f"/overview/steps?officer={UUID(int=7)}",
])
async def test_an_address_nobody_wrote_finds_nothing(sign_in: SignIn, path: str) -> None:
    assert (await (await sign_in("head")).get(path)).status_code == 404


async def test_a_whole_list_is_handed_over_once_somebody_is_sure_of_how_many(make: Make, sign_in: SignIn) -> None:
    specialist, head = await make.officer("specialist"), await make.officer("head")
    ids = [await received(make) for _ in range(3)]
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE step SET officer_id = NULL, claimed_at = NULL WHERE officer_id = $1", specialist.id)
        await db.run("UPDATE step SET officer_id = $2, claimed_at = now() WHERE dossier_id = ANY($1)", ids, head.id)
        many = await db.value("SELECT count(*) FROM step WHERE officer_id = $1 AND role = 'specialist'", head.id)
    desk = await sign_in("head")
    asked = await desk.press("/overview/steps/assign-all", officer=str(head.id))
    assert f"nhận được {many} việc" in asked.text
    assert "Hãy chọn người nhận." in (await desk.press("/overview/steps/assign-all", officer=str(head.id), sure="yes")).text
    page = await desk.press(
        "/overview/steps/assign-all", officer=str(head.id), to=str(specialist.id), sure="yes", why="Nghỉ")
    assert f"Đã giao {many} việc cho Lò Thị Bưởi." in page.text
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT count(*) FROM step WHERE officer_id = $1", specialist.id) == many
        lines = await db.value("SELECT count(*) FROM journal_line WHERE dossier_id = ANY($1) AND event = 'step.assigned'"
                               " AND why = 'Nghỉ' AND facts->>'to' = $2", ids, str(specialist.id))
    assert lines == 3


async def test_everybodys_load_is_the_length_of_their_lists(make: Make, sign_in: SignIn) -> None:
    await a_heap(make, 8)
    desk = await sign_in("head")
    page = (await desk.get("/overview/steps")).text
    cells = re.findall(
        r'<td role="cell" class="is-num"[^>]*><a class="govuk-link" href="(/overview/steps[^"]*)">(\d+)<', page)
    assert len(cells) > 4
    for href, count in cells:
        assert await length(desk, href) == int(count), href
