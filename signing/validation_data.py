"""Make a signed file checkable for years: collect proofs of validity and close them with a time-stamp (B-LTA)."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, extract_tst_data_iter
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.path import ValidationPath

from signing.certificates import fetching_context, good_signer_of
from signing.errors import TimestampUnavailable, UnsuitablePdf
from signing.exchange import Exchange
from signing.network import http_session, run
from signing.opening import QuietWriter, open_for_signing
from signing.plain_file import Unfamiliar
from signing.proofs import Identity, ProofStore, append_store, containers, signers_in
from signing.timestamps import HttpTimeStamper, Timestamper
from signing.trust import TrustRoots

_DIGEST = "sha256"
_NOT_PLAIN = (b"/DocTimeStamp", b"/ObjStm")


@dataclass(frozen=True)
class AugmentedPdf:
    """The file with validation data, closed by a document time-stamp: level B-LTA. Digests in hexadecimal."""

    data: bytes
    sha256: str
    sha256_before: str


def add_validation_data(pdf: bytes, *, timestamper: Timestamper, trust: TrustRoots) -> AugmentedPdf:
    """Append certificates, OCSP answers and revocation lists for every signature, then a document time-stamp.

    Call it once after the last signature, and again years later (before the time-stamp's certificate expires) to
    renew the proof. Blocking: call it in a thread. The answers are fetched now, so they are newer than every
    signature. Raises UnsuitablePdf (no signature, broken), CertificateRevoked, CertificateExpired,
    CertificateUntrusted, RevocationUnavailable, TimestampUnavailable.
    """
    data = run(_augment_alone(pdf, timestamper, trust))
    return AugmentedPdf(data, hashlib.sha256(data).hexdigest(), hashlib.sha256(pdf).hexdigest())


async def _augment_alone(pdf: bytes, timestamper: Timestamper, trust: TrustRoots) -> bytes:
    async with http_session() as session, Exchange() as exchange:
        proofs = Proofs(trust, session)
        await proofs.collect(pdf)
        return await closed(pdf, proofs, timestamper, session, exchange)


async def augment(
    pdf: bytes, timestamper: Timestamper, trust: TrustRoots, session: aiohttp.ClientSession, exchange: Exchange
) -> bytes:
    """`add_validation_data` within a running call, for a file that was just signed."""
    proofs = Proofs(trust, session)
    await proofs.collect_signed(pdf)
    return await closed(pdf, proofs, timestamper, session, exchange)


async def closed(
    pdf: bytes, proofs: Proofs, timestamper: Timestamper, session: aiohttp.ClientSession, exchange: Exchange
) -> bytes:
    """The file with these proofs and a document time-stamp over them: B-LTA."""
    # The authority that stamps the file should be one whose proofs are inside. It nearly always is the one of the
    # signatures; when not, its proofs are known after the first try.
    for _ in range(2):
        client = HttpTimeStamper(timestamper, session, exchange)
        stamped = await _stamp(pdf, proofs, timestamper, client)
        assert client.last_token is not None
        if not await proofs.add_timestamp(cms.ContentInfo.load(client.last_token)["content"]):
            return stamped
    return stamped


class Proofs:
    """Paths and revocation answers, gathered once per certificate."""

    def __init__(self, trust: TrustRoots, session: aiohttp.ClientSession) -> None:
        self._signers = fetching_context(trust.signers, trust, session)
        self._authorities = (
            fetching_context(trust.timestamps, trust, session) if trust.timestamps else self._signers
        )
        self.paths: dict[bytes, ValidationPath] = {}
        self._met: set[Identity] = set()

    async def collect(self, pdf: bytes) -> None:
        try:
            reader = PdfFileReader(io.BytesIO(pdf), strict=True)
            signatures = list(reader.embedded_signatures)
        except (PdfError, ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
            raise UnsuitablePdf("the file is not a sound signed PDF") from error
        if not any(one.sig_object_type == "/Sig" for one in signatures):
            raise UnsuitablePdf("the file carries no signature")
        closed = [one for one in signatures if one.sig_object_type == "/DocTimeStamp"]
        # A renewal proves only the newest time-stamp: it already proves all that lies before it.
        for one in closed[-1:] or signatures:
            if one.sig_object_type == "/DocTimeStamp":
                await self.add_timestamp(one.signed_data)
                continue
            await self._add(one.signed_data, self._signers, timestamp=False)
            for token in extract_tst_data_iter(one.signer_info, signed=False):
                await self.add_timestamp(token)

    async def collect_signed(self, pdf: bytes) -> None:
        """Of a file just signed, whoever signed in it and was not met before; one that is not plain is read by pyHanko.

        So is one that was closed before: of its time-stamps only the newest is to be proven.
        """
        found = _plain_containers(pdf)
        if not found:
            await self.collect(pdf)
        for container in found:
            await self.add_container(container)

    async def add_timestamp(self, token: cms.SignedData) -> bool:
        """True when this authority's certificate was not known before."""
        return await self._add(token, self._authorities, timestamp=True)

    async def _add(self, signed: cms.SignedData, context: ValidationContext, *, timestamp: bool) -> bool:
        certificate = extract_certs_for_validation(signed).signer_cert.dump()
        if certificate in self.paths:
            return False
        self.paths[certificate] = await good_signer_of(signed, context, timestamp=timestamp)
        return True

    async def add_container(self, container: bytes) -> None:
        """Signer and authorities of one CMS that have not been met before."""
        for identity, der in signers_in(container):
            if identity in self._met:
                continue
            signed = cms.ContentInfo.load(der)["content"]
            if signed["encap_content_info"]["content_type"].native == "tst_info":
                await self.add_timestamp(signed)
            else:
                await self._add(signed, self._signers, timestamp=False)
            self._met.add(identity)

    def store(self) -> ProofStore:
        """All of it as octets."""
        paths = [certificate.dump() for path in self.paths.values() for certificate in list(path)[1:]]
        answers = [answer for context in self._contexts() for answer in context.ocsps]
        ocsps = [answer.dump() for answer in answers]
        # Who answered is enclosed in the answer; pyHanko puts it beside the others, and so do we.
        paths += [one.dump() for answer in answers for one in answer["response_bytes"]["response"].parsed["certs"]]
        crls = [crl.dump() for context in self._contexts() for crl in context.crls]
        return ProofStore(*(tuple(dict.fromkeys(found)) for found in (paths, ocsps, crls)))

    def _contexts(self) -> list[ValidationContext]:
        return list({id(context): context for context in (self._signers, self._authorities)}.values())

    def write(self, writer: QuietWriter) -> None:
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            sig_contents=None,
            paths=list(self.paths.values()),
            ocsps=[answer for context in self._contexts() for answer in context.ocsps],
            crls=[crl for context in self._contexts() for crl in context.crls],
            embed_roots=False,
        )


