"""Begin an application: choose the office, get a draft."""

from fastapi import Form, Response

from app.dossiers.drafts import start_draft
from app.dossiers.queries_portal import draft_like
from app.dossiers.refusals import ChannelNotOffered
from app.faces.access import CitizenVisit
from app.faces.routes import Router
from app.kit import clock
from app.kit.words import N_, say
from app.org import people
from app.org.models import Office
from app.portal.page import go, show, speak
from app.procedures.catalogue import LoadedProcedure

router = Router(prefix="/apply", include_in_schema=False)


@router.get("/{code}")
async def choose_office(visit: CitizenVisit, code: str) -> Response:
    """The signed-in citizen: which commune receives it?"""
    loaded = await visit.tools.catalogue.current(visit.db, code, clock.today())
    _require_online(loaded, speak(visit))
    offices = await people.communes(visit.db)
    return await _page(visit, loaded, offices)


@router.post("/{code}")
async def start(visit: CitizenVisit, code: str, office: str = Form("")) -> Response:
    """A draft in the chosen office; two clicks begin one."""
    language = speak(visit)
    loaded = await visit.tools.catalogue.current(visit.db, code, clock.today())
    _require_online(loaded, language)
    offices = await people.communes(visit.db)
    chosen = next((one for one in offices if one.code == office), None)
    if chosen is None or chosen.id is None:
        return await _page(visit, loaded, offices, error=say(N_("Hãy chọn xã nhận hồ sơ"), language))
    await visit.db.act_for(offices=[chosen.id], citizen=visit.citizen.id)
    draft = await draft_like(visit.db, visit.citizen.id, code, chosen.id)
    if draft is None:
        draft = await start_draft(
            visit.db, visit.tools, procedure_code=code, office_id=chosen.id, citizen=visit.citizen, channel="online"
        )
        await visit.db.run("UPDATE dossier SET language = $2 WHERE id = $1", draft, language)
    return go(f"/dossiers/{draft}")


async def _page(visit: CitizenVisit, loaded: LoadedProcedure, offices: list[Office], *, error: str = "") -> Response:
    here = (visit.citizen.address or "").lower()
    near = next((one.code for one in offices if one.place.lower() in here), offices[0].code if len(offices) == 1 else "")
    options = [{"value": one.code, "text": one.short_name, "hint": one.address} for one in offices]
    return await show(
        visit, "apply/office.html", status=422 if error else 200, code=loaded.code, name=loaded.name(speak(visit)),
        options=options, chosen="" if error else near, errors=[("office", error)] if error else (), error=error,
    )


def _require_online(loaded: LoadedProcedure, language: str) -> None:
    if "online" not in loaded.procedure.channels:
        reason = loaded.procedure.online_reason
        raise ChannelNotOffered(reason=reason.in_(language) if reason else "")
