"""Time-stamps over HTTP (RFC 3161), with every answer checked before it is used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import aiohttp
from asn1crypto import cms, tsp, x509
from pyhanko.sign.timestamps import TimeStamper as PyhankoTimeStamper
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity

from signing.errors import TimestampUnavailable

_LONGEST_ANSWER = 256 * 1024


@dataclass(frozen=True)
class Timestamper:
    """Where time-stamps come from. `timeout` in seconds; `token_bytes` is the room kept for one token."""

    url: str
    timeout: float = 10.0
    token_bytes: int = 8192


class HttpTimeStamper(PyhankoTimeStamper):
    """The client handed to pyHanko. One per call of our API: it keeps no connection and no cache between calls."""

    def __init__(self, settings: Timestamper, session: aiohttp.ClientSession) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._settings = settings
        self._session = session
        self.last_token: cms.ContentInfo | None = None

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        limit = aiohttp.ClientTimeout(total=self._settings.timeout)
        try:
            async with self._session.post(
                self._settings.url, data=req.dump(), headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                status = answer.status
                body = await answer.content.read(_LONGEST_ANSWER + 1)
                while len(body) <= _LONGEST_ANSWER and (more := await answer.content.read(_LONGEST_ANSWER)):
                    body += more
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TimestampUnavailable(
                "unreachable", "the time-stamping authority does not answer"
            ) from error
        if status != 200:
            raise TimestampUnavailable("refused", f"the time-stamping authority answered {status}")
        if len(body) > _LONGEST_ANSWER:
            raise TimestampUnavailable("malformed", "the time-stamping authority's answer has no end")
        try:
            return tsp.TimeStampResp.load(body)
        except ValueError as error:
            raise TimestampUnavailable("malformed", "the answer is not a time-stamp") from error

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token for exactly this digest, with our nonce, intact under the certificate it encloses.

        Whether that certificate is trusted is judged elsewhere, with revocation.
        """
        _, request = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        answer = await self.async_request_tsa_response(request)
        try:
            status = answer["status"]["status"].native
            if status not in ("granted", "granted_with_mods"):
                raise TimestampUnavailable("refused", f"the time-stamping authority said {status}")
            token = answer["time_stamp_token"]
            _check(token, request)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise TimestampUnavailable("malformed", "the answer is not a time-stamp") from error
        self.last_token = token
        return token


def _check(token: cms.ContentInfo, request: tsp.TimeStampReq) -> None:
    signed: cms.SignedData = token["content"]
    info: tsp.TSTInfo = signed["encap_content_info"]["content"].parsed
    if info["message_imprint"].dump() != request["message_imprint"].dump():
        raise TimestampUnavailable("malformed", "the time-stamp is for something else")
    if info["nonce"].native != request["nonce"].native:
        raise TimestampUnavailable("malformed", "the time-stamp answers another request")
    signer_info = signed["signer_infos"][0]
    digest = signer_info["digest_algorithm"]["algorithm"].native
    actual = _digest(bytes(signed["encap_content_info"]["content"]), digest)
    certificate = _signer_of(signed)
    intact, valid = validate_sig_integrity(signer_info, certificate, "tst_info", actual)
    if not (intact and valid):
        raise TimestampUnavailable("malformed", "the time-stamp's own signature is broken")


_signers: dict[tuple[bytes, bytes], x509.Certificate] = {}
_MOST_SIGNERS = 64


def _signer_of(signed: cms.SignedData) -> x509.Certificate:
    """Whose token it is. The same certificates and the same name give the same answer, and looking costs a signature."""
    key = (signed["certificates"].dump(), signed["signer_infos"][0]["sid"].dump())
    if key not in _signers:
        found = extract_certs_for_validation(signed).signer_cert
        if len(_signers) >= _MOST_SIGNERS:
            _signers.clear()
        _signers[key] = found
    return _signers[key]


def _digest(data: bytes, algorithm: str) -> bytes:
    return hashlib.new(algorithm, data).digest()
