"""A certified copy: the pages of the original, then the page with the certification words (lời chứng).

Original PDFs are cleaned (no scripts, forms, attachments, annotations) and kept as they are when the whole copy then
passes as PDF/A-2b, as office scanners' files do. Otherwise every page of them is drawn at 200 dots an inch in colour at
100 % scale, the least NĐ 30/2020 asks of an electronic copy. Pictures become A4 pages.
"""

import asyncio
import hashlib
import io
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime

import pikepdf
from PIL import Image

from app.papers.archive import archived_document
from app.papers.errors import PaperDamaged, PictureUnreadable, TooManyPages
from app.papers.pages import draw_pages, page_sizes
from app.papers.pictures import LIMIT, add_jpeg_page, add_pictures
from app.papers.press import Box, Paper

COPY_PPI = 200
MARK = (70 / 25.4 * 72, 18 / 25.4 * 72, 8 / 25.4 * 72)  # width, height and distance from the edges, in points


async def certify_copy(original: bytes | Sequence[bytes], page: Paper, *, title: str, printed_at: datetime) -> Paper:
    """`original` (PDFs and pictures in order, or one) with the certification `page` behind it, as proven PDF/A-2b.

    `page` is the printed `result.typ` of the procedure; its places move with it. A further place, `copy_mark`, is the
    top right corner of page 1, where the agency's text (form of copy, agency, time) belongs. `title` goes into the
    file: no personal data. Raises PictureUnreadable (also for encrypted PDFs), TooManyPages.
    """
    return await asyncio.to_thread(bind_copy, original, page, title=title, printed_at=printed_at)


def bind_copy(original: bytes | Sequence[bytes], page: Paper, *, title: str, printed_at: datetime) -> Paper:
    """The same, in this thread."""
    pieces = [original] if isinstance(original, bytes) else list(original)
    pages = sum(len(page_sizes(piece)) for piece in pieces if _is_pdf(piece))
    if pages > LIMIT:
        raise TooManyPages(pages=pages, limit=LIMIT)
    try:
        return _bound(pieces, page, title, printed_at, kept=True)
    except (PaperDamaged, pikepdf.PdfError, ValueError, KeyError):
        return _bound(pieces, page, title, printed_at, kept=False)


def _bound(pieces: Sequence[bytes], page: Paper, title: str, printed_at: datetime, *, kept: bool) -> Paper:
    """Put the pieces in order, PDFs `kept` as they are or drawn, then the certification page."""
    with ExitStack() as opened, pikepdf.new() as document:
        for piece in pieces:
            if not _is_pdf(piece):
                add_pictures(document, [piece])
                continue
            source = opened.enter_context(_flat(piece))
            if kept:
                _keep(document, source)
            else:
                source.save(flat := io.BytesIO())
                _add_drawn(document, flat.getvalue())
        if not document.pages:
            raise PictureUnreadable(page=1)
        return _finished(document, page, title, printed_at)


def _is_pdf(piece: bytes) -> bool:
    return b"%PDF-" in piece[:1024]


def _flat(original: bytes) -> pikepdf.Pdf:
    """The original with what its forms and annotations show made part of the page."""
    source = pikepdf.open(io.BytesIO(original))
    source.generate_appearance_streams()
    source.flatten_annotations("print")
    return source


def _finished(document: pikepdf.Pdf, page: Paper, title: str, printed_at: datetime) -> Paper:
    before = len(document.pages)
    places = {**_moved(page.places, before), "copy_mark": _mark(document.pages[0])}
    with pikepdf.open(io.BytesIO(page.pdf)) as certification:
        document.pages.extend(certification.pages)
        for added in document.pages:
            for tag in ("/StructParents", "/Tabs"):
                if tag in added.obj:
                    del added.obj[tag]
        document.docinfo["/Title"] = title
        pdf = archived_document(document, printed_at=printed_at)
    return Paper(pdf, hashlib.sha256(pdf).hexdigest(), before + page.pages, places)


def _keep(document: pikepdf.Pdf, source: pikepdf.Pdf) -> None:
    """Take over pages without what acts, hides or asks; the catalogue with forms and scripts stays behind."""
    if "/OCProperties" in source.Root:
        raise PaperDamaged("layers: what is hidden in the original would show in the copy")
    document.pages.extend(source.pages)
    for page in document.pages:
        for part in ("/AA", "/Annots", "/Metadata", "/PieceInfo", "/B", "/Thumb", "/PresSteps"):
            if part in page.obj:
                del page.obj[part]


def _add_drawn(document: pikepdf.Pdf, original: bytes) -> None:
    for size, picture in zip(page_sizes(original), draw_pages(original, ppi=COPY_PPI), strict=True):
        with Image.open(io.BytesIO(picture), formats=("PNG",)) as drawn:
            drawn.convert("RGB").save(written := io.BytesIO(), "JPEG", quality=85, optimize=True)
            add_jpeg_page(document, written.getvalue(), drawn.size, size, size)


def _mark(page: pikepdf.Page) -> Box:
    _, _, right, top = (float(side) for side in page.cropbox)
    width, height, edge = MARK
    return Box(1, right - edge - width, top - edge - height, width, height)


def _moved(places: Mapping[str, Box], by: int) -> dict[str, Box]:
    return {name: Box(box.page + by, box.x, box.y, box.w, box.h) for name, box in places.items()}
