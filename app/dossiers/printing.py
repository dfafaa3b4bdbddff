"""Official forms are printed by the worker; here they are asked for, once each."""

from typing import Any

from app.dossiers.case import Case
from app.jobs import service as jobs
from app.jobs.service import Wanted
from app.kit.db import Db


async def queue_form(db: Db, case: Case, form: str, *, key: str, **payload: Any) -> None:
    """Have `form` (a name of app.papers.forms) printed for this dossier; the same `key` prints once."""
    await jobs.queue(
        db, "print_form", key=f"form:{key}", office_id=case.office_id, dossier_id=case.id, form=form, **payload
    )


def form_wanted(case: Case, form: str, *, key: str, **payload: Any) -> Wanted:
    """The same, to be queued with a move (`Move.want`)."""
    return Wanted("print_form", f"form:{key}", case.id, {"form": form, **payload})
