"""Sign and seal: who ordered it, on which bytes, with which key. The same task signs once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid4

import signing
from app.kit.db import Db
from app.kit.errors import Conflict
from app.kit.words import N_
from app.papers.press import Box as Place
from app.signatures.keyring import KeyMissing, Keyring
from app.signatures.models import Signature
from app.signatures.refusals import in_words
from signing import Appearance, Box, LaterSignature, SigningError

if TYPE_CHECKING:
    from signing import Level, SignedPdf, Signing, SigningKey

SEAL_FIELD = "seal"


class OtherBytes(Conflict):
    """The document is no longer the one whose signing was ordered (I12)."""

    says = N_("Văn bản khác với bản đã xem lúc ra lệnh ký. Chưa ký gì. Hãy xem lại rồi ký.")


@dataclass(frozen=True, slots=True)
class Order:
    """One signing that somebody ordered. `places` are the reserved boxes of the printed paper."""

    pdf: bytes
    sha256: str  # of the bytes that were previewed
    places: Mapping[str, Place]
    signed_at: datetime
    reason: str
    location: str


async def sign_as_leader(keyring: Keyring, key_name: str, order: Order) -> SignedPdf:
    """The leader's signature: certifies the file and keeps one place for the seal, nothing else may change.

    Raises KeyMissing and what `refusals` names.
    """
    leader, seal = order.places["leader"], order.places["seal"]
    return await _signed(
        order.pdf, key=_key(keyring, key_name), trust=keyring.trust, timestamper=keyring.timestamper, maker=keyring.maker,
        certify="allow-signatures", field="leader", reason=order.reason, location=order.location,
        signed_at=order.signed_at,
        appearance=Appearance(leader.page - 1, _box(leader), image_png=keyring.image(key_name)),
        later=(LaterSignature(SEAL_FIELD, seal.page - 1, _box(seal)),),
    )


async def seal(keyring: Keyring, key_name: str, order: Order) -> SignedPdf:
    """The agency's seal on the signed file: closes it, adds validation data and a document time-stamp (B-LTA)."""
    place = order.places["seal"]
    complete = keyring.timestamper is not None and keyring.trust is not None
    return await _signed(
        order.pdf, key=_key(keyring, key_name), trust=keyring.trust, timestamper=keyring.timestamper, maker=keyring.maker,
        validation_data=complete, field=SEAL_FIELD, reason=order.reason, location=order.location,
        signed_at=order.signed_at,
        appearance=Appearance(place.page - 1, _box(place), image_png=keyring.image(key_name)),
    )


async def sign_all(
    keyring: Keyring, key_name: str, orders: Sequence[Order], kind: Literal["leader", "seal"]
) -> list[SignedPdf]:
    """Several papers with one key: time-stamps many in flight, validation data fetched once for all of them.

    Each comes out as `sign_as_leader` and `seal` would make it. All or none: raises what they raise for the first bad one.
    """
    if not orders:
        return []
    if len(orders) == 1:
        return [await (sign_as_leader if kind == "leader" else seal)(keyring, key_name, orders[0])]
    key, image = _key(keyring, key_name), keyring.image(key_name)
    signings = [_signing(key, image, order, kind) for order in orders]
    level: Level = "B-B" if keyring.timestamper is None else "B-T"
    if kind == "seal" and keyring.timestamper is not None and keyring.trust is not None:
        level = "B-LTA"
    outcomes = await asyncio.to_thread(lambda: signing.sign_batch(
        signings, level=level, timestamper=keyring.timestamper, trust=keyring.trust, maker=keyring.maker
    ))
    for outcome in outcomes:
        if isinstance(outcome, SigningError):
            raise in_words(outcome) from outcome
    return [outcome for outcome in outcomes if isinstance(outcome, signing.SignedPdf)]


def _signing(key: SigningKey, image: bytes | None, order: Order, kind: Literal["leader", "seal"]) -> Signing:
    place, seal_place = order.places[kind], order.places["seal"]
    look = Appearance(place.page - 1, _box(place), image_png=image)
    words: dict[str, Any] = {"reason": order.reason, "location": order.location, "signed_at": order.signed_at}
    if kind == "seal":
        return signing.Signing(order.pdf, key, look, field=SEAL_FIELD, **words)
    kept = (LaterSignature(SEAL_FIELD, seal_place.page - 1, _box(seal_place)),)
    return signing.Signing(order.pdf, key, look, "allow-signatures", kept, "leader", **words)


def _key(keyring: Keyring, name: str) -> SigningKey:
    try:
        return keyring.key(name)
    except SigningError as error:
        raise in_words(error) from error


async def _signed(pdf: bytes, **how: Any) -> SignedPdf:
    try:
        return await asyncio.to_thread(lambda: signing.sign_pdf(pdf, **how))  # in the thread, what signs is loaded too
    except SigningError as error:
        raise in_words(error) from error


async def keep(
    db: Db, *, office_id: int, dossier_id: UUID, document_id: UUID, kind: str, officer_id: UUID | None, task_key: str,
    signed: SignedPdf,
) -> None:
    """Write down a signature that was made."""
    await db.add(Signature(
        id=uuid4(), office_id=office_id, dossier_id=dossier_id, document_id=document_id, kind=kind, officer_id=officer_id,
        task_key=task_key, previewed_sha256=signed.sha256_before, signed_sha256=signed.sha256,
        certificate_serial=signed.certificate_serial, signer=signed.signer_name, level=signed.level,
        signed_at=signed.signing_time,
    ))


async def of_dossier(db: Db, dossier_id: UUID) -> list[Signature]:
    """Every signature of a dossier, oldest first."""
    rows = await db.rows("SELECT * FROM signature WHERE dossier_id = $1 ORDER BY signed_at", dossier_id)
    return [Signature(**dict(row)) for row in rows]


def _box(place: Place) -> Box:
    return Box(place.x, place.y, place.w, place.h)


__all__ = ["KeyMissing", "Order", "OtherBytes", "keep", "of_dossier", "seal", "sign_all", "sign_as_leader"]
