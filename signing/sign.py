"""Sign a PDF: PAdES B-B, B-T, or, with validation data, B-LTA."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from dataclasses import field as _field
from datetime import datetime
from typing import Any, Literal, cast

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from signing.appearance import Appearance, Box, LaterSignature
from signing.certificates import certificate_names, check_period, check_signer, now
from signing.cms import CertificateSigner, Maker, bytes_reserved, has_template, layout_signer, make_cms
from signing.errors import PlaceTaken, TimestampUnavailable, UnsuitablePdf
from signing.exchange import Exchange
from signing.keys import SigningKey
from signing.network import http_session, run, run_alone
from signing.opening import LARGEST_PDF, QuietWriter, open_for_signing
from signing.plain_file import Unfamiliar
from signing.revision import Prepared, Wanted, prepare
from signing.stamp import StampStyle
from signing.timestamps import HttpTimeStamper, Timestamper
from signing.trust import TrustRoots
from signing.validation_data import augment

Certify = Literal["none", "allow-signatures", "no-changes"]
Level = Literal["B-B", "B-T", "B-LT", "B-LTA"]

DIGEST = "sha256"
_OVERSIZED = "the time-stamp is larger than the room kept for it"
Work = Prepared | QuietWriter
_PERMISSIONS = {"allow-signatures": MDPPerm.FILL_FORMS, "no-changes": MDPPerm.NO_CHANGES}


@dataclass(frozen=True)
class SignedPdf:
    """The signed bytes and the facts worth a line in the journal. Digests are SHA-256 in hexadecimal."""

    data: bytes = _field(repr=False)
    sha256: str
    sha256_before: str
    certificate_serial: str
    signer_name: str
    signing_time: datetime
    level: Level


def sign_pdf(
    pdf: bytes,
    *,
    key: SigningKey,
    appearance: Appearance | None = None,
    timestamper: Timestamper | None = None,
    validation_data: bool = False,
    trust: TrustRoots | None = None,
    certify: Certify = "none",
    later: Sequence[LaterSignature] = (),
    field: str | None = None,
    reason: str | None = None,
    location: str | None = None,
    signed_at: datetime | None = None,
    maker: Maker = "template",
) -> SignedPdf:
    """Add one signature as a new revision; what was signed before stays valid. Blocking: call it in a thread.

    `trust`: the signer's certificate is checked, revocation included, before anything is signed. Without it only
    the certificate's dates are looked at.
    `certify` (first signature only): `allow-signatures` lets only the places in `later` be filled;
    `no-changes` closes the document at once.
    `field`: the name of a place kept by an earlier signer, or of the new one. Filling a place that closes locks
    the document.
    `validation_data`: go on to B-LTA; needs `timestamper` and `trust`. For several signers do it with the last,
    or call `add_validation_data` afterwards.
    `signed_at` (aware) is the claimed time in the file; the time-stamp tells the true one.
    `maker`: `template` splices each CMS into pyHanko's own encoding of one, `stock` has pyHanko encode every one.

    Raises UnsuitablePdf, PlaceTaken, CertificateExpired, CertificateRevoked, CertificateUntrusted,
    RevocationUnavailable, TimestampUnavailable, TokenMissing, SignatureNotProven.
    """
    if validation_data and (timestamper is None or trust is None):
        raise ValueError("validation data needs a time-stamper and trust roots")
    moment = signed_at or now()
    if moment.tzinfo is None:
        raise ValueError("signed_at must be aware")
    order = Order(
        key,
        appearance,
        timestamper,
        validation_data,
        trust,
        certify,
        tuple(later),
        field,
        reason,
        location,
        moment,
        maker,
    )
    waits_for_nobody = _is_alone(order) and maker == "template" and has_template(key, DIGEST)
    return (run_alone if waits_for_nobody else run)(_sign(pdf, order))


@dataclass(frozen=True)
class Order:
    """What was asked of `sign_pdf`, or of `sign_batch` for one file."""

    key: SigningKey
    appearance: Appearance | None
    timestamper: Timestamper | None
    validation_data: bool
    trust: TrustRoots | None
    certify: Certify
    later: tuple[LaterSignature, ...]
    field: str | None
    reason: str | None
    location: str | None
    moment: datetime
    maker: Maker


async def _sign(pdf: bytes, order: Order) -> SignedPdf:
    work = await laid_out(pdf, order)
    check_period(order.key, min(order.moment, now()))
    signed = await (one_signature(work, order, None) if _is_alone(order) else _with_others(work, order))
    return told(pdf, work, signed, order)


def told(pdf: bytes, work: Work, signed: bytes, order: Order) -> SignedPdf:
    """The signed file with its facts."""
    facts = certificate_names(order.key.certificate)
    return SignedPdf(
        data=signed,
        sha256=hashlib.sha256(signed).hexdigest(),
        sha256_before=work.sha256_before if isinstance(work, Prepared) else hashlib.sha256(pdf).hexdigest(),
        certificate_serial=facts.serial,
        signer_name=facts.common_name,
        signing_time=order.moment,
        level="B-LTA" if order.validation_data else "B-T" if order.timestamper else "B-B",
    )


def _is_alone(order: Order) -> bool:
    """Nobody outside is asked for anything."""
    return order.trust is None and order.timestamper is None


async def laid_out(pdf: bytes, order: Order) -> Work:
    """The file with room for the signature where it is of the plain form we know; otherwise open in pyHanko."""
    room = await _room(order)
    if order.maker == "template" and order.appearance is not None and len(pdf) <= LARGEST_PDF:
        permissions = None if order.certify == "none" else int(_PERMISSIONS[order.certify].value)
        wanted = Wanted(
            order.appearance, order.field or "signature-1", order.later, permissions, order.reason,
            order.location, order.moment, room,
        )  # fmt: skip
        with suppress(Unfamiliar):
            return prepare(pdf, order.key.certificate, wanted)
    return open_for_signing(pdf)


async def _room(order: Order) -> int:
    return await bytes_reserved(order.key, DIGEST, order.timestamper.token_bytes if order.timestamper else 0)


async def _with_others(work: Work, order: Order) -> bytes:
    """Ask the certificate's issuer first, have the signature time-stamped, collect validation data."""
    async with http_session() as session, Exchange() as exchange:
        if order.trust is not None:
            await check_signer(order.key, order.trust, session)
        client = HttpTimeStamper(order.timestamper, session, exchange) if order.timestamper else None
        signed = await one_signature(work, order, client)
        if order.validation_data and order.timestamper is not None and order.trust is not None:
            signed = await augment(signed, order.timestamper, order.trust, session, exchange)
    return signed


