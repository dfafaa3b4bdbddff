"""Codes that scanners read: QR for addresses, Code 128 for dossier and shipment codes. Drawn as SVG.

Sizes: one QR module is at least 0.5 mm, the thinnest bar at least two dots of a 203-dpi label printer (0.25 mm).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import zxingcpp

QR_MODULE_MM = 0.5
DOT_MM = 25.4 / 203

_DARK = re.compile(rb"\0+")


@dataclass(frozen=True)
class Code:
    """A drawn code. `width_mm` and `height_mm` are the smallest size that still scans, quiet zone included."""

    svg: str
    width_mm: float
    height_mm: float


@lru_cache(maxsize=512)
def qr(text: str) -> Code:
    """A QR code of error level M. Empty text raises ValueError."""
    drawn, modules, _ = _draw(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return Code(drawn, modules * QR_MODULE_MM, modules * QR_MODULE_MM)


@lru_cache(maxsize=512)
def bars(text: str, *, height_mm: float = 9.0, room_mm: float = 0.0) -> Code:
    """A Code 128, as wide as `room_mm` allows in steps of one printer dot, never below the smallest that scans.

    Only ASCII can be drawn; anything else, or nothing, raises ValueError.
    """
    if not text.isascii() or not text.isprintable():
        raise ValueError("Code 128 draws printable ASCII only")
    drawn, modules, _ = _draw(text, zxingcpp.BarcodeFormat.Code128)
    dots = max(2, min(4, int(room_mm / (modules * DOT_MM))))
    return Code(drawn, modules * dots * DOT_MM, height_mm)


def _draw(text: str, format: "zxingcpp.BarcodeFormat", **how: str) -> tuple[str, int, int]:
    """The symbol as one path, and its width and height in modules, quiet zone included. Paper is white by itself.

    Bars are as high as the place they are stretched to: one row of them says all.
    """
    if not text:
        raise ValueError("a code needs a text")
    drawn: Any = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, format, **how), scale=1)
    modules = memoryview(drawn)  # a byte for each, dark is 0
    rows, width = drawn.shape
    height = rows if rows == width else 1
    path = "".join([_run(width, *run.span()) for run in _DARK.finditer(modules.tobytes(), 0, height * width)])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    return f'{head}<path d="{path}"/></svg>', width, height


@lru_cache(maxsize=32768)
def _run(width: int, first: int, behind: int) -> str:
    """A row's dark modules side by side, counted from the upper left corner. Remembered: codes of one size share most."""
    row, column = divmod(first, width)
    return f"M{column} {row}h{behind - first}v1h-{behind - first}z"
