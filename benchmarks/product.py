"""The product as a server for the bench: the application as it is, and beside it the routes nobody else needs."""

from __future__ import annotations

from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel

from app.dossiers.asking import Ask
from app.dossiers.progress import act
from app.faces.access import OfficerVisit
from app.main import create_app
from app.settings import load


class Wish(BaseModel):
    """What the API takes for an act."""

    action: str
    reason: str | None = None


def application() -> FastAPI:
    """`create_app` with the environment's settings."""
    app = create_app(load())

    @app.post("/bench/dossiers/{dossier_id}/steps/{task_no}")
    async def bench_act(visit: OfficerVisit, dossier_id: UUID, task_no: int, wish: Wish) -> dict[str, str]:
        case = await act(visit.db, visit.tools, dossier_id, task_no, Ask(wish.action, {}, wish.reason), by=visit.officer)
        return {"state": case.state.value}

    return app
