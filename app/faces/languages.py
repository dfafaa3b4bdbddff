"""The language switch: a plain link, a cookie for a year, and back to the page the reader came from."""

from fastapi import Depends
from fastapi.responses import RedirectResponse

from app.faces.access import open_to_all
from app.faces.pages import LANGUAGE_COOKIE
from app.faces.routes import Router
from app.kit.words import language_of

router = Router(include_in_schema=False, dependencies=[Depends(open_to_all)])
_YEAR = 365 * 24 * 60 * 60


@router.get("/language/{wanted}")
async def choose_language(wanted: str, back: str = "/") -> RedirectResponse:
    """Public. `back` must be a path of ours; anything else leads home."""
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if inside else "/", status_code=303)
    answer.set_cookie(LANGUAGE_COOKIE, language_of(wanted), max_age=_YEAR, httponly=True, samesite="lax")
    return answer
