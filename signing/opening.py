"""Open a PDF for signing, refusing what must not be signed."""

from __future__ import annotations

import io
from dataclasses import dataclass

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.errors import UnsuitablePdf

LARGEST_PDF = 64 * 1024 * 1024


class QuietWriter(IncrementalPdfFileWriter):
    """Adds a revision without touching the metadata.

    pyHanko would rewrite /Info and XMP at every signature. The typesetter's PDF/A identification stays as it was,
    and a later revision that does touch metadata is then not ours.
    """

    def _update_meta(self) -> None:
        pass


@dataclass(frozen=True)
class SignaturePlace:
    """A signature field as it is in the file."""

    name: str
    filled: bool
    locks: bool


def open_for_signing(pdf: bytes) -> QuietWriter:
    """Raises UnsuitablePdf: too large, not a PDF, broken, encrypted, or with other form fields than signatures."""
    if len(pdf) > LARGEST_PDF:
        raise UnsuitablePdf(f"the file is larger than {LARGEST_PDF // 1024 // 1024} MiB")
    if not pdf.startswith(b"%PDF-"):
        raise UnsuitablePdf("the file does not begin as a PDF")
    # PDF/A wants every object on a line of its own; some typesetters end the file without a line break.
    whole = pdf if pdf.endswith((b"\n", b"\r")) else pdf + b"\n"
    try:
        writer = QuietWriter(io.BytesIO(whole), strict=True)
        if writer.prev.encrypted:
            raise UnsuitablePdf("the file is encrypted")
        if any(kind != "/Sig" for kind in field_kinds(writer.prev)):
            raise UnsuitablePdf("the file has form fields; they could be changed after signing")
    except (PdfError, ValueError, KeyError, TypeError, RecursionError, AttributeError, IndexError) as error:
        raise UnsuitablePdf("the file is not a sound PDF") from error
    return writer


def field_kinds(reader: PdfFileReader) -> list[str]:
    """The type of every form field, however deep. `?` for a field that does not say."""
    form = reader.root.get("/AcroForm")
    if form is None:
        return []
    found: list[str] = []
    waiting = [(field, None) for field in form.get_object().get("/Fields", ())]
    seen = 0
    while waiting:
        reference, inherited = waiting.pop()
        seen += 1
        if seen > 10_000:
            raise UnsuitablePdf("the file has more form fields than anybody could read")
        field = reference.get_object()
        kind = field.get("/FT", inherited)
        # Kids with a name are fields of their own; kids without are only widgets.
        kids = [kid for kid in field.get("/Kids", ()) if "/T" in kid.get_object()]
        waiting.extend((kid, kind) for kid in kids)
        if not kids:
            found.append(str(kind) if kind is not None else "?")
    return found
