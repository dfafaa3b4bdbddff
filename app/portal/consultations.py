"""The page where an agency outside this house answers a question, by the unguessable link it was sent."""

from typing import Any, Final

from fastapi import Form, Response

from app.consultations import service as consultations
from app.consultations.models import Consultation
from app.dossiers import wishes
from app.faces.access import PublicVisit, Visit
from app.faces.routes import Router
from app.kit.words import N_, say
from app.portal.dates import moment_view
from app.portal.page import go, show, speak

OPINIONS: Final = {
    "agree": N_("Đồng ý"), "disagree": N_("Không đồng ý"), "confirmed": N_("Xác nhận là đúng"),
    "not_confirmed": N_("Không xác nhận được"),
}

router = Router(prefix="/consultations/{key}", include_in_schema=False)


@router.get("")
async def question(visit: PublicVisit, key: str) -> Response:
    """Public, by the link: who asks, what, until when."""
    return await _page(visit, await _open(visit, key))


@router.post("")
async def answer(visit: PublicVisit, key: str, opinion: str = Form(""), words: str = Form("")) -> Response:
    """Public, by the link: one answer, once."""
    asked, language = await _open(visit, key), speak(visit)
    errors = []
    if opinion not in OPINIONS:
        errors.append(("opinion", say(N_("Hãy chọn một ý kiến"), language)))
    if opinion in ("disagree", "not_confirmed") and not words.strip():
        errors.append(("words", say(N_("Hãy ghi rõ lý do"), language)))
    if len(words) > 4000:
        errors.append(("words", say(N_("Nội dung dài {given} ký tự, nhiều nhất là 4000"), language, given=len(words))))
    if errors:
        return await _page(visit, asked, opinion=opinion, words=words, errors=errors)
    await wishes.answer_consultation(visit.db, visit.tools, asked, opinion=opinion, words=words, by=None)
    return go(f"/consultations/{key}")


async def _open(visit: Visit, key: str) -> Consultation:
    await visit.db.act_for(presents=key)
    return await consultations.by_key(visit.db, key)


async def _page(
    visit: Visit, asked: Consultation, *, opinion: str = "", words: str = "", errors: list[tuple[str, str]] | None = None
) -> Response:
    language = speak(visit)
    await visit.db.act_for(offices=[asked.office_id])
    row = await visit.db.row(
        "SELECT d.code, d.procedure_version_id FROM dossier d WHERE d.id = $1", asked.dossier_id
    )
    await visit.db.act_for()
    assert row is not None
    loaded = await visit.tools.catalogue.version(visit.db, row["procedure_version_id"])
    options: list[dict[str, Any]] = [{"value": key, "text": say(text, language)} for key, text in OPINIONS.items()]
    told = errors or []
    return await show(
        visit, "consultations/question.html", status=422 if told else 200, office_id=asked.office_id, asked=asked,
        code=row["code"], procedure=loaded.name(language), options=options, opinion=opinion, words=words, errors=told,
        wrong=dict(told), due=moment_view(asked.due_at, visit.tools.calendars.of(asked.office_id)) if asked.due_at else None,
        said=say(OPINIONS[asked.opinion], language) if asked.opinion in OPINIONS else "",
    )
