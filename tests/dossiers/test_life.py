"""The life of a dossier, on a small procedure with every turn: received, supplemented, refused, signed, returned."""

from uuid import UUID

import pikepdf
import pytest

from app.dossiers import supplements
from app.dossiers.asking import Ask
from app.dossiers.case import open_case
from app.dossiers.moves import Move
from app.dossiers.progress import act, deliver
from app.dossiers.refusals import NotComplete, PapersNotInOrder, SecondSupplementNeedsApproval, StepNoLongerOpen
from app.journal.service import Actor
from app.kit import clock
from tests.factories import COMMUNE, Given, Make

CODE = "9.000001"


def a_pdf() -> bytes:
    """A one-page PDF as a scanner makes it."""
    import io

    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out := io.BytesIO())
        return out.getvalue()


def given(**more: str) -> Given:
    return Given({"purpose": {"purpose": "Để thử"}}, {"proof": a_pdf()}, **more)


async def state(make: Make, dossier_id: UUID) -> str:
    return (await make.case(dossier_id)).state.value


async def received(make: Make, **more: str) -> UUID:
    dossier_id = await make.submitted(CODE, given(**more))
    await make.judged(dossier_id)
    await make.act(dossier_id, "check_papers", "receive", "reception")
    return dossier_id


async def sealed(make: Make, **more: str) -> UUID:
    dossier_id = await received(make, **more)
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    await make.act(dossier_id, "sign_result", "sign", "leader")
    await make.worked()
    await make.act(dossier_id, "seal_result", "seal", "clerk")
    await make.worked()
    return dossier_id


async def test_a_dossier_goes_from_submission_to_the_counter(make: Make) -> None:
    dossier_id = await sealed(make)
    assert await state(make, dossier_id) == "result_ready"
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE fee SET state = 'paid' WHERE dossier_id = $1", dossier_id)
    await make.act(
        dossier_id, "return_result", "hand_over", "reception", given={"collector": "Tạ Quang Nhẫn", "paper": "Căn cước"}
    )
    assert await state(make, dossier_id) == "returned"


async def test_an_online_result_lies_in_the_owners_dossier_at_once(make: Make) -> None:
    dossier_id = await sealed(make, channel="online", return_way="online")
    assert await state(make, dossier_id) == "returned"


async def test_a_code_is_not_given_while_a_paper_is_missing(make: Make) -> None:
    with pytest.raises(NotComplete):
        await make.submitted(CODE, Given({"purpose": {"purpose": "Để thử"}}, {}))


async def test_a_dossier_with_a_wrong_paper_cannot_be_received(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id, proof="wrong")
    with pytest.raises(PapersNotInOrder):
        await make.act(dossier_id, "check_papers", "receive", "reception")


async def test_the_second_of_two_clicks_is_told_that_the_step_is_done(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id)
    task_no = await make.step(dossier_id, "check_papers")
    await make.act(dossier_id, "check_papers", "receive", "reception")
    officer = await make.officer("reception")
    with pytest.raises(StepNoLongerOpen) as told:
        async with make.database.transaction(offices=officer.offices) as db:
            await act(db, make.tools, dossier_id, task_no, Ask("receive"), by=officer)
    assert "Hà Minh Tú" in told.value.words()


async def test_a_refusal_at_the_counter_ends_the_dossier(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.act(dossier_id, "check_papers", "refuse", "reception", reason="Không thuộc thẩm quyền của xã")
    case = await make.case(dossier_id)
    assert (case.state.value, case.ended) == ("refused_at_intake", "refused")


async def test_a_draft_sent_back_keeps_its_number(make: Make) -> None:
    dossier_id = await received(make)
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    await make.act(dossier_id, "sign_result", "send_back", "leader", reason="Sai mục đích")
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    async with make.database.transaction(offices=[COMMUNE]) as db:
        drawn = await db.value("SELECT count(*) FROM register_entry WHERE dossier_id = $1", dossier_id)
    assert drawn == 1


async def test_a_second_supplement_is_the_heads_to_ask(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    await make.judged(dossier_id, proof="wrong")
    await make.act(dossier_id, "check_papers", "ask_supplement", "reception", reason="Mờ, không đọc được")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        case = await open_case(db, make.tools, dossier_id)
        move = Move(Actor("citizen", case.applicant_id), clock.now())
        await supplements.answered(db, make.tools, case, move)
        await deliver(db, make.tools, case, "supplement_received", {}, move)
    await make.judged(dossier_id, proof="wrong")
    with pytest.raises(SecondSupplementNeedsApproval):
        await make.act(dossier_id, "check_papers", "ask_supplement", "reception", reason="Vẫn mờ")
    await make.act(dossier_id, "check_papers", "ask_supplement", "head", reason="NĐ 118/2025 điều 17: bản chụp vẫn mờ")
    assert (await make.case(dossier_id)).supplements_asked == 2
