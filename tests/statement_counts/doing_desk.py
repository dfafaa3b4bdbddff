"""What officers do at their desks."""

from datetime import timedelta
from uuid import UUID

import pyotp

from app.kit import clock
from app.kit.clock import LOCAL
from tests.desk.test_intake import card
from tests.dossiers.situations import CODE, a_pdf, received
from tests.factories import PASSWORD
from tests.statement_counts import filled
from tests.statement_counts.house import EVERYTHING, Ask, House
from tests.statement_counts.playing import deed

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WHOLE = {"purpose.purpose": "Để thử", "out": "counter", "c-proof-original": "1"}


@deed("POST /desk/sign-in")
async def _sign_in(house: House) -> Ask:
    return Ask("nobody", "/desk/sign-in", {"login": EVERYTHING, "password": PASSWORD})


@deed("POST /desk/sign-in/code")
async def _code(house: House) -> Ask:
    await filled.half_in(house)
    return Ask("half in", "/desk/sign-in/code", {"code": pyotp.TOTP(SECRET).now()})


@deed("POST /desk/sign-out")
async def _sign_out(house: House) -> Ask:
    await house.signed_in("leaving", officer_id=house.officer.id)
    return Ask("leaving", "/desk/sign-out")


@deed("POST /desk/alerts/seen")
async def _all_seen(house: House) -> Ask:
    await filled.alert(house)
    return Ask("officer", "/desk/alerts/seen")


@deed("POST /desk/alerts/{alert_id}/seen")
async def _seen(house: House) -> Ask:
    return Ask("officer", f"/desk/alerts/{await filled.alert(house)}/seen")


@deed("POST /desk/consultations/{consultation_id}")
async def _opinion(house: House) -> Ask:
    asked, _ = await filled.question(house, to_us=True)
    return Ask("officer", f"/desk/consultations/{asked}", {"opinion": "agree", "words": "Thống nhất"})


def _later() -> dict[str, str]:
    day = clock.now().astimezone(LOCAL).date() + timedelta(days=14)
    while day.weekday() > 3:
        day += timedelta(days=1)
    return {"new-day": str(day.day), "new-month": str(day.month), "new-year": str(day.year)}


@deed("POST /desk/dossiers/{dossier_id}/extend")
async def _extend(house: House) -> Ask:
    sent = {"reason": "Chờ xác minh", "basis": "Nghị định 118/2025/NĐ-CP, Điều 19", **_later()}
    return Ask("officer", f"/desk/dossiers/{await received(house.make)}/extend", sent)


@deed("POST /desk/dossiers/{dossier_id}/fees")
async def _take(house: House) -> Ask:
    return Ask("officer", f"/desk/dossiers/{await received(house.make)}/fees")


@deed("POST /desk/dossiers/{dossier_id}/messages")
async def _write(house: House) -> Ask:
    return Ask("officer", f"/desk/dossiers/{house.known['received']}/messages", {"body": "Mời anh đến quầy"})


@deed("POST /desk/dossiers/{dossier_id}/papers")
async def _judge(house: House) -> Ask:
    return Ask("officer", f"/desk/dossiers/{await filled.sent(house)}/papers", {"do": "all_ok"})


@deed("POST /desk/dossiers/{dossier_id}/papers/{component}/files")
async def _scan(house: House) -> Ask:
    sent = {"file": ("them.pdf", a_pdf(2), "application/pdf")}
    return Ask("officer", f"/desk/dossiers/{await filled.sent(house)}/papers/proof/files", {}, files=sent)


@deed("POST /desk/dossiers/{dossier_id}/revoke")
async def _revoke(house: House) -> Ask:
    return Ask("officer", f"/desk/dossiers/{await filled.issued(house)}/revoke", {"n": "1", "why": "Sai tên"})


@deed("POST /desk/dossiers/{dossier_id}/stop")
async def _stop(house: House) -> Ask:
    return Ask("officer", f"/desk/dossiers/{await received(house.make)}/stop", {"reason": "Theo đơn của người nộp"})


@deed("POST /desk/dossiers/{dossier_id}/withdraw")
async def _withdraw(house: House) -> Ask:
    return Ask("officer", f"/desk/dossiers/{await received(house.make)}/withdraw", {"reason": "Người nộp rút tại quầy"})


