"""Photos and scans become pages: A4, upright, readable, at most half a megabyte each, proven PDF/A-2b."""

import asyncio
import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import datetime

import pikepdf
import pillow_heif
from PIL import Image, ImageCms, ImageOps, ImageSequence

from app.papers.archive import archived_document
from app.papers.errors import PictureUnreadable, TooManyPages
from app.papers.press import Paper

A4 = (595.276, 841.89)
LIMIT = 100
MOST_BYTES = 500_000
MOST_PIXELS = 120_000_000
SHARP, READABLE = 200, 110  # dots an inch on A4: what we try first, and what stays readable
_KINDS = ("JPEG", "PNG", "TIFF", "HEIF", "WEBP")  # a JPEG of several views opens as "MPO"

pillow_heif.register_heif_opener(thumbnails=False)


async def images_to_pdf(pictures: Sequence[bytes], *, title: str, printed_at: datetime) -> Paper:
    """Pictures (JPEG, PNG, HEIC, TIFF with any number of pages, WebP) as one A4 PDF, in their order.

    A photo is turned as its camera says, brought to sRGB on white, and lies on a landscape page if it is wider than
    high. `title` goes into the file, so no personal data. Raises PictureUnreadable, TooManyPages (100).
    """
    return await asyncio.to_thread(bind_pictures, pictures, title=title, printed_at=printed_at)


def bind_pictures(pictures: Sequence[bytes], *, title: str, printed_at: datetime) -> Paper:
    """The same, in this thread."""
    with pikepdf.new() as document:
        add_pictures(document, pictures)
        document.docinfo["/Title"] = title
        pages = len(document.pages)
        pdf = archived_document(document, printed_at=printed_at)
    return Paper(pdf, hashlib.sha256(pdf).hexdigest(), pages, {})


def add_pictures(document: pikepdf.Pdf, pictures: Sequence[bytes]) -> None:
    """Append pictures to an open document, one page each. Raises as `images_to_pdf`."""
    for picture in pictures:
        number = len(document.pages) + 1
        try:
            for frame in _frames(picture, number):
                if len(document.pages) >= LIMIT:
                    raise TooManyPages(pages=len(document.pages) + 1, limit=LIMIT)
                _add_page(document, frame)
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
            raise PictureUnreadable(page=number) from error
    if not document.pages:
        raise PictureUnreadable(page=1)


def _frames(picture: bytes, number: int) -> Iterator[Image.Image]:
    """Every page of a picture, upright, in sRGB on white. A phone's JPEG may carry a second, small view: not a page."""
    with Image.open(io.BytesIO(picture), formats=_KINDS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureUnreadable(page=number)
        only_first = opened.format in ("MPO", "HEIF")
        for frame in ImageSequence.Iterator(opened):
            if frame.width * frame.height > MOST_PIXELS:
                raise PictureUnreadable(page=number)
            yield _plain(ImageOps.exif_transpose(frame))
            if only_first:
                return


def _plain(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        ground = Image.new("RGBA", with_alpha.size, "white")
        picture = Image.alpha_composite(ground, with_alpha).convert("RGB")
    elif picture.mode.startswith("I;16"):
        picture = picture.point(lambda level: level / 256).convert("L").convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted or picture.convert("RGB")
        except ImageCms.PyCMSError:
            pass  # a profile that does not fit its picture is common; the colours are shown as they are
    return picture.convert("RGB")


def _add_page(document: pikepdf.Pdf, picture: Image.Image) -> None:
    page = (A4[1], A4[0]) if picture.width > picture.height else A4
    jpeg, size = _small_enough(picture, page)
    scale = min(page[0] / size[0], page[1] / size[1])
    add_jpeg_page(document, jpeg, size, page, (size[0] * scale, size[1] * scale))


def add_jpeg_page(
    document: pikepdf.Pdf, jpeg: bytes, dots: tuple[int, int], page: tuple[float, float], drawn: tuple[float, float]
) -> None:
    """Append a page of size `page` with an RGB JPEG of `dots` in its middle, drawn as large as `drawn` (points)."""
    image = document.make_stream(
        jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=dots[0],
        Height=dots[1],
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    left, bottom = (page[0] - drawn[0]) / 2, (page[1] - drawn[1]) / 2
    added = document.add_blank_page(page_size=page)
    added.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=image))
    drawing = f"q {drawn[0]:.3f} 0 0 {drawn[1]:.3f} {left:.3f} {bottom:.3f} cm /Scan Do Q"
    added.obj.Contents = document.make_stream(drawing.encode())


def _small_enough(picture: Image.Image, page: tuple[float, float]) -> tuple[bytes, tuple[int, int]]:
    """The best JPEG of at most `MOST_BYTES`: first fewer shades, then fewer dots, never below what is readable."""
    dots = SHARP
    while True:
        room = (round(page[0] * dots / 72), round(page[1] * dots / 72))
        fitted = ImageOps.contain(picture, room) if picture.width > room[0] or picture.height > room[1] else picture
        for quality in (85, 75, 65, 50):
            written = io.BytesIO()
            fitted.save(written, "JPEG", quality=quality, optimize=True)
            if written.tell() <= MOST_BYTES:
                return written.getvalue(), fitted.size
        if dots <= READABLE:
            fitted.save(written := io.BytesIO(), "JPEG", quality=35, optimize=True)
            return written.getvalue(), fitted.size
        dots = max(READABLE, int(dots * 0.85))
