"""Stands in for the national population database and the shared civil-status data.

Answers questions the way the query products do (match, no match, no information, not enough information),
gives a newborn its personal number slowly and only once, and looks marriages up. Source: TT 136/2026/TT-BCA
(queries say purpose, dossier and officer); Luật Căn cước 26/2023 (the number).
"""

import json
import time
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.mischief import CALLS
from simulators.outside import Outside, Refusal, asked, command_line, fingerprint, read_signed, serve, stand_up
from simulators.people import MARRIAGES, PEOPLE, personal_number

# `unavailable`: the civil-status data is down for one question; `needs_paper`: a number is not given online.
RATES = {**CALLS, "issue_seconds": 20.0, "needs_paper": 0.03, "unavailable": 0.10}
SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    personal_number TEXT PRIMARY KEY, full_name TEXT NOT NULL, birth_date TEXT NOT NULL, sex TEXT NOT NULL,
    residence TEXT NOT NULL, marital_status TEXT NOT NULL, ethnicity TEXT NOT NULL, nationality TEXT NOT NULL,
    issued_to TEXT UNIQUE                 -- the request that made this person known; null for older people
);
CREATE TABLE IF NOT EXISTS marriage (
    number TEXT NOT NULL, registered_at TEXT NOT NULL, registered_on TEXT NOT NULL, husband_number TEXT NOT NULL,
    wife_number TEXT NOT NULL, in_shared_data INTEGER NOT NULL, PRIMARY KEY (number, registered_at)
);
CREATE TABLE IF NOT EXISTS query (        -- one line per answer given
    id INTEGER PRIMARY KEY, request_id TEXT NOT NULL, kind TEXT NOT NULL, purpose TEXT NOT NULL,
    dossier TEXT NOT NULL, officer TEXT NOT NULL, outcome TEXT NOT NULL, at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS issue (
    request_id TEXT PRIMARY KEY, ticket TEXT NOT NULL UNIQUE, content TEXT NOT NULL, fingerprint TEXT NOT NULL,
    purpose TEXT NOT NULL, dossier TEXT NOT NULL, officer TEXT NOT NULL, asked_at REAL NOT NULL,
    ready_at REAL NOT NULL, state TEXT NOT NULL,      -- waiting issued needs_paper
    personal_number TEXT UNIQUE
);
"""
TOLD = ("sex", "residence", "marital_status", "ethnicity", "nationality")


def folded(name: str) -> str:
    """Names are compared without regard to case, spacing and the way their accents are encoded."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


class PopulationRegister:
    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.book = outside.book
        with self.book.together():
            for p in PEOPLE:
                self.book.run(
                    "INSERT OR IGNORE INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                    p.personal_number, p.full_name, p.birth_date.isoformat(), p.sex, p.residence, p.marital_status,
                    p.ethnicity, p.nationality,
                )
            for m in MARRIAGES:
                self.book.run(
                    "INSERT OR IGNORE INTO marriage VALUES (?, ?, ?, ?, ?, ?)", m.number, m.registered_at,
                    m.registered_on.isoformat(), m.husband_number, m.wife_number, m.in_shared_data,
                )

    def routes(self) -> list[Route]:
        return [
            Route("/api/queries", self.answer, methods=["POST"]),
            Route("/api/personal-numbers", self.accept, methods=["POST"]),
            Route("/api/personal-numbers/{ticket}", self.poll),
            Route("/api/marriage-look-ups", self.look_up, methods=["POST"]),
        ]

    async def answer(self, request: Request) -> Response:
        """Compare name, birth date and number; on a match give the wanted fields and nothing else."""
        content = await read_signed(self.outside, request)
        grounds = asked(content, "request_id", "purpose", "dossier", "officer")
        wanted = content.get("wanted", [])
        if not isinstance(wanted, list) or not set(map(str, wanted)) <= set(TOLD):
            raise Refusal(422, "not_told", f"Chỉ cung cấp: {', '.join(TOLD)}")
        outcome, fields = self._compare(content, wanted)
        self._log(grounds, "identity", outcome)
        return JSONResponse({"outcome": outcome, "fields": fields})

    def _compare(self, content: dict[str, Any], wanted: Sequence[str]) -> tuple[str, dict[str, str]]:
        asked_for = ("full_name", "birth_date", "personal_number")
        name, born, number = (str(content.get(key) or "").strip() for key in asked_for)
        if not (name and born and number):
            return "not_enough_information", {}
        known = self.book.row("SELECT * FROM person WHERE personal_number = ?", number)
        if known is None:
            return "no_information", {}
        same_birth = known["birth_date"] == born or (len(born) == 4 and known["birth_date"].startswith(born))
        if folded(known["full_name"]) != folded(name) or not same_birth:
            return "no_match", {}
        return "match", {field: known[field] for field in wanted}

    async def accept(self, request: Request) -> Response:
        """Take a newborn's request; the number comes later. The same request id is the same request for ever."""
        content = await read_signed(self.outside, request)
        request_id, *grounds = asked(content, "request_id", "purpose", "dossier", "officer")
        child = content.get("child")
        if not isinstance(child, dict):
            raise Refusal(422, "missing_field", "Thiếu trường child")
        _, born, sex = asked(child, "full_name", "birth_date", "sex")
        self._check_birth(born, sex)
        known = self.book.row("SELECT * FROM issue WHERE request_id = ?", request_id)
        if known and known["fingerprint"] != fingerprint(child):
            raise Refusal(409, "other_content", "Mã yêu cầu đã dùng cho nội dung khác")
        if known is None:
            wait = self.outside.mischief.seconds("issue_seconds", request_id)
            ticket = f"T{self.book.value('SELECT count(*) FROM issue') + 1:08d}"
            self.book.run(
                "INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', NULL)", request_id, ticket,
                json.dumps(child, ensure_ascii=False), fingerprint(child), *grounds, time.time(), time.time() + wait,
            )
        return self._told(request_id, status=202)

    def _check_birth(self, born: str, sex: str) -> None:
        try:
            day = date.fromisoformat(born)
        except ValueError:
            raise Refusal(422, "bad_birth_date", "Ngày sinh phải đủ ngày, tháng, năm") from None
        # The office's clock may be set for a demonstration, so tomorrow's children are let in; wild dates are not.
        if sex not in ("nam", "nữ") or not 1900 <= day.year <= datetime.now().year + 1:
            raise Refusal(422, "bad_child", "Giới tính hoặc năm sinh không hợp lệ")

    async def poll(self, request: Request) -> Response:
        await read_signed(self.outside, request)
        request_id = self.book.value("SELECT request_id FROM issue WHERE ticket = ?", request.path_params["ticket"])
        if request_id is None:
            raise Refusal(404, "no_such_ticket", "Không có phiếu này")
        return self._told(request_id)

    def _told(self, request_id: str, status: int = 200) -> Response:
        self._settle(request_id)
        row = self.book.row("SELECT ticket, state, personal_number FROM issue WHERE request_id = ?", request_id)
        return JSONResponse({**(row or {}), "retry_after_seconds": 2}, status)

    def _settle(self, request_id: str) -> None:
        """Give the number when its time has come: once, in one transaction with the new person."""
        row = self.book.row(
            "SELECT * FROM issue WHERE request_id = ? AND state = 'waiting' AND ready_at <= ?", request_id, time.time()
        )
        if row is None:
            return
        if self.outside.mischief.strikes("needs_paper", request_id):
            self.book.run("UPDATE issue SET state = 'needs_paper' WHERE request_id = ?", request_id)
            return
        child = json.loads(row["content"])
        serial = 900_001 + int(self.book.value("SELECT count(*) FROM issue WHERE personal_number IS NOT NULL"))
        number = personal_number(child["sex"], date.fromisoformat(child["birth_date"]), serial)
        with self.book.together():
            self.book.run(
                "UPDATE issue SET state = 'issued', personal_number = ? WHERE request_id = ?", number, request_id
            )
            self.book.run(
                "INSERT INTO person VALUES (?, ?, ?, ?, ?, 'chưa kết hôn', ?, ?, ?)", number, child["full_name"],
                child["birth_date"], child["sex"], str(child.get("residence", "")), str(child.get("ethnicity", "")),
                str(child.get("nationality", "Việt Nam")), request_id,
            )

    async def look_up(self, request: Request) -> Response:
        """Is this couple's marriage in the shared data? An old paper register gives "not found"."""
        content = await read_signed(self.outside, request)
        grounds = asked(content, "request_id", "purpose", "dossier", "officer")
        couple = asked(content, "one_number", "other_number")
        found = self.book.row(
            """SELECT number, registered_at, registered_on FROM marriage
               WHERE in_shared_data AND (husband_number, wife_number) IN ((?, ?), (?, ?))""",
            *couple, *reversed(couple),
        )
        tries = self.book.value("SELECT count(*) FROM query WHERE request_id = ?", grounds[0])
        if self.outside.mischief.strikes("unavailable", f"{grounds[0]} {tries}"):
            outcome, found = "unavailable", None
        else:
            outcome = "found" if found else "not_found"
        self._log(grounds, "marriage", outcome)
        return JSONResponse({"outcome": outcome, "marriage": found})

    def _log(self, grounds: Sequence[str], kind: str, outcome: str) -> None:
        request_id, *why = grounds
        self.book.run(
            "INSERT INTO query (request_id, kind, purpose, dossier, officer, outcome, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            request_id, kind, *why, outcome, time.time(),
        )


def main(argv: Sequence[str] | None = None) -> None:
    told = command_line("population", 9401, RATES).parse_args(argv)
    outside = stand_up("population", told, SCHEMA, RATES)
    serve(outside, PopulationRegister(outside).routes())


if __name__ == "__main__":
    main()
