"""Pages of a PDF as pictures: for copies that cannot be kept as they are, for previews and for tests.

typst draws foreign PDFs itself (an image element with a page number), so no further renderer is needed.
"""

import asyncio
import io
import tempfile
from pathlib import Path

import pikepdf
import typst

from app.papers.errors import PictureUnreadable, TooManyPages
from app.papers.press import faces

LIMIT = 200
LARGEST_SIDE = 14_400  # points, 5 metres: what PDF allows


async def page_pictures(pdf: bytes, *, ppi: int = 110, first: int = 1, last: int | None = None) -> list[bytes]:
    """Pages `first` to `last` (from 1, both included) as PNG at `ppi` dots an inch, without holding up the event loop.

    Raises PictureUnreadable for what is no PDF, is encrypted or cannot be drawn; TooManyPages above 200.
    """
    return await asyncio.to_thread(draw_pages, pdf, ppi=ppi, first=first, last=last)


def draw_pages(pdf: bytes, *, ppi: int = 110, first: int = 1, last: int | None = None) -> list[bytes]:
    """The same, in this thread."""
    sizes = page_sizes(pdf)
    wanted = range(first, (last or len(sizes)) + 1)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pages.pdf").write_bytes(pdf)
        compiler = typst.Compiler(root=folder, font_paths=faces(), ignore_system_fonts=True)
        return [_draw(compiler, page, sizes[page - 1], ppi) for page in wanted]


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every page in points, as seen (a turned page is turned). Errors as `page_pictures`."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            if len(document.pages) > LIMIT:
                raise TooManyPages(pages=len(document.pages), limit=LIMIT)
            return [_size(page, number) for number, page in enumerate(document.pages, start=1)]
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise PictureUnreadable(page=1) from error


def _size(page: pikepdf.Page, number: int) -> tuple[float, float]:
    left, bottom, right, top = (float(side) for side in page.cropbox)
    width, height = abs(right - left), abs(top - bottom)
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise PictureUnreadable(page=number)
    turned = int(page.obj.get("/Rotate", 0)) % 180 == 90
    return (height, width) if turned else (width, height)


def _draw(compiler: typst.Compiler, page: int, size: tuple[float, float], ppi: int) -> bytes:
    width, height = size
    source = (
        f"#set page(width: {width:.3f}pt, height: {height:.3f}pt, margin: 0pt, fill: white)\n"
        f'#image("/pages.pdf", page: {page}, width: 100%, height: 100%, fit: "stretch")'
    )
    largest = min(ppi, int(72 * 8000 / max(size)))  # never more than 8,000 dots on a side
    try:
        drawn, _ = compiler.compile_with_warnings(source.encode(), format="png", ppi=max(largest, 1))
    except typst.TypstError as error:
        raise PictureUnreadable(page=page) from error
    if isinstance(drawn, bytes):
        return drawn
    raise PictureUnreadable(page=page)
