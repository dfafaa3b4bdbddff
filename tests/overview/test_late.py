"""An overdue dossier is explained, apologised for and handed on; none of it blocks, and none of it moves the due moment."""

from datetime import timedelta
from uuid import UUID

from app.deadlines import service as deadlines
from app.dossiers import filled_letters
from app.dossiers.folder import open_folder
from app.kit import clock
from app.papers.forms import print_form
from tests.dossiers.situations import received
from tests.factories import COMMUNE, Make
from tests.overview.conftest import SignIn
from tests.overview.test_overview import due, rows_of


async def late(make: Make) -> UUID:
    dossier_id = await received(make)
    await due(make, dossier_id, timedelta(days=-3))
    return dossier_id


async def events(make: Make, dossier_id: UUID) -> list[str]:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return [row["event"] for row in await db.rows(
            "SELECT event FROM journal_line WHERE dossier_id = $1 ORDER BY id", dossier_id)]


def a_day(make: Make, ahead: int) -> dict[str, str]:
    day = make.tools.calendar.working_day_after(clock.today(), ahead)
    return {"expected-day": str(day.day), "expected-month": str(day.month), "expected-year": str(day.year)}


async def test_a_cause_is_kept_with_who_said_it_and_the_newest_counts(make: Make, sign_in: SignIn) -> None:
    dossier_id, desk = await late(make), await sign_in("head")
    where = f"/overview/late/{dossier_id}"
    assert "Chưa ghi nguyên nhân." in (await desk.get(where)).text
    await desk.press(f"{where}/cause", cause="workload", words="Hai người nghỉ <ốm>")
    page = await desk.press(f"{where}/cause", cause="system", words="")
    assert "Đã ghi nguyên nhân quá hạn." in page.text
    assert "Lỗi hệ thống" in page.text
    async with make.database.transaction(offices=[COMMUNE]) as db:
        kept = await db.rows("SELECT cause, said_by FROM late_cause WHERE dossier_id = $1", dossier_id)
    assert [row["cause"] for row in kept] == ["system"]
    assert kept[0]["said_by"] == (await make.officer("head")).id
    assert (await events(make, dossier_id)).count("late.explained") == 2


async def test_a_cause_nobody_listed_or_of_a_dossier_in_time_is_refused_in_words(make: Make, sign_in: SignIn) -> None:
    dossier_id, desk = await late(make), await sign_in("head")
    page = await desk.press(f"/overview/late/{dossier_id}/cause", cause="laziness", words="giữ <nguyên>")
    assert page.status_code == 422
    assert "Hãy chọn một nguyên nhân." in page.text
    assert "giữ &lt;nguyên&gt;" in page.text
    in_time = await received(make)
    page = await desk.press(f"/overview/late/{in_time}/cause", cause="system")
    assert (page.status_code, "chưa quá hạn" in page.text) == (422, True)


async def test_an_apology_after_the_due_moment_is_printed_sent_and_recorded_and_the_due_moment_stays(
    make: Make, sign_in: SignIn
) -> None:
    dossier_id, desk = await late(make), await sign_in("head")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        before = await deadlines.lines_of(db, dossier_id)
    due_at = (await make.case(dossier_id)).due_at
    page = await desk.press(f"/overview/late/{dossier_id}/apology", reason="Phải xác minh thêm.", **a_day(make, 3))
    assert "Đã ghi lời xin lỗi." in page.text
    assert "hạn không đổi" in page.text
    assert (await make.case(dossier_id)).due_at == due_at
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await deadlines.lines_of(db, dossier_id) == before
        job = await db.row("SELECT payload FROM job WHERE dossier_id = $1 AND name = 'print_form'"
                           " AND payload->>'form' = 'apology'", dossier_id)
        notices = await db.value("SELECT count(*) FROM notice WHERE dossier_id = $1 AND event = 'late_apology'", dossier_id)
    assert job is not None
    assert job["payload"]["reason_event"] == "apology.written"
    assert notices >= 1
    again = await desk.press(f"/overview/late/{dossier_id}/apology", reason="Lần nữa.", **a_day(make, 4))
    assert again.status_code == 409
    assert (await events(make, dossier_id)).count("apology.written") == 1


async def test_the_printed_letter_of_a_late_dossier_agrees_no_new_term(make: Make, sign_in: SignIn) -> None:
    dossier_id, desk = await late(make), await sign_in("head")
    await desk.press(f"/overview/late/{dossier_id}/apology", reason="Phải xác minh thêm.", **a_day(make, 3))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        payload = await db.value(
            "SELECT payload FROM job WHERE dossier_id = $1 AND payload->>'form' = 'apology'", dossier_id)
        filled = await filled_letters.apology(db, await open_folder(db, make.tools, dossier_id), payload)
    assert filled.late
    assert filled.reason == "Phải xác minh thêm."
    assert (await print_form(filled, printed_at=clock.now())).pages == 1


