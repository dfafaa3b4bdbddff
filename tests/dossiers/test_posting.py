"""One shipment per result; every word of the post once; the drawing hears of the end, also from a post that is quick."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.deliveries.models import Delivery
from app.dossiers import posting
from app.gateways.post import PostEvent, ShipmentState, verify_callback
from app.kit import clock
from app.worker import carry_out
from tests.dossiers.conftest import Outside
from tests.dossiers.situations import sealed
from tests.factories import COMMUNE, Make
from tests.simulators.standing import SECRET, Pushed


async def the_delivery(make: Make, dossier_id: UUID) -> Delivery:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        row = await db.row("SELECT * FROM delivery WHERE dossier_id = $1 AND way = 'post'", dossier_id)
    assert row is not None
    return Delivery(**dict(row))


async def count(make: Make, sql: str, dossier_id: UUID) -> int:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return int(await db.value(sql, dossier_id))


async def ordered(make: Make) -> UUID:
    """A result whose shipment is ordered, paid for, still on the desk."""
    dossier_id = await sealed(make, return_way="post")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE fee SET state = 'paid' WHERE dossier_id = $1", dossier_id)
    return dossier_id


def said(delivery: Delivery, kind: ShipmentState, event_id: str | None = None, attempt: int = 0) -> PostEvent:
    return PostEvent(
        event_id or str(uuid4()), str(delivery.id), delivery.shipment_code or "", kind, datetime.now(UTC), attempt, "", ""
    )


async def told(make: Make, event: PostEvent) -> bool:
    async with make.database.transaction() as db:
        return await posting.on_post_event(db, make.tools, event)


async def state(make: Make, dossier_id: UUID) -> str:
    return (await make.case(dossier_id)).state.value


async def test_a_result_goes_by_post_to_the_door(post: Outside) -> None:
    make = post.make
    dossier_id = await ordered(make)
    delivery = await the_delivery(make, dossier_id)
    assert (delivery.state, (delivery.shipment_code or "")[:2]) == ("ordered", "EM")
    await make.act(dossier_id, "hand_to_post", "hand_to_post", "reception")
    await make.worked()
    book = await post.standing.book()
    (shipment,) = [one for one in book["shipment"] if one["order_number"] == str(delivery.id)]
    assert shipment["hand_over_id"]
    await post.standing.http.post("/_advance", json={"days": 20})

    def about(one: Pushed) -> bool:
        return bool(json.loads(one.body)["order_number"] == str(delivery.id))

    ended = ("delivered", "returned")
    pushed = await post.listener.until(
        lambda all_: any(about(one) and json.loads(one.body)["kind"] in ended for one in all_)
    )
    for one in filter(about, pushed):
        await told(make, verify_callback(one.body, one.headers, SECRET, now=datetime.now(UTC)))
    assert await state(make, dossier_id) == "returned"


async def test_the_same_word_twice_is_one_word(post: Outside) -> None:
    dossier_id = await ordered(post.make)
    await post.make.act(dossier_id, "hand_to_post", "hand_to_post", "reception")
    delivery = await the_delivery(post.make, dossier_id)
    failed = said(delivery, ShipmentState.FAILED_ATTEMPT, "attempt-" + str(delivery.id), attempt=1)
    assert [await told(post.make, failed), await told(post.make, failed)] == [True, False]
    sent = "SELECT count(*) FROM notice WHERE dossier_id = $1 AND event = 'delivery_failed' AND channel = 'page'"
    assert await count(post.make, sent, dossier_id) == 1


async def test_a_late_word_never_moves_a_delivered_packet_back(post: Outside) -> None:
    dossier_id = await ordered(post.make)
    await post.make.act(dossier_id, "hand_to_post", "hand_to_post", "reception")
    delivery = await the_delivery(post.make, dossier_id)
    await told(post.make, said(delivery, ShipmentState.DELIVERED))
    await told(post.make, said(delivery, ShipmentState.FAILED_ATTEMPT, attempt=1))
    await told(post.make, said(delivery, ShipmentState.IN_TRANSIT))
    sent = "SELECT count(*) FROM notice WHERE dossier_id = $1 AND event = 'delivery_failed'"
    assert (await the_delivery(post.make, dossier_id)).state == "delivered"
    assert await state(post.make, dossier_id) == "returned"
    assert await count(post.make, sent, dossier_id) == 0


async def test_a_post_quicker_than_the_desk_is_heard_when_the_desk_is_done(post: Outside) -> None:
    dossier_id = await ordered(post.make)
    await told(post.make, said(await the_delivery(post.make, dossier_id), ShipmentState.DELIVERED))
    assert await state(post.make, dossier_id) == "result_ready"
    await post.make.act(dossier_id, "hand_to_post", "hand_to_post", "reception")
    await post.make.worked()
    assert await state(post.make, dossier_id) == "returned"


async def test_a_packet_that_came_back_waits_at_the_counter(post: Outside) -> None:
    dossier_id = await ordered(post.make)
    await post.make.act(dossier_id, "hand_to_post", "hand_to_post", "reception")
    await told(post.make, said(await the_delivery(post.make, dossier_id), ShipmentState.RETURNED))
    assert await state(post.make, dossier_id) == "result_ready"
    (line,) = [
        one for one in await _journal(post.make, dossier_id) if one["event"] == "shipment.returned"
    ]
    assert line["actor_kind"] == "outside"


async def _journal(make: Make, dossier_id: UUID) -> list[dict[str, Any]]:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return [dict(row) for row in await db.rows("SELECT * FROM journal_line WHERE dossier_id = $1", dossier_id)]


async def test_ordering_again_after_a_crash_is_one_shipment(post: Outside) -> None:
    dossier_id = await ordered(post.make)
    delivery = await the_delivery(post.make, dossier_id)
    async with post.make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE citizen SET phone = '+84912999888' WHERE id ="
                     " (SELECT applicant_id FROM dossier WHERE id = $1)", dossier_id)
        job_id = await db.value("SELECT id FROM job WHERE dossier_id = $1 AND name = 'order_shipment'", dossier_id)
        await db.run("UPDATE job SET state = 'waiting', attempts = 0 WHERE id = $1", job_id)
    await carry_out(post.tools, job_id)
    book = await post.standing.book()
    assert len([one for one in book["shipment"] if one["order_number"] == str(delivery.id)]) == 1
    done = "SELECT count(*) FROM job WHERE dossier_id = $1 AND name = 'order_shipment' AND state = 'done'"
    assert await count(post.make, done, dossier_id) == 1


async def test_the_job_finds_a_delivery_whose_message_never_came(post: Outside) -> None:
    dossier_id = await ordered(post.make)
    await post.make.act(dossier_id, "hand_to_post", "hand_to_post", "reception")
    await post.make.worked()
    await post.standing.http.post("/_advance", json={"days": 20})
    with clock.at(clock.now() + timedelta(hours=7)):
        await post.make.worked()
    assert await state(post.make, dossier_id) in ("returned", "result_ready")
    assert (await the_delivery(post.make, dossier_id)).state in ("delivered", "returned")


async def test_an_office_without_the_post_sends_by_hand(make: Make) -> None:
    dossier_id = await ordered(make)
    await make.act(dossier_id, "hand_to_post", "hand_to_post", "reception")
    await make.worked()
    delivery = await the_delivery(make, dossier_id)
    assert (delivery.state, delivery.shipment_code) == ("handed_over", None)
