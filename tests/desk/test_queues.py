"""Signing, sealing, giving back, searching, freeing: each list shows what waits and does what it says."""

from uuid import UUID

import pytest

from app.dossiers.models import DossierState
from app.worker import look_around
from tests.desk.conftest import Desk, SignIn
from tests.dossiers.situations import CODE, given, received, sealed
from tests.factories import COMMUNE, Make


async def to_sign(make: Make) -> UUID:
    dossier_id = await received(make)
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    return dossier_id


def picked(page: str, dossier_id: UUID) -> str:
    """The tray's own value for a dossier: which step, which bytes."""
    return next(one.split('"')[0] for one in page.split('name="doc" value="')[1:] if one.startswith(str(dossier_id)))


async def signed(make: Make, leader: Desk, dossier_id: UUID) -> None:
    page = await leader.get("/desk/sign")
    await leader.post("/desk/sign", doc=picked(page.text, dossier_id))
    await make.worked()


async def test_several_papers_are_signed_by_one_press_each_with_its_outcome(at_desk: SignIn, make: Make) -> None:
    leader, ids = await at_desk("leader"), [await to_sign(make), await to_sign(make)]
    page = await leader.get("/desk/sign")
    assert "/1.png" in page.text
    ordered = await leader.post("/desk/sign", doc=[picked(page.text, one) for one in ids])
    assert "Đã ra lệnh ký 2 văn bản" in await leader.said(ordered)
    await make.worked()
    after = (await leader.get("/desk/sign")).text
    assert after.count("Đã ký ") >= 2
    for one in ids:
        assert (await make.case(one)).state is DossierState.AWAITING_SEAL


async def test_pressed_twice_it_is_signed_once_and_the_second_press_says_so(at_desk: SignIn, make: Make) -> None:
    leader, dossier_id = await at_desk("leader"), await to_sign(make)
    doc = picked((await leader.get("/desk/sign")).text, dossier_id)
    await leader.post("/desk/sign", doc=doc)
    again = await leader.said(await leader.post("/desk/sign", doc=doc))
    assert "1 văn bản chưa làm được" in again
    await make.worked()
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT count(*) FROM signature WHERE dossier_id = $1 AND kind = 'leader'", dossier_id) == 1


async def test_bytes_nobody_looked_at_are_not_signed(at_desk: SignIn, make: Make) -> None:
    leader, dossier_id = await at_desk("leader"), await to_sign(make)
    task = await make.step(dossier_id, "sign_result")
    page = await leader.get("/desk/sign")
    assert page.status_code == 200
    said = await leader.said(await leader.post("/desk/sign", doc=f"{dossier_id}:{task}:{'0' * 64}"))
    assert "Bản dự thảo đã thay đổi" in said
    assert (await make.case(dossier_id)).state is DossierState.AWAITING_SIGNATURE


async def test_a_signing_that_gave_up_says_why_and_is_tried_again(at_desk: SignIn, make: Make) -> None:
    leader, dossier_id = await at_desk("leader"), await to_sign(make)
    doc = picked((await leader.get("/desk/sign")).text, dossier_id)
    await leader.post("/desk/sign", doc=doc)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        job = await db.value(
            "UPDATE job SET state = 'stuck', trouble = 'Máy chủ dấu thời gian không trả lời', attempts = 8"
            " WHERE dossier_id = $1 AND name = 'apply_signature' RETURNING id",
            dossier_id,
        )
    page = (await leader.get("/desk/sign")).text
    assert "Máy chủ dấu thời gian không trả lời" in page
    assert "Máy đang thử lại" in await leader.said(await leader.post("/desk/sign/again", job=str(job)))
    assert "đã được thử lại" in await leader.said(await leader.post("/desk/sign/again", job=str(job)))
    await make.worked()
    assert (await make.case(dossier_id)).state is DossierState.AWAITING_SEAL


async def test_the_clerk_seals_what_the_leader_signed(at_desk: SignIn, make: Make) -> None:
    leader, clerk, dossier_id = await at_desk("leader"), await at_desk("clerk"), await to_sign(make)
    await signed(make, leader, dossier_id)
    page = await clerk.get("/desk/seal")
    await clerk.post("/desk/seal", doc=picked(page.text, dossier_id))
    await make.worked()
    assert (await make.case(dossier_id)).state is DossierState.RESULT_READY
    assert "Đã đóng dấu" in (await clerk.get("/desk/seal")).text


@pytest.mark.parametrize(
    ("path", "role"),
    [("/desk/sign", "clerk"), ("/desk/seal", "leader"), ("/desk/sign", "reception"), ("/desk/register", "specialist")],
)
async def test_each_queue_is_for_its_own_role(at_desk: SignIn, path: str, role: str) -> None:
    assert (await (await at_desk(role)).get(path)).status_code == 403


