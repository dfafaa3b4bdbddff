"""From the chosen commune to the code, page by page, over plain HTTP."""

import re

from tests.factories import Make
from tests.portal.conftest import Browser, SignedIn
from tests.portal.situations import BIRTH, MARITAL, a_photo

PLACE = {"province": "99", "commune": "99022", "street": "Thôn Đình"}


def typed(field: str, value: dict[str, str]) -> dict[str, str]:
    """A compound value as the boxes of a page send it."""
    return {f"{field}-{part}": text for part, text in value.items()}


MARITAL_FORM: dict[str, dict[str, str]] = {
    "requester": {"name": "Tạ Quang Nhẫn", "personal_number": "0000 9000 4841", "residence": "Thôn Đình, xã Tân Mai"},
    "contact": {"phone": "0912 000 111", "email": ""},
    "person": {"for_whom": "self", "name": "Tạ Quang Nhẫn", "personal_number": "000090004841", "sex": "nam",
               **typed("born_on", {"day": "", "month": "", "year": "1990"})},
    "person_origin": {"ethnicity": "Kinh", "nationality": "Việt Nam"},
    "residence": {**typed("residence", PLACE), **typed("lived_from", {"year": "2010"})},
    "status": {"status": "never_married"},
    "purpose": {"purpose": "loan"},
    "previous": {"issued_before": "no"},
    "exemption": {"exemption": "none"},
}


async def begun(me: Browser, code: str) -> str:
    """The address of a new draft in Tân Mai."""
    await me.get(f"/apply/{code}")
    answer = await me.post(f"/apply/{code}", office="H99.08.22")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def filled(me: Browser, draft: str, form: dict[str, dict[str, str]]) -> None:
    """Every question answered as the pages ask them."""
    for page, fields in form.items():
        await me.get(f"{draft}/answer/{page}")
        answer = await me.post(f"{draft}/answer/{page}", **fields)
        assert answer.status_code == 303, (page, re.findall(r'error-message"[^>]*>.*', answer.text), answer.text[-3000:])


async def test_an_application_is_filled_checked_and_submitted_once(signed_in: SignedIn, make: Make) -> None:
    me = await signed_in()
    draft = await begun(me, MARITAL)
    assert "Chưa xong" in await me.shown(draft)
    await filled(me, draft, MARITAL_FORM)
    way = await me.post(f"{draft}/return", way="online")
    assert way.headers["location"] == draft
    hub = await me.shown(draft)
    assert "Đã đủ" in hub
    check = await me.shown(f"{draft}/check")
    assert "Tạ Quang Nhẫn" in check
    assert "1990" in check
    sent = await me.post(f"{draft}/submit", declared="1")
    again = await me.post(f"{draft}/submit", declared="1")
    assert sent.headers["location"] == again.headers["location"] == f"{draft}/submitted"
    done = await me.shown(f"{draft}/submitted")
    code = re.search(r"H99\.08\.22-\d{6}-\d{4}", done)
    assert code is not None
    assert "mc-qr" in done
    assert code[0] in await me.shown("/dossiers")
    assert "chờ tiếp nhận" in await me.shown(draft)


async def test_two_clicks_begin_one_draft(signed_in: SignedIn) -> None:
    me = await signed_in()
    assert await begun(me, BIRTH) == await begun(me, BIRTH)


async def test_a_draft_that_is_not_complete_is_not_submitted_and_says_what_is_missing(signed_in: SignedIn) -> None:
    me = await signed_in()
    draft = await begun(me, MARITAL)
    undeclared = await me.post(f"{draft}/submit")
    assert undeclared.status_code == 422
    assert "Hãy đánh dấu vào ô cam đoan" in undeclared.text
    refused = await me.post(f"{draft}/submit", declared="1")
    assert refused.status_code == 422
    assert "Hồ sơ chưa đủ" in refused.text
    assert "Tình trạng hôn nhân" in refused.text


async def test_known_facts_are_filled_in_and_say_where_they_come_from(signed_in: SignedIn) -> None:
    me = await signed_in(name="Vũ Thị Ví Dụ")
    draft = await begun(me, MARITAL)
    page = await me.shown(f"{draft}/answer/requester")
    assert 'value="Vũ Thị Ví Dụ"' in page
    assert "Lấy từ VNeID" in page


