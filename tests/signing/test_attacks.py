"""R11: whatever is done to a sealed result, nobody is told that it is valid."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from signing import Appearance, Why, seal_box, sign_pdf, verify_pdf
from signing.cms import KeySigner
from tests.signing import attacks
from tests.signing.conftest import HAND, Office

Attack = Callable[[bytes], bytes]


def test_the_sealed_result_is_valid_before_anybody_touches_it(office: Office, sealed: bytes) -> None:
    verdict = verify_pdf(sealed, trust=office.trust)
    assert verdict.overall == "valid"
    assert verdict.reasons == ()


@pytest.mark.parametrize("attack", attacks.AFTER_THE_FACT, ids=lambda attack: attack.__name__)
def test_tampering_after_sealing_shows(office: Office, sealed: bytes, attack: Attack) -> None:
    forged = attack(sealed)
    assert forged != sealed
    verdict = verify_pdf(forged, trust=office.trust)
    assert verdict.overall == "changed"
    assert verdict.reasons


@pytest.mark.parametrize("attack", attacks.BETWEEN_SIGNATURES, ids=lambda attack: attack.__name__)
def test_tampering_between_leader_and_seal_shows(office: Office, signed: bytes, attack: Attack) -> None:
    forged = attack(signed)
    resigned = _seal_with_pyhanko(forged, office)
    verdict = verify_pdf(resigned, trust=office.trust)
    assert verdict.overall == "changed"
    assert verdict.signatures[0].changed_after


def test_a_closed_document_takes_no_further_signature(office: Office, sealed: bytes) -> None:
    third = sign_pdf(
        sealed, key=office.leader, timestamper=office.clock, trust=office.trust, validation_data=True
    )
    verdict = verify_pdf(third.data, trust=office.trust)
    assert verdict.overall == "changed"
    assert Why.SIGNED_AFTER_CLOSING in verdict.reasons


def test_a_changed_form_field_shows_although_the_library_accepts_it(office: Office, pdf: bytes) -> None:
    approved = _approve_with_pyhanko(_with_text_field(pdf, "ĐỒNG Ý"), office)
    assert Why.FIELD_CHANGED not in verify_pdf(approved, trust=office.trust, fetch=True).reasons
    forged = _field_set(approved, "TỪ CHỐI")
    verdict = verify_pdf(forged, trust=office.trust, fetch=True)
    assert verdict.overall == "changed"
    assert Why.FIELD_CHANGED in verdict.signatures[0].why


def test_a_truncated_file_is_never_valid(office: Office, sealed: bytes) -> None:
    for length in (*range(0, len(sealed), len(sealed) // 40), len(sealed) - 1):
        assert verify_pdf(sealed[:length], trust=office.trust).overall != "valid"


def test_the_leaders_revision_alone_is_not_the_result(office: Office, sealed: bytes, signed: bytes) -> None:
    assert sealed.startswith(signed)
    verdict = verify_pdf(signed, trust=office.trust)
    assert verdict.overall == "unknown"
    assert verdict.signatures[0].level == "B-T"


def test_one_flipped_bit_anywhere_shows(office: Office, sealed: bytes) -> None:
    last_container = range(*attacks._last_gap(sealed))
    every = {
        *range(0, len(sealed), len(sealed) // 60),
        *last_container[:: len(last_container) // 60],
        *range(len(sealed) - 40, len(sealed), 4),
    }
    unseen = []
    for position in sorted(every):
        forged = bytearray(sealed)
        forged[position] ^= 1 << position % 8
        if verify_pdf(bytes(forged), trust=office.trust).overall == "valid":
            unseen.append(position)
    assert unseen == []


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"%PDF-",
        b"%PDF-1.7\n%%EOF",
        b"\0" * 5000,
        b"%PDF-1.7\n" + b"[" * 20000,
        b"%PDF-1.7\nstartxref\n0\n%%EOF",
    ],
    ids=["empty", "header", "no-body", "zeros", "deep", "self-reference"],
)
def test_hostile_bytes_get_a_verdict_and_no_exception(office: Office, junk: bytes) -> None:
    assert verify_pdf(junk, trust=office.trust).overall == "unsigned"


def test_another_file_than_the_registered_one_is_changed(office: Office, sealed: bytes) -> None:
    verdict = verify_pdf(sealed, trust=office.trust, expected_sha256="00" * 32)
    assert verdict.overall == "changed"
    assert Why.OTHER_DIGEST in verdict.reasons


def _seal_with_pyhanko(pdf: bytes, office: Office) -> bytes:
    """Seal without the checks of `sign_pdf`, as a careless program would."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signer = PdfSigner(PdfSignatureMetadata(field_name="seal"), KeySigner(office.seal))
    return bytes(signer.sign_pdf(writer, existing_fields_only=True).getvalue())


def _approve_with_pyhanko(pdf: bytes, office: Office) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signer = PdfSigner(PdfSignatureMetadata(field_name="approval"), KeySigner(office.leader))
    return bytes(signer.sign_pdf(writer).getvalue())


def _with_text_field(pdf: bytes, value: str) -> bytes:
    writer = attacks._open(pdf)
    field = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): generic.pdf_string("ket-qua"),
            pdf_name("/V"): generic.pdf_string(value),
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 400, 90))),
            pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): attacks._drawing(writer)}),
        }
    )
    reference = writer.add_object(field)
    page = attacks._page(writer)
    page["/Annots"] = generic.ArrayObject([reference])
    writer.update_container(page)
    writer.root["/AcroForm"] = generic.DictionaryObject(
        {pdf_name("/Fields"): generic.ArrayObject([reference])}
    )
    writer.update_root()
    return attacks._written(writer)


def _field_set(pdf: bytes, value: str) -> bytes:
    writer = attacks._open(pdf)
    reference = writer.root["/AcroForm"]["/Fields"].raw_get(0)
    field = reference.get_object()
    field["/V"] = generic.pdf_string(value)
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): attacks._drawing(writer)})
    writer.mark_update(reference.reference)
    return attacks._written(writer)


def test_the_place_of_the_seal_cannot_be_moved(office: Office, signed: bytes) -> None:
    from signing import PlaceTaken

    elsewhere = Appearance(0, seal_box(HAND, diameter=60))
    with pytest.raises(PlaceTaken):
        sign_pdf(signed, key=office.seal, appearance=elsewhere, field="seal")