async def one_signature(work: Work, order: Order, client: HttpTimeStamper | None) -> bytes:
    """One revision with one signature in it."""
    if isinstance(work, Prepared):
        cms = await make_cms(order.key, work.digest, DIGEST, order.moment, client, order.maker)
        try:
            return work.filled(cms)
        except ValueError as error:
            raise TimestampUnavailable("oversized", _OVERSIZED) from error
    signer = layout_signer(order.key.certificate, order.key.chain)
    try:
        prepared, output = _prepare(work, order, signer, await _room(order))
    except (PdfError, PyhankoSigningError) as error:
        raise UnsuitablePdf("the file cannot take this signature") from error
    cms = await make_cms(order.key, prepared.document_digest, DIGEST, order.moment, client, order.maker)
    try:
        prepared.fill_with_cms(output, cms)
    except PyhankoSigningError as error:
        raise TimestampUnavailable("oversized", _OVERSIZED) from error
    return output.getvalue()


def _prepare(
    writer: QuietWriter, order: Order, signer: CertificateSigner, room: int
) -> tuple[PreparedByteRangeDigest, io.BytesIO]:
    """Write the revision with room for the signature; its digest, and the open file."""
    places = {name: (value, reference) for name, value, reference in enumerate_sig_fields(writer)}
    name = order.field or f"signature-{len(places) + 1}"
    reserved = name in places
    locks = False
    if reserved:
        value, reference = places[name]
        locks = "/Lock" in reference.get_object()
        _check_place(name, value, reference.get_object(), order.appearance)
    known = (*places, name, *(place.field for place in order.later))
    for place in order.later:
        append_signature_field(writer, _kept(place, known))
    metadata = PdfSignatureMetadata(
        field_name=name,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=order.certify != "none",
        docmdp_permissions=MDPPerm.NO_CHANGES
        if locks
        else _PERMISSIONS.get(order.certify, MDPPerm.FILL_FORMS),
        reason=order.reason,
        location=order.location,
    )
    pdf_signer = PdfSigner(
        metadata,
        signer,
        stamp_style=StampStyle(appearance=order.appearance) if order.appearance else None,
        new_field_spec=None if reserved else _new_field(name, order.appearance),
    )
    session = pdf_signer.init_signing_session(writer, existing_fields_only=reserved)
    session.system_time = order.moment
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=room)
    output = io.BytesIO()
    prepared, _ = document.digest_tbs_document(output=output)
    return prepared, output


def _new_field(name: str, appearance: Appearance | None) -> SigFieldSpec:
    if appearance is None:
        return SigFieldSpec(sig_field_name=name)
    return SigFieldSpec(sig_field_name=name, on_page=appearance.page, box=_written(appearance.box))


def _kept(place: LaterSignature, known: Sequence[str]) -> SigFieldSpec:
    spec = SigFieldSpec(sig_field_name=place.field, on_page=place.page, box=_written(place.box))
    if not place.closes:
        return spec
    # ISO 32000-2, 12.7.5.5: the lock dictionary's /P makes an approval signature close the document. The fields are
    # named rather than "all", so that validators do not take a later time-stamp's field for a locked one.
    return replace(
        spec,
        field_mdp_spec=FieldMDPSpec(FieldMDPAction.INCLUDE, list(dict.fromkeys(known))),
        doc_mdp_update_value=MDPPerm.NO_CHANGES,
    )


def _written(box: Box) -> tuple[int, int, int, int]:
    """pyHanko asks for whole points but writes what it is given; half a point is 0.2 mm on paper."""
    return cast("tuple[int, int, int, int]", box.corners)


def _check_place(name: str, value: object, field: Any, appearance: Appearance | None) -> None:
    if value is not None:
        raise PlaceTaken(f"the place {name!r} is signed already")
    wanted = appearance.box.corners if appearance else (0.0, 0.0, 0.0, 0.0)
    there = tuple(float(number) for number in field["/Rect"])
    if any(abs(a - b) > 0.02 for a, b in zip(wanted, there, strict=True)):
        raise PlaceTaken(f"the place {name!r} was kept elsewhere on the page")
