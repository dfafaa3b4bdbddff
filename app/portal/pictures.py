"""QR codes for pages: the modules as one SVG path."""

import re
from dataclasses import dataclass

from app.papers.codes import qr


@dataclass(frozen=True, slots=True)
class Modules:
    """A QR code as the part `say.qr` draws it."""

    path: str
    modules: int


def qr_of(text: str) -> Modules:
    """The code of `text`, quiet zone included."""
    svg = qr(text).svg
    path, width = re.search(r'<path d="([^"]+)"', svg), re.search(r'width="(\d+)"', svg)
    assert path is not None, "the code was drawn in another way"
    assert width is not None, "the code was drawn in another way"
    return Modules(path[1], int(width[1]))
