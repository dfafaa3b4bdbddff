"""The script saves time and loses nothing; without it every page still does its work."""

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from app.faces import static_files
from app.faces.frame import Frame
from app.faces.pages import Here, environment
from app.faces.policy import security_headers
from app.faces.refusals import refusal
from tests.browser import Visit, served

pytestmark = pytest.mark.browser

PAGE = """{% extends "desk.html" %}{% import "parts/form.html" as form %}{% import "parts/say.html" as say %}
{% block title %}Thử{% endblock %}{% block content %}<h1>Thử</h1>
{% call form.form("/sent", autosave="/draft", id="draft") %}{{ form.input("name", "Tên") }}{{ form.button("Gửi") }}
{{ say.saved() }}{% endcall %}
{% call form.form("/claim", attrs={"hx-post": "/claim", "hx-target": "#row", "hx-swap": "outerHTML"}) %}
<span id="row">hàng</span>{{ form.button("Nhận") }}{% endcall %}
{% endblock %}"""

class CountingDesk:
    """A server that counts what it gets, and can be slow or broken on purpose."""

    def __init__(self) -> None:
        self.drafts: list[str] = []
        self.sent = 0
        self.broken = False
        self.app = FastAPI(openapi_url=None)
        self.app.include_router(static_files.router)
        self.app.add_api_route("/", self.page, methods=["GET"])
        self.app.add_api_route("/draft", self.draft, methods=["POST"])
        self.app.add_api_route("/sent", self.send, methods=["POST"])
        self.app.add_api_route("/claim", self.claim, methods=["POST"])

    async def page(self) -> Response:
        text = environment().from_string(PAGE).render(
            frame=Frame(find="/"), here=Here("/", "vi", "/language/en"), current="", errors=(), language="vi"
        )
        return HTMLResponse(text, headers=security_headers())

    async def draft(self, request: Request) -> Response:
        if self.broken:
            return Response(status_code=503)
        self.drafts.append(str((await request.form())["name"]))
        return HTMLResponse('<p id="saved">Đã lưu nháp lúc 9:41.</p>')

    async def send(self) -> Response:
        self.sent += 1
        await asyncio.sleep(0.3)  # long enough for the second click to come while the first is under way
        return HTMLResponse("<p>xong</p>")

    async def claim(self, request: Request) -> Response:
        return refusal(request, 500 if self.broken else 409, "Hà Minh Tú đã nhận việc này.")


@pytest.fixture
def desk() -> Iterator[tuple[CountingDesk, str]]:
    made = CountingDesk()
    with served(made.app) as home:
        yield made, home


async def test_what_was_typed_is_saved_and_said(desk: tuple[CountingDesk, str], visit: Visit) -> None:
    server, home = desk
    seen = await visit(home)
    await seen.page.fill("#name", "Khánh An")
    await seen.page.wait_for_selector('#saved:has-text("9:41")')
    assert server.drafts[-1] == "Khánh An"
    assert seen.complaints == []


async def test_a_lost_line_is_said_and_the_last_state_is_saved_later(desk: tuple[CountingDesk, str], visit: Visit) -> None:
    server, home = desk
    server.broken = True
    seen = await visit(home)
    await seen.page.fill("#name", "Khánh")
    await seen.page.wait_for_selector('#saved:has-text("Chưa lưu")')
    server.broken = False
    await seen.page.fill("#name", "Khánh An")
    await seen.page.wait_for_selector('#saved:has-text("9:41")')
    assert server.drafts == ["Khánh An"]


async def test_two_clicks_send_once(desk: tuple[CountingDesk, str], visit: Visit) -> None:
    server, home = desk
    seen = await visit(home)
    await seen.page.evaluate("(b => { b.click(); b.click(); })(document.querySelector('#draft button'))")
    await seen.page.wait_for_url("**/sent")
    assert server.sent == 1


async def test_a_refusal_lands_in_the_page_and_the_row_stays(desk: tuple[CountingDesk, str], visit: Visit) -> None:
    _, home = desk
    seen = await visit(home)
    await seen.page.click("text=Nhận")
    await seen.page.wait_for_selector("#notice [role=alert]")
    assert "Hà Minh Tú" in await seen.page.inner_text("#notice")
    assert await seen.page.inner_text("#row") == "hàng"


async def test_a_broken_server_is_said_in_the_page(desk: tuple[CountingDesk, str], visit: Visit) -> None:
    server, home = desk
    server.broken = True
    seen = await visit(home)
    await seen.page.click("text=Nhận")
    await seen.page.wait_for_selector("#notice [role=alert]")
    assert "Chưa có gì thay đổi" in await seen.page.inner_text("#notice")
    assert await seen.page.inner_text("#row") == "hàng"


async def test_keys_help_only_those_who_are_not_typing(desk: tuple[CountingDesk, str], visit: Visit) -> None:
    _, home = desk
    page = (await visit(home)).page
    await page.keyboard.press("/")
    assert await page.evaluate("document.activeElement.id") == "find"
    await page.keyboard.type("a/?")
    assert await page.input_value("#find") == "a/?"
    assert await page.evaluate("document.querySelector('#shortcuts').open") is False
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("?")
    assert await page.evaluate("document.querySelector('#shortcuts').open") is True


async def test_the_error_summary_gets_the_focus(gallery: str, visit: Visit) -> None:
    seen = await visit(f"{gallery}/gallery/question")
    assert await seen.page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert (await seen.page.title()).startswith("Lỗi: ")


async def test_without_scripts_the_page_is_whole(gallery: str, visit: Visit) -> None:
    seen = await visit(f"{gallery}/gallery/lists", scripts=False)
    assert await seen.page.is_visible("text=Trang sau")
    assert not await seen.page.is_visible("text=Chọn cả trang")
    assert seen.complaints == []


async def test_with_scripts_the_whole_page_is_picked_at_once(gallery: str, visit: Visit) -> None:
    seen = await visit(f"{gallery}/gallery/lists")
    await seen.page.click("text=Chọn cả trang")
    assert await seen.page.locator("input[name=id]:checked").count() == 8


async def test_every_control_is_reached_by_keyboard_and_shows_it(gallery: str, visit: Visit) -> None:
    page = (await visit(f"{gallery}/gallery/lists")).page
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Đến nội dung chính"
    plain = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        told = await page.evaluate(
            "(e => e === document.body ? null : [e.outerHTML.slice(0, 90), getComputedStyle(e).outlineStyle,"
            " getComputedStyle(e).boxShadow])(document.activeElement)"
        )
        if told is None:
            break
        if told[1] == "none" and told[2] == "none":
            plain.append(told[0])
    assert plain == []
