"""R9: overdue never blocks anything. A dossier long past its term is walked through every verb to its end."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import pytest

from app.dossiers import wishes
from app.dossiers.commands import COMMANDS
from app.dossiers.payments import take_at_counter
from app.journal.service import Actor
from app.kit import clock
from app.kit.clock import LOCAL
from app.steps import service as steps
from tests.dossiers.situations import CODE, given
from tests.dossiers.test_clock import agrees, rings
from tests.dossiers.test_consultations import HOUSE, answer
from tests.dossiers.test_wishes import answered, stopped, withdrawn
from tests.factories import COMMUNE, Make

PERMIT = "1.013225"
BEGAN, LONG_AFTER = "2026-06-01T08:00", "2026-11-09T08:00"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


async def late(make: Make, **more: str) -> UUID:
    """Received in June, due in June; what follows happens in November."""
    with clock.at(local(BEGAN)):
        dossier_id = await make.submitted(CODE, given(**more))
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
    case = await make.case(dossier_id)
    assert case.due_at is not None
    assert case.due_at < local(LONG_AFTER)
    return dossier_id


async def test_late_reception_after_the_time_to_answer_still_receives(make: Make) -> None:
    with clock.at(local(BEGAN)):
        dossier_id = await make.submitted(CODE, given(channel="online"))
    with clock.at(local(LONG_AFTER)):
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
    case = await make.case(dossier_id)
    assert case.received_at == local(LONG_AFTER)
    await agrees(make, dossier_id)


async def test_a_late_dossier_is_claimed_drafted_sent_back_signed_sealed_paid_and_handed_over(make: Make) -> None:
    dossier_id = await late(make)
    with clock.at(local(LONG_AFTER)):
        officer = await make.officer("specialist")
        async with make.database.transaction(offices=[COMMUNE]) as db:
            task_no = await make.step(dossier_id, "draft_result")
            await steps.claim(db, dossier_id, task_no, officer_id=officer.id, roles=officer.roles)
            await steps.release(db, dossier_id, task_no, officer_id=officer.id)
        for step, action, role in (
            ("draft_result", "draft", "specialist"), ("sign_result", "send_back", "leader"),
            ("draft_result", "draft", "specialist"), ("sign_result", "sign", "leader"), ("seal_result", "seal", "clerk"),
        ):
            await make.act(dossier_id, step, action, role, **({"reason": "Sửa lại"} if action == "send_back" else {}))
            await make.worked()
        reception = await make.officer("reception")
        async with make.database.transaction(offices=[COMMUNE]) as db:
            case = await make.case(dossier_id)
            await take_at_counter(db, make.tools, case, officer=reception)
            await wishes.write_message(db, make.tools, case, by=Actor("officer", reception.id), body="Mời bạn đến nhận.")
        await make.act(dossier_id, "return_result", "hand_over", "reception", given={
            "collector": "Tạ Quang Nhẫn", "paper": "000190000001",
        })
    case = await make.case(dossier_id)
    assert (case.state.value, case.finished_at, case.returned_at) == (
        "returned", local(LONG_AFTER), local(LONG_AFTER),
    )
    await agrees(make, dossier_id)


async def test_a_late_permit_is_asked_about_supplemented_answered_and_decided(make: Make) -> None:
    with clock.at(local("2026-07-06T08:00")):
        dossier_id = await make.submitted(PERMIT, HOUSE)
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
    with clock.at(local(LONG_AFTER)):
        await make.act(dossier_id, "site_check", "checked", "specialist", given={
            "visited_on-day": "6", "visited_on-month": "11", "visited_on-year": "2026", "members": "Lò Thị Bưởi",
            "findings": "Đúng ranh giới", "consult_planning": "yes", "consult_fire_safety": "yes",
            "consult_infrastructure": "no",
        })
    with clock.at(local("2026-11-30T08:00")):
        await answer(make, dossier_id, "planning")  # long after its own term
        await rings(make, dossier_id, "fire_safety_late")
        await make.judged(dossier_id, site_plan="wrong")
        await make.act(dossier_id, "examine", "ask_supplement", "specialist", reason="Thiếu bản vẽ")
        await agrees(make, dossier_id)
    with clock.at(local("2026-12-01T08:00")):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await db.run("UPDATE document SET added_at = $2 WHERE dossier_id = $1", dossier_id, clock.now())
        await answered(make, dossier_id)
    with clock.at(local("2027-01-29T08:00")):  # late again, by the full new term
        await agrees(make, dossier_id)
        await make.act(dossier_id, "examine_supplement", "refuse", "specialist", reason="Không phù hợp quy hoạch")
    assert (await make.case(dossier_id)).state.value == "refused"
    await agrees(make, dossier_id)


async def by_refusal(make: Make, dossier_id: UUID) -> None:
    await make.act(dossier_id, "draft_result", "refuse", "specialist", reason="Không đủ điều kiện")


async def by_withdrawal(make: Make, dossier_id: UUID) -> None:
    await withdrawn(make, dossier_id)


async def by_stopping(make: Make, dossier_id: UUID) -> None:
    await stopped(make, dossier_id, "head")


@pytest.mark.parametrize("end", [by_refusal, by_withdrawal, by_stopping])
async def test_a_late_dossier_is_refused_withdrawn_or_stopped_as_any_other(
    make: Make, end: Callable[[Make, UUID], Awaitable[None]]
) -> None:
    dossier_id = await late(make)
    with clock.at(local(LONG_AFTER)):
        await end(make, dossier_id)
    case = await make.case(dossier_id)
    assert case.finished_at == local(LONG_AFTER)
    await agrees(make, dossier_id)


async def test_a_late_dossier_goes_by_post(make: Make) -> None:
    dossier_id = await late(make, return_way="post")
    with clock.at(local(LONG_AFTER)):
        for step, action, role in (
            ("draft_result", "draft", "specialist"), ("sign_result", "sign", "leader"), ("seal_result", "seal", "clerk"),
        ):
            await make.act(dossier_id, step, action, role)
            await make.worked()
    assert (await make.case(dossier_id)).state.value == "result_ready"


def test_every_verb_of_the_office_is_known_to_these_tests() -> None:
    """A new verb needs a late dossier too. Post: tests/dossiers/test_posting.py walks what the carrier does."""
    walked = {
        "go_on", "receive", "ask_supplement", "refuse", "draft_result", "send_back", "order_signature", "order_seal",
        "hand_over",
    }
    elsewhere = {"refuse_at_intake", "confirm_draft", "correct_draft", "hand_to_post", "take_back"}
    assert set(COMMANDS) == walked | elsewhere
