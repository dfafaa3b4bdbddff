"""The dossier's clock: every line with its source, silence and lapse written down, the row equal to the ledger."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.deadlines import service as deadlines
from app.deadlines.ledger import APOLOGY, Line
from app.deadlines.models import LineKind
from app.deadlines.refusals import ExtensionAskedTwice
from app.dossiers import clock as dossier_clock
from app.dossiers.clock import PauseWithoutEnd, answer_due, stop_clock
from app.dossiers.moves import Move
from app.dossiers.progress import fire_timer
from app.journal.service import SYSTEM
from app.kit import clock
from app.kit.clock import LOCAL
from tests.dossiers.situations import CODE, given
from tests.dossiers.test_consultations import HOUSE, answer, consulted
from tests.dossiers.test_wishes import answered, extended
from tests.factories import COMMUNE, Make
from tests.portal.situations import draft_shown

PERMIT = "1.013225"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def ledger(make: Make, dossier_id: UUID) -> list[Line]:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return await deadlines.lines_of(db, dossier_id)


async def rings(make: Make, dossier_id: UUID, name: str) -> None:
    """The timer's moment has come, as the worker finds it."""
    async with make.database.transaction(offices=[COMMUNE]) as db:
        task_no = await db.value("SELECT task_no FROM timer WHERE dossier_id = $1 AND name = $2", dossier_id, name)
        assert task_no is not None
        assert await fire_timer(db, make.tools, dossier_id, task_no, name)


async def agrees(make: Make, dossier_id: UUID) -> None:
    """The dossier's row says what the ledger says, every line says by what, and playing it again gives the same."""
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        story = await deadlines.explain(db, dossier_id, calendar=make.tools.calendars.of(COMMUNE))
    assert story.differences == ()
    assert (case.original_due_at, case.paused_at, case.finished_at) == (
        story.due.original_due, story.due.paused_since if story.due.ended_at is None else None, story.due.ended_at,
    )
    assert case.due_at == story.due.due_at
    before = None
    for line in story.lines:
        assert line.rule
        assert line.source
        assert line.fact.cause
        assert line.written_at
        assert line.due_before == before
        assert (line.due_after is None) == (line.fact.kind is LineKind.PAUSE)
        before = line.due_after or before


async def supplement_in_appraisal(make: Make) -> UUID:
    """A permit received on Monday 9 November whose applicant was asked for another plan on Tuesday."""
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await make.submitted(PERMIT, HOUSE)
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
        await make.act(dossier_id, "site_check", "checked", "specialist", given={
            "visited_on-day": "6", "visited_on-month": "11", "visited_on-year": "2026", "members": "Lò Thị Bưởi",
            "findings": "Đúng ranh giới", "consult_planning": "no", "consult_fire_safety": "no",
            "consult_infrastructure": "no",
        })
        await make.judged(dossier_id, site_plan="wrong")
    with clock.at(local("2026-11-10T10:00")):
        await make.act(dossier_id, "examine", "ask_supplement", "specialist", reason="Thiếu bản vẽ")
    return dossier_id


