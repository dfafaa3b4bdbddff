"""Synthetic papers of applicants: a page that says what it stands for and that it is worth nothing."""

import io
from functools import cache

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from app.demo_play.people import FONT

MARK = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ"
_SIZE = (827, 1169)  # A4 at 100 dots per inch


@cache
def picture(title: str, person: str, number: int = 1) -> bytes:
    """A photograph of a paper, as JPEG; another `number` gives other bytes."""
    page = Image.new("L", _SIZE, 250 - number % 9)
    pen = ImageDraw.Draw(page)
    pen.rectangle((60, 60, 767, 1109), outline=90, width=3)
    pen.text((100, 110), MARK, font=_letters(30), fill=60)
    for line, text in enumerate(_lines(title, 34)):
        pen.text((100, 220 + 46 * line), text, font=_letters(38), fill=20)
    for line, text in enumerate(_lines(person, 42)):
        pen.text((100, 480 + 40 * line), text, font=_letters(30), fill=20)
    for line in range(9):
        pen.line((100, 640 + 48 * line, 727, 640 + 48 * line), fill=190, width=2)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70, dpi=(100, 100))
    return out.getvalue()


@cache
def scan(title: str, person: str, pages: int = 1) -> bytes:
    """The same as a PDF from a scanner."""
    sheets = [Image.open(io.BytesIO(picture(title, person, number))) for number in range(1, pages + 1)]
    raw, out = io.BytesIO(), io.BytesIO()
    sheets[0].save(raw, "PDF", save_all=True, append_images=sheets[1:], resolution=100)
    with pikepdf.open(raw) as pdf:
        # The same bytes for the same paper, whenever it is made.
        del pdf.docinfo["/CreationDate"], pdf.docinfo["/ModDate"]
        pdf.save(out, static_id=True)
    return out.getvalue()


@cache
def _letters(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def _lines(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines[:5]
