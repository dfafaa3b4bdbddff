"""Rules that pyHanko does not check: the parts of a signature that no digest protects.

The container itself (`/Contents`) lies outside the signed bytes. Everything in it that is not signed by the key is
compared with the only form it may have, so that one flipped byte anywhere in the file is found.
"""

from __future__ import annotations

from asn1crypto import cms, core, x509
from cryptography import x509 as cryptography_x509
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

# Attributes outside the signature that we understand: the signature's time-stamp.
_KNOWN_UNSIGNED = {"signature_time_stamp_token"}


def gap_is_exact(pdf: bytes, one: EmbeddedPdfSignature) -> bool:
    """The hole in the signed bytes holds `<`, the container in hexadecimal, zeros, `>`, and nothing else."""
    ranges = [int(number) for number in one.byte_range]
    if len(ranges) != 4 or ranges[0] != 0 or min(ranges) < 0:
        return False
    _, first, second, rest = ranges
    if not first < second <= second + rest <= len(pdf):
        return False
    gap = pdf[first:second]
    if gap[:1] != b"<" or gap[-1:] != b">":
        return False
    digits = gap[1:-1]
    if digits not in (digits.upper(), digits.lower()):
        return False
    try:
        whole = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return False
    container = cms.ContentInfo.load(one.pkcs7_content).dump()
    return whole.startswith(container) and not whole[len(container) :].strip(b"\0")


def container_is_exact(one: EmbeddedPdfSignature, known: set[bytes]) -> bool:
    """The unsigned parts of the CMS say what they must. `known`: DER of certificates proven otherwise.

    Used on the newest signature only: older containers lie within what newer signatures cover.
    """
    signed = one.signed_data
    stamp = signed["encap_content_info"]["content_type"].native == "tst_info"
    return _structure_is_exact(signed, stamp=stamp, known=known)


def _structure_is_exact(signed: cms.SignedData, *, stamp: bool, known: set[bytes]) -> bool:
    infos = signed["signer_infos"]
    if len(infos) != 1:
        return False
    info = infos[0]
    by_issuer = info["sid"].name == "issuer_and_serial_number"
    if by_issuer and info["sid"].chosen["issuer"].dump() not in _issuers(signed):
        # Names are compared without regard to case elsewhere.
        return False
    if info["version"].native != ("v1" if by_issuer else "v3"):
        return False
    if signed["version"].native not in (("v3",) if stamp or not by_issuer else ("v1",)):
        return False
    digests = [item.dump() for item in signed["digest_algorithms"]]
    if digests != [info["digest_algorithm"].dump()]:
        return False
    if not _plain_parameters(info["digest_algorithm"]) or not _plain_parameters(info["signature_algorithm"]):
        return False
    if signed["crls"].native:
        return False
    return _unsigned_attributes_are_known(info, known) and _certificates_are_proven(signed, known)


def _issuers(signed: cms.SignedData) -> set[bytes]:
    return {choice.chosen.issuer.dump() for choice in signed["certificates"] if choice.name == "certificate"}


def _plain_parameters(algorithm: core.Sequence) -> bool:
    """None or NULL; only RSA-PSS has parameters, and they change the signature's meaning, so they are checked."""
    if algorithm["algorithm"].native == "rsassa_pss":
        return True
    return (
        isinstance(algorithm["parameters"], core.Null | core.Void) and algorithm["parameters"].native is None
    )


def _unsigned_attributes_are_known(info: cms.SignerInfo, known: set[bytes]) -> bool:
    attributes = info["unsigned_attrs"]
    if isinstance(attributes, core.Void):
        return True
    for attribute in attributes:
        if attribute["type"].native not in _KNOWN_UNSIGNED or len(attribute["values"]) != 1:
            return False
        if not _structure_is_exact(attribute["values"][0]["content"], stamp=True, known=known):
            return False
    return True


def _certificates_are_proven(signed: cms.SignedData, known: set[bytes]) -> bool:
    """Each enclosed certificate is on a checked path, or signed by one that is enclosed or known."""
    if isinstance(signed["certificates"], core.Void):
        return True
    if any(choice.name != "certificate" for choice in signed["certificates"]):
        return False
    enclosed = {choice.chosen.dump() for choice in signed["certificates"]}
    return all(der in known or _issued_by_any(der, known | enclosed) for der in enclosed)


def _issued_by_any(der: bytes, others: set[bytes]) -> bool:
    certificate = cryptography_x509.load_der_x509_certificate(der)
    for other in others:
        try:
            certificate.verify_directly_issued_by(cryptography_x509.load_der_x509_certificate(other))
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


def certificate_facts(certificate: x509.Certificate) -> dict[str, str]:
    """Names and numbers of the signer's certificate, as text."""

    def text(part: str) -> str:
        found = certificate.subject.native.get(part, "")
        return ", ".join(found) if isinstance(found, list) else str(found)

    return {
        "signer": text("common_name"),
        "organisation": text("organization_name"),
        "title": text("title"),
        "serial": f"{certificate.serial_number:x}",
        "certificate_sha256": certificate.sha256.hex(),
    }
