"""The board: each number is the length of the list behind it, and no office sees another's."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from app.dossiers import queries_overview as queries
from app.dossiers.queries_overview import Sieve
from app.kit import clock
from tests.dossiers.situations import given, received
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES, Make
from tests.overview.conftest import SignIn


async def due(make: Make, dossier_id: UUID, ahead: timedelta) -> None:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE dossier SET due_at = $2 WHERE id = $1", dossier_id, clock.now() + ahead)


def rows_of(page: str) -> int:
    return page.count('<th role="rowheader"')


async def test_every_number_of_the_board_is_the_length_of_its_list(make: Make, sign_in: SignIn) -> None:
    for ahead in (timedelta(days=-3), timedelta(days=-1), timedelta(seconds=90), timedelta(days=40)):
        await due(make, await received(make), ahead)
    await make.submitted("9.000001", given())
    desk = await sign_in("head")
    board = await desk.get("/overview")
    assert board.status_code == 200
    numbers = re.findall(r'<a href="(/overview/dossiers[^"]*)"><span[^>]*>[^<]*</span><strong>(\d+)</strong>', board.text)
    assert len(numbers) == 5
    for href, count in numbers:
        if int(count) <= queries.PAGE:
            assert rows_of((await desk.get(href.replace("&amp;", "&"))).text) == int(count), href


async def test_the_spans_of_a_deadline_part_the_open_dossiers_without_rest(make: Make) -> None:
    for ahead in (timedelta(hours=-1), timedelta(minutes=1), timedelta(days=30)):
        await due(make, await received(make), ahead)
    at = queries.horizon(make.tools.calendar)
    async with make.database.transaction(offices=OFFICES) as db:
        loads = await queries.by_office(db, OFFICES, at)
        tiles = await queries.tiles(db, OFFICES, at)
        steps = await queries.by_procedure(db, OFFICES, at)
    for found in (loads, steps):
        assert sum(one.late + one.near + one.later + one.none for one in found) == tiles.open
    assert sum(one.late for one in loads) == tiles.late
    assert sum(one.near for one in loads) == tiles.today + tiles.soon


async def test_a_list_read_page_by_page_is_the_whole_list(make: Make) -> None:
    for ahead in (timedelta(days=-2), timedelta(days=-2), timedelta(days=5)):
        await due(make, await received(make), ahead)
    for _ in range(2):
        await make.submitted("9.000001", given())
    at = queries.horizon(make.tools.calendar)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        whole, none = await queries.dossiers(db, [COMMUNE], at, Sieve(), limit=10_000)
        read, after = await queries.dossiers(db, [COMMUNE], at, Sieve(), limit=2)
        while after is not None:
            more, after = await queries.dossiers(db, [COMMUNE], at, Sieve(), after=after, limit=2)
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
    assert "Máy in &lt;nghỉ&gt;" in (await desk.get("/overview/troubles")).text
    assert "Máy đang thử lại việc này." in (await desk.press(f"/overview/troubles/{job_id}/free")).text
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT state FROM job WHERE id = $1", job_id) == "waiting"


@pytest.mark.parametrize("path", [
    "/overview/dossiers?after=x", "/overview/dossiers?day=soon", "/overview/dossiers?state=draft", "/overview?office=-1",
    "/overview/steps?officer=nobody", "/overview/troubles?before=yesterday", f"/overview/steps?officer={UUID(int=7)}",
])
async def test_an_address_nobody_wrote_finds_nothing(sign_in: SignIn, path: str) -> None:
    assert (await (await sign_in("head")).get(path)).status_code == 404
