"""The officers' face: intake, work, case file, signing, return. Address, file and template share one name."""

from fastapi import APIRouter

from app.desk import sign_in, work

router = APIRouter()
for _page in (sign_in, work):
    router.include_router(_page.router)
