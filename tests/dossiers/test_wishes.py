"""Withdraw, stop, extend, supplement, write: each in its moment, by whom it may be, with its paper and its notice."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.consultations import service as consultations
from app.consultations.service import AlreadyAnswered
from app.deadlines.refusals import ExtensionAskedTwice
from app.documents import service as documents
from app.dossiers import wishes
from app.dossiers.refusals import (
    MessageEmpty,
    MessageTooLong,
    NeedsHead,
    NotComplete,
    OpinionUnknown,
    ReasonMissing,
    WrongState,
)
from app.engine import turns
from app.journal.service import Actor
from app.kit import clock
from tests.dossiers.situations import CODE, a_pdf, given, received, sealed, supplement_asked
from tests.factories import COMMUNE, NEIGHBOUR, Make


async def rows(make: Make, sql: str, dossier_id: UUID) -> list[dict[str, Any]]:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return [dict(row) for row in await db.rows(sql, dossier_id)]


async def withdrawn(make: Make, dossier_id: UUID) -> None:
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await wishes.withdraw(db, make.tools, case, by=Actor("citizen", case.applicant_id), reason="Tôi đổi ý")


async def stopped(make: Make, dossier_id: UUID, role: str, reason: str = "Người nộp yêu cầu bằng văn bản") -> None:
    case, officer = await make.case(dossier_id), await make.officer(role)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await wishes.stop(db, make.tools, case, officer=officer, reason=reason)


async def extended(make: Make, dossier_id: UUID, role: str = "head", days: int = 2) -> None:
    case, officer = await make.case(dossier_id), await make.officer(role)
    assert case.due_at is not None
    calendar, due_day = make.tools.calendar, case.due_at.astimezone(clock.LOCAL).date()
    new_due = calendar.closing(calendar.working_day_after(due_day, days))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await wishes.extend(
            db, make.tools, case, officer=officer, new_due=new_due, reason="Chờ xác minh", basis="NĐ 118/2025, Điều 19"
        )


async def answered(make: Make, dossier_id: UUID) -> None:
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await wishes.answer_supplement(db, make.tools, case, by=Actor("citizen", case.applicant_id))


async def test_a_withdrawn_dossier_waits_for_nobody(make: Make) -> None:
    dossier_id = await received(make)
    await withdrawn(make, dossier_id)
    case = await make.case(dossier_id)
    assert (case.state.value, case.ended is not None) == ("withdrawn", True)
    assert case.process is not None
    assert turns.open_tasks(case.procedure.drawing, case.process) == ()
    assert await rows(make, "SELECT 1 FROM step WHERE dossier_id = $1", dossier_id) == []
    assert {one["state"] for one in await rows(make, "SELECT state FROM fee WHERE dossier_id = $1", dossier_id)} == {
        "cancelled"
    }


async def test_an_issued_result_cannot_be_withdrawn(make: Make) -> None:
    dossier_id = await sealed(make)
    with pytest.raises(WrongState):
        await withdrawn(make, dossier_id)


async def test_withdrawing_twice_is_told(make: Make) -> None:
    dossier_id = await received(make)
    await withdrawn(make, dossier_id)
    with pytest.raises(WrongState, match="WrongState"):
        await withdrawn(make, dossier_id)


async def test_stopping_in_law_is_for_the_head_and_needs_a_reason(make: Make) -> None:
    dossier_id = await received(make)
    with pytest.raises(NeedsHead):
        await stopped(make, dossier_id, "specialist")
    with pytest.raises(ReasonMissing):
        await stopped(make, dossier_id, "head", "  ")
    await stopped(make, dossier_id, "head")
    assert (await make.case(dossier_id)).state.value == "stopped"


async def test_an_extension_moves_the_date_once_and_apologises(make: Make) -> None:
    dossier_id = await received(make)
    before = (await make.case(dossier_id)).due_at
    await extended(make, dossier_id)
    case = await make.case(dossier_id)
    assert before is not None
    assert case.due_at is not None
    assert case.due_at > before
    assert case.original_due_at == before
    told = await rows(make, "SELECT channel FROM notice WHERE dossier_id = $1 AND event = 'extended'", dossier_id)
    assert {one["channel"] for one in told} == {"page", "email", "sms"}
    with pytest.raises(ExtensionAskedTwice):
        await extended(make, dossier_id, days=3)


async def test_extending_is_not_for_the_counter(make: Make) -> None:
    dossier_id = await received(make)
    with pytest.raises(NeedsHead):
        await extended(make, dossier_id, "reception")


async def test_what_was_not_received_cannot_be_extended(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    case, officer = await make.case(dossier_id), await make.officer("head")
    with pytest.raises(WrongState):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await wishes.extend(
                db, make.tools, case, officer=officer, new_due=clock.now() + timedelta(days=9), reason="a", basis="b"
            )


async def test_a_supplement_is_answered_when_every_asked_paper_is_given_anew(make: Make) -> None:
    dossier_id = await supplement_asked(make)
    with pytest.raises(NotComplete) as told:
        await answered(make, dossier_id)
    assert "Giấy chứng minh" in told.value.words()
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await documents.attach(
            db, make.tools.store, office_id=COMMUNE, dossier_id=dossier_id, component="proof", name="ro-hon.pdf",
            data=a_pdf(2), added_by=case.applicant_id,
        )
    await answered(make, dossier_id)
    assert (await make.case(dossier_id)).state.value == "submitted"
    assert await make.step(dossier_id, "check_papers")
    assert await rows(make, "SELECT 1 FROM verdict WHERE dossier_id = $1 AND component = 'proof'", dossier_id) == []


async def test_the_same_file_again_mends_nothing(make: Make) -> None:
    dossier_id = await supplement_asked(make)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        row = await db.row("SELECT object_key, sha256 FROM document WHERE dossier_id = $1 AND kind = 'paper'", dossier_id)
        assert row is not None
        same = await make.tools.store.get(row["object_key"], sha256=row["sha256"])
        await documents.attach(
            db, make.tools.store, office_id=COMMUNE, dossier_id=dossier_id, component="proof", name="lai.pdf", data=same,
            added_by=None,
        )
    with pytest.raises(NotComplete):
        await answered(make, dossier_id)


async def test_answering_what_nobody_asked_is_told(make: Make) -> None:
    dossier_id = await received(make)
    with pytest.raises(WrongState):
        await answered(make, dossier_id)


async def test_the_citizen_is_told_of_the_offices_message_and_not_of_their_own(make: Make) -> None:
    dossier_id = await received(make)
    case, officer = await make.case(dossier_id), await make.officer("specialist")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await wishes.write_message(db, make.tools, case, by=Actor("citizen", case.applicant_id), body="Bao giờ xong?")
        await wishes.write_message(db, make.tools, case, by=Actor("officer", officer.id), body="Ngày mai ạ.")
    told = await rows(make, "SELECT 1 FROM notice WHERE dossier_id = $1 AND event = 'message'", dossier_id)
    thread = await rows(make, "SELECT body FROM message WHERE dossier_id = $1 ORDER BY at", dossier_id)
    assert [one["body"] for one in thread] == ["Bao giờ xong?", "Ngày mai ạ."]
    assert len(told) == 3


@pytest.mark.parametrize(("body", "refusal"), [("  \n ", MessageEmpty), ("x" * 4001, MessageTooLong)])
async def test_a_message_has_words_and_an_end(make: Make, body: str, refusal: type[Exception]) -> None:
    dossier_id = await received(make)
    case = await make.case(dossier_id)
    with pytest.raises(refusal):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await wishes.write_message(db, make.tools, case, by=Actor("citizen", case.applicant_id), body=body)


async def test_a_question_closed_by_silence_takes_no_answer(make: Make) -> None:
    dossier_id = await received(make)
    now = clock.now()
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await consultations.ask(
            db, dossier_id=dossier_id, office_id=COMMUNE, kind="neighbour", agency="Xã Phú Lương", question="Có không?",
            due_at=now, asked_by=None, at=now,
        )
        await consultations.close_by_silence(db, dossier_id=dossier_id, kind="neighbour", at=now)
        (asked,) = await consultations.of_dossier(db, dossier_id)
    for opinion, refusal in (("agree", AlreadyAnswered), ("maybe", OpinionUnknown)):
        with pytest.raises(refusal):
            async with make.database.transaction(offices=[NEIGHBOUR]) as db:
                await wishes.answer_consultation(db, make.tools, asked, opinion=opinion, words="Có", by=None)
