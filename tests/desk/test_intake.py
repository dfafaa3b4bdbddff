"""At the counter: one scan, one procedure, one page, one press; officer and citizen both stand on the dossier."""

import itertools
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.deadlines import service as deadlines
from app.dossiers.models import DossierState
from app.kit import clock
from app.kit.clock import LOCAL
from tests.desk.conftest import Desk, SignIn
from tests.dossiers.situations import CODE, a_pdf
from tests.factories import Make

COPIES = "2.000815"
_numbers = itertools.count(1)


def card(**but: str) -> str:
    """A card as the scanner types it, with its Enter."""
    told = {"number": f"0001990{next(_numbers):05d}", "old": "", "name": "Hoàng Thị Bích Liễu", "birth": "02031999",
            "sex": "Nữ", "address": "Thôn Đình, Tân Mai, Thanh Giang", "issued": "15082021", **but}
    return "|".join(told.values()) + "\r\n"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def opened(desk: Desk, code: str = CODE, **more: str) -> UUID:
    """A draft of a scanned person."""
    await desk.get("/desk/intake")
    assert (await desk.post("/desk/intake", scan=card())).status_code == 303
    started = await desk.post("/desk/intake", do="start", procedure=code, consent="printed", phone="0912000111", **more)
    assert started.status_code == 303, started.text
    return UUID(started.headers["location"].rsplit("/", 1)[1])


async def sent(desk: Desk, dossier_id: UUID, do: str = "receive", files: Any = None, **fields: str) -> httpx.Response:
    return await desk.post(f"/desk/intake/{dossier_id}", files=files, do=do, **fields)


PROOF = {"f-proof": ("giay.pdf", a_pdf(), "application/pdf")}
WHOLE = {"purpose.purpose": "Để thử", "out": "counter", "c-proof-original": "1"}


