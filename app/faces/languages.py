"""The language switch: a plain link, a cookie for a year, and back to the page the reader came from."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from app.faces.pages import LANGUAGE_COOKIE
from app.kit.words import language_of

router = APIRouter(include_in_schema=False)
_YEAR = 365 * 24 * 60 * 60


@router.get("/language/{wanted}")
async def choose_language(wanted: str, back: str = "/") -> RedirectResponse:
    """Public. `back` must be a path of ours; anything else leads home."""
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if inside else "/", status_code=303)
    answer.set_cookie(LANGUAGE_COOKIE, language_of(wanted), max_age=_YEAR, httponly=True, samesite="lax")
    return answer
