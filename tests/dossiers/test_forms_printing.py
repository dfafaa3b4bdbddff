"""The forms a dossier calls for are printed, once, with what is on file; lists come on request."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from app.documents import service as documents
from app.dossiers import forms_printing, payments, wishes
from app.dossiers.folder import given_papers, open_folder
from app.jobs.service import Work
from app.journal.service import Actor
from app.kit import clock
from app.org import people
from tests.dossiers.situations import CODE, given, received, sealed, supplement_asked
from tests.dossiers.test_consultations import HOUSE
from tests.factories import COMMUNE, Make
from tests.papers.reading import text_of


async def printed(make: Make, dossier_id: UUID, form: str, *, page: int = 1) -> str:
    """The text of the one form of this name that was kept."""
    await make.worked()
    async with make.database.transaction(offices=[COMMUNE]) as db:
        kept = [
            one for one in await documents.of_dossier(db, dossier_id, ["form", "receipt"]) if one.component == form
        ]
    assert len(kept) == 1
    return text_of(await documents.bytes_of(make.tools.store, kept[0]), page)


async def test_the_application_is_printed_on_submission(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    text = await printed(make, dossier_id, "application")
    case = await make.case(dossier_id)
    for part in ("Để thử", "Tạ Quang Nhẫn", str(case.code), "Ủy ban nhân dân xã Tân Mai"):
        assert part in text


async def test_the_receipt_says_what_was_given_to_whom_and_until_when(make: Make) -> None:
    dossier_id = await received(make)
    text = await printed(make, dossier_id, "receipt")
    case = await make.case(dossier_id)
    assert case.due_at is not None
    due = case.due_at.astimezone(clock.LOCAL)
    for part in (
        str(case.code), "Tạ Quang Nhẫn", "Cấp giấy thử nghiệm", "Giấy chứng minh", "3 ngày làm việc", "Hà Minh Tú",
        f"{due.hour} giờ {due.minute:02} phút, ngày {due.day:02} tháng {due.month:02} năm {due.year}", "Tại quầy",
    ):
        assert part in text


async def test_an_online_receipt_counts_what_was_uploaded_and_nothing_else(make: Make) -> None:
    dossier_id = await make.submitted("1.013225", HOUSE)
    await make.judged(dossier_id)  # also what the state looks up itself, and what was not needed
    async with make.database.transaction(offices=[COMMUNE]) as db:
        papers = given_papers(await open_folder(db, make.tools, dossier_id))
    assert len(papers) == len(HOUSE.papers)
    assert all((one.originals, one.certified, one.photocopies, one.electronic) == (0, 0, 0, 1) for one in papers)


async def test_the_supplement_slip_lists_every_paper_with_its_fault(make: Make) -> None:
    text = await printed(make, await supplement_asked(make), "supplement")
    for part in ("Giấy chứng minh (chưa đúng)", "Ảnh chụp bị mờ", "Hà Minh Tú"):
        assert part in text


async def test_the_refusal_slip_gives_the_reason(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.act(dossier_id, "check_papers", "refuse", "reception", reason="Không thuộc thẩm quyền của xã")
    text = await printed(make, dossier_id, "refusal")
    for part in ("Không thuộc thẩm quyền của xã", "Hà Minh Tú", "Tạ Quang Nhẫn"):
        assert part in text


async def test_the_stop_notice_says_where_the_dossier_stood(make: Make) -> None:
    dossier_id = await received(make)
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await wishes.withdraw(db, make.tools, case, by=Actor("citizen", case.applicant_id), reason="Tôi đổi ý")
    text = await printed(make, dossier_id, "stop")
    for part in ("Tôi đổi ý", "Đã tiếp nhận", "Đỗ Văn Mẫu"):
        assert part in text


async def test_the_apology_names_the_old_and_the_new_date(make: Make) -> None:
    dossier_id = await received(make)
    case, officer = await make.case(dossier_id), await make.officer("head")
    assert case.due_at is not None
    calendar, due_day = make.tools.calendar, case.due_at.astimezone(clock.LOCAL).date()
    new_day = calendar.working_day_after(due_day, 2)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await wishes.extend(
            db, make.tools, case, officer=officer, new_due=calendar.closing(new_day), reason="Chờ xác minh", basis="Thử"
        )
    text = await printed(make, dossier_id, "apology")
    for part in ("Chờ xác minh", "Đỗ Văn Mẫu", *(f"ngày {d.day:02} tháng {d.month:02}" for d in (due_day, new_day))):
        assert part in text


async def test_a_fee_receipt_has_its_number_and_the_sum_in_words(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    officer, case = await make.officer("reception"), await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await payments.take_at_counter(db, make.tools, case, officer=officer)
    text = await printed(make, dossier_id, "fee_receipt")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        entered = await db.row("SELECT number, document_id FROM fee_receipt WHERE dossier_id = $1", dossier_id)
    assert entered is not None
    assert entered["document_id"] is not None
    for part in (f"{entered['number']:07}", "15.000", "Mười lăm nghìn đồng", "Hà Minh Tú"):
        assert part in text


async def test_the_result_receipt_names_who_took_the_result(make: Make) -> None:
    dossier_id = await sealed(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE fee SET state = 'paid' WHERE dossier_id = $1", dossier_id)
    await make.act(
        dossier_id, "return_result", "hand_over", "reception", given={"collector": "Lý Thị Nhận", "paper": "000123"}
    )
    text = await printed(make, dossier_id, "result_receipt")
    for part in ("Lý Thị Nhận", "000123", "Giấy thử nghiệm", "Hà Minh Tú"):
        assert part in text


async def test_printing_again_after_a_crash_keeps_one_paper(make: Make) -> None:
    dossier_id = await received(make)
    await make.worked()
    async with make.database.transaction(offices=[COMMUNE]) as db:
        row = await db.row("SELECT * FROM job WHERE dossier_id = $1 AND payload->>'form' = 'receipt'", dossier_id)
    assert row is not None
    work = Work(row["id"], COMMUNE, dossier_id, row["name"], row["key"], row["payload"], 2)
    await forms_printing.print_form(make.tools, work)
    await printed(make, dossier_id, "receipt")


async def test_the_control_slip_has_a_row_for_every_hand_over_and_its_verdict(make: Make) -> None:
    dossier_id = await sealed(make)
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        paper = await forms_printing.control_slip_of(db, make.tools, case)
    text = " ".join(text_of(paper.pdf, n) for n in range(1, paper.pages + 1))
    for part in ("Bộ phận Tiếp nhận", "Bộ phận chuyên môn", "Lãnh đạo", "Văn thư", "Trước hạn", "Lò Thị Bưởi"):
        assert part in text


async def test_the_register_numbers_on_through_the_year(make: Make) -> None:
    dossier_id = await received(make)
    code = (await make.case(dossier_id)).code
    day = clock.today()
    async with make.database.transaction(offices=[COMMUNE]) as db:
        office = await people.office(db, COMMUNE)
        whole = await forms_printing.register_of(db, make.tools, office, day, day)
        later = await forms_printing.register_of(db, make.tools, office, day + timedelta(days=1), day + timedelta(days=1))
    text = " ".join(text_of(whole.pdf, n) for n in range(1, whole.pages + 1))
    assert str(code).split("-")[-1] in text
    assert str(code).split("-")[-1] not in text_of(later.pdf)


async def test_the_list_for_the_post_and_the_label_carry_the_packet(make: Make) -> None:
    dossier_id = await sealed(make, return_way="post")
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        office, day = await people.office(db, COMMUNE), clock.today()
        listed = await forms_printing.handover_list_of(db, make.tools, office, day)
        label = await forms_printing.label_of(db, make.tools, case)
    code = str(case.code)
    assert code in " ".join(text_of(listed.pdf, n) for n in range(1, listed.pages + 1))
    assert code in text_of(label.pdf)


def test_every_form_that_is_queued_can_be_filled() -> None:
    queued = {
        form for file in Path(forms_printing.__file__).parent.glob("*.py")
        for form in re.findall(r'(?:queue_form\(\s*db, |form_wanted\()\w+, "(\w+)"', file.read_text(encoding="utf-8"))
    }
    assert queued <= set(forms_printing.FILLERS)
    assert {"receipt", "application", "fee_receipt", "apology", "label"} <= queued
