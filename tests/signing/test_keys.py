"""Keys from files and on tokens."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from signing import (
    FileKey,
    KeyFileBroken,
    KeyNotOnToken,
    Token,
    TokenMissing,
    WrongPassphrase,
    WrongPin,
    sign_pdf,
    verify_pdf,
)
from simulators.pki import Subject, issue
from tests.signing.conftest import Office

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
PIN = "13579"


@pytest.fixture(scope="module")
def parts(office: Office) -> tuple[bytes, bytes]:
    """PEM of a key without passphrase, and of its certificate with the chain."""
    issued = issue(office.folder, Subject("Vũ Thẻ Bài", "UBND xã Mẫu"), "leader")
    key, certificate, chain = pkcs12.load_key_and_certificates(
        issued.p12.read_bytes(), issued.passphrase.encode()
    )
    assert key is not None
    assert certificate is not None
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, b"".join(c.public_bytes(Encoding.PEM) for c in (certificate, *chain))


def test_a_wrong_passphrase_is_told(office: Office) -> None:
    issued = issue(office.folder, Subject("Nguyễn Văn Mẫu", "UBND xã Mẫu", "Chủ tịch"), "leader")
    with pytest.raises(WrongPassphrase):
        FileKey.from_pkcs12(issued.p12, "sai")


def test_a_file_that_is_no_key_is_told() -> None:
    with pytest.raises(KeyFileBroken):
        FileKey.from_pkcs12(b"not a key", "x")
    with pytest.raises(KeyFileBroken):
        FileKey.from_pem(b"not a key", b"nor a certificate")


def test_a_key_from_pem_signs(office: Office, pdf: bytes, parts: tuple[bytes, bytes]) -> None:
    made = sign_pdf(pdf, key=FileKey.from_pem(*parts), trust=office.trust, certify="no-changes")
    assert verify_pdf(made.data, trust=office.trust, fetch=True).overall == "valid"


def test_an_encrypted_pem_needs_its_passphrase(parts: tuple[bytes, bytes]) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    locked = load_pem_private_key(parts[0], None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"bi mat")
    )
    assert FileKey.from_pem(locked, parts[1], "bi mat").certificate
    for passphrase in ("sai", None):
        with pytest.raises(WrongPassphrase):
            FileKey.from_pem(locked, parts[1], passphrase)


def test_a_key_of_somebody_else_is_refused(office: Office, parts: tuple[bytes, bytes]) -> None:
    with pytest.raises(KeyFileBroken):
        FileKey.from_pem(parts[0], (office.folder / "root.pem").read_bytes())


def test_a_key_never_prints_its_secret(office: Office) -> None:
    assert "_key" not in repr(office.leader)


def test_one_key_signs_many_files_at_once(office: Office, pdf: bytes) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: sign_pdf(pdf, key=office.leader, certify="no-changes"), range(8)))
    assert all(verify_pdf(one.data, trust=office.trust).overall == "unknown" for one in made)


@dataclass(frozen=True)
class SoftHsm:
    """A software token with one leader's key under the label `leader`."""

    module: Path
    label: str


@pytest.fixture(scope="module")
def hsm(parts: tuple[bytes, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    found = [Path(module) for module in MODULES if Path(module).exists()]
    if not found or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM2 is missing: apt-get install softhsm2")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    (folder / "key.pem").write_bytes(parts[0])
    token = ["--token", "xa-mau", "--pin", PIN]
    _softhsm("--init-token", "--free", "--label", "xa-mau", "--pin", PIN, "--so-pin", "24680")
    _softhsm("--import", str(folder / "key.pem"), *token, "--label", "leader", "--id", "01")
    _put_certificate(found[0], x509.load_pem_x509_certificates(parts[1])[0])
    yield SoftHsm(found[0], "xa-mau")
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def test_a_token_signs_to_the_highest_level(
    office: Office, hsm: SoftHsm, pdf: bytes, parts: tuple[bytes, bytes]
) -> None:
    token = Token(hsm.module, hsm.label, PIN)
    try:
        key = token.key("leader", chain=parts[1])
        made = sign_pdf(
            pdf,
            key=key,
            timestamper=office.clock,
            trust=office.trust,
            validation_data=True,
            certify="no-changes",
        )
        with pytest.raises(KeyNotOnToken):
            token.key("nobody")
        with pytest.raises(WrongPin):
            Token(hsm.module, hsm.label, "00000")
    finally:
        token.close()
    verdict = verify_pdf(made.data, trust=office.trust)
    assert (verdict.overall, verdict.signatures[0].level) == ("valid", "B-LTA")
    assert verdict.signatures[0].signer == "Vũ Thẻ Bài"


def test_a_wrong_pin_is_told(hsm: SoftHsm) -> None:
    with pytest.raises(WrongPin) as refusal:
        Token(hsm.module, hsm.label, "00000")
    assert not refusal.value.locked


def test_a_missing_token_is_told(hsm: SoftHsm) -> None:
    with pytest.raises(TokenMissing) as refusal:
        Token(hsm.module, "not-plugged-in", PIN)
    assert refusal.value.retry


def test_a_missing_driver_is_told(tmp_path: Path) -> None:
    with pytest.raises(TokenMissing):
        Token(tmp_path / "no-driver.so", "x", PIN)


def test_a_token_that_logged_out_is_told(office: Office, hsm: SoftHsm, pdf: bytes) -> None:
    token = Token(hsm.module, hsm.label, PIN)
    key = token.key("leader")
    token.close()
    with pytest.raises(TokenMissing):
        sign_pdf(pdf, key=key)


def _softhsm(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True, timeout=30)


def _put_certificate(module: Path, certificate: x509.Certificate) -> None:
    import pkcs11

    loaded = pkcs11.lib(str(module))
    with loaded.get_token(token_label="xa-mau").open(user_pin=PIN, rw=True) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: "leader",
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
            }
        )
