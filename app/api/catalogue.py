"""What is offered and by whom: procedures with their forms and papers, offices."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from app.api.shapes import Code, View, Word
from app.faces.access import PublicVisit
from app.faces.routes import Router
from app.kit import clock
from app.org import people
from app.procedures.catalogue import LoadedProcedure
from app.procedures.package import Component, ConsultationRule, FeeRule, StepRule
from app.procedures.parts import LegalBasis, Words
from app.procedures.questions import Form
from app.procedures.terms import TermRule

router = Router(tags=["Catalogue"])


class Brief(View):
    """One line of the catalogue."""

    code: str = Field(examples=["1.004873"])
    name: Words
    short: Words
    sector: str
    sector_name: Words
    channels: list[str]
    return_ways: list[str]


class Procedures(View):
    """Procedures in force today."""

    items: list[Brief]


class ProcedureView(Brief):
    """A procedure as it is in force today: all a client needs to fill in and hand in a dossier."""

    valid_from: date
    valid_to: date | None
    decision: str
    legal_basis: list[LegalBasis]
    who: Words
    agency: Words
    conditions: Words | None
    term: TermRule
    fees: list[FeeRule]
    components: list[Component]
    form: Form
    steps: dict[str, StepRule]
    consultations: dict[str, ConsultationRule]


class OfficeView(View):
    """A commune's one-stop office."""

    id: int = Field(examples=[2])
    code: str = Field(examples=["H99.08.22"])
    territory_code: str = Field(examples=["99022"])
    name: str
    short_name: str = Field(examples=["Xã Tân Mai"])
    authority: str
    address: str
    phone: str
    email: str | None


class Offices(View):
    """The communes of this installation."""

    items: list[OfficeView]


@router.get("/procedures", summary="Find procedures")
async def procedures(
    visit: PublicVisit,
    words: Annotated[Word, Query(max_length=200, description="Accents do not matter.", examples=["khai sinh"])] = "",
) -> Procedures:
    """Those in force today; with `words`, those that hold every one of them in their name, code or synonyms."""
    found = await visit.tools.catalogue.search(visit.db, words, clock.today())
    return Procedures(items=[Brief(**_brief(one)) for one in found])


@router.get("/procedures/{code}", summary="One procedure with its form")
async def procedure(visit: PublicVisit, code: Code) -> ProcedureView:
    """The version in force today."""
    loaded = await visit.tools.catalogue.current(visit.db, code, clock.today())
    rules = loaded.procedure
    return ProcedureView(
        **_brief(loaded), valid_from=rules.valid_from, valid_to=rules.valid_to, decision=rules.decision,
        legal_basis=list(rules.legal_basis), who=rules.who, agency=rules.agency, conditions=rules.conditions,
        term=rules.term, fees=list(rules.fees), components=list(rules.components), form=loaded.form, steps=rules.steps,
        consultations=rules.consultations,
    )


@router.get("/offices", summary="The communes served here")
async def offices(visit: PublicVisit) -> Offices:
    """By name."""
    return Offices(items=[
        OfficeView(
            id=one.id or 0, code=one.code, territory_code=one.territory_code, name=one.name, short_name=one.short_name,
            authority=one.authority, address=one.address, phone=one.phone, email=one.email,
        )
        for one in await people.communes(visit.db)
    ])


def _brief(loaded: LoadedProcedure) -> dict[str, Any]:
    rules = loaded.procedure
    return {
        "code": rules.code, "name": rules.name, "short": rules.short, "sector": rules.sector,
        "sector_name": rules.sector_name, "channels": list(rules.channels), "return_ways": list(rules.return_ways),
    }
