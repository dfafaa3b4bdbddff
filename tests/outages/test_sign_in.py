"""The identity provider is away, or answers nonsense, on the way there and on the way back."""

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from app.portal.identity_provider import IdentityProvider
from tests.outages.conftest import Office
from tests.outages.garbage import KINDS, answering
from tests.outages.office import Answer, Door
from tests.simulators.standing import Standing, stand


def connected(office: Office, issuer: str) -> Door:
    """Nobody in particular, at an office that leans on this provider."""
    office.app.state.identity_provider = IdentityProvider(issuer, "motcua", "", "http://motcua.test/sign-in/back")
    return Door(office.app)


def says_what_else_one_can_do(answer: Answer) -> None:
    assert answer.status == 503
    assert answer.headers["retry-after"]
    assert "/track" in answer.text
    assert "đang gián đoạn" in answer.text or "đang tạm" in answer.text


@pytest.fixture(scope="session")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    standing = await stand(
        "identity", tmp_path_factory.mktemp("provider") / "identity.sqlite", "--calm", "--redirect-uri", "http://motcua.test/sign-in/back",
        "--client-secret", "",
    )  # fmt: skip
    yield standing
    await standing.stop()


async def test_a_provider_that_is_not_there(calm: Office) -> None:
    says_what_else_one_can_do(await connected(calm, "http://127.0.0.1:9").knock("GET", "/sign-in"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind).replace(" ", "-"))
async def test_a_provider_that_makes_no_sense(calm: Office, kind: str) -> None:
    async with answering(KINDS[kind]) as port:
        says_what_else_one_can_do(await connected(calm, f"http://127.0.0.1:{port}").knock("GET", "/sign-in"))


async def test_a_provider_that_dies_before_the_way_back_and_comes_again(calm: Office, provider: Standing) -> None:
    door = connected(calm, provider.url)
    left = await door.knock("GET", "/sign-in", query="next=/dossiers")
    door.word = re.findall(r"motcua=([^;]+)", left.headers["set-cookie"])[0]
    state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
    provider.process.kill()
    provider.process.wait()
    says_what_else_one_can_do(await door.knock("GET", "/sign-in/back", query=f"code=abc&state={state}"))
    await provider.killed_and_started_again()
    again = await door.knock("GET", "/sign-in")
    assert again.status == 303
    assert again.headers["location"].startswith(provider.url)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind).replace(" ", "-"))
async def test_a_provider_that_makes_no_sense_on_the_way_back(calm: Office, provider: Standing, kind: str) -> None:
    door = connected(calm, provider.url)
    left = await door.knock("GET", "/sign-in", query="next=/dossiers")
    door.word = re.findall(r"motcua=([^;]+)", left.headers["set-cookie"])[0]
    state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
    async with answering(KINDS[kind]) as port:
        known = calm.app.state.identity_provider._known
        known.about["token_endpoint"] = f"http://127.0.0.1:{port}/token"
        answer = await door.knock("GET", "/sign-in/back", query=f"code=abc&state={state}")
    assert answer.status in (422, 503)
    assert "govuk-heading" in answer.text


async def test_nobody_comes_in_by_a_page_of_another_browser_or_an_old_one(calm: Office, provider: Standing) -> None:
    door = connected(calm, provider.url)
    for query in ("code=abc&state=forged", "code=abc", "", "error=access_denied", "code=%F0%9F%98%80&state=%E1%BA%A5"):
        assert (await door.knock("GET", "/sign-in/back", query=query)).status == 422
