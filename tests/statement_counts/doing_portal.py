"""What citizens, agencies outside and machines outside do."""

import json
import time
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from app.gateways.line import signature
from app.kit import clock
from simulators.people import CITIZENS
from tests.dossiers.situations import a_pdf
from tests.factories import COMMUNE, OFFICES
from tests.portal.situations import BIRTH, MARITAL, birth, marital
from tests.simulators.standing import SECRET
from tests.statement_counts import filled
from tests.statement_counts.house import Ask, House, Person
from tests.statement_counts.playing import deed

_pdf = ("giay.pdf", a_pdf(), "application/pdf")


@deed("POST /apply/{code}")
async def _apply(house: House) -> Ask:
    return Ask("citizen", "/apply/1.013225", {"office": "H99.08.22"})


async def _draft(house: House) -> str:
    return f"/dossiers/{await house.make.draft(MARITAL, marital(), house.citizen)}"


@deed("POST /dossiers/{dossier_id}/answer/{page_id}")
async def _answer(house: House) -> Ask:
    return Ask("citizen", f"{await _draft(house)}/answer/contact", {"phone": "0912 000 111", "email": ""})


@deed("POST /dossiers/{dossier_id}/answer/{page_id}/autosave")
async def _autosave(house: House) -> Ask:
    fields = {"phone": "0912000222", "serial_base": "0", "autosave_order": "1"}
    quiet = {"HX-Request": "true", "X-Autosave": "true"}
    return Ask("citizen", f"{await _draft(house)}/answer/contact/autosave", fields, headers=quiet)


@deed("POST /dossiers/{dossier_id}/draft")
async def _agree(house: House) -> Ask:
    return Ask("citizen", f"/dossiers/{await filled.draft_shown(house)}/draft", {"action": "confirm"})


@deed("POST /dossiers/{dossier_id}/messages")
async def _write(house: House) -> Ask:
    return Ask("citizen", f"/dossiers/{house.known['sent']}/messages", {"body": "Xin hỏi"})


@deed("POST /dossiers/{dossier_id}/papers/{component}")
async def _send(house: House) -> Ask:
    dossier_id = await house.make.draft(BIRTH, birth(), house.citizen)
    return Ask("citizen", f"/dossiers/{dossier_id}/papers/birth_notification", {"do": "send"}, files={"paper": _pdf})


@deed("POST /dossiers/{dossier_id}/pay/online")
async def _pay(house: House) -> Ask:
    return Ask("citizen", f"/dossiers/{await filled.sent(house)}/pay/online")


@deed("GET /dossiers/{dossier_id}/pay/back")
async def _paid(house: House) -> Ask:
    dossier_id = await filled.sent(house)
    await filled.ask(house, "POST", Ask("citizen", f"/dossiers/{dossier_id}/pay/online"))
    return Ask("citizen", f"/dossiers/{dossier_id}/pay/back")


@deed("POST /dossiers/{dossier_id}/return")
async def _return(house: House) -> Ask:
    return Ask("citizen", f"{await _draft(house)}/return", {"way": "online"})


@deed("POST /dossiers/{dossier_id}/submit")
async def _submit(house: House) -> Ask:
    return Ask("citizen", f"{await _draft(house)}/submit", {"declared": "1"})


@deed("POST /dossiers/{dossier_id}/supplement")
async def _mended(house: House) -> Ask:
    return Ask("citizen", f"/dossiers/{await filled.mended(house)}/supplement")


@deed("POST /dossiers/{dossier_id}/withdraw")
async def _withdraw(house: House) -> Ask:
    return Ask("citizen", f"/dossiers/{await filled.sent(house)}/withdraw", {"reason": "Chưa cần nữa", "sure": "1"})


@deed("POST /consultations/{key}")
async def _by_key(house: House) -> Ask:
    _, key = await filled.question(house)
    return Ask("nobody", f"/consultations/{key}", {"opinion": "agree", "words": "Thống nhất"})


