"""The officers' face: intake, work, case file, signing, return. Address, file and template share one name."""

from app.desk import (
    alerts,
    consultations,
    delivery,
    dossiers,
    fees,
    files,
    intake,
    intake_draft,
    messages,
    papers,
    registers,
    results,
    search,
    sign,
    sign_in,
    steps,
    stuck,
    whole,
    why,
    work,
)
from app.faces.routes import Router

router = Router()
for _page in (
    sign_in, work, alerts, steps, dossiers, papers, files, messages, consultations, results, fees, whole, why, sign,
    delivery, search, stuck, registers, intake, intake_draft,
):
    router.include_router(_page.router)
