"""One shipment per order number, from the hand-over list to the door or back."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from app.gateways.errors import GatewayRefused
from app.gateways.post import HttpPost, Party, PostEvent, Shipment, ShipmentState, verify_callback
from simulators.post import shipment_number
from tests.gateways.conftest import Outside
from tests.simulators.conftest import Starter
from tests.simulators.standing import SECRET, Pushed

OFFICE = Party("UBND xã Tân Mai", "Thôn Đình, xã Tân Mai", "Thanh Giang", "02003550010")
LIEU = Party("Hoàng Thị Bích Liễu", "Thôn Đoài, xã Phú Lương", "Thanh Giang", "0900000318")
LETTER = Shipment(OFFICE, LIEU, "Giấy khai sinh, 2 bản")


def test_a_shipment_number_has_the_check_digit_of_the_postal_union() -> None:
    assert shipment_number(47_312_482) == "EM473124829VN"        # the example of standard S10 is 47312482 → 9


async def test_the_same_order_number_twice_is_one_shipment(post_outside: Outside, an_id: str) -> None:
    gateway = HttpPost(post_outside.standing.url, SECRET)
    first, second = [await gateway.order(LETTER, order_number=an_id) for _ in range(2)]
    await gateway.close()
    written = [one for one in (await post_outside.standing.book())["shipment"] if one["order_number"] == an_id]
    assert first == second
    assert [one["shipment_number"] for one in written] == [first.barcode]


async def test_another_receiver_under_a_used_order_number_is_refused(post_outside: Outside, an_id: str) -> None:
    gateway = HttpPost(post_outside.standing.url, SECRET)
    await gateway.order(LETTER, order_number=an_id)
    with pytest.raises(GatewayRefused, match="other_content"):
        await gateway.order(Shipment(OFFICE, OFFICE, LETTER.description), order_number=an_id)
    await gateway.close()


async def test_a_list_is_handed_over_once_and_names_what_the_postman_does_not_take(
    post_outside: Outside, an_id: str
) -> None:
    gateway = HttpPost(post_outside.standing.url, SECRET)
    label = await gateway.order(LETTER, order_number=an_id)
    first, second = [await gateway.hand_over([an_id, "unheard-of"], hand_over_id=f"list-{an_id}") for _ in range(2)]
    later = await gateway.hand_over([an_id], hand_over_id=str(uuid4()))
    await gateway.close()
    assert first == second
    assert first.accepted == {an_id: label.shipment_number}
    assert first.refused == {"unheard-of": "unknown"}
    assert later.refused == {an_id: "already_taken"}


async def test_a_delivered_letter_says_when_and_to_whom(post_outside: Outside, an_id: str) -> None:
    gateway = HttpPost(post_outside.standing.url, SECRET)
    await gateway.order(LETTER, order_number=an_id)
    await gateway.hand_over([an_id], hand_over_id=f"list-{an_id}")
    (await post_outside.standing.http.post("/_advance", json={"days": 5})).raise_for_status()
    tracking = await gateway.track(an_id)
    await gateway.close()

    def mine(pushed: list[Pushed]) -> list[PostEvent]:
        events = [verify_callback(one.body, one.headers, SECRET) for one in pushed]
        return [event for event in events if event.order_number == an_id]

    told = mine(await post_outside.listener.until(lambda all_: len(mine(all_)) == 4))
    assert [event.kind.value for event in told] == ["registered", "handed_to_post", "in_transit", "delivered"]
    assert tracking.events == tuple(told)
    assert tracking.events[-1].received_by == LIEU.name
    assert tracking.state is ShipmentState.DELIVERED


async def test_after_two_invitations_two_working_days_apart_the_letter_goes_back(start: Starter) -> None:
    standing = await start("post", "--calm", "--rate", "never_home=1")
    gateway = HttpPost(standing.url, SECRET)
    await gateway.order(LETTER, order_number="o-1")
    await gateway.hand_over(["o-1"], hand_over_id="list-1")
    await standing.http.post("/_advance", json={"days": 14})
    tracking = await gateway.track("o-1")
    await gateway.close()
    first, second, back = tracking.events[-3:]
    assert [first.attempt, second.attempt, back.kind] == [1, 2, ShipmentState.RETURNED]
    assert working_days(first.at.date(), second.at.date()) >= 2
    assert all(a.at <= b.at for a, b in pairwise(tracking.events))


def working_days(start: date, end: date) -> int:
    days = [start + timedelta(days=n + 1) for n in range((end - start).days)]
    return sum(day.weekday() < 5 for day in days)
