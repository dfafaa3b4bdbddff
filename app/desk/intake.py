"""The counter: one scan field for card or slip, the person, the procedure; then the draft (`intake_draft.py`)."""

from typing import Any, Final

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.citizens import service as citizens
from app.citizens.card import Card, read_birth, read_card
from app.citizens.service import Identity
from app.desk.frame import desk_frame
from app.dossiers import counter, elsewhere
from app.dossiers.codes import office_of, tidy
from app.dossiers.handed_over import FIELD, checked, read_moment
from app.dossiers.intake import find_by_code
from app.dossiers.refusals import ChannelNotOffered
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.kit import clock
from app.kit import words as kit_words
from app.kit.errors import Refused
from app.kit.words import N_
from app.org.models import Role
from app.procedures.catalogue import LoadedProcedure
from app.sessions import service as sessions

router = Router(prefix="/desk", include_in_schema=False, dependencies=[Depends(desk_frame)])
NOTE: Final = "intake"
CONSENTS: Final = {
    "printed": N_("Ký bản in"), "otp": N_("Mã OTP"), "witness": N_("Nói trước người làm chứng"),
}
CHANNELS: Final = {"counter": N_("Tại quầy"), "post": N_("Qua bưu chính")}
SEXES: Final = {"": N_("Không rõ"), "male": N_("Nam"), "female": N_("Nữ")}
NOT_READ: Final = N_("Không đọc được thẻ hay mã hồ sơ trong lần quét này. Quét lại, hoặc bấm Nhập tay")
NOT_WHOLE: Final = N_("Chỉ đọc được {n} trên 7 trường. Hãy kiểm tra và điền nốt")
NO_PERSON: Final = N_("Quét thẻ hoặc nhập người nộp trước")
NO_NAME: Final = N_("Hãy ghi họ tên người nộp")
BAD_NUMBER: Final = N_("Số định danh có 12 chữ số")
NO_PROCEDURE: Final = N_("Không thấy đúng một thủ tục cho “{words}”. Gõ số thứ tự, mã, hoặc tên rõ hơn")
FIELDS: Final = ("name", "number", "birth", "sex", "address", "phone")


@router.get("/intake")
async def begin(request: Request, visit: OfficerVisit, by: str = "") -> Response:
    """An empty counter, or the person who was scanned and waits for their procedure."""
    require_role(visit, Role.RECEPTION, Role.HEAD)
    return await _show(request, visit, by_hand=by == "hand")


@router.post("/intake")
async def go_on(request: Request, visit: OfficerVisit) -> Response:
    """Read a scan, take typed particulars, or open the form of a procedure for the person at the counter."""
    require_role(visit, Role.RECEPTION, Role.HEAD)
    form = await request.form()
    do = str(form.get("do", "read"))
    if do == "forget":
        await _keep(visit, None)
        return _again()
    if do == "hand":
        return await _typed(request, visit, form)
    if do == "start" or form.get("procedure"):
        return await _start(request, visit, form)
    return await _read(request, visit, str(form.get("scan", ""))[:4000])


@router.get("/intake/elsewhere")
async def handed_in(request: Request, visit: OfficerVisit) -> Response:
    """What was taken in here for other offices: drafts to go on with, and what has become of the rest."""
    require_role(visit, Role.RECEPTION, Role.HEAD)
    rows = await elsewhere.handed_in(visit.db, visit.officer)
    with speaking(visit.language):
        return render(request, "desk/intake/elsewhere.html", rows=rows, most=elsewhere.MOST)


async def _read(request: Request, visit: Visit, scan: str) -> Response:
    card = read_card(scan)
    if card is not None:
        await _keep(visit, _of_card(card))
        return _again() if card.whole else await _show(
            request, visit, by_hand=True, hint=kit_words.say(NOT_WHOLE, visit.language, n=card.read)
        )
    if office_of(scan):
        found = await find_by_code(visit.db, tidy(scan))
        if found is not None:
            return RedirectResponse(f"/desk/dossiers/{found}", status_code=303)
    return await _show(request, visit, scan=scan[:200], error=kit_words.say(NOT_READ, visit.language))


async def _typed(request: Request, visit: Visit, form: Any) -> Response:
    person = {name: " ".join(str(form.get(name, "")).split())[:300] for name in FIELDS}
    person["number"] = "".join(letter for letter in person["number"] if letter.isdigit())
    errors = []
    if not person["name"]:
        errors.append(("name", kit_words.say(NO_NAME, visit.language)))
    if len(person["number"]) not in (0, 12):
        errors.append(("number", kit_words.say(BAD_NUMBER, visit.language)))
    if errors:
        return await _show(request, visit, by_hand=True, typed=person, errors=errors)
    await _keep(visit, {**person, "by": "hand"})
    return _again()


