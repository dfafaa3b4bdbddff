"""A birth registered from a phone: found, applied for, paid, confirmed, received and verified. With scripts and without."""

import io
import re
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from playwright.async_api import Page

from tests.browser import DESK, PHONE, Visit, axe, no_horizontal_scroll
from tests.live import Live, sign_in

FATHER = "Đỗ Văn Lượng"
SCREENS = {"phone": (True, PHONE), "no scripts": (False, PHONE), "desk": (True, DESK)}


def a_scan() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out := io.BytesIO())
        return out.getvalue()


async def seen(page: Page, scripts: bool = True) -> None:
    """What every page keeps: nothing wider than the screen, no accessibility violation (axe itself needs scripts)."""
    assert await no_horizontal_scroll(page), page.url
    if scripts:
        assert await axe(page) == [], page.url


async def pressed(page: Page, words: str) -> None:
    """A button or link, and the page it leads to."""
    target = page.get_by_role("button", name=words, exact=True).or_(page.get_by_role("link", name=words, exact=True))
    await target.locator("visible=true").first.click()
    await page.wait_for_load_state()


async def fill_page(page: Page, values: dict[str, Any]) -> None:
    """The boxes of one question page by their names; then on."""
    for name, value in values.items():
        box = page.locator(f'[name="{name}"]').first
        kind = await box.evaluate("box => box.tagName + ':' + (box.type || '')")
        if kind.startswith("SELECT"):
            await box.select_option(value)
            if name.endswith("-province"):
                commune = page.locator(f'[name="{name.removesuffix("province")}commune"] option[value="99022"]')
                if not await page.evaluate("'htmx' in window"):
                    await page.locator('button[name="places"]').first.click()
                    await page.wait_for_load_state()
                await commune.wait_for(state="attached")
        elif kind == "INPUT:radio":
            await page.locator(f'[name="{name}"][value="{value}"]').check()
        else:
            await box.fill(value)
    await pressed(page, "Tiếp tục")


def place(field: str) -> dict[str, str]:
    return {f"{field}-province": "99", f"{field}-commune": "99022", f"{field}-street": "Thôn Đình"}


FORM: dict[str, dict[str, str]] = {
    "relation": {"requester_relation": "father"},
    "requester": {},
    "contact": {},
    "situation": {"child_situation": "ordinary"},
    "child": {"name": "Đỗ Bảo An", "sex": "nữ"},
    "child_birth": {"born_on-day": "1", "born_on-month": "11", "born_on-year": "2026", "place": "Trạm y tế xã Tân Mai"},
    "child_origin": {**place("hometown"), "ethnicity": "Kinh", "nationality": "Việt Nam"},
    "birth_proof": {"kind": "notification"},
    "parents": {"parents_married": "no"},
    "mother": {"name": "Lý Thị Mẫu", "born_on-year": "1996", "ethnicity": "Kinh", "nationality": "Việt Nam"},
    "mother_residence": place("residence"),
    "father": {"name": FATHER, "born_on-year": "1985", "ethnicity": "Kinh", "nationality": "Việt Nam"},
    "father_residence": place("residence"),
    "copies": {"copies": "1"},
    "exemption": {"exemption": "none"},
}


async def apply(page: Page, live: Live, *, scripts: bool, person: str = FATHER) -> str:
    """From the home page to the code; returns the dossier's address."""
    await page.goto(live.home)
    await page.get_by_role("searchbox").fill("khai sinh")
    await pressed(page, "Tìm thủ tục")
    await page.get_by_role("link", name=re.compile("khai sinh")).first.click()
    await pressed(page, "Bắt đầu nộp trực tuyến")
    await page.get_by_role("button", name=re.compile(person)).click()  # the identity provider's page
    await page.wait_for_load_state()
    await page.get_by_label("Xã Tân Mai").check()
    await pressed(page, "Tiếp tục")
    draft = page.url
    for name, values in FORM.items():
        await page.goto(f"{draft}/answer/{name}")
        await seen(page, scripts)
        await fill_page(page, values)
        if page.url.endswith(f"/answer/{name}"):  # an answer opened a further question
            await fill_page(page, {"father_known": "yes"} if name == "parents" else {})
    await page.goto(f"{draft}/papers")
    await page.get_by_role("link", name="Giấy chứng sinh").click()
    await page.set_input_files("#paper", {"name": "giấy chứng sinh.pdf", "mimeType": "application/pdf", "buffer": a_scan()})
    await pressed(page, "Gửi tệp này")
    assert await page.get_by_text("Đã nhận tệp").is_visible()
    await page.goto(f"{draft}/return")
    await page.get_by_label("Bản điện tử, trên trang này").check()
    await pressed(page, "Tiếp tục")
    assert await page.get_by_text("Đã đủ. Kiểm tra lại rồi nộp.").is_visible()
    await page.get_by_role("link", name="Kiểm tra và nộp hồ sơ").click()
    await page.get_by_label(re.compile("Tôi cam đoan")).check()
    await seen(page, scripts)
    await pressed(page, "Nộp hồ sơ")
    await page.get_by_role("heading", name="Đã nộp hồ sơ").wait_for()
    await seen(page, scripts)
    return draft


async def officers_decide(live: Live, dossier: UUID) -> None:
    """The office's side until the draft is shown: received, examined, drafted."""
    make = live.make
    await live.worked()
    await make.judged(dossier)
    await make.act(dossier, "check_papers", "receive", "reception")
    await live.worked()
    await make.act(dossier, "examine", "approve", "specialist")
    await make.act(dossier, "draft_result", "draft", "specialist")
    await live.worked()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("scripts", "size"), SCREENS.values(), ids=SCREENS)
