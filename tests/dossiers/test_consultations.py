"""Agencies asked in parallel: an answer reaches the drawing once; the last one opens the examination."""

from uuid import UUID

import pytest

from app.consultations import service as consultations
from app.consultations.service import AlreadyAnswered
from app.dossiers import wishes
from tests.dossiers.situations import a_pdf
from tests.factories import COMMUNE, Given, Make

HOUSE = Given(
    {
        "owner": {"name": "Tạ Quang Nhẫn", "personal_number": "000190000001", "address": "Thôn Đình, xã Tân Mai"},
        "contact": {"phone": "0912000111", "email": "nhan@vidu.vn"},
        "land": {
            "place": {"province": "99", "commune": "99022", "street": "Thôn Đình"}, "plot": "12", "map_sheet": "3",
            "plot_area": "120", "land_papers": "M 000001", "land_in_database": "no", "heritage_area": "no",
        },
        "work": {"work_kind": "new", "work_class": "class_4", "fire_result_needed": "no"},
        "size": {"ground_floor_area": "80", "total_floor_area": "160", "floors": "2", "height": "8", "density": "60"},
        "designer": {"name": "Công ty Mẫu", "licence": "", "signed": "yes"},
    },
    {
        name: a_pdf()
        for name in ("land_paper", "site_plan", "house_drawings", "foundation_drawings", "neighbour_commitment")
    },
    channel="online", return_way="online",
)


async def consulted(make: Make) -> UUID:
    """A permit about which planning and fire safety were asked."""
    dossier_id = await make.submitted("1.013225", HOUSE)
    await make.judged(dossier_id)
    await make.act(dossier_id, "check_papers", "receive", "reception")
    await make.act(dossier_id, "site_check", "checked", "specialist", given={
        "visited_on-day": "20", "visited_on-month": "11", "visited_on-year": "2025", "members": "Lò Thị Bưởi",
        "findings": "Đúng ranh giới", "consult_planning": "yes", "consult_fire_safety": "yes",
        "consult_infrastructure": "no",
    })
    return dossier_id


async def answer(make: Make, dossier_id: UUID, kind: str) -> None:
    """By the agency's link: nothing of ours is seen but the question it opens."""
    async with make.database.transaction(offices=[COMMUNE]) as db:
        (asked,) = [one for one in await consultations.of_dossier(db, dossier_id) if one.kind == kind]
    async with make.database.transaction(presents=asked.answer_key) as db:
        opened = await consultations.by_key(db, asked.answer_key)
        await wishes.answer_consultation(db, make.tools, opened, opinion="agree", words="Đồng ý", by=None)


async def steps(make: Make, dossier_id: UUID) -> list[str]:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return [row["name"] for row in await db.rows("SELECT name FROM step WHERE dossier_id = $1", dossier_id)]


async def test_the_last_answer_opens_the_examination(make: Make) -> None:
    dossier_id = await consulted(make)
    await answer(make, dossier_id, "planning")
    assert await steps(make, dossier_id) == []
    await answer(make, dossier_id, "fire_safety")
    assert await steps(make, dossier_id) == ["examine"]


async def test_an_answer_is_given_once(make: Make) -> None:
    dossier_id = await consulted(make)
    await answer(make, dossier_id, "planning")
    with pytest.raises(AlreadyAnswered):
        await answer(make, dossier_id, "planning")
