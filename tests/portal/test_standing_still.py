"""Whose dossier stands still reads so in a plain sentence, without a word of machines, and until it moves."""

from app.worker import look_around
from tests.factories import COMMUNE, Make
from tests.portal.conftest import SignedIn
from tests.portal.situations import MARITAL, marital, submitted_by


async def test_the_applicant_is_told_that_the_office_knows(signed_in: SignedIn, make: Make) -> None:
    me = await signed_in()
    dossier = await submitted_by(make, me.citizen, MARITAL, marital())  # type: ignore[arg-type]
    said = "Hồ sơ của bạn đang chờ cán bộ kiểm tra lại."
    assert said not in await me.shown(f"/dossiers/{dossier}")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        kept = [dict(row) for row in await db.rows("DELETE FROM step WHERE dossier_id = $1 RETURNING *", dossier)]
    await look_around(make.tools)
    assert said in await me.shown(f"/dossiers/{dossier}")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        for row in kept:
            names = ", ".join(row)
            await db.run(f"INSERT INTO step ({names}) VALUES ({', '.join(f'${n}' for n in range(1, len(row) + 1))})",
                         *row.values())
    await look_around(make.tools)
    assert said not in await me.shown(f"/dossiers/{dossier}")
