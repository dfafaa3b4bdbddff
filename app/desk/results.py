"""Drafts and results of a case: what is printed, signed, issued; and taking an issued one back."""

from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.case_page import CasePage, frame_of, open_page
from app.desk.frame import desk_frame, say
from app.documents import service as documents
from app.dossiers import revoking
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.kit import words as kit_words
from app.kit.errors import Refused
from app.kit.words import N_
from app.org.models import Role
from app.results import service as results
from app.results.models import Result
from app.signatures import service as signatures

router = Router(prefix="/desk/dossiers", include_in_schema=False, dependencies=[Depends(desk_frame)])
STATES = {
    "drafted": ("", N_("Dự thảo")), "signed": ("sign", N_("Đã ký, chờ đóng dấu")), "issued": ("done", N_("Đã phát hành")),
    "revoked": ("bad", N_("Đã thu hồi")), "discarded": ("", N_("Đã bỏ")),
}


@router.get("/{dossier_id}/results")
async def of_case(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Every result with its number, its file as it stands, and who signed."""
    page = await open_page(visit, dossier_id)
    found = await results.of_dossier(visit.db, dossier_id)
    kept = {one.id: one for one in await documents.of_dossier(visit.db, dossier_id, ["draft", "result"])}
    signed = await signatures.of_dossier(visit.db, dossier_id)
    rows = []
    with speaking(visit.language):
        for one in found:
            file_id = one.document_id or one.draft_id
            shown = kept.get(file_id) if file_id else None
            kind, state = STATES[one.state]
            rows.append({
                "result": one, "file": shown, "tag": {"words": words(state), "kind": kind},
                "may_revoke": one.state == "issued" and Role.LEADER in visit.officer.roles,
                "signatures": [{"signer": each.signer, "kind": each.kind, "at": each.signed_at, "level": each.level}
                               for each in signed],
            })
        return render(request, "desk/dossiers/results.html", **frame_of(visit, page, "results"), rows=rows)


@router.get("/{dossier_id}/revoke")
async def revoke_page(request: Request, visit: OfficerVisit, dossier_id: UUID, n: int = 1) -> Response:
    """What revoking means, before it is done."""
    require_role(visit, Role.LEADER)
    page = await open_page(visit, dossier_id)
    return await _ask(request, visit, page, await _result(visit, dossier_id, n))


@router.post("/{dossier_id}/revoke")
async def revoke(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Take an issued result back. It stays visible, marked; the public check says so at once."""
    require_role(visit, Role.LEADER)
    page = await open_page(visit, dossier_id)
    form = await request.form()
    result = await _result(visit, dossier_id, int(str(form.get("n", "1")) or 1) if str(form.get("n", "1")).isdigit() else 1)
    why = str(form.get("why", ""))[:2000]
    try:
        await revoking.revoke(visit.db, page.case, result, officer=visit.officer, why=why)
    except Refused as refused:
        return await _ask(request, visit, page, result, why, refused.words(visit.language))
    done = N_("Đã thu hồi kết quả. Trang kiểm tra văn bản báo “đã thu hồi” từ bây giờ.")
    await say(visit, kit_words.say(done, visit.language))
    return RedirectResponse(f"/desk/dossiers/{dossier_id}/results", status_code=303)


async def _ask(
    request: Request, visit: Visit, page: CasePage, result: Result, why: str = "", error: str = ""
) -> Response:
    with speaking(visit.language):
        return render(
            request, "desk/dossiers/revoke.html", status=422 if error else 200, **frame_of(visit, page, "results"),
            result=result, why=why, error=error, errors=[("why", error)] if error else [],
        )


async def _result(visit: Visit, dossier_id: UUID, n: int) -> Result:
    found = next((one for one in await results.of_dossier(visit.db, dossier_id) if one.n == n), None)
    if found is None:
        raise results.ResultNotFound
    return found
