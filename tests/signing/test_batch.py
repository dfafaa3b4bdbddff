"""Many files at once are signed as each would be alone, and one bad file costs only itself."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signing import (
    Appearance,
    CertificateRevoked,
    LaterSignature,
    SignedPdf,
    Signing,
    TimestampUnavailable,
    UnsuitablePdf,
    Why,
    read_back,
    seal_box,
    sign_batch,
    sign_pdf,
    verify_pdf,
)
from signing.errors import SignatureNotProven
from signing.images import signature_image
from signing.opening import open_for_signing
from signing.plain_file import Unfamiliar
from signing.proofs import ProofStore, append_store, byte_ranges, containers, signers_in
from signing.validation_data import _plain_containers
from simulators.pki import Subject, issue
from tests.signing import judges
from tests.signing.conftest import HAND, Office
from tests.signing.test_revision import objects

INK = signature_image("Mẫu")


def leaders(office: Office, pdf: bytes, count: int) -> list[Signing]:
    kept = (LaterSignature("seal", 0, seal_box(HAND)),)
    one = Signing(
        pdf, office.leader, Appearance(0, HAND, INK), "allow-signatures", kept, "leader",
        signed_at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip
    return [replace(one, reason=f"Ký {n}") for n in range(count)]


def sealing(office: Office, signed: list[SignedPdf]) -> list[Signing]:
    look = Appearance(0, seal_box(HAND), INK)
    return [Signing(one.data, office.seal, look, field="seal") for one in signed]


def good(outcomes: list[object]) -> list[SignedPdf]:
    assert all(isinstance(one, SignedPdf) for one in outcomes), outcomes
    return [one for one in outcomes if isinstance(one, SignedPdf)]


@pytest.fixture(scope="module")
def signed(office: Office, pdf: bytes) -> list[SignedPdf]:
    """Five papers signed by the leader in one go, B-T."""
    return good([*sign_batch(leaders(office, pdf, 5), level="B-T", timestamper=office.clock, trust=office.trust)])


def test_a_batch_proves_each_signature_and_is_not_closed_yet(office: Office, signed: list[SignedPdf]) -> None:
    made = good([*sign_batch(sealing(office, signed), level="B-LT", timestamper=office.clock, trust=office.trust)])
    assert {one.level for one in made} == {"B-LT"}
    assert len({one.sha256 for one in made}) == 5
    for one in made:
        verdict = verify_pdf(one.data, trust=office.trust, expected_sha256=one.sha256)
        assert [(each.verdict, each.level) for each in verdict.signatures] == [("valid", "B-LT"), ("valid", "B-LT")]
        # Proofs that no stamp covers could be exchanged: what leaves the office is closed.
        assert verdict.reasons == (Why.TRAILING_BYTES,)


def test_a_batch_closed_by_time_stamps_satisfies_the_independent_judges(office: Office, signed: list[SignedPdf]) -> None:
    made = good([*sign_batch(sealing(office, signed), level="B-LTA", timestamper=office.clock, trust=office.trust)])
    root = office.folder / "root.pem"
    for one in made[:2]:
        assert verify_pdf(one.data, trust=office.trust).overall == "valid"
        assert all(each.good for each in judges.pyhanko(one.data, root))
        assert all(each.good for each in judges.openssl(one.data, root))


@pytest.mark.slow
def test_the_european_commissions_validator_sees_pades_baseline_lt(
    office: Office, signed: list[SignedPdf], tmp_path_factory: pytest.TempPathFactory
) -> None:
    (made,) = good([*sign_batch(sealing(office, signed[:1]), level="B-LT", timestamper=office.clock, trust=office.trust)])
    file = tmp_path_factory.mktemp("batch") / "result.pdf"
    file.write_bytes(made.data)
    try:
        opinion, archival = judges.eu_dss(file, office.folder / "root.pem"), judges.verapdf(file)
    except judges.JudgeMissing as missing:
        pytest.skip(str(missing))
    assert opinion.words.count("PAdES-BASELINE-LT TOTAL_PASSED") == 2, opinion.words
    assert archival.good, archival.words


def test_one_bad_file_costs_only_itself(office: Office, pdf: bytes) -> None:
    revoked = office.key(issue(office.folder, Subject("Phạm Thu Hồi", "UBND xã Mẫu"), "leader", revoked=True))
    first, second, third = leaders(office, pdf, 3)
    batch = [first, replace(second, pdf=b"hello"), replace(third, key=revoked)]
    outcomes = sign_batch(batch, level="B-LT", timestamper=office.clock, trust=office.trust)
    assert [type(one) for one in outcomes] == [SignedPdf, UnsuitablePdf, CertificateRevoked]


def test_without_time_stamps_nothing_is_signed(office: Office, pdf: bytes) -> None:
    with office.misbehaving(tsa={"down": True}):
        outcomes = sign_batch(leaders(office, pdf, 2), level="B-T", timestamper=office.clock, trust=office.trust)
    assert [type(one) for one in outcomes] == [TimestampUnavailable] * 2


def test_revocation_is_asked_about_once_for_a_batch(office: Office, signed: list[SignedPdf]) -> None:
    """All the proofs in the files of a batch are the same octets."""
    made = good([*sign_batch(sealing(office, signed), level="B-LT", timestamper=office.clock, trust=office.trust)])
    read = [DocumentSecurityStore.read_dss(open_for_signing(one.data).prev) for one in made]
    proofs = {tuple(entry.get_object().data for entry in (*store.ocsps, *store.crls)) for store in read}
    assert len(proofs) == 1
    assert len(next(iter(proofs))) >= 2


def test_the_store_holds_what_pyhankos_does(office: Office, signed: list[SignedPdf]) -> None:
    made = good([*sign_batch(sealing(office, signed[:1]), level="B-LT", timestamper=office.clock, trust=office.trust)])[0]
    mine = DocumentSecurityStore.read_dss(open_for_signing(made.data).prev)
    before = made.data[: made.data.rindex(b"%%EOF\n", 0, -6) + 6]
    writer, out = open_for_signing(before), io.BytesIO()
    DocumentSecurityStore.supply_dss_in_writer(
        writer, sig_contents=None, certs=list(mine.load_certs()),
        ocsps=[OCSPResponse.load(entry.get_object().data) for entry in mine.ocsps],
        crls=[CertificateList.load(entry.get_object().data) for entry in mine.crls],
    )  # fmt: skip
    writer.write(out)  # type: ignore[no-untyped-call]
    theirs = DocumentSecurityStore.read_dss(open_for_signing(out.getvalue()).prev)
    assert {one.dump() for one in mine.load_certs()} == {one.dump() for one in theirs.load_certs()}
    assert len(list(mine.load_certs())) == len(list(theirs.load_certs()))
    ours, stock = objects(made.data), objects(out.getvalue())
    assert ours.keys() == stock.keys()
    assert ours[1] | {"/DSS": ""} == stock[1] | {"/DSS": ""}


def test_a_second_store_is_left_to_pyhanko(office: Office, signed: list[SignedPdf], pdf: bytes) -> None:
    made = good([*sign_batch(sealing(office, signed[:1]), level="B-LT", timestamper=office.clock, trust=office.trust)])[0]
    for file in (made.data, pdf):
        with pytest.raises(Unfamiliar):
            append_store(file, ProofStore((b"0",), (), ()))


def test_who_signed_is_read_from_the_container(office: Office, pdf: bytes, signed: list[SignedPdf]) -> None:
    (container,) = containers(signed[0].data)
    (leader, _), (authority, _) = signers_in(container)
    assert office.leader.certificate in leader[0]
    assert leader != authority
    plain = sign_pdf(pdf, key=office.seal, appearance=Appearance(0, HAND, INK))
    (other,) = signers_in(containers(plain.data)[0])
    assert other[0] != leader
    with pytest.raises((ValueError, IndexError)):
        signers_in(b"0" * 20)


def test_an_order_that_makes_no_sense_is_a_mistake(office: Office, pdf: bytes) -> None:
    with pytest.raises(ValueError, match="time-stamper"):
        sign_batch(leaders(office, pdf, 1), level="B-T")
    with pytest.raises(ValueError, match="trust"):
        sign_batch(leaders(office, pdf, 1), level="B-LT", timestamper=office.clock)


def test_what_was_written_is_read_back(office: Office, pdf: bytes, signed: list[SignedPdf]) -> None:
    both = (office.leader.certificate, office.seal.certificate)
    (sealed,) = good([*sign_batch(sealing(office, signed[:1]), level="B-B")])
    read_back(sealed.data, both)
    flipped = bytearray(sealed.data)
    flipped[len(pdf) // 2] ^= 1
    swapped = sealed.data.replace(b"/Rect [ ", b"/Rect [  ", 1)
    for wrong, certificates in (
        (bytes(flipped), both), (swapped, both), (sealed.data + b"\n", both), (sealed.data, both[::-1]),
        (sealed.data, both[:1]), (pdf, ()), (signed[0].data, both),
    ):  # fmt: skip
        with pytest.raises(SignatureNotProven):
            read_back(wrong, certificates)


def test_proofs_are_sought_in_the_containers_only_where_every_one_is_plain_to_see(
    office: Office, pdf: bytes, signed: list[SignedPdf]
) -> None:
    (sealed,) = good([*sign_batch(sealing(office, signed[:1]), level="B-B")])
    assert _plain_containers(sealed.data) == containers(sealed.data)
    assert len(containers(sealed.data)) == 2
    closed = good([*sign_batch(sealing(office, signed[:1]), level="B-LTA", timestamper=office.clock, trust=office.trust)])[0]
    hidden = sealed.data.replace(b"/ByteRange", b"/ByteRange\n ", 1)
    start = byte_ranges(sealed.data)[0][0] + 1
    broken = sealed.data[:start] + b"0" * 80 + sealed.data[start + 80 :]
    assert len({hidden, broken, sealed.data}) == 3
    for unclear in (pdf, closed.data, hidden, broken, sealed.data + b"/ObjStm"):
        assert _plain_containers(unclear) == []
