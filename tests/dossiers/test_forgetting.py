"""What is no record is deleted when its term is over, and nothing else (decision 0062)."""

from datetime import timedelta
from uuid import UUID

import pytest

from app import tables
from app.api.once import KEPT_FOR
from app.dossiers.case import DossierNotFound, open_case
from app.dossiers.drafts import save_page
from app.dossiers.forgetting import OF_A_DRAFT, forget
from app.dossiers.keeping import terms
from app.kit import clock
from tests.dossiers.situations import CODE, given, received, sealed
from tests.factories import OFFICES, Make

# Records: only added to, with ids and moments.
KEPT = {"calendar_effect", "deadline_line", "fee_receipt", "journal_line", "register_entry"}


async def _there(make: Make, dossier_id: UUID, table: str = "dossier", column: str = "id") -> int:
    async with make.database.transaction(offices=OFFICES) as db:
        return int(await db.value(f'SELECT count(*) FROM "{table}" WHERE {column} = $1', dossier_id))


async def _forgotten_in(make: Make, span: timedelta) -> int:
    with clock.at(clock.now() + span):
        return (await forget(make.tools, list(OFFICES))).drafts


async def test_a_draft_goes_whole_when_nobody_touched_it_for_its_term(make: Make) -> None:
    draft = await make.draft(CODE, given())
    async with make.database.transaction(offices=OFFICES) as db:
        keys = [row["object_key"] for row in await db.rows("SELECT object_key FROM document WHERE dossier_id = $1", draft)]
    assert keys
    await _forgotten_in(make, terms().drafts - timedelta(hours=1))
    assert await _there(make, draft) == 1
    assert await _forgotten_in(make, terms().drafts + timedelta(hours=1)) >= 1
    assert await _there(make, draft) == 0
    for table in OF_A_DRAFT:
        assert await _there(make, draft, table, "dossier_id") == 0, table
    for key in keys:
        assert not await make.tools.store.exists(key)
    async with make.database.transaction(offices=OFFICES) as db:
        last = await db.value("SELECT event FROM journal_line WHERE dossier_id = $1 ORDER BY id DESC LIMIT 1", draft)
    assert last == "draft.forgotten"


async def test_one_more_answer_keeps_a_draft(make: Make) -> None:
    draft = await make.draft(CODE, given())
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE answer SET saved_at = saved_at + interval '10 days' WHERE dossier_id = $1", draft)
    await _forgotten_in(make, terms().drafts + timedelta(days=9))
    assert await _there(make, draft) == 1


async def test_an_answer_that_comes_while_its_draft_is_deleted_is_refused_in_words(make: Make) -> None:
    draft = await make.draft(CODE, given())
    async with make.database.transaction(offices=OFFICES) as db:
        case = await open_case(db, make.tools, draft)
        await _forgotten_in(make, terms().drafts + timedelta(hours=1))
        with pytest.raises(DossierNotFound):
            await save_page(db, make.tools, case, "purpose", {"purpose": "Để thử lại"})
    assert await _there(make, draft, "answer", "dossier_id") == 0


async def test_a_draft_that_is_being_written_to_is_not_deleted(make: Make) -> None:
    draft = await make.draft(CODE, given())
    async with make.database.transaction(offices=OFFICES) as db:
        case = await open_case(db, make.tools, draft)
        with clock.at(clock.now() + terms().drafts + timedelta(hours=1)):
            await save_page(db, make.tools, case, "purpose", {"purpose": "Để thử lại"})
        await _forgotten_in(make, terms().drafts + timedelta(hours=1))
    await _forgotten_in(make, terms().drafts + timedelta(hours=2))
    assert await _there(make, draft) == 1


async def test_what_was_submitted_is_never_forgotten(make: Make) -> None:
    dossiers = [await received(make), await sealed(make)]
    await _forgotten_in(make, timedelta(days=700))
    for dossier_id in dossiers:
        assert await _there(make, dossier_id) == 1
        assert await _there(make, dossier_id, "answer", "dossier_id") > 0


async def test_a_job_is_kept_while_its_dossier_goes_on(make: Make) -> None:
    dossier_id = await sealed(make)
    await make.worked()
    before = await _there(make, dossier_id, "job", "dossier_id")
    assert before > 0
    await _forgotten_in(make, terms().finished_jobs + timedelta(days=1))
    assert await _there(make, dossier_id, "job", "dossier_id") == before
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE dossier SET state = 'returned', finished_at = $2 WHERE id = $1", dossier_id, clock.now())
        stuck = await db.value("SELECT count(*) FROM job WHERE dossier_id = $1 AND state <> 'done'", dossier_id)
    await _forgotten_in(make, terms().finished_jobs + timedelta(days=1))
    assert await _there(make, dossier_id, "job", "dossier_id") == stuck


def test_every_table_of_a_dossier_is_either_cleared_with_a_draft_or_a_record() -> None:
    owned = {name for name, table in tables.metadata.tables.items() if "dossier_id" in table.columns}
    assert owned == set(OF_A_DRAFT) | KEPT


def test_a_key_is_kept_at_least_as_long_as_a_command_may_come_again() -> None:
    assert terms().idempotency_keys >= KEPT_FOR
