"""A time-stamping authority that answers truly, or in one thing falsely and all else truly, its signature included."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import algos, cms, core, tsp, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.questions import Question
from simulators.pki import ledger

NOW = datetime.now(UTC).replace(microsecond=0)
_HASHES: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Authority:
    """Its key and certificate; every other word is what it says, true unless replaced."""

    key: Key
    certificate: x509.Certificate
    beside: tuple[x509.Certificate, ...] = ()
    status: str = "granted"
    serial: int = 0x4D6F7443
    stamped: datetime = NOW
    digest: str = "sha256"
    imprint: bytes | None = None
    nonce: bytes | None = None
    names: x509.Certificate | None = None
    """Which certificate ESSCertIDv2 names."""
    silent: bool = False
    """No ESSCertIDv2 at all."""
    message_digest: bytes | None = None
    content: str = "tst_info"
    twice: bool = False
    after_token: bytes = b""
    after: bytes = b""

    def says(self, **changed: object) -> Authority:
        return replace(self, **changed)  # type: ignore[arg-type]

    def answer(self, question: Question) -> bytes:
        """The DER of a TimeStampResp."""
        info = tsp.TSTInfo(
            {
                "version": 1,
                "policy": "1.2.3.4.5",
                "message_imprint": tsp.MessageImprint.load(self.imprint or question.imprint),
                "serial_number": self.serial,
                "gen_time": self.stamped,
                "nonce": int.from_bytes(self.nonce or question.nonce, "big"),
            }
        ).dump()
        attributes = self._attributes(info)
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": {
                    "issuer_and_serial_number": {
                        "issuer": self.certificate.issuer, "serial_number": self.certificate.serial_number,
                    }
                },
                "digest_algorithm": {"algorithm": self.digest},
                "signed_attrs": attributes,
                "signature_algorithm": {
                    "algorithm": "rsassa_pkcs1v15" if isinstance(self.key, rsa.RSAPrivateKey) else f"{self.digest}_ecdsa"
                },
                "signature": signature(self.key, attributes.dump(), self.digest),
            }
        )  # fmt: skip
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": self.digest}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
                "certificates": [self.certificate, *self.beside],
                "signer_infos": [signer] * (2 if self.twice else 1),
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
        return der(0x30, tsp.PKIStatusInfo({"status": self.status}).dump() + token + self.after_token) + self.after

    def _attributes(self, info: bytes) -> cms.CMSAttributes:
        names = self.names or self.certificate
        told: list[dict[str, object]] = [
            {"type": "content_type", "values": [self.content]},
            {"type": "signing_time", "values": [cms.Time({"utc_time": self.stamped})]},
            {"type": "message_digest", "values": [self.message_digest or hashlib.new(self.digest, info).digest()]},
        ]
        if not self.silent:
            one = {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(names.dump()).digest()}
            told.append({"type": "signing_certificate_v2", "values": [{"certs": [one]}]})
        return cms.CMSAttributes(told)


def of_the_pki(folder: Path) -> Authority:
    """The development PKI's own authority, its key in our hands."""
    book = ledger.read(folder)
    assert book is not None
    entry = next(entry for entry in book.entries if entry.kind == "tsa")
    key = load_pem_private_key((folder / entry.key_file).read_bytes(), None)
    pem = certificates.load_pem_x509_certificate((folder / entry.certificate_file).read_bytes())
    assert isinstance(key, rsa.RSAPrivateKey)
    return Authority(key, x509.Certificate.load(pem.public_bytes(serialization.Encoding.DER)))


def self_made(
    key: Key,
    *,
    critical: bool = True,
    usages: Sequence[certificates.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    since: datetime = NOW - timedelta(days=1),
    until: datetime = NOW + timedelta(days=1),
) -> Authority:
    """An authority of nobody's; whether it is trusted is judged elsewhere."""
    name = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, "Dấu thời gian không của ai")])
    builder = (
        certificates.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(since)
        .not_valid_after(until)
    )
    if usages:
        builder = builder.add_extension(certificates.ExtendedKeyUsage(list(usages)), critical)
    made = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return Authority(key, x509.Certificate.load(made))


def signature(key: Key, data: bytes, digest: str = "sha256") -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), _HASHES[digest])
    return key.sign(data, ec.ECDSA(_HASHES[digest]))


def imprint(digest: bytes, algorithm: str) -> bytes:
    found: bytes = tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}), "hashed_message": digest}
    ).dump()
    return found


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    assert size >= 0x80
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
