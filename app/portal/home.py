"""The first page: what do you need to do?"""

from typing import Final

from fastapi import Response

from app.dossiers import queries_portal
from app.faces.access import PublicVisit
from app.faces.routes import Router
from app.kit import clock
from app.kit.folding import fold
from app.kit.words import N_, say
from app.org import people
from app.portal.page import show, speak
from app.portal.wording import fee_fact, fee_lines, procedure_term
from app.procedures.catalogue import LoadedProcedure

router = Router(include_in_schema=False)

# The life events a package may name, in the order of a life; a package may also bring words of its own.
LIFE_EVENTS: Final[dict[str, str]] = {
    "having_a_child": N_("Sinh con, nhận con nuôi"),
    "marriage": N_("Kết hôn"),
    "papers": N_("Chứng thực bản sao, chữ ký, hợp đồng"),
    "building_a_house": N_("Nhà, đất, xây dựng"),
    "business": N_("Mở hộ kinh doanh"),
    "support": N_("Trợ cấp, người có công, người khuyết tật"),
    "death": N_("Người thân qua đời"),
}


@router.get("/")
async def home(visit: PublicVisit) -> Response:
    """Public. Find, three doors, life events, what is used most."""
    db, language = visit.db, speak(visit)
    procedures = await visit.tools.catalogue.all_current(db, clock.today())
    offices = [office.id for office in await people.communes(db) if office.id is not None]
    used = await queries_portal.most_used(db, offices)
    order = {code: n for n, code in enumerate(used)}
    most = sorted(procedures, key=lambda one: (order.get(one.code, len(order)), one.code))[:5]
    return await show(
        visit, "home/home.html", events=life_events(procedures, language),
        most=[line(one, language) for one in most], total=len(procedures), drafts=bool(visit.maybe_citizen),
    )


def life_events(procedures: tuple[LoadedProcedure, ...], language: str) -> list[dict[str, str]]:
    """Life events that have procedures here, each with how many."""
    counts: dict[str, int] = {}
    for loaded in procedures:
        for event in loaded.procedure.life_events:
            counts[event] = counts.get(event, 0) + 1
    known = [event for event in LIFE_EVENTS if event in counts] + [event for event in counts if event not in LIFE_EVENTS]
    return [
        {"href": f"/procedures?event={event}", "words": event_words(event, language),
         "note": say(N_("{n} thủ tục"), language, n=counts[event])}
        for event in known
    ]


def event_words(event: str, language: str) -> str:
    """A life event as people call it."""
    return say(LIFE_EVENTS[event], language) if event in LIFE_EVENTS else event[:1].upper() + event[1:]


def line(loaded: LoadedProcedure, language: str) -> dict[str, str]:
    """A procedure in a list: name, time, price."""
    fees = fee_lines(loaded, language)
    note = f"{procedure_term(loaded, language)} · {fee_fact(fees, language)}"
    return {"href": f"/procedures/{loaded.code}", "words": loaded.procedure.short.in_(language), "note": note}


def has_event(loaded: LoadedProcedure, event: str) -> bool:
    """Whether a procedure belongs to a life event, however its word is written."""
    return fold(event) in {fold(one) for one in loaded.procedure.life_events}