async def test_one_scan_one_choice_and_one_press_receive_a_dossier(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await opened(desk)
    page = await desk.get(f"/desk/intake/{dossier_id}")
    assert "Hoàng Thị Bích Liễu" in page.text
    received = await sent(desk, dossier_id, files=PROOF, **WHOLE)
    assert received.headers["location"] == f"/desk/intake/{dossier_id}/done", received.text
    case, officer = await make.case(dossier_id), await make.officer("reception")
    assert case.state is not DossierState.DRAFT
    assert case.received_at is not None
    assert case.assisted_by == officer.id
    assert case.consent["how"] == "printed"
    done = await desk.get(f"/desk/intake/{dossier_id}/done")
    assert case.display_code in done.text
    slip = await desk.client.get(f"/desk/intake/{dossier_id}/receipt.pdf")
    assert slip.content.startswith(b"%PDF-")


async def test_pressed_twice_it_is_one_dossier_with_one_code(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await opened(desk)
    first = await sent(desk, dossier_id, files=PROOF, **WHOLE)
    code = (await make.case(dossier_id)).code
    second = await sent(desk, dossier_id, files=PROOF, **WHOLE)
    assert first.headers["location"] == second.headers["location"]
    assert (await make.case(dossier_id)).code == code


async def test_what_is_missing_is_named_and_what_was_typed_stays(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await opened(desk)
    refused = await sent(desk, dossier_id, **WHOLE)
    assert refused.status_code == 422
    assert "Còn thiếu" in refused.text
    assert "Để thử" in (await desk.get(f"/desk/intake/{dossier_id}")).text
    assert (await make.case(dossier_id)).state is DossierState.DRAFT


async def test_a_bad_file_is_named_and_the_form_is_kept(at_desk: SignIn) -> None:
    desk = await at_desk("reception")
    dossier_id = await opened(desk)
    refused = await sent(desk, dossier_id, files={"f-proof": ("x.pdf", b"", "application/pdf")}, **WHOLE)
    assert refused.status_code == 422
    assert "Để thử" in refused.text


async def test_a_cut_scan_asks_to_fill_in_the_rest(at_desk: SignIn) -> None:
    desk = await at_desk("reception")
    await desk.get("/desk/intake")
    page = await desk.post("/desk/intake", scan="000199004821||Hoàng Thị")
    assert "Chỉ đọc được 2 trên 7 trường" in page.text
    assert "000199004821" in page.text


async def test_noise_in_the_scan_field_is_refused_in_words(at_desk: SignIn) -> None:
    desk = await at_desk("reception")
    await desk.get("/desk/intake")
    page = await desk.post("/desk/intake", scan="\x1d||||x<script>")
    assert page.status_code == 422
    assert "Không đọc được" in page.text
    assert "<script>x" not in page.text


async def test_a_slips_code_in_the_scan_field_opens_its_case(at_desk: SignIn, make: Make) -> None:
    from tests.dossiers.situations import received

    desk = await at_desk("reception")
    dossier_id = await received(make)
    await desk.get("/desk/intake")
    code = (await make.case(dossier_id)).display_code
    assert (await desk.post("/desk/intake", scan=f"{code}\r")).headers["location"] == f"/desk/dossiers/{dossier_id}"


async def test_a_person_without_a_card_is_typed_in_with_a_year_only(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    await desk.get("/desk/intake?by=hand")
    wrong = await desk.post("/desk/intake", do="hand", name="", number="123")
    assert wrong.status_code == 422
    typed = await desk.post("/desk/intake", do="hand", name="Phùng A Sùng", birth="1941", address="Tân Mai")
    assert typed.status_code == 303
    started = await desk.post("/desk/intake", do="start", procedure=CODE)
    dossier_id = UUID(started.headers["location"].rsplit("/", 1)[1])
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[2]) as db:
        person = await db.row("SELECT birth_year, birth_month, birth_day FROM citizen WHERE id = $1", case.applicant_id)
    assert person is not None
    assert tuple(person) == (1941, None, None)


async def test_the_counter_is_for_those_who_receive(at_desk: SignIn) -> None:
    assert (await (await at_desk("specialist")).get("/desk/intake")).status_code == 403
    assert (await (await at_desk("leader")).get("/desk/intake")).status_code == 403


async def test_a_colleague_of_another_commune_never_sees_the_draft(at_desk: SignIn) -> None:
    dossier_id = await opened(await at_desk("reception"))
    neighbour = await at_desk("reception", office="phuluong")
    assert (await neighbour.get(f"/desk/intake/{dossier_id}")).status_code == 404


async def test_the_term_of_a_post_dossier_runs_from_the_minutes_of_hand_over(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    with clock.at(local("2026-11-11T15:40")):
        dossier_id = await opened(desk, channel="post", handed_at="8:30 11/11/2026")
        await desk.get(f"/desk/intake/{dossier_id}")
        taken = await sent(desk, dossier_id, files=PROOF, **WHOLE)
        assert taken.status_code == 303, taken.text
    case = await make.case(dossier_id)
    assert (case.consent["how"], case.received_at) == ("post", local("2026-11-11T08:30"))
    assert case.due_at == case.original_due_at == local("2026-11-16T17:00")
    async with make.database.transaction(offices=[2]) as db:
        (line,) = await deadlines.lines_of(db, dossier_id)
    assert (line.fact.cause, line.fact.at) == ("handed_over", local("2026-11-11T08:30"))
    assert line.source
    assert line.actor_id == (await make.officer("reception")).id


@pytest.mark.parametrize(("handed_at", "said"), [
    ("9:01 11/11/2026", "sau bây giờ"), ("8:00 1/9/2026", "trước 09:00 12/10/2026"), ("hôm qua", "Không đọc được"),
    ("25:00 11/11/2026", "Không đọc được"), ("", "hãy ghi giờ, ngày ký biên bản"),
])
async def test_minutes_that_nobody_can_have_signed_are_refused_with_what_was_typed(
    at_desk: SignIn, handed_at: str, said: str
) -> None:
    desk = await at_desk("reception")
    await desk.get("/desk/intake")
    with clock.at(local("2026-11-11T09:00")):
        await desk.post("/desk/intake", scan=card())
        refused = await desk.post("/desk/intake", do="start", procedure=CODE, channel="post", handed_at=handed_at)
    assert refused.status_code == 422
    assert said in refused.text
    assert not handed_at or handed_at in refused.text


async def test_the_minutes_may_be_mended_while_it_is_a_draft(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    with clock.at(local("2026-11-11T15:40")):
        dossier_id = await opened(desk, channel="post", handed_at="8:30 11/11/2026")
        await desk.get(f"/desk/intake/{dossier_id}")
        wrong = await sent(desk, dossier_id, do="save", handed_at="8:30 12/11/2026")
        assert wrong.status_code == 422
        await sent(desk, dossier_id, do="save", handed_at="9:15 11/11/2026")
    assert (await make.case(dossier_id)).consent["handed_at"] == "2026-11-11T09:15:00+07:00"


async def test_a_card_scanned_into_a_field_fills_that_person_and_leaves_no_scan_behind(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    dossier_id = await opened(desk, code="1.001193")
    await sent(desk, dossier_id, do="save", **{"situation.child_situation": "ordinary"})
    scan = card(name="Tạ Thị Nhung", birth="00001995").strip()
    await sent(desk, dossier_id, do="save", **{"mother.name": scan})
    async with make.database.transaction(offices=[2]) as db:
        kept = await db.value("SELECT value FROM answer WHERE dossier_id = $1 AND question = 'mother'", dossier_id)
    assert kept["name"] == "Tạ Thị Nhung"
    assert kept["personal_number"] == scan.split("|")[0]
    assert kept["born_on"]["year"] == 1995


async def test_the_form_is_printed_for_the_applicant_to_sign_before_it_is_received(at_desk: SignIn) -> None:
    desk = await at_desk("reception")
    dossier_id = await opened(desk)
    await sent(desk, dossier_id, do="save", **WHOLE)
    assert (await desk.client.get(f"/desk/intake/{dossier_id}/application.pdf")).content.startswith(b"%PDF-")


async def test_the_preview_keeps_the_draft_and_shows_the_slip(at_desk: SignIn) -> None:
    desk = await at_desk("reception")
    dossier_id = await opened(desk)
    shown = await desk.post(f"/desk/intake/{dossier_id}/preview", **{"purpose.purpose": "Vay vốn", "c-proof-original": "2"})
    assert 'id="slip"' in shown.text
    assert "2 bản chính" in shown.text
    assert "Vay vốn" in (await desk.get(f"/desk/intake/{dossier_id}")).text


async def test_a_second_dossier_for_the_same_thing_is_pointed_out(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    one = card()
    for again in (False, True):
        await desk.get("/desk/intake")
        await desk.post("/desk/intake", scan=one)
        started = await desk.post("/desk/intake", do="start", procedure=CODE)
        page = await desk.get(started.headers["location"])
        assert ("Có thể trùng" in page.text) is again
        if not again:
            dossier_id = UUID(started.headers["location"].rsplit("/", 1)[1])
            assert (await sent(desk, dossier_id, files=PROOF, **WHOLE)).status_code == 303
