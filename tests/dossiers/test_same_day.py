"""A same-day procedure received after 15:00 is due on the next working day, and the slip prints hour and date."""

from datetime import datetime
from uuid import UUID

import pytest

from app.dossiers import counter, filled_slips
from app.dossiers.folder import open_folder
from app.kit import clock
from app.kit.clock import LOCAL
from tests.factories import COMMUNE, Make
from tests.papers.reading import text_of
from tests.portal.situations import BIRTH, birth


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def registered(make: Make, at: str) -> UUID:
    with clock.at(local(at)):
        dossier_id = await make.submitted(BIRTH, birth(channel="online"))
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
    return dossier_id


@pytest.mark.parametrize(("received", "due", "printed"), [
    ("2026-11-11T15:00", "2026-11-11T17:00", "17 giờ 00 phút, ngày 11 tháng 11 năm 2026"),
    ("2026-11-11T15:01", "2026-11-12T17:00", "17 giờ 00 phút, ngày 12 tháng 11 năm 2026"),
    ("2026-11-23T15:20", "2026-11-25T17:00", "17 giờ 00 phút, ngày 25 tháng 11 năm 2026"),  # the 24th is a day off
])
async def test_after_the_cutoff_it_is_the_next_working_day_with_its_hour(
    make: Make, received: str, due: str, printed: str
) -> None:
    dossier_id = await registered(make, received)
    case = await make.case(dossier_id)
    assert case.due_at == local(due)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        slip = await filled_slips.receipt(db, await open_folder(db, make.tools, dossier_id), {})
        assert slip.due_at == local(due)
        paper = await counter.receipt_of(db, make.tools, case)
    assert printed in " ".join(text_of(paper.pdf).split())
