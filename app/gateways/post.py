"""The public postal service: shipments, the signed hand-over list of a day, and where a letter is.

Source of the steps: QĐ 45/2016/QĐ-TTg (two invitations, then back to the agency).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.gateways import callbacks
from app.gateways.line import Line, segment


@dataclass(frozen=True)
class Party:
    """A sender or receiver. `address` is everything below the province."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    province: str
    phone: str = field(repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True)
class Shipment:
    """`collect_amount` in đồng is taken from the receiver at the door."""

    sender: Party
    receiver: Party
    description: str
    collect_amount: int = 0


@dataclass(frozen=True)
class ShipmentLabel:
    """What the A6 label needs beyond the addresses. `barcode` is thirteen characters for Code 128."""

    order_number: str
    shipment_number: str
    barcode: str
    sort_code: str
    weight_gram: int


@dataclass(frozen=True)
class HandOver:
    """The list as the postman signed it. `accepted`: order → shipment number; `refused`: order → reason."""

    hand_over_id: str
    taken_at: datetime
    postman: str
    accepted: Mapping[str, str]
    refused: Mapping[str, str]


class ShipmentState(StrEnum):
    REGISTERED = "registered"
    HANDED_TO_POST = "handed_to_post"
    IN_TRANSIT = "in_transit"
    FAILED_ATTEMPT = "failed_attempt"
    DELIVERED = "delivered"
    RETURNED = "returned"

    @property
    def is_final(self) -> bool:
        """A late message never changes a final state."""
        return self in (ShipmentState.DELIVERED, ShipmentState.RETURNED)


@dataclass(frozen=True)
class PostEvent:
    """One thing that happened to a shipment, at the post's own time. `attempt` counts invitations from 1.

    `received_by` is set when delivered, `reason` when an attempt failed or the letter came back.
    """

    event_id: str
    order_number: str
    shipment_number: str
    kind: ShipmentState
    at: datetime
    attempt: int
    received_by: str = field(repr=False)
    reason: str


@dataclass(frozen=True)
class Tracking:
    """Everything known of a shipment, oldest event first."""

    order_number: str
    shipment_number: str
    state: ShipmentState
    events: tuple[PostEvent, ...]


class PostalService(Protocol):
    async def order(self, shipment: Shipment, *, order_number: str) -> ShipmentLabel:
        """Register a shipment, once per `order_number`. Raises GatewayDown, GatewayRefused."""

    async def hand_over(self, order_numbers: Sequence[str], *, hand_over_id: str) -> HandOver:
        """Give a day's list to the postman, once per `hand_over_id`."""

    async def track(self, order_number: str) -> Tracking:
        """Ask where a shipment is; for messages that never came."""

    async def close(self) -> None: ...


class HttpPost:
    """`PostalService` over HTTP. `customer` is our code there. See `Line` for the time limits."""

    def __init__(
        self, base_url: str, secret: str, *,
        customer: str = "MOTCUA", connect_seconds: float = 2.0, total_seconds: float = 5.0,
    ) -> None:
        self._line = Line("post", base_url, secret, connect_seconds=connect_seconds, total_seconds=total_seconds)
        self._customer = customer

    async def order(self, shipment: Shipment, *, order_number: str) -> ShipmentLabel:
        asked = {
            "CustomerCode": self._customer, "OrderNumber": order_number, "CODAmount": shipment.collect_amount,
            "Sender": _party(shipment.sender), "Receiver": _party(shipment.receiver),
            "Description": shipment.description,
        }
        content = await self._line.post("/api/orders", asked)
        with self._line.understanding():
            label = content["Label"]
            return ShipmentLabel(
                str(content["OrderNumber"]), str(content["ShipmentNumber"]), str(label["Barcode"]),
                str(label["SortCode"]), int(label["WeightGram"]),
            )

    async def hand_over(self, order_numbers: Sequence[str], *, hand_over_id: str) -> HandOver:
        asked = {"HandOverId": hand_over_id, "CustomerCode": self._customer, "OrderNumbers": list(order_numbers)}
        content = await self._line.post("/api/hand-overs", asked)
        with self._line.understanding():
            return HandOver(
                hand_over_id=str(content["HandOverId"]), taken_at=datetime.fromisoformat(content["TakenAt"]),
                postman=str(content["Postman"]),
                accepted={str(one["OrderNumber"]): str(one["ShipmentNumber"]) for one in content["Accepted"]},
                refused={str(one["OrderNumber"]): str(one["Reason"]) for one in content["Refused"]},
            )

    async def track(self, order_number: str) -> Tracking:
        content = await self._line.get(f"/api/orders/{segment(order_number)}")
        with self._line.understanding():
            events = tuple(_event(one) for one in content["events"])
            state = ShipmentState(content["state"])
            return Tracking(str(content["order_number"]), str(content["shipment_number"]), state, events)

    async def close(self) -> None:
        await self._line.close()


def verify_callback(
    body: bytes, headers: Mapping[str, str], secret: str, *,
    now: datetime | None = None, window: timedelta = callbacks.REPLAY_WINDOW,
) -> PostEvent:
    """The event in a pushed message. Raises ForgedMessage."""
    content = callbacks.opened(body, headers, secret, now=now, window=window)
    with callbacks.understanding():
        return _event(content)


def _party(party: Party) -> dict[str, str]:
    return {
        "Name": party.name, "Address": party.address, "Province": party.province, "Tel": party.phone,
        "Email": party.email,
    }


def _event(content: Mapping[str, Any]) -> PostEvent:
    return PostEvent(
        event_id=str(content["event_id"]), order_number=str(content["order_number"]),
        shipment_number=str(content["shipment_number"]), kind=ShipmentState(content["kind"]),
        at=datetime.fromisoformat(content["at"]), attempt=int(content["attempt"]),
        received_by=str(content["received_by"]), reason=str(content["reason"]),
    )
