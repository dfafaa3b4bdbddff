"""Each agency's share of one term: what it was given, what it took inside the term, early, on time or late."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.dossiers import shares
from app.dossiers.progress import fire_timer
from app.dossiers.shares import Share, judge
from app.kit import clock
from app.kit.clock import LOCAL
from tests.dossiers.situations import CODE, given
from tests.dossiers.test_consultations import HOUSE, answer, consulted
from tests.factories import COMMUNE, Make

PERMIT = "1.013225"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def shared(make: Make, dossier_id: UUID) -> dict[str, Share]:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        found = await shares.of_dossier(db, make.tools, await make.case(dossier_id))
    return {one.who: one for one in found}


@pytest.mark.parametrize(("done", "verdict"), [
    ("2026-11-10T09:59:59", "early"), ("2026-11-10T10:00:00", "on_time"), ("2026-11-10T10:00:59", "on_time"),
    ("2026-11-10T10:01:00", "late"),
])
def test_a_piece_is_judged_to_the_minute_as_slips_print_it(done: str, verdict: str) -> None:
    assert judge(local(done), local("2026-11-10T10:00:30")) == verdict


async def test_each_lane_is_given_its_budget_and_counted_in_office_minutes_inside_the_term(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await make.submitted(CODE, given())
        await make.judged(dossier_id)
        assert await shared(make, dossier_id) == {}  # no term runs yet
    with clock.at(local("2026-11-09T10:00")):
        await make.act(dossier_id, "check_papers", "receive", "reception")
    with clock.at(local("2026-11-10T08:00")):
        await make.act(dossier_id, "draft_result", "draft", "specialist")
    with clock.at(local("2026-11-10T09:00")):
        await make.worked()
        found = await shared(make, dossier_id)
    assert "reception" not in found  # it came before the term
    drafted = found["specialist"]
    # 10:00–11:30 and 13:30–17:00, then 07:00–08:00; due at the close of the 10th (a working day after the 9th)
    assert (drafted.used, drafted.budget, drafted.verdict) == (90 + 210 + 60, 90 + 210 + 480, "early")
    assert (found["leader"].at_work, found["leader"].budget, found["leader"].verdict) == (True, None, None)


async def test_what_a_lane_did_after_its_budget_is_late_though_the_dossier_is_in_time(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await make.submitted(CODE, given())
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
    with clock.at(local("2026-11-11T07:30")):
        await make.act(dossier_id, "draft_result", "draft", "specialist")
        assert (await shared(make, dossier_id))["specialist"].verdict == "late"
        case = await make.case(dossier_id)
    assert case.due_at is not None
    assert local("2026-11-11T07:30") < case.due_at


async def test_waiting_for_a_supplement_is_nobodys_time(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await make.submitted(PERMIT, HOUSE)
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
    with clock.at(local("2026-11-09T09:00")):
        await make.act(dossier_id, "site_check", "checked", "specialist", given={
            "visited_on-day": "20", "visited_on-month": "11", "visited_on-year": "2025", "members": "Lò Thị Bưởi",
            "findings": "Đúng ranh giới", "consult_planning": "no", "consult_fire_safety": "no",
            "consult_infrastructure": "no",
        })
        await make.judged(dossier_id, site_plan="wrong")
    with clock.at(local("2026-11-09T10:00")):
        await make.act(dossier_id, "examine", "ask_supplement", "specialist", reason="Thiếu bản vẽ")
        assert (await shared(make, dossier_id))["specialist"].used == 120
    with clock.at(local("2026-11-11T08:00")):
        assert (await shared(make, dossier_id))["specialist"].used == 120


async def test_asked_agencies_have_shares_of_their_own_and_the_dossier_counts_once(make: Make) -> None:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        before = await db.value("SELECT count(*) FROM dossier WHERE office_id = $1", COMMUNE)
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await consulted(make)
    with clock.at(local("2026-11-10T09:00")):
        await answer(make, dossier_id, "planning")
    with clock.at(local("2026-11-11T17:00")):
        await answer(make, dossier_id, "fire_safety")
        found = await shared(make, dossier_id)
    planning, fire = found["Cơ quan quản lý quy hoạch"], found["Cơ quan Cảnh sát phòng cháy, chữa cháy"]
    assert (planning.kind, planning.used, planning.verdict) == ("agency", 420 + 120, "early")
    assert (fire.used, fire.budget, fire.verdict) == (420 + 480 + 480, 420 + 480 + 480, "on_time")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert await db.value("SELECT count(*) FROM dossier WHERE office_id = $1", COMMUNE) == before + 1


async def test_an_agency_that_stays_silent_is_late_whatever_its_silence_means(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await consulted(make)
    with clock.at(local("2026-11-11T17:00") + timedelta(minutes=1)):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            timer = await db.row(
                "SELECT task_no, name FROM timer WHERE dossier_id = $1 AND name = 'planning_late'", dossier_id
            )
            assert timer is not None
            assert await fire_timer(db, make.tools, dossier_id, timer["task_no"], timer["name"])
        assert (await shared(make, dossier_id))["Cơ quan quản lý quy hoạch"].verdict == "late"

