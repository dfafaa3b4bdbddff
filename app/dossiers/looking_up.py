"""Ask the state's registers instead of the citizen: marriage, personal number (NĐ 224/2026 art. 18: declare once)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.dossiers.drafting import answers_of
from app.dossiers.outcomes import done, dossier_of
from app.dossiers.progress import effect_done
from app.dossiers.tools import Tools
from app.gateways.errors import GatewayDown, GatewayRefused
from app.gateways.population import Grounds, Newborn, NumberState
from app.jobs import service as jobs
from app.jobs.service import Work
from app.kit import clock
from app.org import people


class NotYet(GatewayDown):
    """The register has the request and has not decided; the job asks again."""


async def look_up_marriage(tools: Tools, work: Work) -> None:
    """Whether the parents' marriage is in the civil-status data; an answer is kept as evidence, not as a paper."""
    settings, answers, grounds = await _before(tools, work, "look_up_marriage")
    one, other = (_field(answers, settings.get(name, "")) for name in ("one", "other"))
    if tools.population is None or not one or not other:
        await done(tools, work, {"marriage": "unavailable"}, "marriage.not_looked_up")
        return
    try:
        found = await tools.population.look_up_marriage(str(one), str(other), request_id=work.key, grounds=grounds)
    except GatewayRefused:
        found = None
    facts = {"number": found.number, "registered_on": str(found.registered_on)} if found else {}
    await done(
        tools, work, {"marriage": "found" if found else "not_found"},
        "marriage.found" if found else "marriage.not_found", request=work.key, **facts,
    )


async def fetch_personal_number(tools: Tools, work: Work) -> None:
    """The newborn's personal number. Slow: asked again under the same name until issued, or refused to paper."""
    settings, answers, grounds = await _before(tools, work, "fetch_personal_number")
    child = _newborn(settings, answers)
    if tools.population is None or child is None:
        await done(tools, work, {"personal_number": "paper"}, "personal_number.by_paper", cause="not_connected")
        return
    try:
        answer = await tools.population.request_number(child, request_id=work.key, grounds=grounds)
    except GatewayRefused as refused:
        await done(tools, work, {"personal_number": "paper"}, "personal_number.by_paper", cause=refused.reason)
        return
    if answer.state is NumberState.WAITING:
        raise NotYet("population", True, "not issued yet")
    if answer.state is NumberState.NEEDS_PAPER or answer.personal_number is None:
        await done(tools, work, {"personal_number": "paper"}, "personal_number.by_paper", cause="needs_paper")
        return
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if await jobs.finish(db, work.id):
            await db.run(
                "INSERT INTO answer (dossier_id, question, office_id, value, saved_at, serial)"
                " VALUES ($1, 'office.fetch_personal_number', $2, $3, $4, 0) ON CONFLICT (dossier_id, question)"
                " DO UPDATE SET value = $3, saved_at = $4",
                dossier_of(work), work.office_id, {"personal_number": answer.personal_number}, clock.now(),
            )
            await effect_done(
                db, tools, dossier_of(work), int(work.payload["task_no"]), {"personal_number": "issued"},
                event="personal_number.issued", request=work.key,
            )


async def _before(tools: Tools, work: Work, effect: str) -> tuple[Mapping[str, Any], dict[str, dict[str, Any]], Grounds]:
    async with tools.database.transaction(offices=[work.office_id]) as db:
        row = await db.row("SELECT code, procedure_version_id FROM dossier WHERE id = $1", dossier_of(work))
        assert row is not None
        loaded = await tools.catalogue.version(db, row["procedure_version_id"])
        office = await people.office(db, work.office_id)
        answers = await answers_of(db, dossier_of(work))
    grounds = Grounds(purpose=loaded.code, dossier=row["code"], officer=office.code)
    return loaded.procedure.effects.get(effect, {}), answers, grounds


def _field(answers: Mapping[str, Mapping[str, Any]], source: str) -> Any:
    page, _, field = source.partition(".")
    return answers.get(page, {}).get(field)


def _newborn(settings: Mapping[str, Any], answers: Mapping[str, Mapping[str, Any]]) -> Newborn | None:
    """The child as the package's `[effects.fetch_personal_number]` says where its answers are."""
    told = {name: _field(answers, str(source)) for name, source in settings.items() if isinstance(source, str)}
    birth = told.get("birth_date")
    if not isinstance(birth, Mapping) or not {"year", "month", "day"} <= set(birth):
        return None
    return Newborn(
        full_name=str(told.get("full_name") or ""), birth_date=date(birth["year"], birth["month"], birth["day"]),
        sex=str(told.get("sex") or ""), ethnicity=str(told.get("ethnicity") or ""),
        nationality=str(told.get("nationality") or ""), residence=_place(told.get("residence")),
        mother_number=str(told.get("mother_number") or ""), father_number=str(told.get("father_number") or ""),
    )


def _place(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (value.get("street"), value.get("commune_name"), value.get("province_name"))
        return ", ".join(str(part) for part in parts if part)
    return str(value or "")
