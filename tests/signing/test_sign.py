"""What signing promises."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from signing import (
    Appearance,
    Box,
    LaterSignature,
    PlaceTaken,
    SigningError,
    UnsuitablePdf,
    add_validation_data,
    seal_box,
    sign_pdf,
    verify_pdf,
)
from signing.images import signature_image
from tests.signing import attacks
from tests.signing.conftest import FONT, HAND, Office


def test_the_leader_certifies_and_the_seal_closes(office: Office, sealed: bytes) -> None:
    leader, seal = verify_pdf(sealed, trust=office.trust).signatures
    assert (leader.signer, leader.organisation, leader.title) == ("Nguyễn Văn Mẫu", "UBND xã Mẫu", "Chủ tịch")
    assert (leader.certifies, leader.closes) == (True, False)
    assert (seal.certifies, seal.closes) == (False, True)
    assert leader.level == seal.level == "B-LTA"


def test_both_signatures_are_stamped_in_time_and_a_stamp_closes_the_file(
    office: Office, sealed: bytes
) -> None:
    verdict = verify_pdf(sealed, trust=office.trust)
    leader, seal = (one.timestamped for one in verdict.signatures)
    (last,) = verdict.timestamps
    assert leader is not None
    assert seal is not None
    assert last.stamped_at is not None
    assert leader <= seal <= last.stamped_at
    assert last.covers_whole_file


def test_signing_only_adds_bytes(pdf: bytes, signed: bytes, sealed: bytes) -> None:
    assert signed.startswith(pdf)
    assert sealed.startswith(signed)


def test_the_record_names_what_was_signed_and_what_came_out(office: Office, pdf: bytes) -> None:
    moment = datetime(2026, 3, 2, 9, 5, 7, tzinfo=timezone(timedelta(hours=7)))
    made = sign_pdf(
        pdf, key=office.leader, certify="no-changes", signed_at=moment, reason="Ký", location="Xã Mẫu"
    )
    assert made.sha256_before == hashlib.sha256(pdf).hexdigest()
    assert made.sha256 == hashlib.sha256(made.data).hexdigest()
    assert (made.signer_name, made.signing_time, made.level) == ("Nguyễn Văn Mẫu", moment, "B-B")
    (report,) = verify_pdf(made.data, trust=office.trust).signatures
    assert report.signed_at == moment
    assert report.serial == made.certificate_serial
    assert report.closes


def test_the_file_has_no_form_fields_besides_signatures_and_keeps_its_metadata(
    pdf: bytes, sealed: bytes
) -> None:
    before, after = (PdfFileReader(io.BytesIO(data)) for data in (pdf, sealed))
    fields = after.root["/AcroForm"]["/Fields"]
    assert {field.get_object()["/FT"] for field in fields} == {"/Sig"}
    old, new = (reader.root.raw_get("/Metadata") for reader in (before, after))
    assert (old.idnum, before.root["/Metadata"].data) == (new.idnum, after.root["/Metadata"].data)
    assert "/Version" not in after.root


def test_widgets_are_printed_and_not_hidden(sealed: bytes) -> None:
    """PDF/A-2, 6.3.2: the print flag set; hidden, invisible, no-view clear."""
    reader = PdfFileReader(io.BytesIO(sealed))
    for field in reader.root["/AcroForm"]["/Fields"]:
        assert int(field.get_object()["/F"]) & 0b100111 == 0b100


def test_the_seal_covers_the_left_third_of_the_leaders_signature() -> None:
    """Decree 30/2020/NĐ-CP, annex I, part II, 8a."""
    seal = seal_box(HAND)
    assert seal.left + seal.width == pytest.approx(HAND.left + HAND.width / 3)
    assert seal.width == seal.height == pytest.approx(36 / 25.4 * 72)


def test_a_place_is_signed_once(office: Office, sealed: bytes) -> None:
    with pytest.raises(PlaceTaken):
        sign_pdf(sealed, key=office.seal, appearance=Appearance(0, seal_box(HAND)), field="seal")


def test_a_certified_document_takes_no_second_certification(office: Office, signed: bytes) -> None:
    with pytest.raises(UnsuitablePdf):
        sign_pdf(signed, key=office.seal, certify="no-changes")


@pytest.mark.parametrize("damage", [b"", b"hello", b"%PDF-1.7\n%%EOF"], ids=["empty", "text", "header"])
def test_what_is_not_a_pdf_is_not_signed(office: Office, damage: bytes) -> None:
    with pytest.raises(UnsuitablePdf):
        sign_pdf(damage, key=office.leader)


def test_a_pdf_with_form_fields_is_not_signed(office: Office, signed: bytes) -> None:
    with pytest.raises(UnsuitablePdf):
        sign_pdf(attacks.new_field(signed), key=office.seal, field="seal")


def test_text_is_embedded_and_a_missing_letter_is_refused(office: Office, pdf: bytes) -> None:
    """Electronic copies: upper right corner, no image, 10 points."""
    lines = ("SAO Y", "Ủy ban nhân dân xã Mẫu", "22-11-2026, 14:20:30 +07:00")
    corner = Appearance(0, Box.from_top(140, 10, 60, 15), lines=lines, font=FONT)
    made = sign_pdf(pdf, key=office.seal, appearance=corner, certify="no-changes")
    assert b"/FontFile2" in made.data
    with pytest.raises(SigningError, match="lacks"):
        sign_pdf(pdf, key=office.seal, appearance=Appearance(0, corner.box, lines=("漢",), font=FONT))


def test_several_may_sign_before_the_document_closes(office: Office, pdf: bytes) -> None:
    first, second, third = (Box.from_top(20, top, 50, 20) for top in (100, 130, 160))
    made = sign_pdf(
        pdf,
        key=office.leader,
        appearance=Appearance(0, first, signature_image("Một")),
        timestamper=office.clock,
        certify="allow-signatures",
        later=[LaterSignature("second", 0, second, closes=False), LaterSignature("third", 1, third)],
    )
    for field, page, box in (("second", 0, second), ("third", 1, third)):
        look = Appearance(page, box, signature_image(field))
        made = sign_pdf(made.data, key=office.seal, appearance=look, timestamper=office.clock, field=field)
    closed = add_validation_data(made.data, timestamper=office.clock, trust=office.trust)
    verdict = verify_pdf(closed.data, trust=office.trust)
    assert verdict.overall == "valid"
    assert [one.closes for one in verdict.signatures] == [False, False, True]


def test_the_proof_can_be_renewed(office: Office, sealed: bytes) -> None:
    renewed = add_validation_data(sealed, timestamper=office.clock, trust=office.trust)
    verdict = verify_pdf(renewed.data, trust=office.trust, at=datetime.now(UTC) + timedelta(days=3650))
    assert verdict.overall == "valid"
    assert len(verdict.timestamps) == 2


def test_a_naive_time_is_a_mistake(office: Office, pdf: bytes) -> None:
    with pytest.raises(ValueError, match="aware"):
        sign_pdf(pdf, key=office.leader, signed_at=datetime(2026, 1, 1))
