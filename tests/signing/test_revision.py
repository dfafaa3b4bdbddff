"""The revision written by hand says what pyHanko's says, and whoever may not sign is refused as before."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from signing import Appearance, Box, FileKey, LaterSignature, PlaceTaken, UnsuitablePdf, seal_box, sign_pdf
from signing.cms import Maker
from signing.images import signature_image
from signing.plain_file import PlainFile, Unfamiliar, dictionary, items
from signing.revision import Wanted, prepare
from tests.signing import attacks
from tests.signing.conftest import HAND, Office
from tests.signing.test_cms import self_made

MOMENT = datetime(2026, 3, 2, 9, 5, 7, tzinfo=UTC)
SECOND = Box.from_top(20, 60, 50, 20)
INK = signature_image("Mẫu")


def chain(office: Office, pdf: bytes, maker: Maker) -> list[bytes]:
    """Three signers: the first certifies and keeps places, the last closes."""
    first = sign_pdf(
        pdf, key=office.leader, appearance=Appearance(0, HAND, INK), certify="allow-signatures", field="leader",
        later=[LaterSignature("second", 1, SECOND, closes=False), LaterSignature("seal", 0, seal_box(HAND))],
        reason="Ký (duyệt) \\ kết quả", location="Xã Mẫu", signed_at=MOMENT, maker=maker,
    )  # fmt: skip
    second = sign_pdf(
        first.data, key=office.seal, appearance=Appearance(1, SECOND, INK), field="second", signed_at=MOMENT, maker=maker
    )
    third = sign_pdf(
        second.data, key=office.seal, appearance=Appearance(0, seal_box(HAND), INK), field="seal", location="Tan Mai",
        signed_at=MOMENT, maker=maker,
    )  # fmt: skip
    return [first.data, second.data, third.data]


def told(item: Any) -> Any:
    """A PDF object as plain values, references as they are; what must differ (container, range) left out."""
    if isinstance(item, generic.IndirectObject):
        return f"{item.idnum} R"
    if isinstance(item, generic.StreamObject):
        return [told(generic.DictionaryObject(item)), item.data]
    if isinstance(item, generic.DictionaryObject):
        left_out = ("/Contents", "/ByteRange") if "/ByteRange" in item else ()
        return {str(key): told(item.raw_get(key)) for key in item if key not in left_out}
    if isinstance(item, generic.ArrayObject):
        return [told(item.raw_get(n)) for n in range(len(item))]
    return str(item)


def objects(pdf: bytes) -> dict[int, Any]:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    every = reader.xrefs.explicit_refs_in_revision(reader.xrefs.total_revisions - 1)
    return {one.idnum: told(reader.get_object(generic.Reference(one.idnum, 0, reader))) for one in every if one.idnum}


def test_every_object_is_as_pyhanko_writes_it(office: Office, pdf: bytes) -> None:
    ours, theirs = chain(office, pdf, "template"), chain(office, pdf, "stock")
    for mine, stock in zip(ours, theirs, strict=True):
        assert objects(mine) == objects(stock)
        trailers = [PdfFileReader(io.BytesIO(one)).trailer.flatten() for one in (mine, stock)]
        sizes, roots = ([told(one.raw_get(key)) for one in trailers] for key in ("/Size", "/Root"))
        assert sizes[0] == sizes[1]
        assert roots[0] == roots[1]


def test_a_signature_alone_is_as_pyhanko_writes_it(office: Office, pdf: bytes) -> None:
    for certify in ("none", "no-changes"):
        made = [
            sign_pdf(
                pdf, key=office.leader, appearance=Appearance(-1, HAND, INK), certify=certify, signed_at=MOMENT,
                maker=maker,
            ).data
            for maker in ("template", "stock")
        ]
        assert objects(made[0]) == objects(made[1])


def wanted(**changes: Any) -> Wanted:
    return replace(Wanted(Appearance(0, HAND, INK), "leader", (), None, None, None, MOMENT, 8000), **changes)


def test_papers_of_ours_are_written_by_hand(office: Office, pdf: bytes) -> None:
    assert prepare(pdf, office.leader.certificate, wanted()).data.startswith(pdf)


def test_what_is_not_plain_is_left_to_pyhanko(office: Office, pdf: bytes) -> None:
    certificate = office.leader.certificate
    for unusual in (
        pdf + b"%%EOF\n", pdf[:-1], b"%PDF-2.0\n" + pdf[9:], pdf.replace(b"/Kids", b"/Kidz", 1),
        pdf.replace(b"/Type /Catalog", b"/Lang /Catalog", 1), re.sub(rb"/Root \d+ 0 R", b"/Root 1 1 R", pdf),
    ):  # fmt: skip
        with pytest.raises(Unfamiliar):
            prepare(unusual, certificate, wanted())
    for other in (
        wanted(appearance=Appearance(0, HAND, lines=("Sao y",))),
        wanted(appearance=Appearance(7, HAND, INK)),
        wanted(later=(LaterSignature("leader", 0, HAND),)),
    ):
        with pytest.raises(Unfamiliar):
            prepare(pdf, certificate, other)
    with pytest.raises(Unfamiliar):
        prepare(pdf, self_made(office).certificate, wanted())


def test_a_closed_file_takes_no_further_signature(office: Office, pdf: bytes) -> None:
    first, second, closed = chain(office, pdf, "template")
    shut = sign_pdf(pdf, key=office.leader, appearance=Appearance(0, HAND, INK), certify="no-changes").data
    for file, name, where in (
        (closed, "fourth", HAND), (second, "fourth", HAND), (shut, "other", HAND), (second, "second", SECOND),
        (first, "seal", SECOND), (attacks.new_field(first), "seal", seal_box(HAND)),
    ):  # fmt: skip
        with pytest.raises(Unfamiliar):
            prepare(file, office.seal.certificate, wanted(field=name, appearance=Appearance(0, where, INK)))
    with pytest.raises(PlaceTaken):
        sign_pdf(second, key=office.seal, appearance=Appearance(1, SECOND, INK), field="second")
    with pytest.raises(PlaceTaken):
        sign_pdf(first, key=office.seal, appearance=Appearance(0, SECOND, INK), field="seal")
    with pytest.raises(UnsuitablePdf):
        sign_pdf(first, key=office.seal, appearance=Appearance(0, seal_box(HAND), INK), field="seal", certify="no-changes")


@pytest.mark.parametrize(
    "broken",
    [
        b"<</A 1", b"<</A 1/A 2>>", b"<</A>>", b"<</A (x>>", b"<</A [1>>]>>", b"<</A% c\n 1>>", b"<</A#42 1>>", b"[1]",
        b"<<1 2>>",
    ],
)
def test_a_dictionary_in_doubt_is_not_read(broken: bytes) -> None:
    with pytest.raises(Unfamiliar):
        dictionary(broken, 0)


def test_values_stay_as_they_stand() -> None:
    read, end = dictionary(rb"<</A(x\)(y)>>)/B[1 0 R<AB>/C<</D 1>>]/E 2 0 R/F -1.5>>endobj", 0)
    assert read == {b"/A": rb"(x\)(y)>>)", b"/B": b"[1 0 R<AB>/C<</D 1>>]", b"/E": b"2 0 R", b"/F": b"-1.5"}
    assert items(read[b"/B"]) == [b"1 0 R", b"<AB>", b"/C", b"<</D 1>>"]
    assert end == 54


def test_revisions_in_a_ring_end(pdf: bytes) -> None:
    ring = re.sub(rb"(trailer << .*?)>>\nstartxref\n(\d+)", rb"\1/Prev \2 >>\nstartxref\n\2", pdf, flags=re.DOTALL)
    assert ring != pdf
    with pytest.raises(Unfamiliar):
        PlainFile(ring)


def test_a_time_stamp_too_long_is_told(office: Office, pdf: bytes) -> None:
    prepared = prepare(pdf, office.leader.certificate, wanted(room=10))
    with pytest.raises(ValueError, match="larger"):
        prepared.filled(b"123456")


def test_what_was_signed_is_not_printed(office: Office, pdf: bytes) -> None:
    """A task's repr is made by asyncio whenever a loop starts; it took longer than signing, and named people."""
    made = sign_pdf(pdf, key=office.leader, appearance=Appearance(0, HAND, INK))
    assert len(repr(made)) < 1000
    assert isinstance(office.leader, FileKey)
