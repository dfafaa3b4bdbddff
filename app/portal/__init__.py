"""The citizens' face: find, apply, pay, track, receive, verify."""

from app.faces.routes import Router
from app.portal import (
    answers,
    apply,
    check,
    consultations,
    draft,
    files,
    home,
    hooks,
    mine,
    papers,
    pay,
    procedures,
    returning,
    sign_in,
    supplement,
    track,
    tracking,
    verify,
    why,
)
from app.portal.page import house_frame
from app.portal.sign_in import park_and_sign_in

router = Router()
for part in (
    home, procedures, sign_in, apply, mine, answers, files, papers, returning, check, pay, supplement, draft, tracking, why,
    track, verify, consultations, hooks,
):
    router.include_router(part.router)

__all__ = ["house_frame", "park_and_sign_in", "router"]
