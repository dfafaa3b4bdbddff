"""Signing in at the identity provider: who may, who may not, and what happens when it is down."""

import httpx2
import pytest

from app.faces.access import COOKIE
from app.portal.sign_in import inside
from tests.browser import PHONE, Visit, axe
from tests.live import Live, sign_in


@pytest.mark.browser
async def test_level_one_is_told_what_to_do(live: Live, visit: Visit) -> None:
    page = (await visit(live.home, size=PHONE)).page
    await sign_in(page, live.home, "Trần Thử Nghiệm")
    await page.get_by_text("Cần mức 2 để nộp hồ sơ").wait_for()
    assert await axe(page) == []


@pytest.mark.browser
async def test_declining_at_the_provider_loses_nothing(live: Live, visit: Visit) -> None:
    page = (await visit(live.home, size=PHONE)).page
    await sign_in(page, live.home, "Không đăng nhập")
    await page.get_by_role("heading", name="Bạn chưa đăng nhập").wait_for()
    assert await axe(page) == []


@pytest.mark.browser
async def test_signing_out_ends_the_session(live: Live, visit: Visit) -> None:
    page = (await visit(live.home)).page
    await sign_in(page, live.home, "Phạm Thị Mẫu Đơn")
    await page.get_by_role("heading", name="Hồ sơ của tôi").wait_for()
    word = next(one["value"] for one in await page.context.cookies() if one["name"] == COOKIE)
    await page.get_by_role("button", name="Thoát").click()
    await page.wait_for_url(f"{live.home}/")
    async with httpx2.AsyncClient(base_url=live.home, cookies={COOKIE: word}, trust_env=False) as replay:
        assert (await replay.get("/dossiers")).headers["location"].startswith("/sign-in")


async def test_a_forged_way_back_signs_nobody_in(live: Live) -> None:
    async with httpx2.AsyncClient(base_url=live.home, trust_env=False) as stranger:
        assert (await stranger.get("/sign-in/back?code=x&state=y")).status_code == 422
        await stranger.get("/sign-in")
        answer = await stranger.get("/sign-in/back?code=x&state=y")
        assert answer.status_code == 422
        assert "chưa xong" in answer.text


TRAPS = ["https://evil.example/", "//evil.example", "/\\evil.example", "/sign-out", "javascript:alert(1)"]


@pytest.mark.parametrize("trap", TRAPS)
def test_signing_in_leads_only_into_the_portal(trap: str) -> None:
    assert inside(trap) == "/dossiers"
