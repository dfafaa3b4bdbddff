"""An agency outside answers by its link, once; an unknown outcome of a payment never invites a second one."""

from uuid import uuid4

from app.kit import clock
from tests.factories import COMMUNE, Make
from tests.portal.conftest import Browser, SignedIn
from tests.portal.situations import MARITAL, marital, submitted_by


async def test_an_answer_needs_its_link_an_opinion_and_comes_once(anybody: Browser, make: Make) -> None:
    dossier = await submitted_by(make, await make.citizen(), MARITAL, marital())
    key = f"unguessable-{uuid4()}"
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run(
            "INSERT INTO consultation (id, office_id, dossier_id, kind, agency, question, asked_at, state, answer_key)"
            " VALUES ($1, $2, $3, 'former_commune', 'Xã Ngoài Tỉnh', 'Đã kết hôn <b>chưa</b>?', $4, 'asked', $5)",
            uuid4(), COMMUNE, dossier, clock.now(), key,
        )
    page = await anybody.shown(f"/consultations/{key}")
    assert "Xã Ngoài Tỉnh" in page
    assert "Tạ Quang Nhẫn" not in page
    assert (await anybody.get(f"/consultations/{key}x")).status_code == 404
    assert (await anybody.post(f"/consultations/{key}x", opinion="agree")).status_code == 404
    silent = await anybody.post(f"/consultations/{key}", words="Chưa rõ")
    assert silent.status_code == 422
    assert "Chưa rõ" in silent.text
    bare = await anybody.post(f"/consultations/{key}", opinion="disagree")
    assert bare.status_code == 422
    assert "Hãy ghi rõ lý do" in bare.text


async def test_while_an_outcome_is_unknown_nobody_is_asked_to_pay_again(signed_in: SignedIn, make: Make) -> None:
    me = await signed_in()
    assert me.citizen is not None
    dossier = await submitted_by(make, me.citizen, MARITAL, marital())
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run(
            "INSERT INTO payment (id, office_id, dossier_id, amount, method, state, started_at, fee_ids)"
            " VALUES ($1, $2, $3, 15000, 'online', 'unknown', $4, '[]')", uuid4(), COMMUNE, dossier, clock.now(),
        )
    page = await me.shown(f"/dossiers/{dossier}/pay")
    assert "Đang xác minh khoản tiền 15.000 đ" in page
    assert "Xin đừng nộp lại" in page
    assert "/pay/online" not in page
    assert "Hoặc nộp tại quầy" not in page


async def test_an_office_without_the_platform_sends_to_the_counter(signed_in: SignedIn, make: Make) -> None:
    me = await signed_in()
    assert me.citizen is not None
    dossier = await submitted_by(make, me.citizen, MARITAL, marital())
    page = await me.shown(f"/dossiers/{dossier}/pay")
    assert "/pay/online" not in page
    assert "Hoặc nộp tại quầy" in page
    assert (await me.post(f"/dossiers/{dossier}/pay/online")).status_code == 503
