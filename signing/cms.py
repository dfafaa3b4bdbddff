"""The one place that makes a CMS signature.

A faster maker from a pre-encoded template may take the place of `make_cms` one day; it must keep the signature
and give the same guarantees (see the tests in tests/signing/test_judges.py).
"""

from __future__ import annotations

from datetime import datetime

from asn1crypto import x509
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.keys import SigningKey
from signing.timestamps import HttpTimeStamper

# A raw RSA-4096 signature, signed attributes and wrapping, with room to spare.
_WRAPPING = 2048


class KeySigner(Signer):
    """pyHanko's view of one of our keys."""

    def __init__(self, key: SigningKey) -> None:
        chain = [x509.Certificate.load(der) for der in key.chain]
        super().__init__(
            signing_cert=x509.Certificate.load(key.certificate),
            cert_registry=SimpleCertificateStore.from_certs(chain),
            embed_roots=False,
        )
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._key.sign(data, digest_algorithm)


async def make_cms(
    signer: KeySigner,
    document_digest: bytes,
    digest: str,
    signed_at: datetime,
    timestamper: HttpTimeStamper | None,
) -> bytes:
    """The DER of a detached PAdES signature over `document_digest`, time-stamped when a time-stamper is given.

    PAdES keeps the claimed time (`signed_at`) in the PDF, not in the CMS. Raises TimestampUnavailable.
    """
    attributes = PdfCMSSignedAttributes(signing_time=signed_at)
    made = await signer.async_sign(
        document_digest, digest, use_pades=True, timestamper=timestamper, signed_attr_settings=attributes
    )
    return bytes(made.dump())


def bytes_reserved(key: SigningKey, token_bytes: int) -> int:
    """Room for the signature in the file, in hexadecimal digits. Given, so that pyHanko need not sign twice."""
    return 2 * (len(key.certificate) + sum(map(len, key.chain)) + _WRAPPING + token_bytes)
