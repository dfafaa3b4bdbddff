"""Write an appearance into the file: image with soft mask and, where asked for, embedded text.

Kept within PDF/A-2: device RGB (the file's output intent must be RGB), no interpolation, fonts embedded.
"""

from __future__ import annotations

import functools
import io
import zlib
from dataclasses import dataclass
from typing import Any

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStampStyle

from signing.appearance import Appearance, Box
from signing.errors import SigningError
from signing.lettering import embed, letters_for

_LEADING = 1.2
NOTHING_SHOWN = Appearance(0, Box(0, 0, 0, 0))


class Stamp(AppearanceContent):
    """The drawing inside the box."""

    def __init__(self, writer: BasePdfFileWriter, box: BoxConstraints, appearance: Appearance) -> None:
        super().__init__(writer=writer, box=box)
        self._appearance = appearance

    def render(self) -> bytes:
        parts = [b"q"]
        if self._appearance.image_png is not None:
            parts.append(self._image(self._appearance.image_png))
        if self._appearance.lines:
            parts.append(self._text())
        parts.append(b"Q")
        return b"\n".join(parts)

    def _image(self, png: bytes) -> bytes:
        width, height, colours, mask = prepared_image(png)
        drawn = _image_object(width, height, "/DeviceRGB", colours)
        if mask is not None:
            shape = self._ensure_writer.add_object(_image_object(width, height, "/DeviceGray", mask))
            drawn[pdf_name("/SMask")] = shape
        name = pdf_name("/Image")
        self.set_resource(ResourceType.XOBJECT, name, self._ensure_writer.add_object(drawn))
        scale = min(self.box.width / width, self.box.height / height)
        across, up = width * scale, height * scale
        left, bottom = (self.box.width - across) / 2, (self.box.height - up) / 2
        return b"q %.3f 0 0 %.3f %.3f %.3f cm /Image Do Q" % (across, up, left, bottom)

    def _text(self) -> bytes:
        size = self._appearance.font_size
        if self._appearance.font is None:
            raise SigningError("an appearance with text needs a font file")
        letters = letters_for(self._appearance.font, self._appearance.lines)
        self.set_resource(ResourceType.FONT, pdf_name("/Text"), embed(self._ensure_writer, letters))
        parts = [b"0 g"]
        for number, line in enumerate(self._appearance.lines):
            baseline = self.box.height - size * (0.9 + _LEADING * number)
            parts.append(b"BT /Text %.2f Tf 1 0 0 1 0 %.3f Tm %s ET" % (size, baseline, letters.shown(line)))
        return b"\n".join(parts)


@dataclass(frozen=True)
class StampStyle(BaseStampStyle):
    """Hands our drawing to pyHanko."""

    appearance: Appearance = NOTHING_SHOWN

    def create_stamp(
        self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, Any]
    ) -> Any:
        return Stamp(writer, box, self.appearance)


@functools.lru_cache(maxsize=64)
def prepared_image(png: bytes) -> tuple[int, int, bytes, bytes | None]:
    """Width, height, compressed colours and compressed mask: made once per image, not per document."""
    try:
        with Image.open(io.BytesIO(png)) as opened:
            image = opened.convert("RGBA")
    except (OSError, ValueError) as error:
        raise SigningError("the signature image is not a readable PNG") from error
    alpha = image.getchannel("A")
    mask = None if alpha.getextrema() == (255, 255) else zlib.compress(alpha.tobytes(), 9)
    return image.width, image.height, zlib.compress(image.convert("RGB").tobytes(), 9), mask


def _image_object(width: int, height: int, colour_space: str, compressed: bytes) -> generic.StreamObject:
    entries = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Image"),
        pdf_name("/Width"): generic.NumberObject(width),
        pdf_name("/Height"): generic.NumberObject(height),
        pdf_name("/ColorSpace"): pdf_name(colour_space),
        pdf_name("/BitsPerComponent"): generic.NumberObject(8),
        pdf_name("/Filter"): pdf_name("/FlateDecode"),
    }
    return generic.StreamObject(entries, encoded_data=compressed)
