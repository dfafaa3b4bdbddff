"""Rendering, fragments, refusals, the language switch and the cached files: the rules every page stands on."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from jinja2 import UndefinedError

import app.faces
from app.faces import languages, static_files
from app.faces.frame import Announcement, Frame, Office
from app.faces.pages import environment, fragment
from app.faces.policy import content_policy
from app.faces.refusals import KINDS, refusal

OFFICE = Office("xã Tân Mai", "Xã Tân Mai", "Trung tâm", "Thôn Đình", "7:00–11:30", "0200 355 0101")


def small_app() -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.include_router(static_files.router)
    app.include_router(languages.router)

    @app.post("/do")
    async def do(request: Request) -> Response:
        notices = (Announcement("Đã lưu.", kind="good"),)
        request.state.frame = Frame(office=OFFICE, notices=notices)
        return fragment(request, "_notices.html", otherwise="/done")

    @app.get("/refuse/{status}")
    async def refuse(request: Request, status: int) -> Response:
        request.state.frame = Frame(office=OFFICE)
        return refusal(request, status, "Hà Minh Tú đã nhận việc này.", code="7f3a")

    return app


@pytest.fixture
async def reader() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=small_app()), base_url="http://office") as client:
        yield client


async def test_without_scripts_a_form_leads_to_a_page_with_htmx_to_a_fragment(reader: httpx.AsyncClient) -> None:
    plain = await reader.post("/do")
    assert (plain.status_code, plain.headers["location"]) == (303, "/done")
    swapped = await reader.post("/do", headers={"HX-Request": "true"})
    assert swapped.status_code == 200
    assert "<html" not in swapped.text
    assert "Đã lưu." in swapped.text


@pytest.mark.parametrize("status", sorted(KINDS))
async def test_a_refusal_says_what_happened_and_how_to_reach_us(reader: httpx.AsyncClient, status: int) -> None:
    page = await reader.get(f"/refuse/{status}")
    assert page.status_code == status
    for said in (KINDS[status].work, "Hà Minh Tú đã nhận việc này.", "0200 355 0101", "Thôn Đình", "7f3a"):
        assert said in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_a_refusal_of_a_fragment_lands_in_the_notice_place(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/refuse/409", headers={"HX-Request": "true"})
    assert answer.headers["hx-retarget"] == "#notice"
    assert "<html" not in answer.text


async def test_the_language_is_kept_and_never_leads_off_our_site(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/language/en", params={"back": "/refuse/404"})
    assert answer.headers["location"] == "/refuse/404"
    assert "Page not found" in (await reader.get("/refuse/404")).text
    for outside in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert (await reader.get("/language/vi", params={"back": outside})).headers["location"] == "/"


async def test_files_are_cached_for_good_under_their_digest_only(reader: httpx.AsyncClient) -> None:
    now = await reader.get(static_files.static("motcua.css"))
    assert "immutable" in now.headers["cache-control"]
    assert now.headers["content-encoding"] == "gzip"
    old = await reader.get("/static/000000000000/motcua.css")
    assert old.headers["cache-control"] == "no-cache"
    assert (await reader.get("/static/x/../../pages.py")).status_code == 404


def test_a_missing_file_breaks_the_template_not_the_page() -> None:
    with pytest.raises(KeyError):
        static_files.static("motcua.cs")


def test_undefined_names_raise() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nobody }}").render()


def test_what_people_type_is_escaped() -> None:
    typed = '"><script>alert(1)</script>'
    source = '{% import "parts/form.html" as form %}{{ form.input("name", typed, typed, typed, typed) }}'
    text = environment().from_string(source).render(typed=typed)
    assert "<script" not in text
    assert 'value="&#34;&gt;&lt;script' in text


def test_a_form_brings_its_token_and_a_search_does_not() -> None:
    posted = '{% import "parts/form.html" as form %}{% call form.form("/a") %}{% endcall %}'
    searched = '{% import "parts/form.html" as form %}{% call form.form("/a", method="get") %}{% endcall %}'
    assert 'name="csrf_token"' in environment().from_string(posted).render()
    assert "csrf_token" not in environment().from_string(searched).render()


def test_no_template_breaks_the_content_policy() -> None:
    folder = Path(app.faces.__file__).parent.parent
    forbidden = re.compile(
        r"\sstyle=|\son(click|submit|change|input|load|error|focus|blur|key\w+|mouse\w+)=|hx-on"
        r"|javascript:|data:|<style|<script(?! src)"
    )
    broken = [
        f"{path.relative_to(folder)}: {found.group()}"
        for path in sorted(folder.glob("*/templates/**/*.html"))
        if (found := forbidden.search(path.read_text(encoding="utf-8")))
    ]
    assert broken == []
    assert "unsafe" not in content_policy()


def test_a_page_stays_within_its_weight() -> None:
    """Stylesheets at most 25 kB, scripts at most 40 kB on the wire; no font and no picture file."""
    files = static_files.files()
    weights = {
        suffix: sum(len(one.squeezed or b"") for name, one in files.items() if name.endswith(suffix))
        for suffix in (".css", ".js")
    }
    assert weights[".css"] <= 25_000
    assert weights[".js"] <= 40_000
    assert not [name for name in files if name.endswith((".woff", ".woff2", ".ttf", ".png", ".jpg"))]
    assert gzip.decompress(files["motcua.css"].squeezed or b"") == files["motcua.css"].content


def test_the_library_stylesheet_asks_for_nothing() -> None:
    css = static_files.files()["vendor/govuk-frontend-6.3.0.css"].content.decode()
    assert "url(" not in css
    assert "@font-face" not in css
    assert "GDS Transport" not in css