async def test_a_birth_is_registered_online(live: Live, visit: Visit, scripts: bool, size: tuple[int, int]) -> None:
    watched = await visit(live.home, size=size, scripts=scripts)
    page = watched.page
    draft = await apply(page, live, scripts=scripts)
    dossier = UUID(draft.rsplit("/", 1)[-1])

    await page.goto(f"{draft}/pay")
    await page.get_by_role("button", name=re.compile("Nộp trực tuyến 8.000")).click()
    await page.get_by_role("button", name=re.compile("Trả|Nộp|Thanh toán", re.I)).first.click()  # the platform's page
    await page.wait_for_url(f"{draft}/pay")
    assert await page.get_by_text("Bạn không còn khoản nào phải nộp.").is_visible()

    await officers_decide(live, dossier)
    await page.goto(draft)
    await pressed(page, "Xem bản dự thảo")
    await seen(page, scripts)
    await page.locator('form:has(input[value="confirm"]) button').click()
    await page.wait_for_url(draft)
    await live.worked()
    await live.make.act(dossier, "write_register", "registered", "specialist")
    await live.worked()
    await live.make.act(dossier, "sign_result", "sign", "leader")
    await live.worked()
    await live.make.act(dossier, "seal_result", "seal", "clerk")
    await live.worked()

    await page.goto(draft)
    assert await page.get_by_role("heading", name="Hồ sơ của bạn đã xong, đã trả kết quả").is_visible()
    await seen(page, scripts)
    async with page.expect_download() as saving:
        await page.get_by_role("link", name=re.compile("Tải kết quả")).first.click()
    pdf = (await (await saving.value).path()).read_bytes()
    await page.goto(f"{live.home}/verify")
    await page.set_input_files("#document", {"name": "kq.pdf", "mimeType": "application/pdf", "buffer": pdf})
    await pressed(page, "Kiểm tra tệp này")
    assert await page.get_by_text("Đúng tệp cơ quan đã cấp").is_visible()
    await page.set_input_files("#document", {"name": "kq.pdf", "mimeType": "application/pdf", "buffer": pdf[:-1] + b"x"})
    await pressed(page, "Kiểm tra tệp này")
    assert await page.get_by_text("Tệp này đã bị thay đổi").is_visible()
    assert [one for one in watched.complaints if "422" not in one] == []


@pytest.mark.browser
async def test_a_session_that_ends_in_mid_form_keeps_what_was_typed(live: Live, visit: Visit) -> None:
    watched = await visit(live.home, size=PHONE, scripts=False)
    page = watched.page
    await sign_in(page, live.home, "Bùi Minh Hoạ", next="/apply/1.001193")
    await page.get_by_label("Xã Tân Mai").check()
    await pressed(page, "Tiếp tục")
    draft = page.url
    await page.goto(f"{draft}/answer/child")
    async with live.make.database.transaction() as db:
        await db.run("UPDATE session SET expires_at = now() - interval '1 second' WHERE kind = 'citizen'")
    await fill_page(page, {"name": "Bùi Tên Vừa Gõ", "sex": "nam"})
    await page.get_by_role("button", name=re.compile("Bùi Minh Hoạ")).click()
    await page.wait_for_load_state()
    assert page.url == f"{draft}/answer/child"
    assert await page.get_by_text("Những gì bạn vừa gõ vẫn còn.").is_visible()
    assert await page.locator('[name="name"]').input_value() == "Bùi Tên Vừa Gõ"
    assert await page.locator('[name="sex"][value="nam"]').is_checked()
    await seen(page, scripts=False)
    await pressed(page, "Tiếp tục")
    await page.goto(f"{draft}/answer/child")
    assert await page.locator('[name="name"]').input_value() == "Bùi Tên Vừa Gõ"


@pytest.mark.browser
async def test_the_form_is_filled_by_keyboard_alone(live: Live, visit: Visit) -> None:
    watched = await visit(live.home)
    page = watched.page
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "govuk-skip-link"
    await page.keyboard.press("/")
    await page.keyboard.type("khai sinh")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/procedures"))
    await sign_in(page, live.home, "Vũ Thị Ví Dụ", next="/apply/1.001193")
    await page.get_by_label("Xã Tân Mai").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/dossiers/"))
    draft = page.url
    await page.goto(f"{draft}/answer/child_birth")
    for text in ("17", "11", "1941"):
        await tab_to_box(page)
        await page.keyboard.type(text)
    await page.locator('[name="place"]').focus()
    await page.keyboard.type("Tân Mai")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/answer/child_origin"))
    await page.locator('[name="ethnicity"]').focus()
    await page.keyboard.press("Enter")  # the first button of this page chooses communes; Enter must go on instead
    await page.get_by_role("heading", name="Có lỗi cần sửa").wait_for()
    assert await page.evaluate("document.activeElement.className") == "govuk-error-summary"


async def tab_to_box(page: Page) -> None:
    """On to the next text box."""
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('input.govuk-input')"):
            return
    raise AssertionError("no text box is reached by Tab")


@pytest.mark.browser
async def test_typing_is_saved_without_pressing_anything(live: Live, visit: Visit) -> None:
    watched = await visit(live.home)
    page = watched.page
    await sign_in(page, live.home, "Lê Văn Thử", next="/apply/1.001193")
    await page.get_by_label("Xã Tân Mai").check()
    await pressed(page, "Tiếp tục")
    draft = page.url
    await page.goto(f"{draft}/answer/child")
    async with page.expect_response(re.compile("/autosave$")) as saved:
        await page.locator('[name="name"]').fill("Lê Chưa Bấm Gì")
    assert (await saved.value).status == 200
    await page.get_by_text("Đã lưu nháp lúc").wait_for()
    await page.goto(f"{draft}/answer/child")
    assert await page.locator('[name="name"]').input_value() == "Lê Chưa Bấm Gì"
