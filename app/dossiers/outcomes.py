"""The end of an outside effect, kept in one transaction with its job."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.dossiers.progress import effect_done
from app.dossiers.tools import Tools
from app.jobs import service as jobs
from app.jobs.service import Work


async def done(tools: Tools, work: Work, answer: Mapping[str, Any], event: str, **facts: Any) -> None:
    """Keep the end of an effect that left nothing else to keep."""
    async with tools.database.transaction(offices=[work.office_id]) as db:
        if await jobs.finish(db, work.id):
            await effect_done(db, tools, dossier_of(work), int(work.payload["task_no"]), answer, event=event, **facts)


def dossier_of(work: Work) -> UUID:
    """The dossier a job belongs to."""
    assert work.dossier_id is not None, f"job {work.name} has no dossier"
    return work.dossier_id
