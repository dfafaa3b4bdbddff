"""A citizen sees their own dossiers and no other's: every address, every method, the same answer as for none."""

from uuid import uuid4

import pytest
from fastapi.routing import iter_route_contexts

from app.portal import router
from tests.factories import Given, Make
from tests.portal.conftest import SignedIn
from tests.portal.situations import BIRTH, MARITAL, a_pdf, marital, submitted_by


def routes_of_dossiers() -> list[tuple[str, str]]:
    """Every method and path under one dossier."""
    found = [(one.methods, one.path) for one in iter_route_contexts(router.routes)]
    return sorted((method, path) for methods, path in found if "{dossier_id}" in path for method in methods or ())


def address(path: str, dossier: object, document: object) -> str:
    filled = path.replace("{dossier_id}", str(dossier)).replace("{document_id}", str(document))
    return filled.replace("{page_id}", "requester").replace("{component}", "birth_notification")


def test_there_are_routes_to_try() -> None:
    assert len(routes_of_dossiers()) > 20


@pytest.mark.parametrize(("method", "path"), routes_of_dossiers())
async def test_another_citizens_dossier_is_not_there(signed_in: SignedIn, make: Make, method: str, path: str) -> None:
    owner = await signed_in()
    assert owner.citizen is not None
    given = Given({"situation": {"child_situation": "ordinary"}, "birth_proof": {"kind": "notification"}},
                  {"birth_notification": a_pdf()}, channel="online")
    draft = await make.draft(BIRTH, given, owner.citizen)
    sent = await submitted_by(make, owner.citizen, MARITAL, marital())
    async with make.database.transaction(offices=[2]) as db:
        document = await db.value("SELECT id FROM document WHERE dossier_id = $1 AND kind = 'paper'", draft)
    stranger = await signed_in(name="Người Lạ")
    for dossier in (draft, sent, uuid4()):
        where = address(path, dossier, document)
        answer = await (stranger.get(where) if method == "GET" else stranger.post(where, declared="1", body="xin chào"))
        assert answer.status_code == 404, where
        assert "Tạ Quang Nhẫn" not in answer.text
    if method == "GET" and path.endswith(("/file", "/preview")):
        assert (await owner.get(address(path, draft, document))).status_code == 200


@pytest.mark.parametrize(("method", "path"), routes_of_dossiers())
async def test_nobody_signed_in_is_led_to_sign_in(anybody: object, method: str, path: str) -> None:
    where = address(path, uuid4(), uuid4())
    answer = await anybody.client.request(method, where, data={"x": "1"} if method == "POST" else None)  # type: ignore[attr-defined]
    assert answer.status_code in (303, 401)
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/sign-in?next=/dossiers/")
