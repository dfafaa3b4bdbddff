"""The public postal service (QĐ 45/2016/QĐ-TTg): order a shipment, give the day's list, follow what becomes of it.

The order's number at the post is our delivery's id, so a shipment is ordered once (I5). Every word of the post is kept
once by its own id; the drawing hears of the end (`post_delivered`, `post_returned`) as soon as it waits for it, also
when the post was quicker than the desk.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from app.deliveries import service as deliveries
from app.deliveries.models import Delivery
from app.dossiers.addresses import Place, place_of
from app.dossiers.case import Case, open_case
from app.dossiers.moves import Move
from app.dossiers.outcomes import done, dossier_of
from app.dossiers.printing import queue_form
from app.dossiers.progress import awaits, deliver, effect_done
from app.dossiers.tools import Tools
from app.gateways.errors import GatewayDown, GatewayRefused
from app.gateways.post import Party, PostEvent, Shipment, ShipmentState
from app.jobs import service as jobs
from app.jobs.service import Work
from app.journal import service as journal
from app.journal.service import OUTSIDE
from app.kit import clock
from app.kit.db import Db
from app.notices import service as notices
from app.org import people

LOOK_EVERY: Final = timedelta(hours=6)
LOOKS: Final = 240  # sixty days
MESSAGES: Final = {"delivered": "post_delivered", "returned": "post_returned"}


async def order_shipment(tools: Tools, work: Work) -> None:
    """Order the shipment of a dossier's results and have its label printed.

    Without a connection to the post the packet is sent by hand, and the label carries the dossier's code.
    """
    async with tools.database.transaction(offices=[work.office_id]) as db:
        case = await open_case(db, tools, dossier_of(work))
        delivery = await _by_post(db, case.id)
        wanted = await _shipment(db, case, delivery)
    if tools.post is None:
        await done(tools, work, {"shipment": "by_hand"}, "shipment.by_hand")
        return
    try:
        number = (await tools.post.order(wanted, order_number=str(delivery.id))).shipment_number
    except GatewayRefused as refused:
        # Ordered before, in words that have changed since (a new phone number): the first order stands.
        if refused.reason != "other_content":
            raise
        number = (await tools.post.track(str(delivery.id))).shipment_number
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if not await jobs.finish(db, work.id):
            return
        await deliveries.keep_order(db, case.id, number)
        await queue_form(db, case, "label", key=f"{delivery.id}:label")
        await _look_again(db, delivery, 1)
        await effect_done(
            db, tools, case.id, int(work.payload["task_no"]), {"shipment": "ordered"}, event="shipment.ordered",
            shipment=number,
        )


async def hand_over_to_post(tools: Tools, work: Work) -> None:
    """Tell the post which shipments the postman took. One list for all that wait; each shipment is listed once.

    A list that got through before a crash is told again under another name: the post then says of each shipment that
    it was already taken, which is what we wanted to know.
    """
    async with tools.database.transaction(offices=[work.office_id]) as db:
        orders = [str(row["id"]) for row in await db.rows(_UNLISTED, work.office_id)] if tools.post else []
    taken: list[str] = []
    list_id = str(uuid5(NAMESPACE_OID, ",".join(orders)))
    if tools.post is not None and orders:
        signed = await tools.post.hand_over(orders, hand_over_id=list_id)
        taken = [one for one in orders if one in signed.accepted or signed.refused.get(one) == "already_taken"]
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if not await jobs.finish(db, work.id):
            return
        for order in taken:
            await _listed(db, UUID(order), list_id)
        await tell_drawing(db, tools, (await _by_post(db, dossier_of(work))).id)


async def on_post_event(db: Db, tools: Tools, event: PostEvent) -> bool:
    """A message of the post whose signature the route has checked. False when it was known or is not ours.

    From here on the transaction sees the rows of the delivery's office.
    """
    await db.act_for(presents=event.order_number)
    office_id = await db.value("SELECT office_id FROM delivery WHERE id::text = $1", event.order_number)
    if office_id is None:
        return False
    await db.act_for(offices=[office_id])
    fresh = await db.run(
        "INSERT INTO outside_message (source, event_id, received_at, body) VALUES ('post', $1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        event.event_id, clock.now(),
        {"order": event.order_number, "shipment": event.shipment_number, "kind": event.kind.value,
         "at": event.at.isoformat(), "attempt": event.attempt},
    )
    if not fresh:
        return False
    await _take_event(db, tools, event)
    await tell_drawing(db, tools, UUID(event.order_number))
    return True


async def track_shipment(tools: Tools, work: Work) -> None:
    """Ask where a shipment is, for messages that never came, until it arrived or came back."""
    delivery_id, looks = UUID(work.payload["delivery_id"]), int(work.payload.get("looks", 1))
    events: tuple[PostEvent, ...] = ()
    if tools.post is not None:
        try:
            events = (await tools.post.track(str(delivery_id))).events
        except (GatewayDown, GatewayRefused):
            events = ()
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if not await jobs.finish(db, work.id):
            return
        for event in events:
            await _take_event(db, tools, event)
        if not await tell_drawing(db, tools, delivery_id) and looks < LOOKS:
            delivery = await db.get(Delivery, delivery_id)
            if delivery is not None:
                await _look_again(db, delivery, looks + 1)


async def tell_drawing(db: Db, tools: Tools, delivery_id: UUID) -> bool:
    """Hand the end of a shipment to the drawing if it waits for it. True when the shipment is over.

    Called again after the desk's own step, for the post that was quicker than the desk.
    """
    delivery = await db.get(Delivery, delivery_id)
    message = MESSAGES.get(delivery.state) if delivery else None
    if delivery is None or message is None:
        return False
    case = await open_case(db, tools, delivery.dossier_id)
    if awaits(case, message):
        move = Move(OUTSIDE, clock.now())
        move.note(f"shipment.{delivery.state}", delivery=str(delivery.id))
        await deliver(db, tools, case, message, {}, move)
    return True


_UNLISTED = """
SELECT d.id FROM delivery d
WHERE d.office_id = $1 AND d.way = 'post' AND d.shipment_code IS NOT NULL AND d.handed_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM shipment_event e WHERE e.delivery_id = d.id AND e.what <> 'registered')
ORDER BY d.id
"""


async def _listed(db: Db, delivery_id: UUID, list_id: str) -> None:
    delivery = await db.get(Delivery, delivery_id)
    assert delivery is not None
    await deliveries.note_event(
        db, delivery, event_id=f"list:{list_id}", what="handed_to_post", at=clock.now(), detail=None
    )


async def _take_event(db: Db, tools: Tools, event: PostEvent) -> None:
    """Keep one word of the post. A failed attempt is told to the applicant; the end is the drawing's to tell."""
    row = await db.row("SELECT * FROM delivery WHERE id::text = $1 FOR UPDATE", event.order_number)
    if row is None:
        return
    delivery = Delivery(**dict(row))
    known = await db.value(
        "SELECT 1 FROM shipment_event WHERE delivery_id = $1 AND event_id = $2", delivery.id, event.event_id
    )
    moved = await deliveries.note_event(
        db, delivery, event_id=event.event_id, what=event.kind.value, at=event.at, detail=event.reason or None
    )
    if known or not (moved or event.kind is ShipmentState.FAILED_ATTEMPT):
        return
    case = await open_case(db, tools, delivery.dossier_id)
    await journal.record(
        db, case.id, case.office_id, f"post.{event.kind.value}", by=OUTSIDE, message=event.event_id,
        shipment=event.shipment_number, attempt=event.attempt, at=event.at.isoformat(),
    )
    if event.kind is ShipmentState.FAILED_ATTEMPT and not ShipmentState(_said(delivery)).is_final:
        await notices.announce(
            db, dossier_id=case.id, office_id=case.office_id, citizen_id=case.applicant_id, language=case.language,
            event="delivery_failed", facts={"attempt": event.attempt, "shipment": event.shipment_number,
                                            "at": event.at.isoformat()},
            key=f"{delivery.id}:{event.event_id}",
        )