async def _start(request: Request, visit: Visit, form: Any) -> Response:
    person = _person(visit)
    if person is None or not person.get("name"):
        return await _show(request, visit, error=kit_words.say(NO_PERSON, visit.language))
    wanted = str(form.get("procedure", "")).strip()
    offered = await _offered(visit)
    chosen = await _procedure(visit, wanted, offered)
    if chosen is None:
        told = kit_words.say(NO_PROCEDURE, visit.language, words=wanted[:60])
        return await _show(request, visit, errors=[("procedure", told)], chosen={"procedure": wanted})
    channel = "post" if form.get("channel") == "post" else "counter"
    how = "post" if channel == "post" else str(form.get("consent", "printed"))
    consent = {"how": how if how in (*CONSENTS, "post") else "printed"}
    office = str(form.get("office", ""))
    typed = {"procedure": wanted, "channel": channel, "office": office, "handed_at": str(form.get("handed_at", ""))[:60]}
    try:
        if channel == "post":
            consent[FIELD] = checked(read_moment(typed["handed_at"]), now=clock.now()).isoformat()
    except Refused as refused:
        return await _show(request, visit, errors=[("handed_at", refused.words(visit.language))], chosen=typed)
    try:
        own = visit.officer.office_id
        office_id = await elsewhere.competent(
            visit.db, chosen, int(office[:9]) if office.isascii() and office.isdigit() else own, officer=visit.officer
        )
    except Refused as refused:
        return await _show(request, visit, errors=[("office", refused.words(visit.language))], chosen=typed)
    phone = str(form.get("phone", "")).strip()[:30] or person.get("phone") or None
    year, month, day = read_birth("".join(part.strip().zfill(2) for part in str(person.get("birth") or "").split("/")))
    citizen = await citizens.welcome(visit.db, Identity(
        name=person["name"], personal_number=person.get("number") or None, birth=(year, month, day),
        sex=person.get("sex") or None, address=person.get("address") or None, phone=phone,
        id_issued_on=person.get("issued_on") or None, old_number=person.get("old_number") or None,
    ))
    try:
        dossier_id = await counter.begin(
            visit.db, visit.tools, procedure_code=chosen.code, citizen=citizen, channel=channel, officer=visit.officer,
            consent=consent, office_id=office_id,
        )
    except ChannelNotOffered as refused:
        return await _show(request, visit, errors=[("procedure", refused.words(visit.language))], chosen=typed)
    await _keep(visit, None)
    return RedirectResponse(f"/desk/intake/{dossier_id}", status_code=303)


async def _show(
    request: Request, visit: Visit, *, by_hand: bool = False, scan: str = "", error: str = "", hint: str = "",
    typed: dict[str, str] | None = None, errors: list[tuple[str, str]] | None = None,
    chosen: dict[str, str] | None = None,
) -> Response:
    person = _person(visit)
    offered = await _offered(visit)
    others = await elsewhere.others(visit.db, visit.officer) if person and not by_hand else []
    free = any(one.procedure.taken_in_elsewhere(clock.today()) for one in offered)
    every = [*([("scan", error)] if error else []), *(errors or [])]
    with speaking(visit.language):
        return render(
            request, "desk/intake/begin.html", status=422 if every else 200, person=person, by_hand=by_hand, scan=scan,
            scan_error=error, hint=hint, errors=every, of=dict(every), chosen=chosen or {}, now_at=clock.now(),
            others=[{"value": "", "text": words(N_("Đơn vị này"))},
                    *({"value": one.id, "text": one.short_name} for one in others)] if others and free else [],
            typed=typed or {name: (person or {}).get(name) or "" for name in FIELDS},
            offered=[{"n": n, "code": one.code, "words": one.procedure.short.in_(visit.language)}
                     for n, one in enumerate(offered, start=1)],
            consents=[{"value": value, "text": words(text)} for value, text in CONSENTS.items()],
            channels=[{"value": value, "text": words(text)} for value, text in CHANNELS.items()],
            sexes=[{"value": value, "text": words(text)} for value, text in SEXES.items()],
        )


async def _offered(visit: Visit) -> list[LoadedProcedure]:
    """What may be filed at the counter or by post. Always in the same order: the numbers are learnt by heart."""
    every = await visit.tools.catalogue.all_current(visit.db, clock.today())
    return [one for one in every if set(one.procedure.channels) & {"counter", "post"}]


async def _procedure(visit: Visit, wanted: str, offered: list[LoadedProcedure]) -> LoadedProcedure | None:
    """By its number in the list, its code, or words only it has."""
    if wanted.isdigit() and 1 <= int(wanted[:4]) <= len(offered):
        return offered[int(wanted) - 1]
    exact = next((one for one in offered if one.code == wanted), None)
    if exact or not wanted:
        return exact
    codes = {one.code for one in await visit.tools.catalogue.search(visit.db, wanted, clock.today())}
    found = [one for one in offered if one.code in codes]
    return found[0] if len(found) == 1 else None


def _of_card(card: Card) -> dict[str, Any]:
    parts = [f"{part:02d}" for part in reversed(card.birth[1:]) if part] + ([str(card.birth[0])] if card.birth[0] else [])
    return {
        "name": card.name, "number": card.number, "birth": "/".join(parts), "sex": card.sex or "", "address": card.address,
        "issued_on": card.issued_on or "", "old_number": card.old_number or "", "phone": "", "by": "card",
        "at": clock.now().isoformat(), "read": card.read,
    }


def _person(visit: Visit) -> dict[str, Any] | None:
    found = visit.session.note.get(NOTE) if visit.session else None
    return dict(found) if found else None


async def _keep(visit: Visit, person: dict[str, Any] | None) -> None:
    """The person at the counter stays with the officer's session until their draft is opened."""
    assert visit.session is not None
    if person is None:
        visit.session.note.pop(NOTE, None)
        await sessions.drop_note(visit.db, visit.session, NOTE)
    else:
        visit.session.note[NOTE] = person
        await sessions.put_note(visit.db, visit.session, **{NOTE: person})


def _again() -> Response:
    return RedirectResponse("/desk/intake", status_code=303)
