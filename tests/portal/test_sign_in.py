"""Signing in when the identity provider is away, and what its claims become."""

import re

import httpx
import pytest

from app.main import create_app
from app.portal.identity import identity_of, level_of
from app.settings import Settings
from tests.factories import Make
from tests.portal.conftest import HOME, Browser, SignedIn
from tests.portal.situations import MARITAL
from tests.portal.test_journey import begun
from tests.simulators.standing import free_port


@pytest.mark.parametrize("issuer", ["", "http://127.0.0.1:{port}"], ids=["not connected", "nobody answers"])
async def test_a_provider_that_is_away_leaves_two_other_ways(make: Make, issuer: str) -> None:
    app = create_app(Settings(demo=True, public_url=HOME, oidc_issuer=issuer.format(port=free_port()), oidc_client_id="x"))
    app.state.tools = make.tools
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        answer = await Browser(client).get("/sign-in?next=/dossiers")
        assert answer.status_code == 503
        assert 'href="/track"' in answer.text
        assert "Nộp tại quầy" in answer.text
        assert "/sign-in?next=/dossiers" in answer.text
        assert (await client.get("/track")).status_code == 200


async def test_a_page_for_citizens_leads_to_sign_in_and_back(anybody: Browser) -> None:
    assert (await anybody.get("/dossiers?before=x")).headers["location"] == "/sign-in?next=/dossiers%3Fbefore%3Dx"


async def test_what_was_typed_is_parked_for_this_browser_only(signed_in: SignedIn, anybody: Browser) -> None:
    me = await signed_in()
    draft = await begun(me, MARITAL)
    page = f"{draft}/answer/contact"
    parked = await anybody.client.post(page, data={"phone": "0912345678", "csrf_token": "old"})
    assert parked.headers["location"] == f"/sign-in?next={page}"
    assert re.search("motcua=", parked.headers["set-cookie"])
    assert "0912345678" not in await me.shown(page)


async def test_an_autosave_without_a_session_is_told_so(anybody: Browser, signed_in: SignedIn) -> None:
    draft = await begun(await signed_in(), MARITAL)
    answer = await anybody.post(f"{draft}/answer/contact/autosave", headers={"X-Autosave": "true"}, phone="0912")
    assert answer.status_code == 401


async def test_a_form_from_another_site_or_without_its_token_is_refused(signed_in: SignedIn) -> None:
    me = await signed_in()
    foreign = await me.post("/sign-out", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    me.token = "wrong"
    assert (await me.post("/sign-out")).status_code == 403


@pytest.mark.parametrize(("birthdate", "parts"), [
    ("1999-03-12", (1999, 3, 12)), ("1999-03", (1999, 3, None)), ("1941", (1941, None, None)), ("0000-03-12", (None,) * 3),
    ("", (None,) * 3), ("hôm qua", (None,) * 3),
])
def test_a_birth_date_may_be_known_in_part(birthdate: str, parts: tuple[int | None, ...]) -> None:
    assert identity_of({"sub": "x", "name": " Lê  Thị ", "birthdate": birthdate}).birth == parts


@pytest.mark.parametrize(("claims", "level"), [({"level": 2}, 2), ({"acr": "level2"}, 2), ({"acr": "level1"}, 1), ({}, 0)])
def test_the_level_is_read_from_either_claim(claims: dict[str, object], level: int) -> None:
    assert level_of(claims) == level
