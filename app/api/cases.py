"""Find the dossier a route is about, for whoever asks, and hold it to the ETag they read."""

import base64
import binascii
import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import HTTPException, Response

from app.dossiers import queries_api as queries
from app.dossiers.case import Case, DossierNotFound, open_case, open_case_held, open_case_of_citizen
from app.dossiers.codes import tidy
from app.dossiers.intake import find_by_code
from app.dossiers.models import DossierState
from app.dossiers.refusals import WrongState
from app.dossiers.states import EDITABLE_BY_APPLICANT, WORDS
from app.faces.access import Visit
from app.kit.errors import Refused
from app.kit.words import N_

CHANGED = "The dossier has changed since it was read. Read it again, then decide."


class CursorUnknown(Refused):
    """Not a cursor we gave."""

    says = N_("Con trỏ trang không đúng. Hãy dùng địa chỉ “next” của trang trước.")


async def case_for(
    visit: Visit, ref: str, if_match: str | None = None, *, held: bool = False, alone: bool = False
) -> Case:
    """The dossier behind an id or code, if this visitor may know of it. Raises DossierNotFound; 412 by If-Match.

    A draft belongs to whoever fills it in: the citizen, or the office that files it for them. `held`: nobody deletes it
    before this request is answered; `alone`: nor changes it.
    """
    dossier_id = await id_for(visit, ref)
    if visit.maybe_officer is not None:
        if if_match is not None and (held or alone):
            await queries.hold_process(visit.db, dossier_id)  # before the dossier, as everybody who moves one
        case = await (open_case_held if held or alone else open_case)(visit.db, visit.tools, dossier_id)
        if case.state is DossierState.DRAFT and case.assisted_by is None:
            raise DossierNotFound
    else:
        case = await open_case_of_citizen(visit.db, visit.tools, dossier_id, visit.citizen.id, held=held, alone=alone)
    if if_match is not None and if_match.strip() != "*":
        given = {part.strip().removeprefix("W/").strip('"') for part in if_match.split(",")}
        if await queries.mark_of(visit.db, case.id, lock=True) not in given:
            raise HTTPException(412, CHANGED)
    return case


def require_editable(case: Case) -> None:
    """Raises WrongState unless answers and papers may still be changed."""
    if case.state not in EDITABLE_BY_APPLICANT:
        raise WrongState(state=WORDS[case.state])


async def put_mark(visit: Visit, response: Response, case: Case) -> None:
    """The ETag of the dossier as it stands now."""
    response.headers["etag"] = f'"{await queries.mark_of(visit.db, case.id)}"'


def cursor(*parts: object) -> str:
    """Where the next page begins, as an opaque word."""
    plain = json.dumps([part.isoformat() if isinstance(part, datetime) else str(part) for part in parts])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(word: str | None, count: int) -> list[str] | None:
    """The parts of a cursor, None without one. Raises CursorUnknown."""
    if not word:
        return None
    try:
        parts: Any = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
    except (ValueError, binascii.Error):
        raise CursorUnknown from None
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(part, str) for part in parts):
        raise CursorUnknown
    return parts


def moment_and_id(word: str | None) -> tuple[datetime, UUID] | None:
    """A cursor of lists by time. Raises CursorUnknown."""
    parts = read_cursor(word, 2)
    if parts is None:
        return None
    return moment_of(parts[0]), id_of(parts[1])


def moment_of(text: str) -> datetime:
    """An aware moment out of a cursor. Raises CursorUnknown."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CursorUnknown from None
    if moment.tzinfo is None:
        raise CursorUnknown
    return moment


def id_of(text: str) -> UUID:
    """An id out of a cursor. Raises CursorUnknown."""
    try:
        return UUID(text)
    except ValueError:
        raise CursorUnknown from None


async def id_for(visit: Visit, ref: str) -> UUID:
    """The id that an id or code names. Raises DossierNotFound for a code nobody knows here."""
    if re.fullmatch(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}", ref):
        return UUID(ref)
    found = await find_by_code(visit.db, tidy(ref))
    if found is None:
        raise DossierNotFound
    return found
