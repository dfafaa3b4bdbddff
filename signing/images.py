"""Plainly synthetic images for demonstrations and tests: never a real signature, never a real seal."""

from __future__ import annotations

import hashlib
import io
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

BLUE = (16, 58, 168)
RED = (206, 17, 38)
MARK = "MẪU – KHÔNG CÓ GIÁ TRỊ"

_DOTS_PER_MILLIMETRE = 300 / 25.4
# Drawn larger and reduced: smooth edges.
_SMOOTHING = 2


def signature_image(name: str, *, width_mm: float = 50, height_mm: float = 22) -> bytes:
    """A blue scribble, the same for the same name: PNG with transparent ground, 300 dots per inch."""
    width, height = _dots(width_mm), _dots(height_mm)
    image = Image.new("RGBA", (width, height), (*BLUE, 0))
    pen = ImageDraw.Draw(image)
    numbers = hashlib.sha256(name.encode()).digest()
    loops = 3 + len(name.split())
    middle, reach = height * 0.5, height * 0.32
    points = []
    for step in range(loops * 40 + 1):
        along = step / (loops * 40)
        turn = along * loops * 2 * math.pi
        wild = numbers[int(along * 30)] / 255
        x = width * (0.06 + 0.86 * along) + math.cos(turn) * width * 0.05 * (0.5 + wild)
        y = middle - math.sin(turn + wild) * reach * (1.1 - along * (0.4 + 0.5 * numbers[1] / 255))
        points.append((x, y))
    thick = max(3, round(height * 0.022))
    pen.line(points, fill=(*BLUE, 255), width=thick, joint="curve")
    # The flourish below, as everybody's.
    rise = height * (0.82 + 0.08 * numbers[2] / 255)
    flourish = [
        (width * (0.1 + 0.8 * t / 40), rise - math.sin(t / 40 * math.pi) * height * 0.12) for t in range(41)
    ]
    pen.line(flourish, fill=(*BLUE, 255), width=thick, joint="curve")
    return _png(image)


def seal_image(agency: str, *, font: Path, diameter_mm: float = 36) -> bytes:
    """A round red seal: the agency along the upper rim, the mark that it is worthless along the lower, a star.

    `font`: a TrueType file with the Vietnamese letters. PNG with transparent ground, 300 dots per inch, so that it
    prints at its real size in a box of the same diameter.
    """
    size = _dots(diameter_mm)
    image = Image.new("RGBA", (size, size), (*RED, 0))
    pen = ImageDraw.Draw(image)
    centre, ink = size / 2, (*RED, 255)
    for outer, thick in ((0.495, 0.022), (0.455, 0.006), (0.30, 0.010)):
        reach = size * outer
        pen.ellipse(
            (centre - reach, centre - reach, centre + reach, centre + reach),
            outline=ink,
            width=round(size * thick),
        )
    letters = ImageFont.truetype(str(font), round(size * 0.075))
    _along_the_rim(image, agency.upper(), letters, radius=size * 0.375, upper=True)
    small = ImageFont.truetype(str(font), round(size * 0.062))
    _along_the_rim(image, MARK, small, radius=size * 0.375, upper=False)
    star = []
    for point in range(10):
        reach = size * (0.14 if point % 2 == 0 else 0.055)
        angle = -math.pi / 2 + point * math.pi / 5
        star.append((centre + reach * math.cos(angle), centre - size * 0.05 + reach * math.sin(angle)))
    pen.polygon(star, fill=ink)
    sample = ImageFont.truetype(str(font), round(size * 0.085))
    pen.text((centre, centre + size * 0.17), "MẪU", font=sample, fill=ink, anchor="mm")
    return _png(image)


def _along_the_rim(
    image: Image.Image, text: str, font: ImageFont.FreeTypeFont, *, radius: float, upper: bool
) -> None:
    """Letter by letter on a circle, readable from outside above and from inside below."""
    widths = [font.getlength(letter) for letter in text]
    gap = font.size * 0.06
    whole = (sum(widths) + gap * (len(text) - 1)) / radius
    # Never more than 160 degrees: long names are pressed together.
    squeeze = min(1.0, math.radians(165) / whole)
    angle = -whole * squeeze / 2
    centre = image.width / 2
    room = round(font.size * 2)
    for letter, width in zip(text, widths, strict=True):
        angle += width / radius * squeeze / 2
        tile = Image.new("RGBA", (room, room), (*RED, 0))
        ImageDraw.Draw(tile).text((room / 2, room / 2), letter, font=font, fill=(*RED, 255), anchor="mm")
        if upper:
            turned = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
            x, y = centre + radius * math.sin(angle), centre - radius * math.cos(angle)
        else:
            turned = tile.rotate(math.degrees(angle), resample=Image.Resampling.BICUBIC)
            x, y = centre + radius * math.sin(angle), centre + radius * math.cos(angle)
        image.alpha_composite(turned, (round(x - room / 2), round(y - room / 2)))
        angle += (width / 2 + gap) / radius * squeeze


def _dots(millimetres: float) -> int:
    return round(millimetres * _DOTS_PER_MILLIMETRE * _SMOOTHING)


def _png(image: Image.Image) -> bytes:
    reduced = image.resize(
        (image.width // _SMOOTHING, image.height // _SMOOTHING), resample=Image.Resampling.LANCZOS
    )
    # One colour everywhere and only the transparency drawn: reducing must not darken the edges.
    colour = Image.new("RGB", reduced.size, image.getpixel((0, 0))[:3])  # type: ignore[index]
    colour.putalpha(reduced.getchannel("A"))
    out = io.BytesIO()
    dots = 300
    colour.save(out, "PNG", optimize=True, dpi=(dots, dots))
    return out.getvalue()
