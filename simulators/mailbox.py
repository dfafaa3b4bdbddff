"""Stands in for everybody's mailbox: an SMTP server that keeps letters, and a page to read them on.

A letter that arrives again under its Message-ID is the same letter, as in most mail stores; `copies` counts.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.mischief import CALLS
from simulators.outside import Outside, command_line, serve, stand_up
from simulators.pages import listing, page, pairs
from simulators.smtp import SmtpReceiver

RATES = dict(CALLS)      # errors: 451 at MAIL; lost_answers: kept, then hung up; slow: a late greeting
SCHEMA = """
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, sender TEXT NOT NULL, recipients TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, raw TEXT NOT NULL,       -- raw: octets as latin-1
    received_at REAL NOT NULL, copies INTEGER NOT NULL DEFAULT 1
);
"""
SYSTEM = "Hộp thư"


class Mailbox:
    def __init__(self, outside: Outside, smtp_port: int) -> None:
        self.outside = outside
        self.book = outside.book
        self.smtp_port = smtp_port

    def routes(self) -> list[Route]:
        return [
            Route("/", self.listing),
            Route("/mails.json", self.as_json),
            Route("/mails/{id:int}", self.read),
            Route("/mails/{id:int}/attachments/{number:int}", self.attachment),
        ]

    async def receive(self) -> None:
        """Work of the system: the SMTP door."""
        receiver = SmtpReceiver(self.keep, self.outside.mischief)
        server = await asyncio.start_server(receiver.visit, self.outside.host, self.smtp_port, limit=2**20)
        async with server:
            await server.serve_forever()

    async def keep(self, sender: str, recipients: list[str], octets: bytes) -> None:
        letter = message_from_bytes(octets, policy=policy.default)
        body = letter.get_body(preferencelist=("plain", "html"))
        self.book.run(
            """INSERT INTO mail (message_id, sender, recipients, subject, text, raw, received_at)
               VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message_id) DO UPDATE SET copies = copies + 1""",
            str(letter.get("Message-ID") or f"<none-{time.time_ns()}>").strip(), sender, json.dumps(recipients),
            str(letter.get("Subject", "")), "" if body is None else str(body.get_content()),
            octets.decode("latin-1"), time.time(),
        )

    async def listing(self, request: Request) -> Response:
        rows = self.book.rows("SELECT * FROM mail ORDER BY id DESC LIMIT 200")
        cells = []
        for row in rows:
            subject = escape(row["subject"]) or "(không tiêu đề)"
            to = escape(", ".join(json.loads(row["recipients"])))
            cells.append([to, f'<a href="/mails/{row["id"]}">{subject}</a>'])
        return page(SYSTEM, "Thư gần đây", listing("200 thư mới nhất", ["Tới", "Tiêu đề"], cells))

    async def as_json(self, request: Request) -> Response:
        """All letters, or those ``?to=`` one address, oldest first."""
        rows = self.book.rows("SELECT id, message_id, sender, recipients, subject, text, copies FROM mail ORDER BY id")
        letters = [{**row, "recipients": json.loads(row["recipients"])} for row in rows]
        wanted = request.query_params.get("to")
        return JSONResponse([one for one in letters if wanted is None or wanted in one["recipients"]])

    def _letter(self, number: int) -> EmailMessage | None:
        raw = self.book.value("SELECT raw FROM mail WHERE id = ?", number)
        if raw is None:
            return None
        return message_from_bytes(raw.encode("latin-1"), policy=policy.default)

    async def read(self, request: Request) -> Response:
        number = request.path_params["id"]
        letter = self._letter(number)
        if letter is None:
            return page(SYSTEM, "Không có thư này", '<p><a href="/">Mọi thư</a></p>', 404)
        heads = {name: str(letter.get(name, "")) for name in ("From", "To", "Date", "Message-ID")}
        text = self.book.value("SELECT text FROM mail WHERE id = ?", number)
        links = "".join(
            f'<li><a href="/mails/{number}/attachments/{n}">{escape(part.get_filename() or "tệp")}</a></li>'
            for n, part in enumerate(letter.iter_attachments())
        )
        files = f"<h2>Tệp kèm theo</h2><ul>{links}</ul>" if links else ""
        return page(
            SYSTEM, str(letter.get("Subject", "")) or "(không tiêu đề)",
            f'{pairs(heads)}<pre>{escape(text)}</pre>{files}<p><a href="/">Mọi thư</a></p>',
        )

    async def attachment(self, request: Request) -> Response:
        letter = self._letter(request.path_params["id"])
        parts = [] if letter is None else list(letter.iter_attachments())
        number = request.path_params["number"]
        if number >= len(parts):
            return page(SYSTEM, "Không có tệp này", '<p><a href="/">Mọi thư</a></p>', 404)
        octets = cast(bytes, parts[number].get_payload(decode=True)) or b""
        heads = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(octets, media_type=parts[number].get_content_type(), headers=heads)


def main(argv: Sequence[str] | None = None) -> None:
    parser = command_line("mailbox", 9405, RATES)
    parser.add_argument("--smtp-port", type=int, default=None, help="default: the web port + 1")
    told = parser.parse_args(argv)
    outside = stand_up("mailbox", told, SCHEMA, RATES)
    mailbox = Mailbox(outside, told.smtp_port if told.smtp_port is not None else told.port + 1)
    serve(outside, mailbox.routes(), [mailbox.receive])


if __name__ == "__main__":
    main()
