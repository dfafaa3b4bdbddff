"""The spliced signature is pyHanko's own, byte for byte, and a key that lies is found out before anything leaves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from signing import FileKey, SigningKey, sign_pdf, verify_pdf
from signing.cms import Maker, make_cms, template_of
from signing.errors import SignatureNotProven
from tests.signing.conftest import Office

MAKERS: tuple[Maker, ...] = ("template", "stock")
DIGEST = hashlib.sha256(b"a paper").digest()


@dataclass(frozen=True)
class LyingKey:
    """A token gone wrong: the right certificate, a signature over something else."""

    certificate: bytes
    chain: tuple[bytes, ...]
    truth: FileKey

    def sign(self, data: bytes, digest: str) -> bytes:
        return self.truth.sign(data + b" ", digest)


def self_made(office: Office) -> FileKey:
    """An elliptic-curve key with a certificate of its own; nobody's, but enough to sign."""
    key = ec.generate_private_key(ec.SECP256R1())
    like = x509.load_der_x509_certificate(office.seal.certificate)
    made = (
        x509.CertificateBuilder()
        .subject_name(like.subject)
        .issuer_name(like.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(like.not_valid_before_utc)
        .not_valid_after(like.not_valid_after_utc)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return FileKey.from_pem(pem, made.public_bytes(serialization.Encoding.PEM))


async def made(key: SigningKey, maker: Maker) -> bytes:
    return await make_cms(key, DIGEST, "sha256", datetime.now(UTC), None, maker)


async def test_both_makers_give_the_same_bytes(office: Office) -> None:
    for key in (office.leader, office.seal):
        assert await template_of(key.certificate, key.chain, "sha256") is not None
        assert await made(key, "template") == await made(key, "stock")


async def test_an_elliptic_signature_differs_in_its_value_alone(office: Office) -> None:
    key = self_made(office)
    signatures = []
    for maker in MAKERS:
        info = cms.ContentInfo.load(await made(key, maker))["content"]["signer_infos"][0]
        signatures.append(info["signature"].native)
        info["signature"] = b""
        signatures.append(info.dump(force=True))
    assert signatures[1] == signatures[3]
    assert signatures[0] != signatures[2]


async def test_a_value_that_the_certificate_does_not_confirm_never_leaves(office: Office, pdf: bytes) -> None:
    liar = LyingKey(office.seal.certificate, office.seal.chain, office.seal)
    with pytest.raises(SignatureNotProven):
        await made(liar, "template")


async def test_another_chain_is_another_template(office: Office) -> None:
    longer = replace(office.leader, chain=(*office.leader.chain, office.seal.certificate))
    first, second = await made(office.leader, "template"), await made(longer, "template")
    assert office.seal.certificate not in first
    assert office.seal.certificate in second


def test_a_file_signed_the_slow_way_is_as_good(office: Office, pdf: bytes) -> None:
    for maker in MAKERS:
        signed = sign_pdf(
            pdf, key=office.leader, trust=office.trust, timestamper=office.clock, validation_data=True, maker=maker
        )
        (one,) = verify_pdf(signed.data, trust=office.trust).signatures
        assert one.level == "B-LTA"