async def test_an_agencys_silence_is_a_line_of_the_ledger_and_moves_nothing(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await consulted(make)
    with clock.at(local("2026-11-11T17:01")):
        await rings(make, dossier_id, "planning_late")
    *_, line = await ledger(make, dossier_id)
    assert (line.fact.kind, line.fact.cause, line.rule, line.actor_id) == (LineKind.MARK, "silence", "consent", None)
    assert line.fact.at == local("2026-11-11T17:01")
    assert "Nghị định 217/2026/NĐ-CP" in line.source
    assert line.note == "Cơ quan quản lý quy hoạch"
    assert line.due_before == line.due_after
    await agrees(make, dossier_id)


async def test_the_applicants_silence_about_a_draft_is_a_line_of_the_ledger(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await draft_shown(make, await make.citizen())
    with clock.at(local("2026-11-10T17:01")):
        await rings(make, dossier_id, "draft_silent")
    *_, line = await ledger(make, dossier_id)
    assert (line.fact.kind, line.fact.cause, line.rule, line.actor_id) == (LineKind.MARK, "silence", "confirmed", None)
    assert line.source == "Quyết định 163/QĐ-BTP (2026)"
    await agrees(make, dossier_id)


async def test_the_lapse_of_a_supplement_is_a_line_before_the_end(make: Make) -> None:
    dossier_id = await supplement_in_appraisal(make)
    with clock.at(local("2026-11-12T17:01")):
        await rings(make, dossier_id, "supplement_late")
    lines = await ledger(make, dossier_id)
    assert [line.fact.kind for line in lines] == [LineKind.START, LineKind.PAUSE, LineKind.MARK, LineKind.END]
    lapse = lines[2]
    assert (lapse.fact.cause, lapse.rule, lapse.due_before) == ("lapse", "refuse", lapse.due_after)
    assert "Nghị định 217/2026/NĐ-CP, Điều 54" in lapse.source
    await agrees(make, dossier_id)


async def test_before_reception_a_lapse_has_no_ledger_to_stand_in(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await make.submitted(CODE, given(channel="online"))
        await make.judged(dossier_id, proof="wrong")
        await make.act(dossier_id, "check_papers", "ask_supplement", "reception", reason="Ảnh mờ")
    with clock.at(local("2026-11-17T08:00")):
        await rings(make, dossier_id, "supplement_late")
    assert await ledger(make, dossier_id) == []


async def test_both_due_moments_are_kept_through_restart_and_extension(make: Make) -> None:
    dossier_id = await supplement_in_appraisal(make)
    promised = (await make.case(dossier_id)).original_due_at
    await agrees(make, dossier_id)
    with clock.at(local("2026-11-11T09:00")):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await db.run(
                "UPDATE document SET added_at = $2 WHERE dossier_id = $1 AND component = 'site_plan'",
                dossier_id, clock.now(),
            )
        await answered(make, dossier_id)
    again = await make.case(dossier_id)
    assert again.original_due_at == promised == local("2026-11-18T17:00")
    assert again.due_at == local("2026-11-20T17:00")  # a full new term of 7 working days
    await agrees(make, dossier_id)
    with clock.at(local("2026-11-12T09:00")):
        await extended(make, dossier_id)
        with pytest.raises(ExtensionAskedTwice) as twice:
            await extended(make, dossier_id, days=3)
    assert twice.value.words("vi") != twice.value.words("en")
    later = await make.case(dossier_id)
    assert (later.original_due_at, later.due_at) == (promised, local("2026-11-25T17:00"))  # 24 November is a day off
    await agrees(make, dossier_id)
    assert [line.fact.cause for line in await ledger(make, dossier_id)][-1] == APOLOGY


async def test_a_pause_that_nothing_will_end_is_refused(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await consulted(make)
        case, move = await make.case(dossier_id), Move(SYSTEM, clock.now())
        for until in (None, move.at, move.at - timedelta(minutes=1)):
            with pytest.raises(PauseWithoutEnd) as refused:
                async with make.database.transaction(offices=[COMMUNE]) as db:
                    await stop_clock(db, make.tools, case, move, "payment", until=until, source="Thử")
    assert "không có hạn" in refused.value.words("vi")
    assert "no term of its own" in refused.value.words("en")
    assert [line.fact.kind for line in await ledger(make, dossier_id)] == [LineKind.START]


@pytest.mark.parametrize(("submitted", "due"), [
    ("2026-11-10T08:00", "2026-11-11T08:00"), ("2026-11-10T15:30", "2026-11-11T15:30"),
    ("2026-11-13T16:00", "2026-11-16T16:00"), ("2026-11-14T10:00", "2026-11-16T17:00"),
])
async def test_what_came_online_is_to_be_answered_within_8_working_hours(make: Make, submitted: str, due: str) -> None:
    with clock.at(local(submitted)):
        dossier_id = await make.submitted(PERMIT, HOUSE)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        found = await db.value("SELECT due_at FROM step WHERE dossier_id = $1", dossier_id)
    assert found == local(due)
    case, at = await make.case(dossier_id), local(submitted)
    far = at + timedelta(days=30)
    assert answer_due(make.tools, case, at, far) == answer_due(make.tools, case, at, None) == found
    assert answer_due(make.tools, case, at, at + timedelta(minutes=1)) == at + timedelta(minutes=1)  # its budget is earlier


async def test_at_the_counter_only_the_steps_own_budget_binds(make: Make) -> None:
    with clock.at(local("2026-11-10T08:00")):
        dossier_id = await make.submitted(CODE, given())
    case = await make.case(dossier_id)
    assert answer_due(make.tools, case, local("2026-11-10T08:00"), None) is None


async def test_the_term_of_a_dossier_keeps_the_reading_of_its_day_of_receipt(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await consulted(make)
    case = await make.case(dossier_id)
    assert dossier_clock.reading_of(case, local("2027-01-01T08:00")) == case.procedure.procedure.term.reading_on(
        local("2026-11-09T08:00").date()
    )


async def test_a_late_answer_of_an_agency_is_still_taken(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await consulted(make)
    with clock.at(local("2026-12-30T08:00")):
        await answer(make, dossier_id, "planning")
        await answer(make, dossier_id, "fire_safety")
        assert await make.step(dossier_id, "examine")
    await agrees(make, dossier_id)
