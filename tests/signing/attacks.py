"""Tampering with a signed PDF, one function for each trick. Names of families: pdf-insecurity.org."""

from __future__ import annotations

import io
import re

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


class Forger(IncrementalPdfFileWriter):
    """Adds a revision as an attacker would: without an honest date in the metadata."""

    def _update_meta(self) -> None:
        pass


def page_content_replaced(pdf: bytes) -> bytes:
    """Incremental saving (ISA): the page shows something else."""
    writer = _open(pdf)
    page = _page(writer)
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 1 rg 50 50 300 300 re f"))
    writer.update_container(page)
    return _written(writer)


def annotation_over_the_text(pdf: bytes) -> bytes:
    """Evil annotation (EAA)."""
    writer = _open(pdf)
    page = _page(writer)
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 400, 400))),
            pdf_name("/Contents"): generic.pdf_string("TỪ CHỐI"),
            pdf_name("/DA"): generic.pdf_string("/Helv 20 Tf 0 g"),
        }
    )
    annotations = page.get("/Annots", generic.ArrayObject())
    page["/Annots"] = generic.ArrayObject([*annotations, writer.add_object(note)])
    writer.update_container(page)
    return _written(writer)


def signature_picture_replaced(pdf: bytes) -> bytes:
    """Sneaky signature (SSA): the visible part of a signature shows something else."""
    writer = _open(pdf)
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if "/AP" in field and field["/T"] == "leader":
            field["/AP"] = generic.DictionaryObject({pdf_name("/N"): _drawing(writer)})
            writer.mark_update(reference.reference)
    return _written(writer)


def signature_removed(pdf: bytes) -> bytes:
    """The last signature's field is emptied in a new revision."""
    writer = _open(pdf)
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/T") == "seal":
            del field["/V"]
            writer.mark_update(reference.reference)
    return _written(writer)


def form_removed(pdf: bytes) -> bytes:
    """All signatures hidden by a catalogue without a form."""
    writer = _open(pdf)
    del writer.root["/AcroForm"]
    writer.update_root()
    return _written(writer)


def metadata_changed(pdf: bytes) -> bytes:
    """Another title, after the last stamp."""
    writer = _open(pdf)
    writer.set_info(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Giấy khác")}))
    return _written(writer)


def store_emptied(pdf: bytes) -> bytes:
    """The validation data replaced by nothing."""
    writer = _open(pdf)
    writer.root["/DSS"] = generic.DictionaryObject()
    writer.update_root()
    return _written(writer)


def new_field(pdf: bytes) -> bytes:
    """A text field appears."""
    writer = _open(pdf)
    field = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): generic.pdf_string("ket-qua"),
            pdf_name("/V"): generic.pdf_string("TỪ CHỐI"),
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 400, 90))),
        }
    )
    form = writer.root["/AcroForm"]
    form["/Fields"].append(writer.add_object(field))
    writer.update_container(form["/Fields"])
    return _written(writer)


def page_added(pdf: bytes) -> bytes:
    writer = _open(pdf)
    pages = writer.root["/Pages"]
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/Parent"): writer.root.raw_get("/Pages"),
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
        }
    )
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = generic.NumberObject(len(pages["/Kids"]))
    writer.update_container(pages)
    writer.update_container(pages["/Kids"])
    return _written(writer)


def empty_revision(pdf: bytes) -> bytes:
    """A revision that changes nothing: still not the file that was stamped."""
    writer = _open(pdf)
    writer.update_root()
    return _written(writer)


def junk_appended(pdf: bytes) -> bytes:
    return pdf + b"\n% nothing to see\n"


def one_line_break_appended(pdf: bytes) -> bytes:
    return pdf + b"\n"


def second_file_appended(pdf: bytes) -> bytes:
    """The signed file followed by an unsigned one: many readers show the last."""
    first_revision = pdf[: pdf.index(b"%%EOF") + 5]
    return pdf + first_revision


def something_before_the_header(pdf: bytes) -> bytes:
    return b"<html>" + pdf


def byte_range_zero(pdf: bytes) -> bytes:
    return _last_range(pdf, lambda a, b, c, d: (0, 0, 0, 0))


def byte_range_negative(pdf: bytes) -> bytes:
    return _last_range(pdf, lambda a, b, c, d: (0, -b, c, d))