async def test_errors_keep_what_was_typed_and_lead_to_the_field(signed_in: SignedIn) -> None:
    me = await signed_in()
    draft = await begun(me, MARITAL)
    fields = {**MARITAL_FORM["requester"], "personal_number": "12345"}
    answer = await me.post(f"{draft}/answer/requester", **fields)
    assert answer.status_code == 422
    assert "<title>Lỗi:" in answer.text
    assert 'href="#personal_number"' in answer.text
    assert 'value="12345"' in answer.text
    assert answer.text.count("Số định danh có 12 chữ số. Bạn đã nhập 5 chữ số") == 2


async def test_a_birth_year_alone_is_enough(signed_in: SignedIn) -> None:
    me = await signed_in()
    draft = await begun(me, MARITAL)
    answer = await me.post(f"{draft}/answer/person", **MARITAL_FORM["person"])
    assert answer.status_code == 303


async def test_an_answer_that_opens_a_question_asks_it_before_calling_it_an_error(signed_in: SignedIn) -> None:
    me = await signed_in()
    draft = await begun(me, MARITAL)
    first = await me.get(f"{draft}/answer/previous")
    assert "old_certificate" not in first.text.replace('name="shown"', "")
    opened = await me.post(f"{draft}/answer/previous", issued_before="yes", shown="issued_before")
    assert opened.status_code == 200
    assert "mở thêm câu hỏi" in opened.text
    assert 'name="old_certificate"' in opened.text
    refused = await me.post(f"{draft}/answer/previous", issued_before="yes", shown="issued_before old_certificate")
    assert refused.status_code == 422


async def test_a_province_is_chosen_before_its_communes_without_scripts(signed_in: SignedIn) -> None:
    me = await signed_in()
    draft = await begun(me, MARITAL)
    page = await me.shown(f"{draft}/answer/residence")
    assert "Tỉnh Thanh Giang" in page
    assert "Xã Tân Mai</option>" not in page
    chosen = await me.post(f"{draft}/answer/residence", **{"residence-province": "99", "places": "residence"})
    assert "Xã Tân Mai</option>" in chosen.text
    assert "Xã Tân Mai</option>" in (await me.get("/places/communes?residence-province=99")).text


async def test_autosave_keeps_the_newest_and_drops_the_late(signed_in: SignedIn) -> None:
    me = await signed_in()
    draft = await begun(me, MARITAL)
    autosave = f"{draft}/answer/contact/autosave"
    quiet = {"HX-Request": "true", "X-Autosave": "true"}
    newer = await me.post(autosave, headers=quiet, phone="0912000222", serial_base="0", autosave_order="2")
    assert "Đã lưu nháp lúc" in newer.text
    await me.post(autosave, headers=quiet, phone="0912000111", serial_base="0", autosave_order="1")
    assert "0912000222" in (await me.shown(f"{draft}/answer/contact")).replace("+84", "0")


async def test_a_paper_is_sent_seen_and_taken_out(signed_in: SignedIn) -> None:
    me = await signed_in()
    draft = await begun(me, BIRTH)
    await me.post(f"{draft}/answer/situation", child_situation="ordinary")
    await me.post(f"{draft}/answer/birth_proof", kind="notification", shown="kind number", number="12")
    paper = f"{draft}/papers/birth_notification"
    await me.shown(f"{draft}/papers")
    sent = await me.post(paper, files={"paper": ("giấy chứng sinh.jpg", a_photo(), "image/jpeg")}, do="send")
    assert sent.headers["location"] == paper
    page = await me.shown(paper)
    assert "giấy chứng sinh.jpg" in page
    file, small, remove = (re.search(pattern, page) for pattern in (
        r'href="(/dossiers/[^"]+/file)"', r'src="(/dossiers/[^"]+/preview)"', r'name="remove" value="([^"]+)"'))
    assert file
    assert small
    assert remove
    given = await me.get(file[1])
    assert given.content == a_photo()
    assert given.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in given.headers["content-security-policy"]
    assert given.headers["content-disposition"].endswith("filename*=UTF-8''gi%E1%BA%A5y%20ch%E1%BB%A9ng%20sinh.jpg")
    assert (await me.get(small[1])).headers["content-type"] == "image/jpeg"
    await me.post(paper, remove=remove[1])
    assert "giấy chứng sinh.jpg" not in (await me.shown(paper)).split("Đã bỏ tệp")[-1]
