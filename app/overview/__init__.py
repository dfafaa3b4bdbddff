"""The supervisors' face: what is open, what is late, at whom, and what machines could not do."""

from fastapi import APIRouter

from app.overview import (
    board,
    dossiers,
    late,
    late_acts,
    late_case,
    reports,
    reports_files,
    reports_frozen,
    steps,
    troubles,
    why,
)

router = APIRouter(include_in_schema=False)
for part in (board, dossiers, late, late_case, late_acts, steps, troubles, reports_frozen, reports_files, reports, why):
    router.include_router(part.router)

__all__ = ["router"]
