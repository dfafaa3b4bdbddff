"""Stands in for an SMS broker: takes short messages, sends them when it likes, reports about them badly."""

import asyncio
import time
from collections.abc import Sequence
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators import callbacks
from simulators.callbacks import Messenger
from simulators.mischief import CALLBACKS, CALLS
from simulators.outside import Outside, Refusal, asked, command_line, fingerprint, read_signed, serve, stand_up
from simulators.pages import listing, page

# `network_seconds`: from queued to sent and from sent to delivered; `undeliverable`: share that ends as failed.
RATES = {**CALLS, **CALLBACKS, "network_seconds": 10.0, "undeliverable": 0.05}
SCHEMA = callbacks.SCHEMA + """
CREATE TABLE IF NOT EXISTS message (
    client_id TEXT PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, recipient TEXT NOT NULL, text TEXT NOT NULL,
    fingerprint TEXT NOT NULL, state TEXT NOT NULL,     -- queued sent delivered failed
    changed_at REAL NOT NULL, next_at REAL, asked INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS message_next ON message (next_at) WHERE next_at IS NOT NULL;
"""


class SmsBroker:
    def __init__(self, outside: Outside, callback_url: str) -> None:
        self.outside = outside
        self.book = outside.book
        self.messenger = Messenger(outside, callback_url, lambda body: {**body, "state": "delivered"})

    def routes(self) -> list[Route]:
        return [
            Route("/", self.phone),
            Route("/api/messages", self.send, methods=["POST"]),
            Route("/api/messages/{client_id}", self.state),
        ]

    async def send(self, request: Request) -> Response:
        """Take a message once per client id; asking again tells how it stands."""
        content = await read_signed(self.outside, request)
        client_id, recipient, text = asked(content, "client_id", "to", "text")
        if not recipient.lstrip("+").isdigit() or not 9 <= len(recipient) <= 15:
            raise Refusal(422, "bad_number", "Số điện thoại không hợp lệ")
        order = fingerprint({"to": recipient, "text": text})
        known = self.book.row("SELECT fingerprint FROM message WHERE client_id = ?", client_id)
        if known and known["fingerprint"] != order:
            raise Refusal(409, "other_content", "Mã tin đã dùng cho nội dung khác")
        if known:
            self.book.run("UPDATE message SET asked = asked + 1 WHERE client_id = ?", client_id)
        else:
            message_id = str(uuid5(NAMESPACE_URL, f"sms/{client_id}"))
            wait = self.outside.mischief.seconds("network_seconds", f"{client_id} queued")
            self.book.run(
                "INSERT INTO message VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, 1)",
                client_id, message_id, recipient, text, order, time.time(), time.time() + wait,
            )
        return self._told(client_id, 202)

    async def state(self, request: Request) -> Response:
        await read_signed(self.outside, request)
        return self._told(request.path_params["client_id"])

    def _told(self, client_id: str, status: int = 200) -> Response:
        row = self.book.row("SELECT client_id, message_id, state FROM message WHERE client_id = ?", client_id)
        if row is None:
            raise Refusal(404, "no_such_message", "Không có tin này")
        return JSONResponse(row, status)

    async def transmit(self) -> None:
        """Work of the system: queued → sent → delivered or failed, with a report at each change."""
        while True:
            due = self.book.rows(
                "SELECT client_id, state, recipient FROM message WHERE next_at <= ? ORDER BY next_at, rowid LIMIT 100",
                time.time(),
            )
            for row in [] if self.outside.mischief.down else due:
                self._advance(row)
            await asyncio.sleep(0.05 if due else 0.2)

    def _advance(self, row: dict[str, Any]) -> None:
        client_id = row["client_id"]
        fails = self.outside.mischief.strikes("undeliverable", client_id) or row["recipient"].endswith("0000")
        state = "sent" if row["state"] == "queued" else "failed" if fails else "delivered"
        now = time.time()
        wait = self.outside.mischief.seconds("network_seconds", f"{client_id} {state}")
        event_id = str(uuid5(NAMESPACE_URL, f"sms/{client_id}/{state}"))
        with self.book.together():
            self.book.run(
                "UPDATE message SET state = ?, changed_at = ?, next_at = ? WHERE client_id = ?",
                state, now, now + wait if state == "sent" else None, client_id,
            )
            self.messenger.tell(event_id, {"event_id": event_id, "client_id": client_id, "state": state, "at": now})

    async def phone(self, request: Request) -> Response:
        """For demonstrations: what arrives on people's phones."""
        rows = self.book.rows("SELECT * FROM message ORDER BY rowid DESC LIMIT 100")
        cells = [[escape(row["recipient"]), escape(row["text"]), escape(row["state"])] for row in rows]
        table = listing("100 tin mới nhất", ["Tới", "Nội dung", "Trạng thái"], cells)
        return page("Tin nhắn SMS", "Tin nhắn gần đây", table)


def main(argv: Sequence[str] | None = None) -> None:
    parser = command_line("sms", 9402, RATES)
    callbacks.add_address(parser)
    told = parser.parse_args(argv)
    outside = stand_up("sms", told, SCHEMA, RATES)
    broker = SmsBroker(outside, told.callback_url)
    serve(outside, broker.routes(), [broker.transmit, broker.messenger.carry])


if __name__ == "__main__":
    main()
