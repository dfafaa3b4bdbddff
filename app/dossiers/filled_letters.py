"""The letter of apology of a dossier that is late already, filled from its folder (form 04 without a new term)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.dossiers import filled_slips
from app.dossiers.folder import Folder, day_of
from app.dossiers.lateness import WRITTEN
from app.dossiers.result_papers import letterhead
from app.kit.db import Db
from app.papers.slips import Apology


async def apology(db: Db, folder: Folder, payload: Mapping[str, Any]) -> Apology:
    """An apology in time agrees a new date; a late one only says when the result is expected."""
    if payload.get("reason_event") != WRITTEN:
        return await filled_slips.apology(db, folder, payload)
    case = folder.case
    # Letters may follow one another: this job's is the one that named this day.
    line = next(
        one for one in reversed(folder.journal)
        if one.event == WRITTEN and one.facts["expected_at"] == payload["new_due_at"]
    )
    assert case.received_at is not None
    due, expected = (datetime.fromisoformat(payload[name]) for name in ("due_at", "new_due_at"))
    return Apology(
        head=letterhead(folder.office), number=f"{folder.number}/XL", code=case.display_code,
        addressee=folder.applicant.name, request=folder.request, received_at=case.received_at, due_at=due,
        new_due_at=expected, lead=folder.office.authority, reason=line.why or "",
        return_place=f"{folder.unit}, {folder.office.address}", signer=folder.leader, issued_on=day_of(line.at),
        track_url=folder.track_url, recipients=("Như trên", folder.unit, "Lưu: VT"), late=True,
    )
