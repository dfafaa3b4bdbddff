"""Handing in draws the code in the statement that writes the dossier."""

import pytest

from app.dossiers.codes import MOST_A_DAY, TooManyToday
from app.dossiers.intake import submit
from app.dossiers.naming import number_keys
from app.journal.service import Actor
from app.kit import clock
from tests.dossiers.test_life import CODE, given
from tests.factories import COMMUNE, OFFICES, Make


async def test_a_dossier_is_found_by_its_code_from_then_on(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=OFFICES) as db:
        keys = await db.rows("SELECT key, marks FROM found_by WHERE dossier_id = $1 AND key LIKE '#c%'", dossier_id)
    assert {row["key"]: row["marks"] for row in keys} == number_keys(code=case.code)


async def test_the_ten_thousandth_of_a_day_is_refused_and_nothing_is_written(make: Make) -> None:
    applicant = await make.citizen()
    dossier_id = await make.draft(CODE, given(), applicant)
    at, spent = (COMMUNE, clock.today()), "SELECT last FROM code_serial WHERE office_id = $1 AND day = $2"
    async with make.database.transaction(offices=OFFICES) as db:
        before = await db.value(spent, *at)
        await db.run(
            "INSERT INTO code_serial (office_id, day, last) VALUES ($1, $2, $3)"
            " ON CONFLICT (office_id, day) DO UPDATE SET last = $3", *at, MOST_A_DAY,
        )
    try:
        with pytest.raises(TooManyToday):
            async with make.database.transaction(offices=OFFICES) as db:
                await submit(db, make.tools, await make.case(dossier_id), by=Actor("citizen", applicant.id))
        async with make.database.transaction(offices=OFFICES) as db:
            assert await db.value(spent, *at) == MOST_A_DAY
            assert await db.value("SELECT count(*) FROM process WHERE dossier_id = $1", dossier_id) == 0
    finally:
        async with make.database.transaction(offices=OFFICES) as db:
            await db.run("UPDATE code_serial SET last = $3 WHERE office_id = $1 AND day = $2", *at, before or 0)
