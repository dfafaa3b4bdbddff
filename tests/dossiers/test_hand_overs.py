"""The control slip: each hand-over early, on time or late; first and last the one-stop unit; asked agencies have rows."""

from datetime import datetime
from uuid import UUID

from app.dossiers import filled_slips
from app.dossiers.folder import open_folder
from app.dossiers.progress import fire_timer
from app.kit import clock
from app.kit.clock import LOCAL
from app.papers.slips import ControlSlip
from tests.dossiers.situations import CODE, given
from tests.dossiers.test_consultations import answer, consulted
from tests.factories import COMMUNE, Make

ONE_STOP, SPECIALIST, LEADER = "Bộ phận Tiếp nhận và Trả kết quả", "Bộ phận chuyên môn", "Lãnh đạo Ủy ban nhân dân"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def slip(make: Make, dossier_id: UUID) -> ControlSlip:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return await filled_slips.control_slip(db, await open_folder(db, make.tools, dossier_id), {})


async def taken_in(make: Make) -> UUID:
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id)
    await make.act(dossier_id, "check_papers", "receive", "reception")
    return dossier_id


async def to_the_end(make: Make, dossier_id: UUID) -> None:
    for step, action, role in (
        ("draft_result", "draft", "specialist"), ("sign_result", "sign", "leader"), ("seal_result", "seal", "clerk"),
    ):
        await make.act(dossier_id, step, action, role)
        await make.worked()


async def test_a_hand_over_is_judged_by_the_givers_step_to_the_minute(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await taken_in(make)
    with clock.at(local("2026-11-10T17:00:40")):  # the very minute the draft was due: one working day after the 9th
        await make.act(dossier_id, "draft_result", "draft", "specialist")
        await make.worked()
        rows = (await slip(make, dossier_id)).rows
    assert [(row.giver, row.receiver, row.verdict) for row in rows] == [
        (ONE_STOP, SPECIALIST, "early"), (SPECIALIST, LEADER, "on_time"),
    ]


async def test_reception_is_judged_by_when_it_had_to_forward(make: Make) -> None:
    with clock.at(local("2026-11-09T15:20")):
        dossier_id = await taken_in(make)
        async with make.database.transaction(offices=[COMMUNE]) as db:
            facts = await db.value(
                "SELECT facts FROM journal_line WHERE dossier_id = $1 AND event = 'dossier.received'", dossier_id
            )
    assert datetime.fromisoformat(facts["forward_due"]) == local("2026-11-10T07:00")  # after 15:00: the next morning


async def test_the_last_row_is_judged_by_when_the_result_was_there_not_by_when_it_was_collected(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await taken_in(make)
        await to_the_end(make, dossier_id)
    with clock.at(local("2026-12-01T09:00")):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            assert await db.value("SELECT due_at FROM step WHERE dossier_id = $1", dossier_id) is None
            await db.run("UPDATE fee SET state = 'waived' WHERE dossier_id = $1", dossier_id)
        await make.act(dossier_id, "return_result", "hand_over", "reception", given={
            "collector": "Tạ Quang Nhẫn", "paper": "000190000001",
        })
        rows = (await slip(make, dossier_id)).rows
    assert rows[0].giver == rows[-1].giver == ONE_STOP
    assert (rows[-1].receiver, rows[-1].verdict) == ("Người nộp hồ sơ", "early")


async def test_asked_agencies_have_their_own_rows_and_silence_is_late(make: Make) -> None:
    with clock.at(local("2026-11-09T08:00")):
        dossier_id = await consulted(make)
    with clock.at(local("2026-11-10T09:00")):
        await answer(make, dossier_id, "fire_safety")
    with clock.at(local("2026-11-11T17:01")):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            timer = await db.row(
                "SELECT task_no, name FROM timer WHERE dossier_id = $1 AND name = 'planning_late'", dossier_id
            )
            assert timer is not None
            await fire_timer(db, make.tools, dossier_id, timer["task_no"], timer["name"])
        printed = await slip(make, dossier_id)
    planning, fire = "Cơ quan quản lý quy hoạch", "Cơ quan Cảnh sát phòng cháy, chữa cháy"
    assert set(printed.partners) == {planning, fire}
    assert [row.verdict for row in printed.rows if row.giver == fire] == ["early"]
    (silent,) = [row for row in printed.rows if row.giver == planning]
    assert (silent.verdict, silent.note) == ("late", "Không trả lời trong hạn: coi như đồng ý.")