def _plain_containers(pdf: bytes) -> list[bytes]:
    """The CMS of every signature, or nothing where one may be hidden, unreadable or a document time-stamp."""
    if any(word in pdf for word in _NOT_PLAIN):
        return []
    try:
        found = containers(pdf)
        for container in found:
            signers_in(container)
    except (ValueError, IndexError):
        return []
    return found if len(found) == pdf.count(b"/ByteRange") else []


def with_proofs(pdf: bytes, proofs: Proofs, store: ProofStore) -> bytes:
    """The file with these proofs and no time-stamp over them: B-LT."""
    with suppress(Unfamiliar):
        return append_store(pdf, store)
    writer, output = open_for_signing(pdf), io.BytesIO()
    try:
        proofs.write(writer)
        writer.write(output)  # type: ignore[no-untyped-call]
    except PdfError as error:
        raise UnsuitablePdf("the file cannot take validation data") from error
    return output.getvalue()


async def _stamp(pdf: bytes, proofs: Proofs, timestamper: Timestamper, client: HttpTimeStamper) -> bytes:
    """One revision with the proofs and the document time-stamp that covers them."""
    writer = open_for_signing(pdf)
    try:
        proofs.write(writer)
        output = await PdfTimeStamper(client).async_timestamp_pdf(
            writer, _DIGEST, bytes_reserved=2 * timestamper.token_bytes
        )
    except PyhankoSigningError as error:
        raise TimestampUnavailable(
            "oversized", "the time-stamp is larger than the room kept for it"
        ) from error
    except PdfError as error:
        raise UnsuitablePdf("the file cannot take validation data") from error
    return bytes(output.getvalue())
