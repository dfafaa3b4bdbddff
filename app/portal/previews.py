"""Small pictures of papers, so that people see they sent the right one."""

import asyncio
import io
from typing import Final

from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from app.papers.errors import PictureUnreadable, TooManyPages
from app.papers.pages import page_pictures

WIDEST: Final = 320  # dots
PPI: Final = 40

register_heif_opener()


async def preview(media_type: str, data: bytes) -> bytes | None:
    """The first page as JPEG, at most 320 dots wide; None where it cannot be drawn."""
    try:
        if media_type == "application/pdf":
            data = (await page_pictures(data, ppi=PPI, first=1, last=1))[0]
        return await asyncio.to_thread(_small, data)
    except (PictureUnreadable, TooManyPages, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _small(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("RGB", (WIDEST * 2, WIDEST * 2))
        picture = ImageOps.exif_transpose(opened).convert("RGB")
        picture.thumbnail((WIDEST, WIDEST * 2))
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=70)
    return written.getvalue()
