"""Machines: the verbs of the office as JSON under /api/v1. The OpenAPI document is its contract."""

from app.api import (
    answers,
    around,
    catalogue,
    counter,
    deadline,
    dossiers,
    money,
    papers,
    public,
    questions,
    reports,
    session,
    steps,
)
from app.api.document import PREFIX, document_router
from app.api.shapes import PROBLEMS
from app.faces.routes import Router

described = Router(prefix=PREFIX, responses=PROBLEMS)
for part in (
    catalogue, session, counter, dossiers, answers, papers, money, steps, around, deadline, questions, reports, public,
):
    described.include_router(part.router)

router = Router()
router.include_router(described)
router.include_router(document_router(described))