def _said(delivery: Delivery) -> str:
    """The delivery's state in the post's own words."""
    ours = {"ready": "registered", "ordered": "registered", "handed_over": "handed_to_post"}
    return ours.get(delivery.state, delivery.state)


async def _by_post(db: Db, dossier_id: UUID) -> Delivery:
    row = await db.row("SELECT * FROM delivery WHERE dossier_id = $1 AND way = 'post'", dossier_id)
    if row is None:
        raise deliveries.NothingToHandOver
    return Delivery(**dict(row))


async def _shipment(db: Db, case: Case, delivery: Delivery) -> Shipment:
    office = await people.office(db, case.office_id)
    province = await _province_of(db, office.territory_code, office.place)
    receiver = await receiver_of(db, case, delivery)
    sender = Party(office.name, office.address, province, office.phone, office.email or "")
    return Shipment(sender, receiver, f"{case.display_code}: {case.procedure.procedure.short.vi}")


async def _province_of(db: Db, unit: str, otherwise: str) -> str:
    found = await db.value(
        "SELECT p.name FROM territory u JOIN territory p ON p.code = COALESCE(u.parent_code, u.code) WHERE u.code = $1"
        " ORDER BY u.valid_from DESC, p.valid_from DESC LIMIT 1",
        unit,
    )
    return str(found or otherwise)


async def receiver_of(db: Db, case: Case, delivery: Delivery) -> Party:
    """Who gets the packet and where: as chosen with the way of return, completed by what is known of the applicant."""
    chosen = delivery.receiver or case.return_address
    person = await db.row("SELECT name, phone, email, address FROM citizen WHERE id = $1", case.applicant_id)
    assert person is not None
    known = dict(person)
    return party_of(chosen, known, await place_of(db, address_of(chosen, known)))


def address_of(chosen: Mapping[str, Any], person: Mapping[str, Any]) -> Any:
    """The address that was chosen with the way of return, else the applicant's; to be read by `places_of`."""
    return chosen.get("address") or (chosen if chosen.get("commune") else person["address"])


def party_of(chosen: Mapping[str, Any], person: Mapping[str, Any], place: Place) -> Party:
    """The receiver: what was chosen first, then what is known of the applicant."""
    return Party(
        name=str(chosen.get("name") or person["name"]), address=place.below_province or str(place),
        province=place.province or "—", phone=str(chosen.get("phone") or person["phone"] or "—"),
        email=str(person["email"] or ""),
    )


async def _look_again(db: Db, delivery: Delivery, looks: int) -> None:
    await jobs.queue(
        db, "track_shipment", key=f"shipment:{delivery.id}:look:{looks}", office_id=delivery.office_id,
        dossier_id=delivery.dossier_id, run_at=clock.now() + LOOK_EVERY, delivery_id=str(delivery.id), looks=looks,
    )