@deed("POST /sign-out")
async def _out(house: House) -> Ask:
    await house.signed_in("leaving", citizen_id=house.citizen.id)
    return Ask("leaving", "/sign-out")


@deed("GET /sign-in")
async def _to_provider(house: House) -> Ask:
    return Ask("nobody", "/sign-in")


@deed("GET /sign-in/back")
async def _from_provider(house: House) -> Ask:
    gone, _ = await house.ask("GET", Ask("nobody", "/sign-in"))
    wanted = {name: values[0] for name, values in parse_qs(urlsplit(gone.headers["location"]).query).items()}
    house.people["on the way"] = Person(gone.headers["set-cookie"].split("=", 1)[1].split(";")[0])
    picked = await house.provider.http.post("/authorize", data={**wanted, "subject": CITIZENS[0].subject})
    back = urlsplit(picked.headers["location"])
    return Ask("on the way", f"{back.path}?{back.query}")


@deed("POST /track")
async def _track(house: House) -> Ask:
    number = house.citizen.personal_number or ""
    return Ask("nobody", "/track", {"code": house.known["sent_code"], "digits": number[-4:]})


async def _result(house: House) -> bytes:
    async with house.make.database.transaction(offices=OFFICES) as db:
        key = await db.value(
            "SELECT d.object_key FROM result r JOIN document d ON d.id = r.document_id WHERE r.dossier_id = $1",
            UUID(house.known["issued"]),
        )
    return await house.make.tools.store.get(key)


@deed("POST /verify")
async def _verify(house: House) -> Ask:
    return Ask("nobody", "/verify", {}, files={"document": ("kq.pdf", await _result(house), "application/pdf")})


@deed("POST /verify/{key}")
async def _verify_key(house: House) -> Ask:
    sent = {"document": ("kq.pdf", await _result(house), "application/pdf")}
    return Ask("nobody", f"/verify/{house.known['verify']}", {}, files=sent)


def _signed(system: str, said: dict[str, object]) -> Ask:
    event, stamp = str(uuid4()), int(time.time())
    body = json.dumps({**said, "event_id": event}).encode()
    return Ask("nobody", f"/hooks/{system}", body=body, headers={
        "x-event-id": event, "x-timestamp": str(stamp), "x-signature": signature(SECRET, stamp, event, body),
    })  # fmt: skip


@deed("POST /hooks/payment")
async def _payment_said(house: House) -> Ask:
    dossier_id = await filled.sent(house)
    await filled.ask(house, "POST", Ask("citizen", f"/dossiers/{dossier_id}/pay/online"))
    async with house.make.database.transaction(offices=[COMMUNE]) as db:
        row = await db.row("SELECT id, amount, provider_reference FROM payment WHERE dossier_id = $1", dossier_id)
    assert row is not None
    return _signed("payment", {
        "MaThamChieu": str(row["id"]), "MaGiaoDich": row["provider_reference"] or "t", "KetQua": "00",
        "SoTien": row["amount"], "ThoiGian": clock.now().isoformat(),
    })  # fmt: skip


@deed("POST /hooks/post")
async def _post_said(house: House) -> Ask:
    dossier_id = await filled.packed(house)
    await filled.do(house, dossier_id, "hand_to_post", "hand_to_post")
    async with house.make.database.transaction(offices=[COMMUNE]) as db:
        delivery = await db.value("SELECT id FROM delivery WHERE dossier_id = $1 AND way = 'post'", dossier_id)
    return _signed("post", {
        "order_number": str(delivery), "shipment_number": "EM1", "kind": "delivered", "at": clock.now().isoformat(),
        "attempt": 1, "received_by": "", "reason": "",
    })  # fmt: skip


@deed("POST /hooks/sms")
async def _sms_said(house: House) -> Ask:
    async with house.make.database.transaction(offices=[COMMUNE]) as db:
        notice = await db.value("SELECT id FROM notice WHERE channel = 'sms' LIMIT 1")
    return _signed("sms", {"client_id": str(notice), "state": "delivered", "at": int(time.time())})