async def test_a_letter_needs_its_reason_and_a_day_to_come(make: Make, sign_in: SignIn) -> None:
    dossier_id, desk = await late(make), await sign_in("head")
    where = f"/overview/late/{dossier_id}/apology"
    assert "Hãy ghi rõ lý do." in (await desk.press(where, reason=" ", **a_day(make, 3))).text
    for wrong in ({}, {"expected-day": "31", "expected-month": "2", "expected-year": "2027"},
                  {"expected-day": "2", "expected-month": "3", "expected-year": "999999"}):
        page = await desk.press(where, reason="Chậm.", **wrong)
        assert (page.status_code, "phải là một ngày làm việc" in page.text) == (422, True)
    past = {f"expected-{part}": str(getattr(clock.today() - timedelta(days=20), part)) for part in ("day", "month", "year")}
    assert (await desk.press(where, reason="Chậm.", **past)).status_code == 422
    in_time = await received(make)
    assert "chưa quá hạn" in (await desk.press(f"/overview/late/{in_time}/apology", reason="?", **a_day(make, 3))).text
    assert "apology.written" not in await events(make, dossier_id)


async def test_who_has_it_is_reminded_once_a_day_and_it_can_be_handed_on_from_here(make: Make, sign_in: SignIn) -> None:
    dossier_id, desk = await late(make), await sign_in("head")
    task_no = await make.step(dossier_id, "draft_result")
    specialist = await make.officer("specialist")
    where = f"/overview/late/{dossier_id}"
    page = await desk.press("/overview/steps/assign", step=f"{dossier_id}:{task_no}", to=str(specialist.id), back=where)
    assert page.url.path == where
    assert "Lò Thị Bưởi" in page.text
    for _ in range(2):
        assert "Đã nhắc Lò Thị Bưởi." in (await desk.press(f"{where}/remind", task=str(task_no))).text
    async with make.database.transaction(offices=[COMMUNE]) as db:
        told = await db.rows(
            "SELECT officer_id, kind FROM alert WHERE dossier_id = $1 AND key LIKE '%:reminder:%'", dossier_id)
    assert [(row["officer_id"], row["kind"]) for row in told] == [(specialist.id, "term_late")]
    assert (await events(make, dossier_id)).count("officer.reminded") == 2


async def test_the_list_is_narrowed_by_what_was_said_and_what_was_sent(make: Make, sign_in: SignIn) -> None:
    first, desk = await late(make), await sign_in("head")
    await late(make)
    count = {}
    for step in ("before", "after"):
        for query in ("cause=yes", "cause=no", "apology=yes", "apology=no", ""):
            count[step, query] = rows_of((await desk.get(f"/overview/late?{query}")).text)
        await desk.press(f"/overview/late/{first}/cause", cause="complex")
        await desk.press(f"/overview/late/{first}/apology", reason="Chậm.", **a_day(make, 3))
    for kind in ("cause", "apology"):
        assert count["after", f"{kind}=yes"] == count["before", f"{kind}=yes"] + 1
        assert count["after", f"{kind}=yes"] + count["after", f"{kind}=no"] == count["after", ""]


async def test_another_office_sees_neither_and_the_province_sees_but_does_not_act(make: Make, sign_in: SignIn) -> None:
    dossier_id = await late(make)
    neighbour, province = await sign_in("head", "phuluong"), await sign_in("supervisor", "h99")
    assert (await neighbour.get(f"/overview/late/{dossier_id}")).status_code == 404
    assert (await neighbour.press(f"/overview/late/{dossier_id}/cause", cause="system")).status_code == 404
    page = await province.get(f"/overview/late/{dossier_id}")
    assert page.status_code == 200
    assert "Gửi lời xin lỗi" not in page.text
    assert (await province.press(f"/overview/late/{dossier_id}/cause", cause="system")).status_code == 403


async def test_each_step_shows_the_working_time_it_took_beside_its_budget(make: Make, sign_in: SignIn) -> None:
    dossier_id = await late(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        opened = make.tools.calendar.office_hours(make.tools.calendar.working_day_after(clock.today(), 1))[0].opens
        await db.run("UPDATE step SET opened_at = $2, due_at = $3 WHERE dossier_id = $1", dossier_id, opened,
                     make.tools.calendar.add_working_minutes(opened, 240))
    with clock.at(make.tools.calendar.add_working_minutes(opened, 600)):
        page = (await (await sign_in("head")).get(f"/overview/late/{dossier_id}")).text
    assert "10,0 giờ" in page
    assert "4,0 giờ" in page
    assert "trễ bước" in page
