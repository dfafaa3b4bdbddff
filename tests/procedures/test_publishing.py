"""Publishing on PostgreSQL: once a version, by the day it holds, found by the words people use."""

from datetime import date

import pytest

from app.kit.db import Db
from app.procedures.catalogue import Catalogue, ProcedureNotFound
from app.procedures.reading import parse_package
from app.procedures.service import publish
from tests.workflows.walking import BIRTH, COPIES, MARITAL, PERMIT, package_of

DAY = date(2026, 11, 11)


async def test_the_same_files_are_published_once(db: Db) -> None:
    await publish(db, package_of(COPIES))
    again = await publish(db, package_of(COPIES))
    assert not again.fresh


async def test_a_changed_package_is_a_new_version_and_the_old_one_stays(db: Db) -> None:
    catalogue = Catalogue()
    before = await catalogue.current(db, COPIES, DAY)
    files = dict(package_of(COPIES).files)
    files["procedure.toml"] = files["procedure.toml"].replace("valid_from = 2026-07-20", "valid_from = 2026-11-01", 1)
    assert (await publish(db, parse_package(files))).fresh
    after = await catalogue.current(db, COPIES, DAY)
    assert after.version_id != before.version_id
    assert (await catalogue.current(db, COPIES, date(2026, 10, 31))).version_id == before.version_id
    assert (await catalogue.version(db, before.version_id)).procedure.valid_from == date(2026, 7, 20)


async def test_the_old_rules_for_houses_are_not_ours(db: Db) -> None:
    with pytest.raises(ProcedureNotFound):
        await Catalogue().current(db, PERMIT, date(2026, 6, 30))
    assert await Catalogue().current(db, PERMIT, date(2026, 7, 1))


async def test_the_civil_status_rules_end_with_their_law(db: Db) -> None:
    assert await Catalogue().current(db, BIRTH, date(2027, 2, 28))
    with pytest.raises(ProcedureNotFound):
        await Catalogue().current(db, BIRTH, date(2027, 3, 1))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("khai sinh", BIRTH),
        ("KHAI SINH CHO CON", BIRTH),
        ("sao y", COPIES),
        ("cong chung", COPIES),
        ("giay doc than", MARITAL),
        ("xay nha", PERMIT),
        ("1.013225", PERMIT),
        ("house permit", PERMIT),
    ],
)
async def test_a_procedure_is_found_with_or_without_accents(db: Db, words: str, code: str) -> None:
    assert code in {found.code for found in await Catalogue().search(db, words, DAY)}


async def test_the_provinces_word_is_in_the_published_version(db: Db) -> None:
    loaded = await Catalogue().current(db, MARITAL, DAY)
    assert loaded.procedure.supplement.term == "5 working-days"
    assert [due.amount for due in loaded.fees_for({"exemption": "none"}, day=DAY)] == [15_000]
