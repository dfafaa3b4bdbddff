"""What programs do over the API, as citizen, officer or agency."""

import itertools
from uuid import UUID

from app.kit import clock
from tests.dossiers.situations import CODE, a_pdf, given, received
from tests.factories import COMMUNE, OFFICES, PASSWORD
from tests.portal.situations import MARITAL, marital
from tests.statement_counts import filled
from tests.statement_counts.doing_portal import _result
from tests.statement_counts.house import EVERYTHING, Ask, House
from tests.statement_counts.playing import deed

API = "/api/v1"
_numbers = itertools.count(1)


async def _draft(house: House) -> str:
    return f"{API}/dossiers/{await house.make.draft(CODE, given(channel='online', return_way='online'), house.citizen)}"


async def _received(house: House) -> str:
    return f"{API}/dossiers/{await received(house.make)}"


async def _step(house: House) -> str:
    dossier_id = await received(house.make)
    return f"{API}/dossiers/{dossier_id}/steps/{await house.make.step(dossier_id, 'draft_result')}"


@deed("POST /api/v1/session")
async def _enter(house: House) -> Ask:
    return Ask("nobody", f"{API}/session", json={"login": EVERYTHING, "password": PASSWORD})


@deed("DELETE /api/v1/session")
async def _leave(house: House) -> Ask:
    await house.signed_in("leaving", officer_id=house.officer.id)
    return Ask("leaving", f"{API}/session")


@deed("POST /api/v1/dossiers")
async def _begin(house: House) -> Ask:
    return Ask("citizen", f"{API}/dossiers", json={"procedure": CODE, "office_id": COMMUNE})


@deed("POST /api/v1/counter/dossiers")
async def _begin_for(house: House) -> Ask:
    person = {"name": "Đinh Thị Mẫu Năm", "personal_number": f"000141{next(_numbers):06d}", "birth": {"year": 1941}}
    return Ask("officer", f"{API}/counter/dossiers", json={
        "procedure": CODE, "citizen": person, "consent": {"how": "spoken"},
    })  # fmt: skip


@deed("PUT /api/v1/dossiers/{dossier}/answers/{page}")
async def _answer(house: House) -> Ask:
    return Ask("citizen", f"{await _draft(house)}/answers/purpose", json={"values": {"purpose": "Để thử"}})


@deed("PUT /api/v1/dossiers/{dossier}/return")
async def _return(house: House) -> Ask:
    return Ask("citizen", f"{await _draft(house)}/return", json={"way": "counter"})


@deed("POST /api/v1/dossiers/{dossier}/papers/{component}")
async def _attach(house: House) -> Ask:
    return Ask("citizen", f"{await _draft(house)}/papers/proof", files={"file": ("them.pdf", a_pdf(2))})


@deed("DELETE /api/v1/dossiers/{dossier}/papers/{document_id}")
async def _remove(house: House) -> Ask:
    draft = await _draft(house)
    async with house.make.database.transaction(offices=OFFICES) as db:
        document = await db.value("SELECT id FROM document WHERE dossier_id = $1", UUID(draft.rsplit("/", 1)[1]))
    return Ask("citizen", f"{draft}/papers/{document}")


@deed("POST /api/v1/dossiers/{dossier}/submit")
async def _submit(house: House) -> Ask:
    dossier_id = await house.make.draft(MARITAL, marital(), house.citizen)
    return Ask("citizen", f"{API}/dossiers/{dossier_id}/submit")


@deed("POST /api/v1/dossiers/{dossier}/withdraw")
async def _withdraw(house: House) -> Ask:
    return Ask("citizen", f"{API}/dossiers/{await filled.sent(house)}/withdraw", json={"reason": "Chưa cần nữa"})


@deed("POST /api/v1/dossiers/{dossier}/extend")
async def _extend(house: House) -> Ask:
    new = house.make.tools.calendar.working_day_after(clock.today(), 12)
    return Ask("officer", f"{await _received(house)}/extend", json={
        "new_due": f"{new.isoformat()}T16:30:00+07:00", "reason": "Chờ xác minh", "basis": "Nghị định 118/2025/NĐ-CP",
    })  # fmt: skip


@deed("POST /api/v1/dossiers/{dossier}/stop")
async def _stop(house: House) -> Ask:
    return Ask("officer", f"{await _received(house)}/stop", json={"reason": "Theo đơn của người nộp"})


@deed("POST /api/v1/dossiers/{dossier}/messages")
async def _write(house: House) -> Ask:
    return Ask("officer", f"{API}/dossiers/{house.known['received']}/messages", json={"body": "Xin đáp"})


@deed("POST /api/v1/dossiers/{dossier}/messages/read")
async def _read(house: House) -> Ask:
    return Ask("officer", f"{API}/dossiers/{house.known['received']}/messages/read")


@deed("POST /api/v1/dossiers/{dossier}/payments")
async def _take(house: House) -> Ask:
    return Ask("officer", f"{await _received(house)}/payments", json={"method": "counter"})


@deed("PUT /api/v1/dossiers/{dossier}/checklist")
async def _judge(house: House) -> Ask:
    verdicts = {"verdicts": {"proof": {"verdict": "ok"}}}
    return Ask("officer", f"{API}/dossiers/{await filled.sent(house)}/checklist", json=verdicts)


@deed("POST /api/v1/dossiers/{dossier}/supplements/answer")
async def _mended(house: House) -> Ask:
    return Ask("citizen", f"{API}/dossiers/{await filled.mended(house)}/supplements/answer")


@deed("POST /api/v1/dossiers/{dossier}/steps/{task_no}")
async def _act(house: House) -> Ask:
    return Ask("officer", await _step(house), json={"action": "draft"})


@deed("POST /api/v1/dossiers/{dossier}/steps/{task_no}/assign")
async def _assign(house: House) -> Ask:
    to = await house.make.officer("specialist")
    return Ask("officer", f"{await _step(house)}/assign", json={"officer_id": str(to.id), "reason": "Vắng"})


@deed("POST /api/v1/dossiers/{dossier}/steps/{task_no}/claim")
async def _claim(house: House) -> Ask:
    return Ask("officer", f"{await _step(house)}/claim")


@deed("POST /api/v1/dossiers/{dossier}/steps/{task_no}/release")
async def _release(house: House) -> Ask:
    step = await _step(house)
    await filled.ask(house, "POST", Ask("officer", f"{step}/claim"))
    return Ask("officer", f"{step}/release")


@deed("POST /api/v1/consultations/by-key/{key}/answer")
async def _by_key(house: House) -> Ask:
    _, key = await filled.question(house)
    return Ask("nobody", f"{API}/consultations/by-key/{key}/answer", json={"opinion": "agree", "words": "Thống nhất"})


@deed("POST /api/v1/consultations/{consultation_id}/answer")
async def _opinion(house: House) -> Ask:
    asked, _ = await filled.question(house, to_us=True)
    return Ask("officer", f"{API}/consultations/{asked}/answer", json={"opinion": "agree", "words": "Thống nhất"})


@deed("POST /api/v1/tracking")
async def _track(house: House) -> Ask:
    number = house.citizen.personal_number or ""
    return Ask("nobody", f"{API}/tracking", json={"code": house.known["sent_code"], "digits": number[-4:]})


@deed("POST /api/v1/verify")
async def _verify(house: House) -> Ask:
    return Ask("nobody", f"{API}/verify", files={"file": ("kq.pdf", await _result(house))})
