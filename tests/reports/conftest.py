"""Little worlds of random dossiers, each in a transaction that is rolled back, in offices of their own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from app.kit import clock
from app.kit.db import Db
from tests.factories import OFFICES, Make
from tests.reports.histories import AFTERWARDS, Life, write

PROVINCE, FIRST, SECOND = 901, 902, 903
ALL = (PROVINCE, FIRST, SECOND)


class Worlds:
    """`async with worlds.of(lives) as db` is a database in which the offices ALL have these dossiers and no others."""

    def __init__(self, make: Make, versions: Sequence[UUID], applicant: UUID) -> None:
        self.make, self.versions, self.applicant = make, versions, applicant

    @asynccontextmanager
    async def of(self, lives: Sequence[Life], offices: Sequence[int] = ALL) -> AsyncIterator[Db]:
        """`offices`: whose rows are seen inside."""
        async with self.make.database.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                db = Db(connection)
                await db.act_for(offices=ALL)
                for one, kind, parent in ((PROVINCE, "province", None), (FIRST, "commune", 901), (SECOND, "commune", 901)):
                    await db.run(
                        "INSERT INTO office (id, code, territory_code, kind, name, short_name, authority, place, address,"
                        " phone, parent_id, settings, valid_from) OVERRIDING SYSTEM VALUE"
                        " SELECT $1, $2, '00000', $3, $4, $4, 'x', 'x', 'x', 'x', $5, '{}', now()",
                        one, f"H99.{one}", kind, f"Đơn vị {one}", parent,
                    )
                await write(db, lives, self.versions, self.applicant)
                await db.act_for(offices=offices)
                with clock.at(AFTERWARDS):
                    yield db
            finally:
                await transaction.rollback()


@pytest.fixture
async def worlds(make: Make) -> Worlds:
    citizen = await make.citizen()
    async with make.database.transaction(offices=OFFICES) as db:
        rows = await db.rows("SELECT id FROM procedure_version ORDER BY sector, code LIMIT 3")
    return Worlds(make, [row["id"] for row in rows], citizen.id)
