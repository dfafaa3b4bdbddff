"""Every part, seen by a real browser: reachable by all, quiet, ours only."""

import re
from pathlib import Path

import pytest

import app.faces
import app.gallery
from app.faces.pages import environment
from app.faces.refusals import KINDS
from app.gallery.pages import PARTS
from tests.browser import PHONE, Visit, axe, looked_at, no_horizontal_scroll

PARTS_FOLDER = Path(app.faces.__file__).parent / "templates" / "parts"
GALLERY_FOLDER = Path(app.gallery.__file__).parent / "templates"
README = Path(app.faces.__file__).parent / "README.md"
MACRO = re.compile(r"{% macro ([a-z][a-z_]*)\(")
PAGES = ["", *(f"/{part}" for part in PARTS), "/case?layout=desk", "/form?layout=desk", "/say?layout=desk"]


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
async def test_a_part_is_accessible_fits_and_asks_nobody_else(gallery: str, visit: Visit, page: str) -> None:
    seen = await visit(f"{gallery}/gallery{page}")
    assert await looked_at(seen.page, page) == []
    assert seen.strangers(gallery) == []
    assert seen.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("status", sorted(KINDS))
async def test_a_refusal_is_accessible_and_fits(gallery: str, visit: Visit, status: int) -> None:
    seen = await visit(f"{gallery}/gallery/refusal/{status}", size=PHONE)
    assert await axe(seen.page) == []
    assert await no_horizontal_scroll(seen.page)
    assert [one for one in seen.complaints if "Failed to load resource" not in one] == []


@pytest.mark.browser
async def test_pages_in_english_are_accessible_too(gallery: str, visit: Visit) -> None:
    seen = await visit(f"{gallery}/language/en?back=/gallery/say", size=PHONE)
    assert await seen.page.get_attribute("html", "lang") == "en"
    assert "2 days left" in await seen.page.inner_text("main")
    assert await axe(seen.page) == []
    assert await no_horizontal_scroll(seen.page)


@pytest.mark.browser
async def test_the_accessibility_check_can_fail(gallery: str, visit: Visit) -> None:
    seen = await visit(f"{gallery}/gallery/say")
    await seen.page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert any(one.startswith("label:") for one in await axe(seen.page))


@pytest.mark.browser
async def test_larger_letters_and_wider_spacing_break_nothing(gallery: str, visit: Visit) -> None:
    """WCAG 1.4.12, at 320 px. The rules are added as the browser's own, past the content policy."""
    spacing = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    for part in ("say", "form", "lists", "chart", "case"):
        seen = await visit(f"{gallery}/gallery/{part}", size=PHONE, bypass_csp=True)
        await seen.page.add_style_tag(content=spacing)
        assert await no_horizontal_scroll(seen.page), part


@pytest.mark.browser
async def test_fingers_hit_what_they_aim_at_on_citizens_pages(gallery: str, visit: Visit) -> None:
    """44 by 44 CSS pixels for everything that stands alone; links inside sentences may be smaller."""
    alone = "button, select, summary, input:not([type=hidden]), .mc-nav a, .mc-links > li > a, .mc-doors a, .mc-foot a"
    for part in ("home", "way", "question", "form", "case"):
        seen = await visit(f"{gallery}/gallery/{part}", size=PHONE)
        small = await seen.page.evaluate(
            "alone => [...document.querySelectorAll(alone)].filter(one => one.checkVisibility()).map(one => {"
            " const size = one.getBoundingClientRect(); return [one.outerHTML.slice(0, 80), size.height] })"
            ".filter(([, height]) => height < 43.5)",
            alone,
        )
        tabs_and_small_sizes = ("govuk-radios--small", "mc-pick", 'id="small', 'id="legal')
        assert [one for one in small if not any(word in one[0] for word in tabs_and_small_sizes)] == [], part


@pytest.mark.browser
async def test_on_paper_a_list_stays_a_table_and_the_frame_goes(gallery: str, visit: Visit) -> None:
    page = (await visit(f"{gallery}/gallery/lists", size=(794, 1123))).page
    assert await page.evaluate("getComputedStyle(document.querySelector('.mc-list tr')).display") == "block"
    await page.emulate_media(media="print")
    assert await page.evaluate("getComputedStyle(document.querySelector('.mc-list tr')).display") == "table-row"
    for gone in (".mc-top", ".mc-foot", ".mc-queues", ".mc-chips", ".mc-bulk", ".govuk-button"):
        assert not await page.locator(gone).first.is_visible(), gone
    assert await page.is_visible(".mc-due")
    assert await no_horizontal_scroll(page)


def test_every_macro_stands_in_the_gallery_and_in_the_cheat_sheet() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in GALLERY_FOLDER.rglob("*.html"))
    layouts = "".join(path.read_text(encoding="utf-8") for path in PARTS_FOLDER.parent.glob("*.html"))
    inside = "".join(path.read_text(encoding="utf-8") for path in PARTS_FOLDER.glob("*.html"))
    sheet = README.read_text(encoding="utf-8")
    for path in sorted(PARTS_FOLDER.glob("*.html")):
        for macro in MACRO.findall(path.read_text(encoding="utf-8")):
            call = f"{path.stem}.{macro}("
            own = re.search(rf"(?<!macro )\b{macro}\(", inside)
            assert call in shown or f"_{call}" in layouts or own, f"{call} is in no page of the gallery"
            assert f"`{macro}(" in sheet, f"{call} is not in the cheat-sheet"


def test_every_shared_template_is_used() -> None:
    names = [name for name in environment().list_templates() if "/" not in name or name.startswith(("parts/", "gallery/"))]
    folder = Path(app.faces.__file__).parent.parent
    sources = [*folder.glob("*/templates/**/*.html"), *folder.glob("gallery/*.py"), *folder.glob("faces/*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    layouts = {"portal.html", "desk.html", "print.html"}  # the gallery chooses them by address
    for name in names:
        chosen = name.startswith("gallery/") and Path(name).stem in PARTS
        assert chosen or name in layouts or f'"{name}"' in text, name