@deed("POST /desk/intake")
async def _person(house: House) -> Ask:
    await filled.ask(house, "POST", Ask("officer", "/desk/intake", {"scan": card()}))
    sent = {"do": "start", "procedure": CODE, "consent": "printed", "phone": "0912000111"}
    return Ask("officer", "/desk/intake", sent)


@deed("POST /desk/intake/{dossier_id}")
async def _receive(house: House) -> Ask:
    return Ask("officer", f"/desk/intake/{await filled.at_counter(house)}", {"do": "receive", **WHOLE})


@deed("POST /desk/intake/{dossier_id}/preview")
async def _preview(house: House) -> Ask:
    return Ask("officer", f"/desk/intake/{await filled.at_counter(house)}/preview", WHOLE)


@deed("GET /desk/intake/{dossier_id}/done")
async def _received(house: House) -> Ask:
    asked = await _receive(house)
    await filled.ask(house, "POST", asked)
    return Ask("officer", f"{asked.path}/done")


@deed("POST /desk/return/handed")
async def _handed(house: House) -> Ask:
    dossier_id = await filled.packed(house)
    task = await house.make.step(dossier_id, "hand_to_post")
    return Ask("officer", "/desk/return/handed", {"packet": f"{dossier_id}:{task}:hand_to_post"})


async def _tray(house: House, tray: str, dossier_id: UUID) -> Ask:
    page, _ = await house.ask("GET", Ask("officer", f"/desk/{tray}"))
    doc = next(one.split('"')[0] for one in page.text.split('name="doc" value="')[1:] if one.startswith(str(dossier_id)))
    return Ask("officer", f"/desk/{tray}", {"doc": doc})


@deed("POST /desk/sign")
async def _sign(house: House) -> Ask:
    return await _tray(house, "sign", await filled.to_sign(house))


@deed("POST /desk/seal")
async def _seal(house: House) -> Ask:
    return await _tray(house, "seal", await filled.to_seal(house))


async def _given_up(house: House, tray: str, name: str, dossier_id: UUID) -> Ask:
    await filled.ask(house, "POST", await _tray(house, tray, dossier_id))
    async with house.make.database.transaction(offices=house.officer.offices) as db:
        job = await db.value(
            "UPDATE job SET state = 'stuck', trouble = 'Không trả lời', attempts = 8"
            " WHERE dossier_id = $1 AND name = $2 AND state = 'waiting' RETURNING id",
            dossier_id, name,
        )
    return Ask("officer", f"/desk/{tray}/again", {"job": str(job)})


@deed("POST /desk/sign/again")
async def _sign_again(house: House) -> Ask:
    return await _given_up(house, "sign", "apply_signature", await filled.to_sign(house))


@deed("POST /desk/seal/again")
async def _seal_again(house: House) -> Ask:
    return await _given_up(house, "seal", "apply_seal", await filled.to_seal(house))


async def _step(house: House) -> str:
    dossier_id = await received(house.make)
    return f"/desk/steps/{dossier_id}/{await house.make.step(dossier_id, 'draft_result')}"


@deed("POST /desk/steps/{dossier_id}/{task_no}/act/{action_id}")
async def _act(house: House) -> Ask:
    return Ask("officer", f"{await _step(house)}/act/draft")


@deed("POST /desk/steps/{dossier_id}/{task_no}/assign")
async def _assign(house: House) -> Ask:
    to = await house.make.officer("specialist")
    return Ask("officer", f"{await _step(house)}/assign", {"officer": str(to.id), "why": "Đang vắng người"})


@deed("POST /desk/steps/{dossier_id}/{task_no}/claim")
async def _claim(house: House) -> Ask:
    return Ask("officer", f"{await _step(house)}/claim")


@deed("POST /desk/steps/{dossier_id}/{task_no}/release")
async def _release(house: House) -> Ask:
    step = await _step(house)
    await filled.ask(house, "POST", Ask("officer", f"{step}/claim"))
    return Ask("officer", f"{step}/release")


@deed("POST /desk/stuck/{job_id}/again")
async def _again(house: House) -> Ask:
    await filled.finding(house)
    return Ask("officer", f"/desk/stuck/{house.known['job']}/again")
