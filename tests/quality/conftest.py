"""Dossiers made by hand, one situation each, in March 2026; rolled back."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.dossiers.tools import Tools
from app.kit import clock
from app.kit.db import Db
from app.quality.costs import behind
from app.quality.period import Period, parse_period
from app.quality.scoring import Score, gather
from tests.factories import COMMUNE, OFFICES

MARCH = parse_period("2026-03")
APRIL = datetime(2026, 4, 10, 9, tzinfo=clock.LOCAL)


def day(number: int, hour: int = 9, minute: int = 0, month: int = 3) -> datetime:
    """A moment of March 2026."""
    return datetime(2026, month, number, hour, minute, tzinfo=clock.LOCAL)


class Book:
    """Writes dossiers as they stand, without playing how they came there."""

    def __init__(self, db: Db, tools: Tools) -> None:
        self.db, self.tools = db, tools
        self._citizen: UUID | None = None
        self._n = 0

    async def dossier(
        self, *, received: datetime | None = None, due: datetime | None = None, finished: datetime | None = None,
        state: str = "", channel: str = "counter", office: int = COMMUNE, procedure: str = "9.000001", **more: Any,
    ) -> UUID:
        """A dossier received on 2 March and due on the 12th unless said otherwise."""
        if self._citizen is None:
            self._citizen = uuid4()
            await self.db.run(
                "INSERT INTO citizen (id, name, name_folded, language, created_at)"
                " VALUES ($1, 'Tạ Thử', 'ta thu', 'vi', $2)",
                self._citizen, day(1),
            )
        self._n += 1
        version = await self.db.value(
            "SELECT id FROM procedure_version WHERE code = $1 ORDER BY valid_from DESC LIMIT 1", procedure
        )
        assert version is not None
        dossier_id = uuid4()
        received = received or day(2)
        row: dict[str, Any] = {
            "id": dossier_id, "office_id": office, "code": f"H99.TEST-{uuid4().hex[:12]}", "submission_key": uuid4(),
            "procedure_code": procedure, "procedure_version_id": version, "channel": channel,
            "state": state or ("result_ready" if finished else "in_progress"), "return_address": {},
            "applicant_id": self._citizen, "holder_name": f"Tạ Thử {self._n}", "title": "", "search": "", "language": "vi",
            "consent": {}, "sets": 1, "facts": {}, "supplements_asked": 0, "created_at": received,
            "submitted_at": received, "received_at": received, "due_at": day(12, 17) if due is None else due,
            "original_due_at": day(12, 17) if due is None else due, "finished_at": finished, "version": 0, **more,
        }
        await self.db.run(
            f"INSERT INTO dossier ({', '.join(row)}) VALUES ({', '.join(f'${n}' for n in range(1, len(row) + 1))})",
            *row.values(),
        )
        return dossier_id

    async def line(self, dossier_id: UUID, no: int, kind: str, at: datetime, before: datetime | None,
                   after: datetime | None, term: str = "8 working-days") -> None:
        await self.db.run(
            "INSERT INTO deadline_line (office_id, dossier_id, line_no, at, written_at, kind, cause, rule, source,"
            " due_before, due_after, term, reading, way, left_after, cutoff, calendar_version, note)"
            " VALUES ($1, $2, $3, $4, $4, $5, 'test', '', '', $6, $7, $8, 'days', 'days', 0, '15:00', 'x', '')",
            COMMUNE, dossier_id, no, at, kind, before, after, term,
        )

    async def result(self, dossier_id: UUID, state: str = "issued") -> None:
        await self.db.run(
            "INSERT INTO result (id, office_id, dossier_id, n, kind, title, store_code, state, content, document_id,"
            " verify_key, copies, ordered, drafted_at) VALUES ($1, $2, $3, 1, 'KQ', 'Kết quả', $4, $5, '{}', $1, $4, 1,"
            " '{}', $6)", uuid4(), COMMUNE, dossier_id, uuid4().hex, state, day(3),
        )

    async def paper(self, dossier_id: UUID, removed: datetime | None = None) -> None:
        await self.db.run(
            "INSERT INTO document (id, office_id, dossier_id, kind, component, name, media_type, size, sha256, object_key,"
            " copy_kind, source, checks, added_at, removed_at) VALUES ($1, $2, $3, 'paper', 'proof', 'a.pdf',"
            " 'application/pdf', 1, $4, $4, 'file', 'counter', '{}', $5, $6)",
            uuid4(), COMMUNE, dossier_id, uuid4().hex, day(2), removed,
        )

    async def fee(self, dossier_id: UUID, amount: int = 8000, state: str = "owed") -> None:
        await self.db.run(
            "INSERT INTO fee (id, office_id, dossier_id, code, kind, name, quantity, amount, explanation, state)"
            " VALUES ($1, $2, $3, 'copies', 'fee', 'Phí', 1, $4, '', $5)", uuid4(), COMMUNE, dossier_id, amount, state,
        )

    async def paid(self, dossier_id: UUID, method: str = "online", state: str = "captured") -> None:
        await self.db.run(
            "INSERT INTO payment (id, office_id, dossier_id, amount, method, state, started_at, fee_ids)"
            " VALUES ($1, $2, $3, 8000, $4, $5, $6, '[]')", uuid4(), COMMUNE, dossier_id, method, state, day(2),
        )

    async def supplement(self, dossier_id: UUID, n: int, asked: datetime, answered: datetime | None) -> None:
        await self.db.run(
            "INSERT INTO supplement_request (id, office_id, dossier_id, n, items, reason, asked_by, asked_at, answered_at,"
            " closed) VALUES ($1, $2, $3, $4, '[]', 'mờ', $1, $5, $6, $7)",
            uuid4(), COMMUNE, dossier_id, n, asked, answered, "answered" if answered else None,
        )

    async def score(self, period: Period = MARCH, offices: tuple[int, ...] = (COMMUNE,)) -> Score:
        """The index of March as it looks in April."""
        return (await gather(self.db, self.tools, offices, (period,))).score(offices, period)

    async def of(self, indicator: str, period: Period = MARCH, offices: tuple[int, ...] = (COMMUNE,)) -> tuple[Any, Any]:
        """(numerator, denominator) of an indicator."""
        figure = (await self.score(period, offices)).figure(indicator)
        assert figure is not None
        return figure.numerator, figure.denominator

    async def why(self, lens: str, period: Period = MARCH) -> list[tuple[str, ...]]:
        """The reasons of every dossier that costs points."""
        found, _ = await behind(self.db, self.tools, lens, OFFICES, period, limit=1000)
        return [one.reasons for one in found]


@pytest.fixture
async def book(db: Db, tools: Tools) -> AsyncIterator[Book]:
    """It is 10 April 2026; what other tests have left stands ten years on, and nobody has promised anything yet."""
    await db.run(
        "UPDATE dossier SET received_at = received_at + interval '10 years', finished_at = finished_at + interval '10 years'"
    )
    await db.run("DELETE FROM target")
    with clock.at(APRIL):
        yield Book(db, tools)


HOURS = timedelta(hours=1)