def byte_range_shortened(pdf: bytes) -> bytes:
    """Signature wrapping (SWA)."""
    return _last_range(pdf, lambda a, b, c, d: (0, b - 100, c, d))


def byte_range_removed(pdf: bytes) -> bytes:
    """Universal forgery (USF)."""
    return pdf.replace(b"/ByteRange", b"/ByteRangX")


def byte_range_gap_widened(pdf: bytes) -> bytes:
    return _last_range(pdf, lambda a, b, c, d: (0, b, c + 10, d - 10))


def container_emptied(pdf: bytes) -> bytes:
    """Universal forgery: the last signature holds zeros."""
    start, end = _last_gap(pdf)
    return pdf[: start + 1] + b"0" * (end - start - 2) + pdf[end - 1 :]


def container_padding_used(pdf: bytes) -> bytes:
    """Bytes hidden where the last signature's container is padded."""
    _, end = _last_gap(pdf)
    return pdf[: end - 9] + b"deadbeef" + pdf[end - 1 :]


def letter_case_in_container(pdf: bytes) -> bytes:
    """One hexadecimal digit of the last container in the other case: the same value, another byte."""
    start, end = _last_gap(pdf)
    gap = pdf[start:end]
    where = next(i for i, digit in enumerate(gap) if digit in b"ABCDEF")
    return pdf[: start + where] + gap[where : where + 1].lower() + pdf[start + where + 1 :]


def sub_filter_unknown(pdf: bytes) -> bytes:
    return pdf.replace(b"/ETSI.RFC3161", b"/ETSI.RFC3162")


def other_cross_reference(pdf: bytes) -> bytes:
    """A forged table at the end points the page's content elsewhere."""
    reader = PdfFileReader(io.BytesIO(pdf))
    number = int(reader.root["/Pages"]["/Kids"][0].raw_get("/Contents").idnum)
    body = b"%d 0 obj\n<< /Length 24 >>\nstream\n1 0 0 rg 0 0 500 500 re f\nendstream\nendobj\n" % number
    table = len(pdf) + len(body)
    tail = (
        b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size 500 /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            number,
            len(pdf),
            reader.root_ref.idnum,
            int(reader.last_startxref or 0),
            table,
        )
    )
    return pdf + body + tail


AFTER_THE_FACT = [
    page_content_replaced,
    annotation_over_the_text,
    signature_picture_replaced,
    signature_removed,
    form_removed,
    metadata_changed,
    store_emptied,
    new_field,
    page_added,
    empty_revision,
    junk_appended,
    one_line_break_appended,
    second_file_appended,
    something_before_the_header,
    byte_range_zero,
    byte_range_negative,
    byte_range_shortened,
    byte_range_removed,
    byte_range_gap_widened,
    container_emptied,
    container_padding_used,
    letter_case_in_container,
    sub_filter_unknown,
    other_cross_reference,
]

# What an insider could do between two signatures; the next signer's revision then covers it.
BETWEEN_SIGNATURES = [
    page_content_replaced,
    annotation_over_the_text,
    signature_picture_replaced,
    new_field,
    page_added,
]


def _open(pdf: bytes) -> IncrementalPdfFileWriter:
    return Forger(io.BytesIO(pdf))


def _page(writer: BasePdfFileWriter) -> generic.DictionaryObject:
    reference, _ = writer.find_page_for_modification(0)
    page = reference.get_object()
    assert isinstance(page, generic.DictionaryObject)
    return page


def _drawing(writer: BasePdfFileWriter) -> generic.IndirectObject:
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 100, 100)))
    entries = {pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form")}
    return writer.add_object(
        generic.StreamObject({**entries, pdf_name("/BBox"): box}, stream_data=b"1 0 0 rg 0 0 90 90 re f")
    )


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _last_gap(pdf: bytes) -> tuple[int, int]:
    found = list(BYTE_RANGE.finditer(pdf))[-1]
    return int(found.group(2)), int(found.group(3))


def _last_range(pdf: bytes, change: object) -> bytes:
    assert callable(change)
    found = list(BYTE_RANGE.finditer(pdf))[-1]
    numbers = change(*(int(group) for group in found.groups()))
    text = b"/ByteRange [%d %d %d %d]" % numbers
    return pdf[: found.start()] + text.ljust(found.end() - found.start()) + pdf[found.end() :]
