"""What verification says of honest files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signing import TrustRoots, Why, sign_pdf, verify_pdf
from simulators.pki import Subject, ensure, issue, revoke
from tests.signing.conftest import Office


def test_an_unsigned_file_is_unsigned(office: Office, pdf: bytes) -> None:
    verdict = verify_pdf(pdf, trust=office.trust)
    assert (verdict.overall, verdict.signatures) == ("unsigned", ())


def test_a_strangers_signature_is_untrusted(
    office: Office, sealed: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    ensure(other)
    strangers = TrustRoots.from_pem((other / "root.pem").read_bytes())
    verdict = verify_pdf(sealed, trust=strangers)
    assert verdict.overall == "untrusted"
    assert Why.NO_PATH in verdict.reasons


@pytest.mark.parametrize("days", [1 / 24, 1, 30, 365, 3650])
def test_a_closed_file_stays_valid_offline(office: Office, sealed: bytes, days: float) -> None:
    with office.misbehaving(tsa={"down": True}, ocsp={"down": True}, crls={"down": True}):
        verdict = verify_pdf(sealed, trust=office.trust, at=datetime.now(UTC) + timedelta(days=days))
    assert verdict.overall == "valid"


def test_when_the_last_stamp_expires_nothing_is_proven_any_more(office: Office, sealed: bytes) -> None:
    verdict = verify_pdf(sealed, trust=office.trust, at=datetime(2045, 1, 1, tzinfo=UTC))
    assert verdict.overall == "unknown"
    assert Why.CERTIFICATE_EXPIRED in verdict.reasons


def test_without_proofs_a_file_is_unknown_until_somebody_is_asked(office: Office, pdf: bytes) -> None:
    made = sign_pdf(pdf, key=office.leader, timestamper=office.clock, certify="no-changes")
    offline = verify_pdf(made.data, trust=office.trust)
    assert (offline.overall, offline.reasons) == ("unknown", (Why.NO_REVOCATION_PROOF,))
    assert verify_pdf(made.data, trust=office.trust, fetch=True).overall == "valid"


def test_when_nobody_answers_it_stays_unknown(office: Office, pdf: bytes) -> None:
    made = sign_pdf(pdf, key=office.leader, timestamper=office.clock, certify="no-changes")
    with office.misbehaving(ocsp={"down": True}, crls={"status": 500}):
        assert verify_pdf(made.data, trust=office.trust, fetch=True).overall == "unknown"


def test_a_signature_by_a_revoked_certificate_is_revoked(office: Office, pdf: bytes) -> None:
    issued = issue(office.folder, Subject("Trần Thu Hồi", "UBND xã Mẫu"), "leader", revoked=True)
    made = sign_pdf(pdf, key=office.key(issued), timestamper=office.clock, certify="no-changes")
    verdict = verify_pdf(made.data, trust=office.trust, fetch=True)
    assert verdict.overall == "revoked"
    assert verdict.reasons == (Why.CERTIFICATE_REVOKED,)


def test_a_later_revocation_does_not_touch_what_was_stamped_before(office: Office, pdf: bytes) -> None:
    issued = issue(office.folder, Subject("Lê Nghỉ Hưu", "UBND xã Mẫu"), "leader")
    made = sign_pdf(
        pdf,
        key=office.key(issued),
        timestamper=office.clock,
        trust=office.trust,
        validation_data=True,
        certify="no-changes",
    )
    revoke(office.folder, issued, datetime.now(UTC) + timedelta(seconds=1))
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert verify_pdf(made.data, trust=office.trust, at=later, fetch=True).overall == "valid"
    assert verify_pdf(made.data, trust=office.trust).overall == "valid"


def test_a_revocation_dated_back_before_the_stamp_counts_when_asked(office: Office, pdf: bytes) -> None:
    issued = issue(office.folder, Subject("Phạm Mất Khóa", "UBND xã Mẫu"), "leader")
    made = sign_pdf(
        pdf,
        key=office.key(issued),
        timestamper=office.clock,
        trust=office.trust,
        validation_data=True,
        certify="no-changes",
    )
    revoke(office.folder, issued, datetime.now(UTC) - timedelta(days=7))
    assert verify_pdf(made.data, trust=office.trust, fetch=True).overall == "revoked"


def test_the_registered_digest_is_accepted_in_either_case(office: Office, sealed: bytes) -> None:
    digest = verify_pdf(sealed, trust=office.trust).sha256
    assert verify_pdf(sealed, trust=office.trust, expected_sha256=digest.upper()).overall == "valid"
