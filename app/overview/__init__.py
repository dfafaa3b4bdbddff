"""The supervisors' face: what is open, what is late, at whom, and what machines could not do."""

from app.faces.routes import Router
from app.overview import (
    board,
    calendar,
    calendar_changes,
    dossiers,
    index,
    index_behind,
    index_inputs,
    late,
    late_acts,
    late_case,
    reports,
    reports_files,
    reports_frozen,
    steps,
    stuck,
    targets,
    troubles,
    why,
)

router = Router(include_in_schema=False)
for part in (
    board, dossiers, late, late_case, late_acts, steps, stuck, troubles, reports_frozen, reports_files, reports, why,
    index, index_inputs, index_behind, targets, calendar, calendar_changes,
):
    router.include_router(part.router)

__all__ = ["router"]
