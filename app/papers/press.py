"""The press: a template and data in, a PDF out. The only door to typst.

Data reaches a template as JSON in a file (`drawer`), never as source, so what a citizen writes is text and nothing else.
A compiler keeps its fonts and its memory of the template, which makes the second paper five times cheaper than the
first, but two threads may not share one ("Already borrowed") and a process must not fork after it was used: *spawn*.
"""

import asyncio
import base64
import hashlib
import json
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import typst
from PIL import Image

from app.papers import fonts
from app.papers.archive import archived
from app.papers.drawer import Drawer
from app.papers.errors import PaperDamaged
from app.papers.letters import Unknown, for_paper

LIBRARY = ("common.typ", "shapes.typ")
WORKFLOWS = Path(__file__).resolve().parents[2] / "workflows"

_kept = threading.local()

# Where the places came to lie is asked of the laid-out paper; one that asks it of itself is laid out a second time.
_PLACES = """query(<said>).map(said => {
  let at = said.location().position()
  (..said.value, page: at.page, x: at.x.pt(), y: at.y.pt())
})"""
_PAGES = re.compile(rb"/Type/Pages/Count (\d+)")


@dataclass(frozen=True)
class Box:
    """A rectangle on a page, in points from the lower left corner as PDF counts; `page` begins at 1."""

    page: int
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Paper:
    """A printed paper. `places` are the reserved boxes by name: `leader`, `seal`, `submitter`, `receiver`, …"""

    pdf: bytes = field(repr=False)
    sha256: str
    pages: int
    places: Mapping[str, Box]


async def print_paper(
    template: Path,
    data: object,
    *,
    images: Mapping[str, bytes] | None = None,
    printed_at: datetime,
    pdf_a: bool = True,
    unknown: Unknown = "refuse",
) -> Paper:
    """Print `template` with `data` (a mapping or frozen dataclass) without holding up the event loop.

    `images` are PNG, JPEG or SVG bytes a template reaches as `picture("name")`. `pdf_a` proves PDF/A-2b (`archive`).
    The same arguments give the same bytes. `printed_at` is aware. `unknown`: see `letters.printable`.
    Raises PaperDamaged, LetterMissing.
    """
    return await asyncio.to_thread(
        press, template, data, images=images, printed_at=printed_at, pdf_a=pdf_a, unknown=unknown
    )


def press(
    template: Path,
    data: object,
    *,
    images: Mapping[str, bytes] | None = None,
    printed_at: datetime,
    pdf_a: bool = True,
    unknown: Unknown = "refuse",
) -> Paper:
    """The same, in this thread."""
    if printed_at.tzinfo is None:
        raise ValueError("a paper is printed at an instant with its time zone")
    plain = for_paper(data, unknown=unknown)
    plain["_pictures"] = {name: _as_svg(picture) for name, picture in (images or {}).items()}
    pdf, said = compiled(template.resolve(), json.dumps(plain, ensure_ascii=False), printed_at)
    places = {place["name"]: _box(place) for place in said}
    pdf, pages = archived(pdf, printed_at=printed_at) if pdf_a else (pdf, _pages(pdf))
    return Paper(pdf, hashlib.sha256(pdf).hexdigest(), pages, places)


def _box(place: Mapping[str, Any]) -> Box:
    """From the upper left corner, as typst counts, to the lower left, as PDF does."""
    width, height = place["w"], place["h"]
    return Box(place["page"], place["x"] + place["dx"], place["high"] - place["y"] - place["dy"] - height, width, height)


def _pages(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as document:
        return len(document.pages)


def compiled(template: Path, data: str, printed_at: datetime) -> tuple[bytes, list[dict[str, Any]]]:
    """The PDF as typst writes it and the places it said (`<said>`); `data` is JSON. Raises PaperDamaged.

    A paper that turns out to have more than one page is written a second time, knowing how many, for its foot.
    """
    compiler, drawer = _compiler(template)
    moment = printed_at.astimezone(UTC).replace(microsecond=0)
    try:
        pdf = _written(compiler, drawer, data, moment)
        pages = max((int(count) for count in _PAGES.findall(pdf)), default=1)
        if pages > 1:
            pdf = _written(compiler, drawer, f'{data.rstrip()[:-1]}, "_pages": {pages}}}', moment)
        said: list[dict[str, Any]] = json.loads(compiler.eval(_PLACES))
    except typst.TypstError as error:
        raise PaperDamaged(f"{template.parent.name}/{template.name}: {error.message}") from error
    except _Warned as warned:
        raise PaperDamaged(f"{template.parent.name}/{template.name}: {warned}") from warned
    finally:
        drawer.put("")
    return pdf, said


class _Warned(Exception):
    """Typst printed, but not what was meant."""


def _written(compiler: typst.Compiler, drawer: Drawer, data: str, moment: datetime) -> bytes:
    drawer.put(data)
    pdf, warnings = compiler.compile_with_warnings(
        format="pdf", pdf_standards="a-2b", timestamp=int(moment.timestamp())
    )
    if warnings:
        raise _Warned(warnings[0].message)
    if not isinstance(pdf, bytes):
        raise _Warned("nothing was printed")
    return pdf


def _compiler(template: Path) -> tuple[typst.Compiler, Drawer]:
    """This thread's compiler for `template`, thrown away when the template or the common library changed."""
    root = _root(template.parent)
    try:
        age = tuple(one.stat().st_mtime_ns for one in (template, *(root / "forms" / name for name in LIBRARY)))
    except OSError as error:
        raise PaperDamaged(f"there is no template {template.parent.name}/{template.name}") from error
    drawers: dict[Path, Drawer] = _kept.__dict__.setdefault("drawers", {})
    if root not in drawers:
        drawers[root] = Drawer(root)
    drawer = drawers[root]
    main = drawer.main(template)
    compilers: dict[Path, tuple[tuple[int, ...], typst.Compiler]] = _kept.__dict__.setdefault("compilers", {})
    if template not in compilers or compilers[template][0] != age:
        made = typst.Compiler(main, root=drawer.root, font_paths=faces(), ignore_system_fonts=True)
        compilers[template] = (age, made)
    return compilers[template][1], drawer


@cache
def _root(folder: Path) -> Path:
    """The folder of workflows a template lies in: the nearest one above that has `forms/common.typ`."""
    for above in (folder, *folder.parents):
        if (above / "forms/common.typ").is_file():
            return above
    raise PaperDamaged(f"no forms/common.typ above {folder.name}/")


@cache
def faces() -> typst.Fonts:
    """The typeface of papers, checked and read once in a process.

    Before typst is first used: a paper is laid out by the thread that prints it. Typst's own threads hand one page about
    between the cores, which costs CPU that other papers want; whoever sets RAYON_NUM_THREADS is not overruled.
    """
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    fonts.check_fonts()
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts.FOLDER]
    )


def _as_svg(picture: bytes) -> str:
    """A picture as text, for JSON: SVG as it is, pixels wrapped."""
    if picture.startswith(b"\x89PNG"):
        kind = "png"
    elif picture.startswith(b"\xff\xd8"):
        kind = "jpeg"
    else:
        return picture.decode()

    with Image.open(BytesIO(picture)) as opened:
        width, height = opened.size
    inside = base64.b64encode(picture).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" '
        f'height="{height}"><image width="{width}" height="{height}" '
        f'xlink:href="data:image/{kind};base64,{inside}"/></svg>'
    )
