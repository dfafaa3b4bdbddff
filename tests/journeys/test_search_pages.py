"""The search page in Chromium, as somebody at a counter uses it: found, only similar, nothing."""

from tests.browser import Visit, looked_at
from tests.desk.test_search import dossier_of
from tests.journeys.test_desk_pages import enter, offline
from tests.live import Live


async def test_a_misspelt_name_leads_to_the_dossier_and_is_called_similar(live: Live, visit: Visit) -> None:
    make = offline(live)
    one = await dossier_of(make, "Giàng Thị Xuyến")
    for _ in range(3):
        await dossier_of(make, "Giàng Thị Xuân")
    watched = await visit(f"{live.home}/desk/sign-in")
    page = watched.page
    await enter(page, live.home, "reception@tanmai")
    field = page.get_by_role("searchbox")
    await field.fill("giang thi xuyn")
    await field.press("Enter")
    assert await page.get_by_text("Không có tên khớp hẳn; đây là các tên gần giống.").is_visible()
    assert await looked_at(page, "search-similar") == []
    await page.get_by_label("Tên, mã, số định danh hoặc điện thoại").fill("xuyến giàng")
    await page.get_by_role("button", name="Tìm", exact=True).click()
    assert await page.get_by_text("gần giống.").count() == 0
    assert await looked_at(page, "search-found") == []
    await page.get_by_role("link", name="Tìm cả tên gần giống").click()
    assert await page.get_by_text("Không có tên nào khác gần giống “xuyến giàng”.").is_visible()
    assert await looked_at(page, "search-wider") == []
    await page.get_by_role("link", name="Chỉ xem tên khớp hẳn").click()
    await page.get_by_role("link", name="Giàng Thị Xuyến").click()
    assert str(one) in page.url
    assert watched.told(live.home) == []
