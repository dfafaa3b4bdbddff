"""What happens when others fail: named errors, and nothing half signed."""

from __future__ import annotations

import pytest

from signing import (
    CertificateExpired,
    CertificateRevoked,
    CertificateUntrusted,
    RevocationUnavailable,
    SigningError,
    Timestamper,
    TimestampUnavailable,
    TrustRoots,
    UnsuitablePdf,
    add_validation_data,
    check_certificate,
    sign_pdf,
)
from simulators.pki import Subject, ensure, issue
from tests.signing.conftest import Office


def test_a_revoked_certificate_signs_nothing(office: Office, pdf: bytes) -> None:
    issued = issue(office.folder, Subject("Trần Thu Hồi", "UBND xã Mẫu"), "leader", revoked=True)
    with pytest.raises(CertificateRevoked) as refusal:
        sign_pdf(pdf, key=office.key(issued), trust=office.trust)
    assert not refusal.value.retry


def test_an_expired_certificate_signs_nothing_even_unchecked(office: Office, pdf: bytes) -> None:
    past = ("2020-01-01T00:00:00+00:00", "2021-01-01T00:00:00+00:00")
    issued = issue(office.folder, Subject("Hoàng Hết Hạn", "UBND xã Mẫu"), "leader", valid=past)
    with pytest.raises(CertificateExpired):
        sign_pdf(pdf, key=office.key(issued))
    with pytest.raises(CertificateExpired):
        check_certificate(office.key(issued), trust=office.trust)


def test_a_stranger_signs_nothing(
    office: Office, pdf: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    ensure(other)
    issued = issue(other, Subject("Người Lạ", "Không rõ"), "leader")
    with pytest.raises(CertificateUntrusted):
        sign_pdf(pdf, key=office.key(issued), trust=office.trust)


def test_ocsp_down_is_survived_with_the_revocation_list(office: Office) -> None:
    with office.misbehaving(ocsp={"down": True}):
        check_certificate(office.leader, trust=office.trust)


@pytest.mark.parametrize(
    "mood", [{"down": True}, {"status": 500}, {"garbage": True}], ids=["down", "500", "garbage"]
)
def test_ocsp_and_revocation_list_down_refuses_for_now(
    office: Office, pdf: bytes, mood: dict[str, object]
) -> None:
    with office.misbehaving(ocsp=mood, crls=mood), pytest.raises(RevocationUnavailable) as refusal:
        sign_pdf(pdf, key=office.leader, trust=office.trust)
    assert refusal.value.retry


@pytest.mark.parametrize(
    ("mood", "kind", "retry"),
    [
        ({"down": True}, "unreachable", True),
        ({"status": 500}, "refused", True),
        ({"garbage": True}, "malformed", False),
        ({"delay": 1.0}, "unreachable", True),
    ],
    ids=["down", "500", "garbage", "slow"],
)
def test_a_failing_time_stamp_is_told_by_kind(
    office: Office, pdf: bytes, signed: bytes, mood: dict[str, object], kind: str, retry: bool
) -> None:
    clock = Timestamper(office.clock.url, timeout=0.4)
    with office.misbehaving(tsa=mood):
        with pytest.raises(TimestampUnavailable) as at_signing:
            sign_pdf(pdf, key=office.leader, timestamper=clock)
        with pytest.raises(TimestampUnavailable) as at_closing:
            add_validation_data(signed, timestamper=clock, trust=office.trust)
    for refusal in (at_signing, at_closing):
        assert (refusal.value.kind, refusal.value.retry) == (kind, retry)


def test_a_time_stamp_too_large_for_its_room_is_told(office: Office, pdf: bytes) -> None:
    tight = Timestamper(office.clock.url, token_bytes=200)
    with pytest.raises(TimestampUnavailable) as refusal:
        sign_pdf(
            pdf,
            key=office.leader,
            timestamper=tight,
            certify="no-changes",
            validation_data=True,
            trust=office.trust,
        )
    assert refusal.value.kind == "oversized"


def test_nothing_listens_at_the_time_stamping_address(office: Office, pdf: bytes) -> None:
    with pytest.raises(TimestampUnavailable):
        sign_pdf(pdf, key=office.leader, timestamper=Timestamper("http://127.0.0.1:1/tsa"))


def test_validation_data_is_for_signed_files(office: Office, pdf: bytes) -> None:
    for wrong in (pdf, b"", b"%PDF-1.7"):
        with pytest.raises(UnsuitablePdf):
            add_validation_data(wrong, timestamper=office.clock, trust=office.trust)


def test_validation_data_needs_a_clock_and_roots(office: Office, pdf: bytes) -> None:
    with pytest.raises(ValueError, match="time-stamper and trust"):
        sign_pdf(pdf, key=office.leader, validation_data=True)


def test_every_refusal_is_a_signing_error() -> None:
    for kind in (CertificateRevoked, CertificateExpired, TimestampUnavailable, UnsuitablePdf):
        assert issubclass(kind, SigningError)


def test_roots_must_be_certificates() -> None:
    with pytest.raises(ValueError, match="PEM"):
        TrustRoots.from_pem(b"nothing")
