"""The counter files a dossier for a person who stands there, or whose papers came by post."""

from typing import Literal

from fastapi import Response
from pydantic import AwareDatetime, Field

from app.api.dossier_views import DossierView
from app.api.dossiers import after_command
from app.api.once import once
from app.api.shapes import Body, OnceKey
from app.citizens.service import Identity, welcome
from app.dossiers import counter
from app.dossiers.handed_over import FIELD, HandOverMissing, checked
from app.faces.access import OfficerVisit, require_role
from app.faces.routes import Router
from app.kit import clock
from app.org.models import Role

router = Router(prefix="/counter", tags=["Counter"])


class Birth(Body):
    """A date of birth; month and day may be unknown."""

    year: int = Field(ge=1880, le=2200, examples=[1941])
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)


class Person(Body):
    """Who stands at the counter, as their card says."""

    name: str = Field(min_length=1, max_length=200, examples=["Đinh Thị Mẫu Năm"])
    personal_number: str | None = Field(default=None, pattern=r"^\d{12}$", examples=["000141009002"])
    birth: Birth | None = None
    sex: Literal["male", "female"] | None = None
    address: str | None = Field(default=None, max_length=400)
    phone: str | None = Field(default=None, max_length=30)
    email: str | None = Field(default=None, max_length=200)


class Consent(Body):
    """How the person agreed that the office files for them."""

    how: Literal["spoken", "written", "signed"]
    note: str = Field(default="", max_length=500)


class Intake(Body):
    """A dossier begun at the counter."""

    procedure: str = Field(max_length=20, examples=["2.000815"])
    channel: Literal["counter", "post"] = "counter"
    handed_at: AwareDatetime | None = Field(
        default=None, description="By post: the moment in the minutes of hand-over. The term runs from it.",
    )
    citizen: Person
    consent: Consent
    language: Literal["vi", "en"] = "vi"


@router.post("/dossiers", status_code=201, summary="Begin a dossier for somebody")
@once
async def begin(visit: OfficerVisit, response: Response, body: Intake, idempotency_key: OnceKey = None) -> DossierView:
    """Reception. The officer and the citizen both stand on the dossier, with how the citizen agreed."""
    require_role(visit, Role.RECEPTION)
    person, birth = body.citizen, body.citizen.birth
    citizen = await welcome(
        visit.db,
        Identity(
            name=person.name, personal_number=person.personal_number,
            birth=(birth.year, birth.month, birth.day if birth.month else None) if birth else (None, None, None),
            sex=person.sex, address=person.address, phone=person.phone, email=person.email,
        ),
        language=body.language,
    )
    await visit.db.act_for(offices=visit.officer.offices, citizen=citizen.id)
    dossier_id = await counter.begin(
        visit.db, visit.tools, procedure_code=body.procedure, citizen=citizen, channel=body.channel, officer=visit.officer,
        consent={**body.consent.model_dump(), **_minutes(body)},
    )
    return await after_command(visit, response, dossier_id)


def _minutes(body: Intake) -> dict[str, str]:
    """When the post handed it over. Raises HandOverMissing, HandOverInFuture, HandOverTooOld."""
    if body.channel != "post":
        return {}
    if body.handed_at is None:
        raise HandOverMissing
    return {FIELD: checked(body.handed_at, now=clock.now()).isoformat()}