async def test_a_result_is_given_back_at_the_counter_once_it_is_paid(at_desk: SignIn, make: Make) -> None:
    desk, dossier_id = await at_desk("reception"), await sealed(make)
    assert str(dossier_id) in await desk.whole("/desk/return")
    address = f"/desk/steps/{dossier_id}/{await make.step(dossier_id, 'return_result')}/act/hand_over"
    early = await desk.post(address, collector="Tạ Quang Nhẫn", paper="Căn cước 000199004821")
    assert early.status_code == 409
    assert "chưa nộp" in early.text
    await desk.post(f"/desk/dossiers/{dossier_id}/fees")
    assert (await desk.post(address, collector="", paper="")).status_code == 422
    assert "Đã làm" in await desk.said(await desk.post(address, collector="Tạ Quang Nhẫn", paper="Căn cước 000199004821"))
    assert (await make.case(dossier_id)).state is DossierState.RETURNED
    assert str(dossier_id) not in await desk.whole("/desk/return")


async def test_the_postman_takes_several_packets_by_one_press(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    ids = [await sealed(make, return_way="post") for _ in range(2)]
    for one in ids:
        await make.worked()
        await desk.get(f"/desk/dossiers/{one}/fees")
        await desk.post(f"/desk/dossiers/{one}/fees")
    page = await desk.whole("/desk/return?way=post")
    packets = [one.split('"')[0] for one in page.split('name="packet" value="')[1:]]
    mine = [one for one in packets if UUID(one.split(":")[0]) in ids]
    assert len(mine) == 2
    assert "Đã giao 2 bưu gửi" in await desk.said(await desk.post("/desk/return/handed", packet=mine))
    paper = await desk.client.get("/desk/return/handover-list.pdf")
    assert paper.content.startswith(b"%PDF-")
    label = await desk.client.get(f"/desk/return/{ids[0]}/label.pdf")
    assert label.content.startswith(b"%PDF-")


@pytest.mark.parametrize("words", ["dang thi dao", "ĐÀO đặng", "Đặng  Thị Đào", "thi dao dang"])
async def test_a_name_is_found_without_accents_in_any_order(at_desk: SignIn, make: Make, words: str) -> None:
    person = await make.citizen(name="Đặng Thị Đào")
    dossier_id = await make.draft(CODE, given(), person)
    from app.dossiers.case import open_case
    from app.dossiers.intake import submit
    from app.journal.service import Actor

    async with make.database.transaction(offices=[COMMUNE]) as db:
        await submit(db, make.tools, await open_case(db, make.tools, dossier_id), by=Actor("citizen", person.id))
    assert str(dossier_id) in (await (await at_desk("specialist")).get("/desk/search", params={"q": words})).text


async def test_a_whole_code_opens_its_case_at_once_and_a_part_of_it_finds_it(at_desk: SignIn, make: Make) -> None:
    desk, dossier_id = await at_desk("specialist"), await make.submitted(CODE, given())
    code = (await make.case(dossier_id)).display_code
    sent = await desk.get("/desk/search", params={"q": f" {code.lower()} "})
    assert sent.headers["location"] == f"/desk/dossiers/{dossier_id}"
    assert str(dossier_id) in (await desk.get("/desk/search", params={"q": code[-11:]})).text


async def test_absurd_search_words_find_nothing_and_break_nothing(at_desk: SignIn) -> None:
    desk = await at_desk("specialist")
    for words in ("%", "_", "' OR 1=1 --", "🙂", "a" * 3000, "\\"):
        assert (await desk.get("/desk/search", params={"q": words})).status_code == 200


async def test_stuck_work_is_shown_with_its_cause_and_freed_once(at_desk: SignIn, make: Make) -> None:
    desk, dossier_id = await at_desk("reception"), await received(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        job = await db.value(
            "UPDATE job SET state = 'stuck', trouble = 'Kho giấy tờ không trả lời' WHERE dossier_id = $1"
            " AND name = 'print_form' AND state = 'waiting' RETURNING id",
            dossier_id,
        )
    await look_around(make.tools)
    assert (await desk.get("/desk/stuck")).headers["location"] == "/overview/stuck"
    page = await desk.get("/overview/stuck?cause=job_failed")
    assert "Kho giấy tờ không trả lời" in page.text
    neighbour = await at_desk("reception", office="phuluong")
    assert "Kho giấy tờ không trả lời" not in (await neighbour.get("/overview/stuck")).text
    assert "không còn bị kẹt" in await neighbour.said(await neighbour.post(f"/desk/stuck/{job}/again"))
    assert "Máy đang thử lại" in await desk.said(await desk.post(f"/desk/stuck/{job}/again"))
    await make.worked()


async def test_the_register_of_a_period_is_a_pdf_and_a_wrong_period_is_named(at_desk: SignIn, make: Make) -> None:
    await received(make)
    desk = await at_desk("head")
    page = await desk.get("/desk/register")
    assert page.status_code == 200
    days = {"from-day": "1", "from-month": "1", "from-year": "2026", "to-day": "31", "to-month": "12", "to-year": "2026"}
    assert (await desk.client.get("/desk/register", params=days)).content.startswith(b"%PDF-")
    assert (await desk.get("/desk/register", params={**days, "to-year": "2020"})).status_code == 422


async def test_another_communes_question_is_answered_from_this_desk(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("specialist", office="phuluong")
    assert (await desk.get("/desk/consultations")).status_code == 200
    missing = await desk.get("/desk/consultations/00000000-0000-0000-0000-000000000000")
    assert missing.status_code == 404
