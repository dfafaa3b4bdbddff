"""Find a procedure; read what it takes."""

from typing import Any

from fastapi import Response

from app.dossiers import queries_portal
from app.faces.access import PublicVisit
from app.faces.routes import Router
from app.kit import clock
from app.kit.words import N_, say
from app.org import people
from app.portal.home import event_words, has_event, line
from app.portal.page import show, speak
from app.portal.wording import RETURN_WAYS, fee_fact, fee_lines, procedure_term, working_time
from app.procedures.catalogue import LoadedProcedure
from app.procedures.package import Component

router = Router(prefix="/procedures", include_in_schema=False)


@router.get("")
async def find(visit: PublicVisit, words: str = "", event: str = "") -> Response:
    """Public. Accents do not matter; an empty answer says what else to do."""
    db, language, catalogue = visit.db, speak(visit), visit.tools.catalogue
    words, today = words.strip()[:100], clock.today()
    found = await catalogue.search(db, words, today) if words else await catalogue.all_current(db, today)
    if event:
        found = tuple(one for one in found if has_event(one, event))
    return await show(
        visit, "procedures/find.html", words=words, found=[line(one, language) for one in found],
        event=event_words(event, language) if event else "",
    )


@router.get("/{code}")
async def procedure(visit: PublicVisit, code: str) -> Response:
    """Public. Who, what to bring, how long, how much, where; and the way in."""
    db, language, tools = visit.db, speak(visit), visit.tools
    loaded = await tools.catalogue.current(db, code, clock.today())
    offices = [office.id for office in await people.communes(db) if office.id is not None]
    minutes = await queries_portal.typical_minutes(db, offices, code, tools.calendar)
    fees = fee_lines(loaded, language)
    rule = loaded.procedure
    return await show(
        visit, "procedures/procedure.html", code=code, name=loaded.name(language), rule=rule,
        who=rule.who.in_(language), agency=rule.agency.in_(language), sector=rule.sector_name.in_(language),
        conditions=rule.conditions.in_(language) if rule.conditions else "", fees=fees,
        facts=_facts(loaded, minutes, fees, language),
        papers=[_paper(one, rule.channels, language) for one in rule.components
                if one.how != "form" and one.need != "asked"],
        ways=[say(RETURN_WAYS[way], language) for way in rule.return_ways], online="online" in rule.channels,
        reason=rule.online_reason.in_(language) if rule.online_reason else "",
        results=[result.title.in_(language) for result in rule.results],
    )


def _facts(
    loaded: LoadedProcedure, minutes: int | None, fees: list[dict[str, str]], language: str
) -> list[dict[str, str]]:
    rule = loaded.procedure.term
    term = {"name": say(N_("Thời hạn theo quy định"), language), "value": procedure_term(loaded, language)}
    if rule.term == "same-day" and rule.cutoff:
        term["note"] = say(N_("Nộp sau {hour} thì trả vào ngày làm việc tiếp theo"), language, hour=rule.cutoff)
    facts = [term]
    if minutes is not None:
        facts.append({
            "name": say(N_("Thực tế 30 ngày qua"), language), "value": working_time(minutes, language),
            "note": say(N_("9 trên 10 hồ sơ xong trong thời gian này"), language),
        })
    fee = {"name": say(N_("Phí, lệ phí"), language), "value": fee_fact(fees, language)}
    if len(fees) == 1:
        fee["note"] = fees[0]["name"]
    return [*facts, fee]


def _paper(component: Component, channels: tuple[str, ...], language: str) -> dict[str, Any]:
    if component.how == "data":
        tag = {"words": say(N_("Không cần nộp"), language), "kind": "doing"}
    elif component.how == "present":
        tag = {"words": say(N_("Chỉ xuất trình"), language), "kind": ""}
    elif component.need == "always" and component.one_of is None:
        tag = {"words": say(N_("Bạn cần nộp"), language), "kind": ""}
    else:
        tag = {"words": say(N_("Tùy trường hợp"), language), "kind": "wait"}
    note = component.note.in_(language) if component.note else ""
    if not note and component.how == "data":
        note = say(N_("Chúng tôi tự tra trong cơ sở dữ liệu."), language)
    if "online" in channels and "online" not in component.channels:
        where = N_("Chỉ khi nộp tại quầy.") if "counter" in component.channels else N_("Chỉ khi gửi qua bưu chính.")
        note = f"{say(where, language)} {note}".strip()
    return {"words": component.name.in_(language), "tag": tag, "note": note}
