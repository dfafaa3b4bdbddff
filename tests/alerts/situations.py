"""Dossiers received at a chosen moment, and what was rung for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.kit import clock
from app.kit.clock import LOCAL
from tests.dossiers.situations import received
from tests.dossiers.test_consultations import HOUSE
from tests.factories import OFFICES, Make

AGENCIES = ("planning", "fire_safety", "infrastructure")


def local(text: str) -> datetime:
    """"2026-06-01T09:00" in the office's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def received_at(make: Make, text: str) -> UUID:
    """Received complete at this moment; three working days are given for it."""
    with clock.at(local(text)):
        return await received(make)


async def examined(make: Make, *agencies: str) -> UUID:
    """A permit that was received and looked at on site; these agencies were asked."""
    dossier_id = await make.submitted("1.013225", HOUSE)
    await make.judged(dossier_id)
    await make.act(dossier_id, "check_papers", "receive", "reception")
    day = clock.today()
    await make.act(dossier_id, "site_check", "checked", "specialist", given={
        "visited_on-day": str(day.day), "visited_on-month": str(day.month), "visited_on-year": str(day.year),
        "members": "Lò Thị Bưởi", "findings": "Đúng ranh giới",
        **{f"consult_{name}": "yes" if name in agencies else "no" for name in AGENCIES},
    })
    return dossier_id


async def rows(make: Make, sql: str, *args: object) -> list[dict[str, Any]]:
    async with make.database.transaction(offices=OFFICES) as db:
        return [dict(row) for row in await db.rows(sql, *args)]


async def value(make: Make, sql: str, *args: object) -> Any:
    async with make.database.transaction(offices=OFFICES) as db:
        return await db.value(sql, *args)


async def told(make: Make, dossier_id: UUID) -> list[tuple[str, int, str]]:
    """Open alerts of a dossier: kind, office, role."""
    found = await rows(
        make, "SELECT kind, office_id, role FROM alert WHERE dossier_id = $1 AND done_at IS NULL"
        " ORDER BY at, kind, office_id, role", dossier_id,
    )
    return [(one["kind"], one["office_id"], one["role"]) for one in found]


async def rang(make: Make, dossier_id: UUID) -> list[str]:
    """The kinds of alarm the journal tells of, in order."""
    found = await rows(
        make, "SELECT facts->>'kind' AS kind FROM journal_line WHERE dossier_id = $1 AND event = 'alarm.rang' ORDER BY id",
        dossier_id,
    )
    return [one["kind"] for one in found]
