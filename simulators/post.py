"""Stands in for the public postal service: takes shipments, carries them, invites twice, brings back.

It has its own clock, which runs with ours and is moved forward by POST /_advance. Source of the steps:
QĐ 45/2016/QĐ-TTg (hand-over with a signed list; two invitations at least two working days apart, then return).
"""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulators import callbacks
from simulators.callbacks import Messenger
from simulators.mischief import CALLBACKS, CALLS
from simulators.outside import Outside, Refusal, asked, command_line, fingerprint, read_signed, serve, stand_up
from simulators.pages import listing, page

# `nobody_home`: the first attempt fails; `never_home`: both do, and the letter goes back.
RATES = {**CALLS, **CALLBACKS, "nobody_home": 0.25, "never_home": 0.08}
SCHEMA = callbacks.SCHEMA + """
CREATE TABLE IF NOT EXISTS shipment (
    order_number TEXT PRIMARY KEY, shipment_number TEXT NOT NULL UNIQUE, content TEXT NOT NULL,
    fingerprint TEXT NOT NULL, state TEXT NOT NULL, hand_over_id TEXT, registered_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS hand_over (
    hand_over_id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS plan (         -- what will happen; becomes an event when its time comes
    id INTEGER PRIMARY KEY, order_number TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL,
    attempt INTEGER NOT NULL, received_by TEXT NOT NULL, reason TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS event (
    event_id TEXT PRIMARY KEY, order_number TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL,
    attempt INTEGER NOT NULL, received_by TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS _clock (ahead REAL NOT NULL);
INSERT INTO _clock SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM _clock);
"""
WORDS = {
    "registered": "Đã đăng ký", "handed_to_post": "Bưu điện đã nhận", "in_transit": "Đang vận chuyển",
    "delivered": "Đã phát", "failed_attempt": "Phát chưa được", "returned": "Đã chuyển hoàn",
}


def shipment_number(serial: int) -> str:
    """Thirteen characters as the Universal Postal Union's standard S10 has them: EM, 8 digits, check digit, VN."""
    digits = f"{serial:08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"EM{digits}{ {10: 0, 11: 5}.get(rest, rest) }VN"


def working_days_later(at: datetime, days: int) -> datetime:
    """Saturdays and Sundays do not count."""
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < 5
    return at


