"""After submission: where it stands, what to do, supplement, draft, result, withdrawal, messages."""

import re

from tests.factories import COMMUNE, Make
from tests.portal.conftest import Browser, SignedIn
from tests.portal.situations import (
    MARITAL,
    a_photo,
    draft_shown,
    issued,
    marital,
    paid,
    submitted_by,
    supplement_asked,
)


async def applicant(signed_in: SignedIn) -> Browser:
    me = await signed_in()
    assert me.citizen is not None
    return me


async def test_the_page_says_the_state_the_next_thing_and_whom_to_ask(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await submitted_by(make, me.citizen, MARITAL, marital())  # type: ignore[arg-type]
    page = await me.shown(f"/dossiers/{dossier}")
    assert "<h1 class=\"govuk-heading-xl\">Hồ sơ của bạn đã nộp, chờ tiếp nhận</h1>" in page
    assert "Còn phải nộp 15.000 đ" in page
    assert "0200 355 0101" in page
    assert 'aria-current="step"' in page


async def test_officers_notes_among_themselves_are_not_shown(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await draft_shown(make, me.citizen)  # type: ignore[arg-type]
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run(
            "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, why, facts)"
            " VALUES ($1, $2, now(), 'result.sent_back', 'officer', 'Soạn ẩu quá', '{}')", COMMUNE, dossier,
        )
    assert "Soạn ẩu quá" not in await me.shown(f"/dossiers/{dossier}")


async def test_every_defect_is_shown_at_once_and_all_are_sent_together(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await supplement_asked(make, me.citizen)  # type: ignore[arg-type]
    page = await me.shown(f"/dossiers/{dossier}")
    assert "Hồ sơ của bạn cần bổ sung" in page
    assert "Ảnh chụp bị mờ" in page
    defects = await me.shown(f"/dossiers/{dossier}/supplement")
    assert "Cần sửa 1 chỗ, đây là tất cả" in defects
    assert "Giấy chứng sinh" in defects
    early = await me.post(f"/dossiers/{dossier}/supplement")
    assert early.status_code == 422
    assert "Còn thiếu: Giấy chứng sinh" in early.text
    sent = await me.post(
        f"/dossiers/{dossier}/papers/birth_notification", files={"paper": ("moi.jpg", a_photo("beige"), "image/jpeg")},
        **{"do": "send", "from": "supplement"},
    )
    assert sent.status_code == 303
    assert "Đã sửa" in await me.shown(f"/dossiers/{dossier}/supplement")
    answered = await me.post(f"/dossiers/{dossier}/supplement")
    assert answered.headers.get("location") == f"/dossiers/{dossier}", answered.text
    again = await me.post(f"/dossiers/{dossier}/supplement")
    assert again.headers["location"] == f"/dossiers/{dossier}"
    assert "Bạn đã gửi phần bổ sung" in await me.shown(f"/dossiers/{dossier}")


async def test_a_submitted_dossier_is_no_longer_changed(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await submitted_by(make, me.citizen, MARITAL, marital())  # type: ignore[arg-type]
    await me.get(f"/dossiers/{dossier}")
    changed = await me.post(f"/dossiers/{dossier}/answer/contact", phone="0912999999")
    assert changed.status_code == 409
    assert (await me.get(f"/dossiers/{dossier}/answer/contact")).headers["location"] == f"/dossiers/{dossier}"


async def test_the_draft_is_read_and_corrected_with_words(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await draft_shown(make, me.citizen)  # type: ignore[arg-type]
    assert "Hãy xem bản dự thảo kết quả" in await me.shown(f"/dossiers/{dossier}")
    page = await me.shown(f"/dossiers/{dossier}/draft")
    file = re.search(r'href="(/dossiers/[^"]+/file)"', page)
    assert file is not None
    assert (await me.get(file[1])).content.startswith(b"%PDF-")
    silent = await me.post(f"/dossiers/{dossier}/draft", action="correct", reason=" ")
    assert silent.status_code == 422
    said = await me.post(f"/dossiers/{dossier}/draft", action="correct", reason="Chữ đệm là Quang")
    assert said.status_code == 303
    assert "Chữ đệm là Quang" in await me.shown(f"/dossiers/{dossier}")


async def test_the_draft_is_confirmed_once(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await draft_shown(make, me.citizen)  # type: ignore[arg-type]
    await me.get(f"/dossiers/{dossier}/draft")
    assert (await me.post(f"/dossiers/{dossier}/draft", action="confirm")).status_code == 303
    assert (await me.post(f"/dossiers/{dossier}/draft", action="confirm")).status_code == 303
    page = await me.shown(f"/dossiers/{dossier}")
    assert page.count("Bạn đồng ý với bản dự thảo") == 1


async def test_the_result_opens_once_its_fee_is_paid(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await issued(make, me.citizen)  # type: ignore[arg-type]
    page = await me.shown(f"/dossiers/{dossier}")
    assert "Tải được sau khi nộp phí" in page
    async with make.database.transaction(offices=[COMMUNE]) as db:
        document = await db.value("SELECT document_id FROM result WHERE dossier_id = $1", dossier)
    assert (await me.get(f"/dossiers/{dossier}/papers/{document}/file")).status_code == 404
    await paid(make, dossier)
    page = await me.shown(f"/dossiers/{dossier}")
    assert "Tải kết quả (PDF)" in page
    assert "Kiểm tra chữ ký" in page
    given = await me.get(f"/dossiers/{dossier}/papers/{document}/file?save=true")
    assert given.content.startswith(b"%PDF-")
    assert given.headers["content-disposition"].startswith("attachment")


async def test_withdrawing_is_asked_first_and_done_once(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await submitted_by(make, me.citizen, MARITAL, marital())  # type: ignore[arg-type]
    assert "Không mở lại được" in await me.shown(f"/dossiers/{dossier}/withdraw")
    first = await me.post(f"/dossiers/{dossier}/withdraw", reason="Nộp nhầm")
    second = await me.post(f"/dossiers/{dossier}/withdraw", reason="Nộp nhầm")
    assert first.headers["location"] == second.headers["location"] == f"/dossiers/{dossier}"
    page = await me.shown(f"/dossiers/{dossier}")
    assert "Bạn đã rút hồ sơ này" in page
    assert "Nộp phí" not in page


async def test_a_message_is_written_and_read_back_escaped(signed_in: SignedIn, make: Make) -> None:
    me = await applicant(signed_in)
    dossier = await submitted_by(make, me.citizen, MARITAL, marital())  # type: ignore[arg-type]
    await me.get(f"/dossiers/{dossier}")
    empty = await me.post(f"/dossiers/{dossier}/messages", body="  ")
    assert empty.status_code == 422
    assert (await me.post(f"/dossiers/{dossier}/messages", body="<b>Bao giờ xong?</b>")).status_code == 303
    raw = (await me.get(f"/dossiers/{dossier}")).text
    assert "&lt;b&gt;Bao giờ xong?&lt;/b&gt;" in raw
