"""Judge a time-stamping authority's answer (RFC 3161, 2.4.2) with asn1crypto and pyHanko, whatever form it has.

Whether the authority's certificate is trusted is judged elsewhere, with revocation; here the answer must be to our
question, proven by the certificate it encloses, and by one that may stamp and is valid.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    get_signing_cert_attr,
    validate_sig_integrity,
)

from signing.errors import TimestampUnavailable
from signing.keys import HASHES
from signing.questions import Question

_NOT_ONE = "the answer is not a time-stamp"
_STRANGE = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, NotImplementedError,
    UnsupportedAlgorithm,
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A good answer: the token's DER, and what its proof was made with."""

    token: bytes
    certificate: x509.Certificate
    digest: str
    signature: str
    """The signature's kind in asn1crypto's words, such as `rsassa_pkcs1v15`."""


def judged(answer: bytes, question: Question, moment: datetime) -> Judged:
    """The token in an answer to this question, looked at at this moment. Raises TimestampUnavailable."""
    try:
        return _judged(answer, question, moment)
    except _STRANGE as error:
        raise TimestampUnavailable("malformed", _NOT_ONE) from error


def _judged(answer: bytes, question: Question, moment: datetime) -> Judged:
    response = tsp.TimeStampResp.load(answer, strict=True)
    status = response["status"]["status"].native
    if status not in ("granted", "granted_with_mods"):
        raise TimestampUnavailable("refused", f"the time-stamping authority said {status}")
    token = response["time_stamp_token"]
    whole = response["status"].dump() + token.dump()
    if response.contents != whole or token["content_type"].native != "signed_data":
        raise TimestampUnavailable("malformed", _NOT_ONE)
    signed: cms.SignedData = token["content"]
    content = signed["encap_content_info"]
    if content["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise TimestampUnavailable("malformed", _NOT_ONE)
    octets = bytes(content["content"])
    info = tsp.TSTInfo.load(octets, strict=True)
    if info["message_imprint"].dump() != question.imprint:
        raise TimestampUnavailable("malformed", "the time-stamp is for something else")
    if info["nonce"].native != int.from_bytes(question.nonce, "big"):
        raise TimestampUnavailable("malformed", "the time-stamp answers another request")
    certificate = extract_certs_for_validation(signed).signer_cert
    _check_authority(certificate, (info["gen_time"].native, moment))
    signer: cms.SignerInfo = signed["signer_infos"][0]
    digest: str = signer["digest_algorithm"]["algorithm"].native
    _check_proof(signer, certificate, octets, digest)
    return Judged(token.dump(), certificate, digest, signer["signature_algorithm"].signature_algo)


def _check_proof(signer: cms.SignerInfo, certificate: x509.Certificate, octets: bytes, digest: str) -> None:
    if digest not in HASHES:
        raise TimestampUnavailable("malformed", f"the time-stamp is proven with {digest}")
    # RFC 3161, 2.4.2 and RFC 5816: the token says which certificate it is proven with; pyHanko compares.
    if get_signing_cert_attr(signer["signed_attrs"]) is None:
        raise TimestampUnavailable("malformed", "the time-stamp does not say which certificate is its own")
    intact, valid = validate_sig_integrity(signer, certificate, "tst_info", hashlib.new(digest, octets).digest())
    if not (intact and valid):
        raise TimestampUnavailable("malformed", "the time-stamp's own signature is broken")


def _check_authority(certificate: x509.Certificate, moments: tuple[datetime, ...]) -> None:
    """RFC 3161, 2.3: for stamping and nothing else, said critically; valid when it stamped and now."""
    usages = [
        extension
        for extension in certificate["tbs_certificate"]["extensions"]
        if extension["extn_id"].native == "extended_key_usage"
    ]
    if len(usages) != 1 or not usages[0]["critical"].native or usages[0]["extn_value"].parsed.native != ["time_stamping"]:
        raise TimestampUnavailable("malformed", "the time-stamp is made with a certificate for something else")
    if not all(certificate.not_valid_before <= moment <= certificate.not_valid_after for moment in moments):
        raise TimestampUnavailable("malformed", "the time-stamp is made with a certificate that is not valid")
