"""Take an issued result back (thu hồi): by a leader, with a reason in writing; it stays visible, marked (R12)."""

from app.dossiers.case import Case
from app.dossiers.refusals import ReasonMissing
from app.journal import service as journal
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.org.people import SignedOfficer
from app.results import service as results
from app.results.models import Result


async def revoke(db: Db, case: Case, result: Result, *, officer: SignedOfficer, why: str) -> None:
    """Revoke one result of a case. Raises ReasonMissing; ResultNotFound when it is not (or no longer) issued."""
    if not why.strip():
        raise ReasonMissing
    now = clock.now()
    await results.revoke(db, result.id, why=why.strip(), at=now)
    await journal.record(
        db, case.id, case.office_id, "result.revoked", by=Actor("officer", officer.id), why=why.strip(),
        result=str(result.id), store_code=result.store_code,
    )
