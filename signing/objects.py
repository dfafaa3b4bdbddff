"""The objects a signature is made of, as octets: in the words and the order in which pyHanko writes them."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from datetime import datetime

from pyhanko.pdf_utils import generic

from signing.appearance import Box
from signing.plain_file import Entries

_ROOM_FOR_RANGE = 62  # `/ByteRange` is written when everything else is known
_WIDGET_FLAGS = b"132"  # printed, locked


def written(entries: Entries) -> bytes:
    """A dictionary as it is written."""
    return b"<<\n%s>>" % b"".join(b"%s %s\n" % pair for pair in entries.items())


def widget(name: str, box: Box, page: int, lock: bytes, look: int, value: bytes = b"") -> bytes:
    """The field of a signature and its place on the page, one object. `look`: the object that draws it."""
    return (
        b"<<\n/FT /Sig\n/T %s\n/Type /Annot\n/Subtype /Widget\n/F %s\n/Rect [ %s ]\n/P %d 0 R\n%s/AP <<\n/N %d 0 R\n>>\n%s>>"
        % (text(name), _WIDGET_FLAGS, " ".join(map(_number, box.corners)).encode(), page, lock, look, value)
    )


def lock(fields: Sequence[str]) -> bytes:
    """What a signer who closes the file locks, and that nothing may be changed afterwards."""
    names = b" ".join(text(name) for name in fields)
    return b"<<\n/Action /Include\n/Fields [ %s ]\n/Type /SigFieldLock\n/P 1\n>>" % names


def certification(permissions: int) -> bytes:
    """The rule a certifying signature puts on later changes (ISO 32000-2, 12.8.2.2)."""
    return (
        b"/Reference [ <<\n/Type /SigRef\n/TransformMethod /DocMDP\n/TransformParams <<\n"
        b"/Type /TransformParams\n/V /1.2\n/P %d\n>>\n>> ]\n" % permissions
    )


def signature(moment: datetime, location: str | None, reason: str | None, room: int, reference: bytes) -> bytes:
    """The signature itself, its container empty: `room` digits. `reference`: the rule it puts on what comes later."""
    words = b"/M %s\n" % _pdf(generic.pdf_date(moment))
    if location:
        words += b"/Location %s\n" % text(location)
    if reason:
        words += b"/Reason %s\n" % text(reason)
    return (
        b"<<\n/Contents <%s>\n/ByteRange %s\n/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.CAdES.detached\n%s%s>>"
        % (b"0" * room, b"[]".ljust(_ROOM_FOR_RANGE), words, reference)
    )


@functools.lru_cache(maxsize=256)
def image(width: int, height: int, colours: bytes, shape: bytes, compressed: bytes) -> bytes:
    """A picture, compressed already. `shape`: its mask, or nothing."""
    return (
        b"<<\n/Type /XObject\n/Subtype /Image\n/Width %d\n/Height %d\n/ColorSpace %s\n/BitsPerComponent 8\n"
        b"/Filter /FlateDecode\n%s/Length %d\n>>\nstream\n%s\nendstream"
        % (width, height, colours, shape, len(compressed), compressed)
    )


@functools.lru_cache(maxsize=256)
def proof(der: bytes) -> bytes:
    """A certificate, an OCSP answer or a list of revoked ones, as a stream."""
    return b"<<\n/Length %d\n>>\nstream\n%s\nendstream" % (len(der), der)


def drawing(box: Box, resources: bytes, content: bytes) -> bytes:
    """What a place shows."""
    across, up = size(box)
    return (
        b"<<\n/BBox [ 0 %d %d 0 ]\n/Resources %s\n/Type /XObject\n/Subtype /Form\n/Length %d\n>>\nstream\n%s\nendstream"
        % (up, across, resources, len(content), content)
    )


def size(box: Box) -> tuple[int, int]:
    """pyHanko draws in whole points and lets the viewer stretch them to the rectangle."""
    left, bottom, right, top = box.corners
    return int(right - left), int(top - bottom)


def references(numbers: Sequence[int]) -> bytes:
    """References to objects, for an array."""
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _number(value: float) -> str:
    return repr(generic.FloatObject(value))


@functools.lru_cache(maxsize=1024)
def text(words: str) -> bytes:
    """Words as PDF keeps them."""
    return _pdf(generic.pdf_string(words))


def _pdf(item: generic.PdfObject) -> bytes:
    out = io.BytesIO()
    item.write_to_stream(out)
    return out.getvalue()
