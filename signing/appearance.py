"""What a signature looks like on the page.

Source: Decree 30/2020/NĐ-CP, annex I, part II: the leader's signature is an image in blue, centred between title
and name; the agency's seal is an image in red, of real size, over about a third of the leader's signature on its
left; no text stands beside either. Text (10 points, upright, black) is written only where there is no image:
on separate appendices and on electronic copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

POINTS_PER_MILLIMETRE = 72 / 25.4


@dataclass(frozen=True)
class Box:
    """A rectangle on the page in PDF points (1/72 inch), origin at the lower left corner of the page."""

    left: float
    bottom: float
    width: float
    height: float

    @classmethod
    def from_top(
        cls, left: float, top: float, width: float, height: float, *, page_height: float = 297.0
    ) -> Box:
        """In millimetres, measured from the upper left corner, as typesetters do. A4 unless told otherwise."""
        scale = POINTS_PER_MILLIMETRE
        return cls(left * scale, (page_height - top - height) * scale, width * scale, height * scale)

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Lower left and upper right, rounded as they are written to the file."""
        return (
            round(self.left, 2),
            round(self.bottom, 2),
            round(self.left + self.width, 2),
            round(self.bottom + self.height, 2),
        )


@dataclass(frozen=True)
class Appearance:
    """A visible signature on page `page` (0 is the first, -1 the last).

    `image_png`: PNG with transparent ground, fitted into the box without distortion and centred.
    `lines`: text from the upper left corner, 10 points; it needs `font`, a TrueType file that has the letters.
    """

    page: int
    box: Box
    image_png: bytes | None = None
    lines: tuple[str, ...] = ()
    font: Path | None = None
    font_size: float = 10.0


@dataclass(frozen=True)
class LaterSignature:
    """A place kept for somebody who signs later, made by the first signer before the document is certified.

    Certification lets later signers fill places that exist and forbids new ones. `closes` locks the document
    when this place is filled: nothing but validation data and time-stamps may follow.
    """

    field: str
    page: int
    box: Box
    closes: bool = True


def seal_box(signature: Box, *, diameter: float = 36.0) -> Box:
    """Where the round seal goes: over the left third of the leader's signature. `diameter` in millimetres."""
    size = diameter * POINTS_PER_MILLIMETRE
    right = signature.left + signature.width / 3
    middle = signature.bottom + signature.height / 2
    return Box(right - size, middle - size / 2, size, size)
