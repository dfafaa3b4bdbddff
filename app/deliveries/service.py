"""Hand results over: at the counter, by post, online. One row a dossier and way, so nothing is sent twice (I5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.deliveries.models import Delivery
from app.kit.db import Db
from app.kit.errors import Conflict
from app.kit.places import placed
from app.kit.words import N_


class NothingToHandOver(Conflict):
    """No result waits to be handed over this way."""

    says = N_("Không có kết quả nào chờ trả theo cách này. Có thể đồng nghiệp đã trả.")


# The result may now be fetched or sent, as a part of the statement that moves the dossier.
PREPARE: Final = """
  INSERT INTO delivery (id, office_id, dossier_id, way, state, receiver, collector, created_at)
  SELECT gen_random_uuid(), {office}::int, {dossier}::uuid, {way}::text, 'ready', {receiver}::jsonb, jsonb_build_object(),
    {at}::timestamptz"""
UNLESS_PREPARED: Final = "ON CONFLICT (dossier_id, way) DO NOTHING"
_PREPARE = placed(f"{PREPARE} {UNLESS_PREPARED}")


async def prepare(
    db: Db, *, dossier_id: UUID, office_id: int, way: str, receiver: Mapping[str, Any], at: datetime
) -> None:
    """The result may now be fetched, sent or opened; one delivery however often asked."""
    await db.run(_PREPARE.sql, *_PREPARE.args({
        "office": office_id, "dossier": dossier_id, "way": way, "receiver": dict(receiver), "at": at,
    }))


async def of_dossier(db: Db, dossier_id: UUID) -> list[Delivery]:
    """Every handing-over of a dossier."""
    rows = await db.rows("SELECT * FROM delivery WHERE dossier_id = $1 ORDER BY created_at", dossier_id)
    return [Delivery(**dict(row)) for row in rows]


# Somebody took it at the counter: who, and by which paper. A part of the statement that moves the dossier; no row: nothing
# waited there (NothingToHandOver).
HAND_OVER: Final = """
  UPDATE delivery SET state = 'delivered', collector = {collector}::jsonb, handed_by = {by}::uuid,
    handed_at = {at}::timestamptz, delivered_at = {at}::timestamptz
  WHERE dossier_id = {dossier}::uuid AND way = 'counter' AND state = 'ready'"""


async def deliver_online(db: Db, dossier_id: UUID, *, at: datetime) -> None:
    """It lies in the owner's dossier."""
    await db.run(
        "UPDATE delivery SET state = 'delivered', delivered_at = $2 WHERE dossier_id = $1 AND way = 'online'",
        dossier_id, at,
    )


async def keep_order(db: Db, dossier_id: UUID, shipment_code: str) -> None:
    """The post has accepted the order under this shipment code."""
    await db.run(
        "UPDATE delivery SET state = 'ordered', shipment_code = $2"
        " WHERE dossier_id = $1 AND way = 'post' AND state = 'ready'",
        dossier_id, shipment_code,
    )


async def hand_to_post(db: Db, dossier_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """The postman took the packet; the post may already have said what became of it. Raises NothingToHandOver."""
    touched = await db.run(
        "UPDATE delivery SET state = CASE WHEN state IN ('ready', 'ordered') THEN 'handed_over' ELSE state END,"
        " handed_by = $2, handed_at = $3 WHERE dossier_id = $1 AND way = 'post' AND handed_at IS NULL",
        dossier_id, by, at,
    )
    if not touched:
        raise NothingToHandOver


async def keep_at_counter(db: Db, dossier_id: UUID, *, office_id: int, at: datetime) -> None:
    """A packet that came back waits at the counter."""
    await db.run(
        "UPDATE delivery SET state = 'returned' WHERE dossier_id = $1 AND way = 'post'", dossier_id
    )
    await prepare(db, dossier_id=dossier_id, office_id=office_id, way="counter", receiver={}, at=at)


# Where each of the post's words leaves a delivery; a late, older word never moves it back.
_ORDER = {"registered": 1, "handed_to_post": 2, "in_transit": 3, "failed_attempt": 4, "delivered": 9, "returned": 9}
_STATE = {"registered": "ordered", "handed_to_post": "handed_over", "in_transit": "in_transit",
          "failed_attempt": "failed_attempt", "delivered": "delivered", "returned": "returned"}
_RANK = {"ready": 0, "ordered": 1, "handed_over": 2, "in_transit": 3, "failed_attempt": 4, "delivered": 9, "returned": 9}


async def note_event(
    db: Db, delivery: Delivery, *, event_id: str, what: str, at: datetime, detail: str | None
) -> bool:
    """Keep one word of the post about a delivery, once. True when it is news and moved the delivery on."""
    fresh = await db.run(
        "INSERT INTO shipment_event (delivery_id, event_id, office_id, at, what, detail) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT DO NOTHING",
        delivery.id, event_id, delivery.office_id, at, what, detail,
    )
    if not fresh or what not in _ORDER or _ORDER[what] <= _RANK[delivery.state]:
        return False
    await db.run(
        "UPDATE delivery SET state = $2::text, delivered_at = CASE WHEN $2::text = 'delivered' THEN $3 ELSE delivered_at END"
        " WHERE id = $1",
        delivery.id, _STATE[what], at,
    )
    return True
