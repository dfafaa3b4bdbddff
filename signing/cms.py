"""Make a CMS signature (PAdES): by pyHanko, or faster by splicing into a template that pyHanko made.

pyHanko encodes the whole structure anew for every signature; for one key only the document's digest, the signature and
the time-stamp ever differ. The template is pyHanko's own output with those three cut out, and it is used only if
putting the same three back gives the very same bytes. Every signature value is verified before it leaves.
"""

from __future__ import annotations

import functools
import hashlib
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.errors import SignatureNotProven
from signing.keys import HASHES, SigningKey
from signing.timestamps import HttpTimeStamper

Maker = Literal["template", "stock"]

# A raw RSA-4096 signature, signed attributes and wrapping, with room to spare.
_WRAPPING = 2048
_MARGIN = 16  # lengths of the structure around a token
_TIME_STAMP = bytes.fromhex("060b2a864886f70d010910020e")  # id-aa-timeStampToken
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_SEQUENCE, _SET, _OCTETS, _TAGGED_0, _TAGGED_1 = 0x30, 0x31, 0x04, 0xA0, 0xA1


class CertificateSigner(Signer):
    """pyHanko's view of a certificate: enough to lay out the revision, unable to sign."""

    def __init__(self, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        super().__init__(
            signing_cert=x509.Certificate.load(certificate),
            cert_registry=SimpleCertificateStore.from_certs([x509.Certificate.load(der) for der in chain]),
            embed_roots=False,
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return b"\0" * 256


class KeySigner(CertificateSigner):
    """pyHanko's view of one of our keys."""

    def __init__(self, key: SigningKey) -> None:
        super().__init__(key.certificate, key.chain)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._key.sign(data, digest_algorithm)


@functools.lru_cache(maxsize=256)
def layout_signer(certificate: bytes, chain: tuple[bytes, ...]) -> CertificateSigner:
    """Kept per certificate: reading a chain costs more than signing with it."""
    return CertificateSigner(certificate, chain)


async def make_cms(
    key: SigningKey,
    document_digest: bytes,
    digest: str,
    signed_at: datetime,
    timestamper: HttpTimeStamper | None,
    maker: Maker = "template",
) -> bytes:
    """The DER of a detached PAdES signature over `document_digest`, time-stamped when a time-stamper is given.

    PAdES keeps the claimed time (`signed_at`) in the PDF, not in the CMS. Raises TimestampUnavailable, TokenMissing,
    SignatureNotProven.
    """
    template = await template_of(key.certificate, key.chain, digest) if maker == "template" else None
    if template is None:
        return await _stock(KeySigner(key), document_digest, digest, signed_at, timestamper)
    signed = template.to_sign(document_digest)
    value = key.sign(signed, digest)
    prove(key.certificate, value, signed, digest)
    token = b""
    if timestamper is not None:
        token = await timestamper.stamp(_digest_of(value, digest), digest)
    return template.filled(document_digest, value, token)


def prove(certificate: bytes, value: bytes, data: bytes, digest: str) -> None:
    """The signature value is the certificate's over `data`. Raises SignatureNotProven: nothing must leave then."""
    public = _public_key(certificate)
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(value, data, padding.PKCS1v15(), HASHES[digest])
        else:
            assert isinstance(public, ec.EllipticCurvePublicKey)
            public.verify(value, data, ec.ECDSA(HASHES[digest]))
    except InvalidSignature as wrong:
        raise SignatureNotProven("the key gave a signature that its certificate does not confirm") from wrong


@dataclass(frozen=True)
class Template:
    """The DER of a signature around its three holes: digest, signature value, time-stamp token."""

    head: bytes  # of SignedData: version, digest algorithms, content type, certificates
    signer: bytes  # of SignerInfo: version, issuer and serial number, digest algorithm
    before: bytes  # the signed attributes up to the digest
    after: bytes  # and behind it
    algorithm: bytes
    longest: int  # octets of it all without a token's own

    def to_sign(self, document_digest: bytes) -> bytes:
        """The signed attributes as the SET that is signed (RFC 5652, 5.4)."""
        return _der(_SET, self.before, document_digest, self.after)

    def filled(self, document_digest: bytes, value: bytes, token: bytes = b"") -> bytes:
        """The whole ContentInfo."""
        stamp = _der(_TAGGED_1, _der(_SEQUENCE, _TIME_STAMP, _der(_SET, token))) if token else b""
        attributes = _der(_TAGGED_0, self.before, document_digest, self.after)
        info = _der(_SEQUENCE, self.signer, attributes, self.algorithm, _der(_OCTETS, value), stamp)
        signed = _der(_SEQUENCE, self.head, _der(_SET, info))
        return _der(_SEQUENCE, _SIGNED_DATA, _der(_TAGGED_0, signed))


_TEMPLATES: dict[tuple[bytes, tuple[bytes, ...], str], Template | None] = {}


async def template_of(certificate: bytes, chain: tuple[bytes, ...], digest: str) -> Template | None:
    """Made once per certificate; None when pyHanko's form is not the one we know, and its own path must be taken."""
    key = (certificate, chain, digest)
    if key not in _TEMPLATES:
        _TEMPLATES[key] = await _cut(certificate, chain, digest)
    return _TEMPLATES[key]


def has_template(key: SigningKey, digest: str) -> bool:
    """Whether the key's template is made already; only making one needs an event loop."""
    return _TEMPLATES.get((key.certificate, key.chain, digest)) is not None


async def _cut(certificate: bytes, chain: tuple[bytes, ...], digest: str) -> Template | None:
    sample = os.urandom(HASHES[digest].digest_size)
    stock = await _stock(CertificateSigner(certificate, chain), sample, digest, datetime.now(UTC), None)
    signed = cms.ContentInfo.load(stock)["content"]
    info = signed["signer_infos"][0]
    before, found, after = info["signed_attrs"].contents.partition(sample)
    if not found or sample in after:
        return None
    parts = ("version", "digest_algorithms", "encap_content_info", "certificates")
    template = Template(
        head=b"".join(signed[part].dump() for part in parts),
        signer=b"".join(info[part].dump() for part in ("version", "sid", "digest_algorithm")),
        before=before,
        after=after,
        algorithm=info["signature_algorithm"].dump(),
        longest=0,
    )
    if template.filled(sample, info["signature"].native) != stock:
        return None
    return replace(template, longest=len(template.filled(sample, bytes(_longest(certificate)), b"\0")) + _MARGIN)


async def bytes_reserved(key: SigningKey, digest: str, token_bytes: int) -> int:
    """Room for the signature in the file, in hexadecimal digits. Given, so that pyHanko need not sign twice.

    As narrow as can be told: every digit is read again, one by one, by whoever opens the file next.
    """
    template = await template_of(key.certificate, key.chain, digest)
    if template is None:
        return 2 * (len(key.certificate) + sum(map(len, key.chain)) + _WRAPPING + token_bytes)
    return 2 * (template.longest + token_bytes)


async def _stock(
    signer: Signer, document_digest: bytes, digest: str, signed_at: datetime, timestamper: HttpTimeStamper | None
) -> bytes:
    attributes = PdfCMSSignedAttributes(signing_time=signed_at)
    made = await signer.async_sign(
        document_digest, digest, use_pades=True, timestamper=timestamper, signed_attr_settings=attributes
    )
    return bytes(made.dump())


@functools.lru_cache(maxsize=256)
def _public_key(certificate: bytes) -> object:
    return load_der_x509_certificate(certificate).public_key()


def _longest(certificate: bytes) -> int:
    """Octets of a signature value: the modulus of RSA, at most two numbers and their wrapping of ECDSA."""
    public = _public_key(certificate)
    if isinstance(public, rsa.RSAPublicKey):
        return (public.key_size + 7) // 8
    assert isinstance(public, ec.EllipticCurvePublicKey)
    return 2 * ((public.key_size + 7) // 8 + 1) + 8


def _digest_of(value: bytes, digest: str) -> bytes:
    return hashlib.new(digest, value).digest()


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