class PostalService:
    def __init__(self, outside: Outside, callback_url: str) -> None:
        self.outside = outside
        self.book = outside.book
        lie = {"kind": "delivered", "received_by": "Người lạ"}
        self.messenger = Messenger(outside, callback_url, lambda body: {**body, **lie})

    def routes(self) -> list[Route]:
        return [
            Route("/", self.show),
            Route("/advance", self.advance_by_hand, methods=["POST"]),
            Route("/_advance", self.advance, methods=["POST"]),
            Route("/_happened", self.happened, methods=["POST"]),
            Route("/api/orders", self.order, methods=["POST"]),
            Route("/api/orders/{order_number}", self.track),
            Route("/api/hand-overs", self.hand_over, methods=["POST"]),
        ]

    def now(self) -> float:
        return time.time() + float(self.book.value("SELECT ahead FROM _clock"))

    async def order(self, request: Request) -> Response:
        """Register a shipment, once per OrderNumber; the answer has what the A6 label shows."""
        content = await read_signed(self.outside, request)
        (number,) = asked(content, "OrderNumber")
        for side in ("Sender", "Receiver"):
            if not isinstance(content.get(side), dict):
                raise Refusal(422, "missing_field", f"Thiếu trường {side}")
            asked(content[side], "Name", "Province", "Address", "Tel")
        known = self.book.row("SELECT fingerprint FROM shipment WHERE order_number = ?", number)
        if known and known["fingerprint"] != fingerprint(content):
            raise Refusal(409, "other_content", "Số đơn đã dùng cho bưu gửi khác")
        if known is None:
            serial = 10_000_001 + int(self.book.value("SELECT count(*) FROM shipment"))
            with self.book.together():
                self.book.run(
                    "INSERT INTO shipment VALUES (?, ?, ?, ?, 'registered', NULL, ?)", number, shipment_number(serial),
                    json.dumps(content, ensure_ascii=False), fingerprint(content), self.now(),
                )
                self._happen(number, "registered", self.now())
        row = self.book.row("SELECT * FROM shipment WHERE order_number = ?", number) or {}
        label = {
            "Barcode": row["shipment_number"], "Sender": content["Sender"], "Receiver": content["Receiver"],
            "CODAmount": content.get("CODAmount", 0), "Description": content.get("Description", ""), "WeightGram": 50,
            "SortCode": f"VN-{sum(content['Receiver']['Province'].encode()) % 90 + 10}",
        }
        return JSONResponse(
            {"Status": "OK", "OrderNumber": number, "ShipmentNumber": row["shipment_number"], "Label": label}, 201
        )

    async def hand_over(self, request: Request) -> Response:
        """The postman signs for a day's list; shipments unknown or already taken are named as refused."""
        content = await read_signed(self.outside, request)
        (list_id,) = asked(content, "HandOverId")
        numbers = content.get("OrderNumbers")
        if not isinstance(numbers, list) or not numbers:
            raise Refusal(422, "empty_list", "Danh sách giao nhận trống")
        known = self.book.row("SELECT * FROM hand_over WHERE hand_over_id = ?", list_id)
        if known and known["fingerprint"] != fingerprint(content):
            raise Refusal(409, "other_content", "Số giao nhận đã dùng cho danh sách khác")
        if known is None:
            with self.book.together():
                answer = self._take(list_id, [str(number) for number in dict.fromkeys(numbers)])
                self.book.run(
                    "INSERT INTO hand_over VALUES (?, ?, ?)", list_id, fingerprint(content),
                    json.dumps(answer, ensure_ascii=False),
                )
            known = {"answer": json.dumps(answer)}
        return JSONResponse(json.loads(known["answer"]))

    def _take(self, list_id: str, numbers: list[str]) -> dict[str, Any]:
        now = self.now()
        accepted, refused = [], []
        for number in numbers:
            row = self.book.row("SELECT * FROM shipment WHERE order_number = ?", number)
            if row is None or row["state"] != "registered":
                refused.append({"OrderNumber": number, "Reason": "unknown" if row is None else "already_taken"})
                continue
            accepted.append({"OrderNumber": number, "ShipmentNumber": row["shipment_number"]})
            self.book.run("UPDATE shipment SET hand_over_id = ? WHERE order_number = ?", list_id, number)
            self._happen(number, "handed_to_post", now)
            self._foresee(number, json.loads(row["content"])["Receiver"]["Name"], now)
        at = datetime.fromtimestamp(now, UTC).isoformat()
        return {"HandOverId": list_id, "TakenAt": at, "Postman": "Bưu tá Mẫu", "Accepted": accepted, "Refused": refused}

    def _foresee(self, number: str, receiver: str, taken: float) -> None:
        """Decide by the dice what will become of a shipment."""
        mischief, start = self.outside.mischief, datetime.fromtimestamp(taken, UTC)
        first = working_days_later(start, 1)
        second = working_days_later(first, 2)
        never = mischief.strikes("never_home", number)
        later = never or mischief.strikes("nobody_home", number)
        absent = "Không có người nhận"
        story = [("in_transit", start + timedelta(hours=3), 0, "", "")]
        story.append(("failed_attempt", first, 1, "", absent) if later else ("delivered", first, 1, receiver, ""))
        if later:
            story.append(("failed_attempt", second, 2, "", absent) if never else ("delivered", second, 2, receiver, ""))
        if never:
            story.append(("returned", working_days_later(second, 2), 2, "", "Đã mời nhận hai lần"))
        for kind, at, attempt, by, reason in story:
            self.book.run(
                "INSERT INTO plan (order_number, kind, at, attempt, received_by, reason) VALUES (?, ?, ?, ?, ?, ?)",
                number, kind, at.timestamp(), attempt, by, reason,
            )

    def _happen(
        self, number: str, kind: str, at: float, attempt: int = 0, by: str = "", reason: str = "", *, tell: bool = True
    ) -> None:
        """One event: the shipment's new state, a line in the book, a message to the office."""
        event_id = str(uuid5(NAMESPACE_URL, f"post/{number}/{kind}/{attempt}"))
        self.book.run("UPDATE shipment SET state = ? WHERE order_number = ?", kind, number)
        self.book.run("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", event_id, number, kind, at, attempt, by, reason)
        event = self.book.row("SELECT * FROM event WHERE event_id = ?", event_id) or {}
        if tell:
            self.messenger.tell(event_id, self._told(event))

    def _told(self, event: dict[str, Any]) -> dict[str, Any]:
        shipment = self.book.value("SELECT shipment_number FROM shipment WHERE order_number = ?", event["order_number"])
        at = datetime.fromtimestamp(event["at"], UTC).isoformat()
        return {**event, "at": at, "shipment_number": shipment}

    def catch_up(self) -> int:
        """Let everything happen whose time has come; gives how many events that were."""
        due = self.book.rows("SELECT * FROM plan WHERE NOT done AND at <= ? ORDER BY at, id", self.now())
        for step in due:
            with self.book.together():
                self.book.run("UPDATE plan SET done = 1 WHERE id = ?", step["id"])
                story = (step["at"], step["attempt"], step["received_by"], step["reason"])
                self._happen(step["order_number"], step["kind"], *story)
        return len(due)

    async def carry_on(self) -> None:
        """Work of the system: look at the clock once a second."""
        while True:
            if not self.outside.mischief.down:
                self.catch_up()
            await asyncio.sleep(1)

    async def track(self, request: Request) -> Response:
        await read_signed(self.outside, request)
        number = request.path_params["order_number"]
        row = self.book.row("SELECT order_number, shipment_number, state FROM shipment WHERE order_number = ?", number)
        if row is None:
            raise Refusal(404, "no_such_order", "Không có đơn này")
        events = self.book.rows("SELECT * FROM event WHERE order_number = ? ORDER BY at, rowid", number)
        return JSONResponse({**row, "events": [self._told(event) for event in events]})

    async def advance(self, request: Request) -> Response:
        """``{"hours": 24}`` or ``{"days": 3}``: the post's clock jumps, and what should have happened, happens."""
        wish = await request.json()
        seconds = float(wish.get("hours", 0)) * 3600 + float(wish.get("days", 0)) * 86_400
        if seconds < 0:
            raise Refusal(422, "backwards", "Đồng hồ chỉ chạy tới")
        self.book.run("UPDATE _clock SET ahead = ahead + ?", seconds)
        return JSONResponse({"now": datetime.fromtimestamp(self.now(), UTC).isoformat(), "events": self.catch_up()})

    async def happened(self, request: Request) -> Response:
        """``{"order_number": …, "kind": "delivered", "at": "2026-11-03T09:00:00+07:00"}``, also `received_by`, `reason`.

        For a past that is told afterwards: so it went. Nobody is told, who wants to know asks; what was foreseen is off.
        """
        wish = await request.json()
        number, kind = str(wish.get("order_number")), str(wish.get("kind"))
        if self.book.row("SELECT 1 AS known FROM shipment WHERE order_number = ?", number) is None or kind not in WORDS:
            raise Refusal(404, "no_such_order", "Không có đơn này")
        with self.book.together():
            self.book.run("UPDATE plan SET done = 1 WHERE order_number = ?", number)
            at = datetime.fromisoformat(str(wish["at"])).timestamp()
            self._happen(number, kind, at, 1, str(wish.get("received_by", "")), str(wish.get("reason", "")), tell=False)
        return JSONResponse({"order_number": number, "state": kind})

    async def show(self, request: Request) -> Response:
        """For demonstrations: all shipments, and a button that lets a day pass."""
        rows = self.book.rows("SELECT * FROM shipment ORDER BY rowid DESC LIMIT 100")
        cells = [[escape(r["shipment_number"]), escape(r["order_number"]), WORDS[r["state"]]] for r in rows]
        clock = datetime.fromtimestamp(self.now(), UTC) + timedelta(hours=7)
        form = '<form method="post" action="/advance"><button>Cho một ngày trôi qua (advance one day)</button></form>'
        body = f"<p>Đồng hồ của bưu điện: {clock:%H:%M %d/%m/%Y}</p>{form}"
        table = listing("100 bưu gửi mới nhất", ["Số hiệu", "Số đơn", "Trạng thái"], cells)
        return page("Bưu điện", "Bưu gửi", body + table)

    async def advance_by_hand(self, request: Request) -> Response:
        self.book.run("UPDATE _clock SET ahead = ahead + 86400")
        self.catch_up()
        return RedirectResponse("/", 303)


def main(argv: Sequence[str] | None = None) -> None:
    parser = command_line("post", 9404, RATES)
    callbacks.add_address(parser)
    told = parser.parse_args(argv)
    outside = stand_up("post", told, SCHEMA, RATES)
    service = PostalService(outside, told.callback_url)
    serve(outside, service.routes(), [service.carry_on, service.messenger.carry])


if __name__ == "__main__":
    main()
