"""At one commune's counter for another: every page fits a phone, has no axe violation, and says that no date is promised."""

import re

from tests.browser import Visit, looked_at
from tests.journeys.test_counter import SCAN
from tests.journeys.test_desk_pages import enter
from tests.live import Live

CARD = "000199004921|000123457|Hoàng Thị Bích Liễu|02031999|Nữ|Thôn Đình, Tân Mai, Thanh Giang|15082021"


async def test_a_dossier_is_taken_in_for_the_other_commune_without_scripts(live: Live, visit: Visit) -> None:
    page = (await visit(f"{live.home}/desk/sign-in", scripts=False)).page
    await enter(page, live.home, "reception@phuluong")
    await page.goto(f"{live.home}/desk/intake")
    await page.locator("#scan").fill(CARD)
    await page.get_by_role("button", name="Đọc", exact=True).click()
    await page.get_by_label("Số thứ tự, mã hoặc tên").fill("9.000001")
    await page.get_by_label("Cơ quan giải quyết").select_option(label="Xã Tân Mai")
    await page.get_by_role("button", name="Mở biểu mẫu").click()
    await page.wait_for_url(re.compile(r"/desk/intake/[0-9a-f-]{36}$"))
    draft = page.url
    await page.locator('[name="purpose.purpose"]').fill("Vay vốn")
    await page.locator('[name="f-proof"]').set_input_files(SCAN)
    await page.get_by_label("Tại quầy").check()
    await page.get_by_role("button", name="Nhận và chuyển hồ sơ").click()
    await page.wait_for_url(re.compile(r"/done$"))
    assert "Chưa hẹn ngày trả" in await page.inner_text("main")
    looking = (await visit(f"{live.home}/desk/sign-in")).page
    await enter(looking, live.home, "reception@phuluong")
    for path in ("/desk/intake/elsewhere", draft.removeprefix(live.home) + "/done"):
        await looking.goto(f"{live.home}{path}")
        assert await looked_at(looking, path) == []
    await looking.goto(f"{live.home}/desk/intake")
    await looking.locator("#scan").fill(CARD)
    await looking.get_by_role("button", name="Đọc", exact=True).click()
    assert await looked_at(looking, "begin") == []
    await looking.locator("#procedure").fill("9.000001")
    await looking.locator("#channel-2").check()
    await looking.locator("#handed_at").fill("hôm qua")
    await looking.locator("#office").select_option(label="Xã Tân Mai")
    await looking.get_by_role("button", name="Mở biểu mẫu").click()
    assert "Không đọc được" in await looking.inner_text("main")
    assert await looked_at(looking, "refused") == []
    await looking.locator("#handed_at").fill("")
    await looking.locator("#channel-2").check()
    await looking.locator("#handed_at").fill(await looking.evaluate(
        "(() => { const t = new Date(Date.now() - 3600e3); return t.toISOString().slice(0, 16) + 'Z' })()"
    ))
    await looking.get_by_role("button", name="Mở biểu mẫu").click()
    await looking.wait_for_url(re.compile(r"/desk/intake/[0-9a-f-]{36}$"))
    assert await looked_at(looking, "draft") == []
