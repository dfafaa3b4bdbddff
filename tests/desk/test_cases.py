"""The case file: every tab opens, the step's actions do what they say, and of two officers the second is told."""

import re
from uuid import UUID

import pytest

from app.dossiers.models import DossierState
from app.faces.moments import moment
from tests.desk.conftest import SignIn
from tests.dossiers.situations import CODE, given, received, sealed, supplement_asked
from tests.factories import COMMUNE, Make

TABS = ["", "/form", "/papers", "/journal", "/messages", "/consultations", "/results", "/fees", "/return"]


async def first_action(make: Make, dossier_id: UUID, action: str = "receive") -> str:
    return f"/desk/steps/{dossier_id}/{await make.step(dossier_id, 'check_papers')}/act/{action}"


@pytest.mark.parametrize("tab", TABS)
async def test_every_tab_of_a_case_opens_at_every_stage(at_desk: SignIn, make: Make, tab: str) -> None:
    desk = await at_desk("reception")
    for dossier_id in (await make.submitted(CODE, given()), await supplement_asked(make), await sealed(make)):
        page = await desk.get(f"/desk/dossiers/{dossier_id}{tab}")
        assert page.status_code == 200, page.text
        assert (await make.case(dossier_id)).display_code in page.text


async def test_a_new_dossier_lies_in_my_work_until_it_is_received(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await make.submitted(CODE, given())
    assert f"/desk/dossiers/{dossier_id}" in (await desk.get("/desk?queue=free")).text or await deep(desk, dossier_id)


async def deep(desk, dossier_id: UUID) -> bool:  # type: ignore[no-untyped-def]
    """Leaf through the queue until the dossier is found."""
    path: str | None = "/desk"
    while path:
        page = (await desk.get(path)).text
        if str(dossier_id) in page:
            return True
        path = following(page)
    return False


def following(page: str) -> str | None:
    """The address of the next page of a list."""
    if 'rel="next"' not in page:
        return None
    return page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")


async def test_every_open_step_is_met_once_by_leafing_through(at_desk: SignIn, make: Make) -> None:
    new = {str(await make.submitted(CODE, given())) for _ in range(3)}
    desk = await at_desk("reception")
    path: str | None = "/desk"
    met: list[str] = []
    while path:
        page = (await desk.get(path)).text
        met += [one.split('"')[0] for one in page.split('id="row-')[1:]]
        path = following(page)
    assert len(met) == len(set(met))
    assert new <= {one.split(":")[0] for one in met}


async def test_papers_are_judged_line_by_line_before_a_dossier_is_received(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await make.submitted(CODE, given())
    await desk.get(f"/desk/dossiers/{dossier_id}")
    early = await desk.post(await first_action(make, dossier_id))
    assert early.status_code == 422
    assert "chưa xét" in early.text
    judged = await desk.post(f"/desk/dossiers/{dossier_id}/papers", do="all_ok")
    assert "Đã lưu kết quả xét" in await desk.said(judged)
    done = await desk.post(await first_action(make, dossier_id))
    assert "Đã làm" in await desk.said(done)
    assert (await make.case(dossier_id)).state is not DossierState.SUBMITTED


async def test_a_wrong_paper_needs_the_words_that_mend_it(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await make.submitted(CODE, given())
    await desk.get(f"/desk/dossiers/{dossier_id}/papers")
    refused = await desk.post(f"/desk/dossiers/{dossier_id}/papers", **{"v-proof": "wrong"})
    assert refused.status_code == 422
    assert "cần làm gì để đạt" in refused.text
    kept = await desk.post(f"/desk/dossiers/{dossier_id}/papers", **{"v-proof": "wrong", "n-proof": "Chụp lại trang 2"})
    assert "Chụp lại trang 2" in await desk.said(kept)


async def test_the_one_list_is_shown_with_its_date_before_it_goes_out(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await make.submitted(CODE, given())
    address = await first_action(make, dossier_id, "ask_supplement")
    assert "Chưa có giấy tờ nào được xét là thiếu hoặc chưa đúng" in (await desk.get(address)).text
    await desk.post(f"/desk/dossiers/{dossier_id}/papers", **{"v-proof": "wrong", "n-proof": "Chụp lại trang 2"})
    asked = (await desk.get(address)).text
    for part in ("Danh sách gửi cho người nộp", "Giấy chứng minh", "chưa đúng", "Chụp lại trang 2"):
        assert part in asked
    until = re.search(r"người nộp có đến (.+?) để bổ sung", asked)
    assert until is not None
    await desk.said(await desk.post(address, reason="Ảnh chụp bị mờ"))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        due = await db.value("SELECT due_at FROM supplement_request WHERE dossier_id = $1", dossier_id)
    assert until[1] == moment(due)


async def test_a_negative_action_without_its_reason_keeps_the_page_and_says_so(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await make.submitted(CODE, given())
    await desk.get(f"/desk/dossiers/{dossier_id}")
    address = await first_action(make, dossier_id, "refuse")
    asked = await desk.get(address)
    assert asked.status_code == 200, asked.text
    refused = await desk.post(address, reason=" ")
    assert refused.status_code == 422
    assert "ghi rõ lý do" in refused.text


async def test_the_second_of_two_officers_is_told_who_was_first(at_desk: SignIn, make: Make) -> None:
    first, second = await at_desk("reception"), await at_desk("reception")
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id)
    address = await first_action(make, dossier_id)
    await second.get(f"/desk/dossiers/{dossier_id}")
    assert (await first.post(address)).status_code == 303
    late = await second.post(address)
    assert late.status_code == 409
    assert "Hà Minh Tú" in late.text
    assert "đã xong trước đó" in late.text


async def test_a_claimed_step_names_its_holder_and_comes_back(at_desk: SignIn, make: Make) -> None:
    desk, head = await at_desk("reception"), await at_desk("head")
    dossier_id = await make.submitted(CODE, given())
    task = await make.step(dossier_id, "check_papers")
    await desk.get(f"/desk/dossiers/{dossier_id}")
    assert "Bạn đã nhận việc này" in await desk.said(await desk.post(f"/desk/steps/{dossier_id}/{task}/claim"))
    assert "Hà Minh Tú đang giữ bước này" in (await head.get(f"/desk/dossiers/{dossier_id}")).text
    officer = await make.officer("reception")
    given_back = await desk.post(f"/desk/steps/{dossier_id}/{task}/release")
    assert "hàng chờ chung" in await desk.said(given_back)
    page = await head.get(f"/desk/steps/{dossier_id}/{task}/assign")
    assert "Hà Minh Tú" in page.text
    assigned = await head.post(f"/desk/steps/{dossier_id}/{task}/assign", officer=str(officer.id), why="Đang vắng người")
    assert "Đã giao việc" in await head.said(assigned)


async def test_another_communes_case_is_not_there(at_desk: SignIn, make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    neighbour = await at_desk("reception", office="phuluong")
    for tab in TABS:
        assert (await neighbour.get(f"/desk/dossiers/{dossier_id}{tab}")).status_code == 404
    code = (await make.case(dossier_id)).display_code
    assert f'href="/desk/dossiers/{dossier_id}"' not in (await neighbour.get(f"/desk/search?words={code}")).text


async def test_the_provinces_supervisor_sees_the_case_and_changes_nothing(at_desk: SignIn, make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    above = await at_desk(login="supervisor@h99")
    page = await above.get(f"/desk/dossiers/{dossier_id}")
    assert page.status_code == 200
    assert "Xã Tân Mai" in page.text
    assert (await above.post(await first_action(make, dossier_id))).status_code == 403
    assert (await above.post(f"/desk/dossiers/{dossier_id}/papers", do="all_ok")).status_code == 403
    assert (await above.post(f"/desk/dossiers/{dossier_id}/messages", body="Chào")).status_code == 403


async def test_a_message_reaches_the_thread_and_an_empty_one_does_not(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await make.submitted(CODE, given())
    await desk.get(f"/desk/dossiers/{dossier_id}/messages")
    assert (await desk.post(f"/desk/dossiers/{dossier_id}/messages", body="  ")).status_code == 422
    page = await desk.said(await desk.post(f"/desk/dossiers/{dossier_id}/messages", body="Mời anh <b>đến</b> quầy"))
    assert "Mời anh &lt;b&gt;đến&lt;/b&gt; quầy" in page


async def test_money_over_the_counter_is_taken_once(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await received(make)
    page = await desk.get(f"/desk/dossiers/{dossier_id}/fees")
    assert "cấp biên lai" in page.text
    assert "Đã thu" in await desk.said(await desk.post(f"/desk/dossiers/{dossier_id}/fees"))
    again = await desk.post(f"/desk/dossiers/{dossier_id}/fees")
    assert again.status_code == 409
    assert "không còn khoản nào" in again.text


async def test_stopping_is_for_the_head_and_needs_a_reason(at_desk: SignIn, make: Make) -> None:
    dossier_id = await received(make)
    desk, head = await at_desk("reception"), await at_desk("head")
    assert (await desk.get(f"/desk/dossiers/{dossier_id}/stop")).status_code == 403
    await head.get(f"/desk/dossiers/{dossier_id}/stop")
    assert (await head.post(f"/desk/dossiers/{dossier_id}/stop", reason="")).status_code == 422
    page = await head.said(await head.post(f"/desk/dossiers/{dossier_id}/stop", reason="Theo đơn đề nghị của người nộp"))
    assert "Dừng giải quyết" in page
    assert (await make.case(dossier_id)).state is DossierState.STOPPED


async def test_a_new_date_is_a_working_day_and_typed_words_stay(at_desk: SignIn, make: Make) -> None:
    head = await at_desk("head")
    dossier_id = await received(make)
    await head.get(f"/desk/dossiers/{dossier_id}/extend")
    never = {"new-day": "31", "new-month": "2", "new-year": "2027"}
    refused = await head.post(f"/desk/dossiers/{dossier_id}/extend", reason="Chờ xác minh", **never)
    assert refused.status_code == 422
    assert "ngày làm việc" in refused.text
    assert "Chờ xác minh" in refused.text


async def test_files_come_with_their_own_type_and_name_and_nobody_elses_session(at_desk: SignIn, make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    desk = await at_desk("reception")
    async with make.database.transaction(offices=[2]) as db:
        document = await db.value("SELECT id FROM document WHERE dossier_id = $1", dossier_id)
    answer = await desk.client.get(f"/desk/dossiers/{dossier_id}/files/{document}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''giay-to.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.content.startswith(b"%PDF-")
    saved = await desk.client.get(f"/desk/dossiers/{dossier_id}/files/{document}?save=1")
    assert saved.headers["content-disposition"].startswith("attachment")
    drawn = await desk.client.get(f"/desk/dossiers/{dossier_id}/files/{document}/1.png")
    assert drawn.content.startswith(b"\x89PNG")
    other = await make.submitted(CODE, given())
    assert (await desk.client.get(f"/desk/dossiers/{other}/files/{document}")).status_code == 404
    neighbour = await at_desk("reception", office="phuluong")
    assert (await neighbour.client.get(f"/desk/dossiers/{dossier_id}/files/{document}")).status_code == 404


async def test_a_paper_scanned_at_the_desk_is_kept_and_a_bad_file_is_named(at_desk: SignIn, make: Make) -> None:
    from tests.dossiers.situations import a_pdf

    desk = await at_desk("reception")
    dossier_id = await make.submitted(CODE, given())
    await desk.get(f"/desk/dossiers/{dossier_id}/papers")
    empty = {"file": ("x.pdf", b"", "application/pdf")}
    bad = await desk.post(f"/desk/dossiers/{dossier_id}/papers/proof/files", files=empty)
    assert bad.status_code == 422
    kept = await desk.post(
        f"/desk/dossiers/{dossier_id}/papers/proof/files", files={"file": ("them.pdf", a_pdf(2), "application/pdf")}
    )
    assert "Đã lưu 1 tệp" in await desk.said(kept)


async def test_an_issued_result_is_taken_back_by_the_leader_only(at_desk: SignIn, make: Make) -> None:
    dossier_id = await sealed(make)
    desk, leader = await at_desk("reception"), await at_desk("leader")
    assert (await desk.get(f"/desk/dossiers/{dossier_id}/revoke")).status_code == 403
    await leader.get(f"/desk/dossiers/{dossier_id}/revoke")
    assert (await leader.post(f"/desk/dossiers/{dossier_id}/revoke", n="1", why="")).status_code == 422
    page = await leader.said(await leader.post(f"/desk/dossiers/{dossier_id}/revoke", n="1", why="Sai tên"))
    assert "Đã thu hồi" in page
    assert (await leader.post(f"/desk/dossiers/{dossier_id}/revoke", n="1", why="Sai tên")).status_code == 404


async def test_the_control_slip_is_a_pdf(at_desk: SignIn, make: Make) -> None:
    dossier_id = await received(make)
    answer = await (await at_desk("reception")).client.get(f"/desk/dossiers/{dossier_id}/control-slip.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
