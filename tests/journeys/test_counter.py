"""At the counter with the keyboard alone: a card is scanned, a certified copy is received, the slip is there."""

import io
import re
from uuid import UUID

import pikepdf
from playwright.async_api import FilePayload, Page

from tests.browser import PHONE, Visit, axe, looked_at, no_horizontal_scroll
from tests.journeys.test_desk_pages import enter
from tests.live import Live

CARD = "000199004821|000123456|Hoàng Thị Bích Liễu|02031999|Nữ|Thôn Đình, Tân Mai, Thanh Giang|15082021"
MOST_KEYS = 25


class Keys:
    """A keyboard that counts. A scan is one stroke of the scanner, not of the officer."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)
            self.pressed += 1

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)
        self.pressed += len(text)

    async def scan(self, text: str) -> None:
        await self.page.keyboard.insert_text(text)
        await self.page.keyboard.press("Enter")

    async def to(self, name: str) -> None:
        """Tab until the focus is in this field."""
        for _ in range(12):
            if await self.page.evaluate("document.activeElement.name") == name:
                return
            await self.press("Tab")
        raise AssertionError(f"no way to {name} by Tab")


def scanned() -> bytes:
    """What the counter's scanner makes of two pages."""
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out := io.BytesIO())
        return out.getvalue()


SCAN: FilePayload = {"name": "quet.pdf", "mimeType": "application/pdf", "buffer": scanned()}


async def test_a_certified_copy_is_received_by_keyboard_alone(live: Live, visit: Visit) -> None:
    await live.make.citizen(name="Hoàng Thị Bích Liễu", personal_number="000199004821")
    watched = await visit(f"{live.home}/desk/sign-in")
    page = watched.page
    await enter(page, live.home, "reception@tanmai")
    await page.goto(f"{live.home}/desk/intake")
    await page.wait_for_selector("#scan:focus")  # the browser gives the focus with the first picture, after "load"
    keys = Keys(page)
    await keys.scan(CARD)
    await page.wait_for_selector("#procedure:focus")
    copies = page.locator("button[accesskey]", has_text=re.compile("chứng thực", re.IGNORECASE)).first
    number = await copies.get_attribute("accesskey")
    assert number is not None
    await keys.type(number)
    await keys.press("Enter")
    await page.wait_for_url(re.compile(r"/desk/intake/[0-9a-f-]{36}$"))
    assert await page.evaluate("document.activeElement.name") == "document.name"
    await keys.type("TN")
    await keys.to("document.pages")
    await keys.type("2")
    await keys.to("output.format")
    await keys.press("Space")
    await keys.to("output.copies")
    await keys.type("1")
    await keys.to("time.agreed_time")
    await keys.press("Space")
    await page.set_input_files("input[name=f-original]", SCAN)
    await keys.press("Enter")
    await page.wait_for_selector("button[value=receive]:focus")
    await keys.press("Enter")
    await page.wait_for_url(re.compile("/done$"))
    assert await page.get_by_role("heading", name="Đã nhận hồ sơ").is_visible()
    assert keys.pressed <= MOST_KEYS, keys.pressed
    assert not await axe(page)
    dossier_id = UUID(page.url.split("/")[-2])
    case = await live.make.case(dossier_id)
    assert case.received_at is not None
    assert case.assisted_by is not None


async def test_the_counter_works_without_scripts_and_on_a_phone(live: Live, visit: Visit) -> None:
    watched = await visit(f"{live.home}/desk/sign-in", size=PHONE, scripts=False)
    page = watched.page
    await enter(page, live.home, "reception@tanmai")
    await page.goto(f"{live.home}/desk/intake?by=hand")
    await page.get_by_label("Họ và tên").fill("Phùng A Sùng")
    await page.get_by_label("Ngày sinh").fill("1941")
    await page.get_by_role("button", name="Dùng thông tin này").click()
    await page.get_by_label("Số thứ tự, mã hoặc tên").fill("2.000815")
    await page.get_by_role("button", name="Mở biểu mẫu").click()
    await page.locator("[name='requester.personal_number']").fill("000041000001")
    await page.locator("[name='requester.residence']").fill("Thôn Đình, xã Tân Mai")
    await page.locator("[name='contact.phone']").fill("0912 000 111")
    await page.locator("[name='document.name']").fill("Bằng tốt nghiệp")
    await page.locator("[name='document.pages']").fill("1")
    await page.locator("[name='output.format']").first.check()
    await page.locator("[name='output.copies']").fill("2")
    await page.locator("[name='time.agreed_time']").first.check()
    assert await no_horizontal_scroll(page)
    await page.get_by_role("button", name="Nhận hồ sơ, in giấy hẹn").click()
    assert await page.get_by_text("Còn thiếu: Bản chính giấy tờ cần sao").first.is_visible()
    assert await no_horizontal_scroll(page)
    await page.set_input_files("input[name=f-original]", SCAN)
    await page.get_by_role("button", name="Nhận hồ sơ, in giấy hẹn").click()
    assert await page.get_by_role("heading", name="Đã nhận hồ sơ").is_visible()


async def test_the_dense_page_is_accessible_at_the_desk_and_on_a_phone(live: Live, visit: Visit) -> None:
    watched = await visit(f"{live.home}/desk/sign-in")
    page = watched.page
    await enter(page, live.home, "reception@tanmai")
    await page.goto(f"{live.home}/desk/intake")
    await page.locator("#scan").fill(CARD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#procedure")
    assert await looked_at(page, "person found") == []
    await page.locator("#procedure").fill("1.001193")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/desk/intake/[0-9a-f-]{36}$"))
    assert await looked_at(page, "form") == []
    assert not watched.complaints
