"""The supervisors' face: what is open, what is late, at whom, and what machines could not do."""

from fastapi import APIRouter

from app.overview import board, dossiers, steps, troubles

router = APIRouter(include_in_schema=False)
for part in (board, dossiers, steps, troubles):
    router.include_router(part.router)

__all__ = ["router"]
