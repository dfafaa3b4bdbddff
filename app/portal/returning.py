"""How the applicant wants the result: online, at the counter, by post."""

import re
from typing import Any
from uuid import UUID

from fastapi import Response

from app.dossiers.case import Case
from app.dossiers.drafts import choose_return
from app.faces.access import CitizenVisit, Visit
from app.faces.routes import Router
from app.kit.words import N_, say
from app.portal.own import own_case, require_draft
from app.portal.page import go, show, speak
from app.portal.questions import commune_options, province_options
from app.portal.wording import RETURN_HINTS, RETURN_WAYS

router = Router(prefix="/dossiers/{dossier_id}/return", include_in_schema=False)

_PARTS = ("name", "phone", "province", "commune", "street")


@router.get("")
async def ways(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: choose; what was chosen before is shown."""
    case = await own_case(visit, dossier_id)
    require_draft(case)
    person = visit.citizen
    known: dict[str, Any] = {"name": person.name, "phone": person.phone or "", "street": person.address or ""}
    return await _page(visit, case, {"way": case.return_way or "", **known, **case.return_address}, {})


@router.post("")
async def choose(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: keep the choice; by post it needs who, where and a phone."""
    case = await own_case(visit, dossier_id)
    require_draft(case)
    form = await visit.request.form()
    typed = {name: " ".join(str(form.get(name, "")).split())[:200] for name in ("way", *_PARTS)}
    typed |= {part: str(form.get(f"address-{part}", "")).strip()[:200] for part in ("province", "commune", "street")}
    if "places" in form:
        return await _page(visit, case, typed, {})
    errors = _errors(case, typed, speak(visit))
    if errors:
        return await _page(visit, case, typed, errors)
    address = {name: typed[name] for name in _PARTS} if typed["way"] == "post" else {}
    await choose_return(visit.db, case, typed["way"], address)
    return go(f"/dossiers/{case.id}/check" if form.get("from") == "check" else f"/dossiers/{case.id}")


def _errors(case: Case, typed: dict[str, str], language: str) -> dict[str, str]:
    if typed["way"] not in case.procedure.procedure.return_ways:
        return {"way": say(N_("Hãy chọn cách nhận kết quả"), language)}
    if typed["way"] != "post":
        return {}
    errors = {}
    if not typed["name"]:
        errors["name"] = say(N_("Hãy ghi họ tên người nhận"), language)
    if sum(letter.isdigit() for letter in typed["phone"]) < 9:
        errors["phone"] = say(N_("Hãy ghi số điện thoại người nhận, ví dụ 0912 345 678"), language)
    if not re.fullmatch(r"\d{5}", typed["commune"]):
        errors["address-province"] = say(N_("Hãy chọn tỉnh và xã nơi nhận"), language)
    if not typed["street"]:
        errors["address-street"] = say(N_("Hãy ghi số nhà, đường hoặc thôn"), language)
    return errors


async def _page(visit: Visit, case: Case, values: dict[str, Any], errors: dict[str, str]) -> Response:
    language = speak(visit)
    options = [
        {"value": way, "text": say(RETURN_WAYS[way], language), "hint": say(RETURN_HINTS[way], language)}
        for way in case.procedure.procedure.return_ways
    ]
    return await show(
        visit, "returning/ways.html", status=422 if errors else 200, office_id=case.office_id, case=case,
        procedure=case.procedure.procedure.short.in_(language), options=options, values=values, wrong=errors,
        errors=list(errors.items()), post="post" in case.procedure.procedure.return_ways,
        provinces=await province_options(visit.db, language),
        communes=await commune_options(visit.db, str(values.get("province") or ""), language),
        came=visit.request.query_params.get("from", ""),
    )
