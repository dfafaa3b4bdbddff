"""Track by code, without signing in: code and progress, nothing about people (R11)."""

import hmac
import re
from typing import Any, Final
from uuid import UUID

from fastapi import Form, Request, Response

from app.dossiers.queries_portal import TrackedDossier, tracked
from app.dossiers.states import WORDS
from app.dossiers.why import why_in_public
from app.faces.access import PublicVisit, Visit
from app.faces.limits import Limit
from app.faces.reading import read
from app.faces.refusals import refusal
from app.faces.routes import Router
from app.faces.why import Account, shown
from app.journal import service as journal
from app.kit.errors import Refusal
from app.kit.words import N_, say
from app.portal.dates import promise_view
from app.portal.page import go, show, speak
from app.portal.timeline import events, stations

TRIES: Final = Limit(10, 60.0)

router = Router(include_in_schema=False)


@router.get("/track")
async def ask(visit: PublicVisit, code: str = "") -> Response:
    """Public: two fields."""
    return await show(visit, "track/ask.html", code=_tidy(code), errors=())


@router.get("/t/{code}")
async def scanned(visit: PublicVisit, code: str) -> Response:
    """Public: what the QR on every slip opens."""
    return go(f"/track?code={_tidy(code)}")


@router.post("/track")
async def track(visit: PublicVisit, code: str = Form(""), digits: str = Form("")) -> Response:
    """Public: the progress, for who knows the code and four digits. Wrong and absent get the same answer."""
    language = speak(visit)
    if not TRIES.allows(_address(visit.request)):
        told = say(N_("Bạn đã tra quá nhiều lần. Hãy chờ một phút rồi thử lại."), language)
        return refusal(visit.request, 429, told, headers={"retry-after": "60"})
    code, given = _tidy(code), re.sub(r"\D", "", digits)[-4:]
    errors = []
    if not code:
        errors.append(("code", say(N_("Hãy nhập mã hồ sơ, ví dụ H99.08.22-261109-0042"), language)))
    if len(given) != 4:
        errors.append(("digits", say(N_("Hãy nhập 4 số cuối của số định danh"), language)))
    if errors:
        return await show(visit, "track/ask.html", status=422, code=code, errors=errors)
    progress, as_of = await read(visit, lambda lent: _opened(lent, code, given))
    if progress is None and as_of is not None:  # what came in a moment ago is not on the replica yet
        progress, as_of = await _opened(visit, code, given), None
    if progress is None:
        told = say(N_("Không mở được hồ sơ với mã và 4 số này. Kiểm tra lại trên giấy hẹn."), language)
        return await show(visit, "track/ask.html", status=422, code=code, errors=[("code", told)])
    return await show(visit, "track/progress.html", as_of=as_of, **progress)


async def _opened(visit: Visit, code: str, given: str) -> dict[str, Any] | None:
    """What the page shows; None when the code or the digits are not right."""
    found, proof = await tracked(visit.db, code)
    right = hmac.compare_digest(proof.encode() or b"none", given.encode())
    return await _progress(visit, found) if found is not None and right else None


async def _progress(visit: Visit, found: TrackedDossier) -> dict[str, Any]:
    language = speak(visit)
    await visit.db.act_for(offices=[found.office_id])
    dossier_id = await visit.db.value("SELECT id FROM dossier WHERE code = $1", found.code)
    lines = await journal.lines(visit.db, dossier_id)
    loaded = await visit.tools.catalogue.version(visit.db, found.procedure_version_id)
    told = await _why(visit, found, dossier_id)
    await visit.db.act_for()
    return {
        "office_id": found.office_id, "code": found.code,
        "told": told, "procedure": loaded.procedure.short.in_(language), "heading": say(WORDS[found.state], language),
        "due": promise_view(found, visit.tools.calendars.of(found.office_id)) if found.received_at else None,
        "promised": found.original_due_at if found.finished_at is None else None,
        "stations": stations(found.state, lines, language, found.due_at),
        "events": events(lines, {}, language, private=False),
    }


async def _why(visit: Visit, found: TrackedDossier, dossier_id: UUID) -> Account | None:
    """Why it is due then, without reasons and people; none where the old calendar is gone."""
    if not found.received_at:
        return None
    try:
        told = await why_in_public(visit.db, visit.tools, dossier_id, found.office_id, speak(visit))
    except Refusal:
        return None
    return shown(told, speak(visit))


def _tidy(code: str) -> str:
    """A code as people type it: spaces and small letters do not matter."""
    return re.sub(r"[^0-9A-Z.\-]", "", code.upper())[:40]


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
