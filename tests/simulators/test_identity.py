"""The stand-in for VNeID is strict where a careless client would not notice."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from simulators.people import CITIZENS
from tests.simulators.conftest import Starter
from tests.simulators.standing import Standing, stand

BACK = "http://127.0.0.1:8000/sign-in/back"
HOME = "http://127.0.0.1:8000/"
LIEU = CITIZENS[0]
OPTIONS = ("--calm", "--redirect-uri", BACK, "--post-logout-uri", HOME)


@pytest.fixture(scope="module")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    standing = await stand("identity", tmp_path_factory.mktemp("identity") / "book.sqlite", *OPTIONS)
    yield standing
    await standing.stop()


class Client:
    """A well-made client; each test breaks one thing."""

    def __init__(self, provider: Standing) -> None:
        self.provider = provider
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        self.ask = {
            "response_type": "code", "client_id": "motcua", "redirect_uri": BACK, "scope": "openid profile email phone",
            "state": "s-1", "nonce": "n-1", "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }

    async def pick(self, subject: str = LIEU.subject) -> httpx2.Response:
        return await self.provider.http.post("/authorize", data={**self.ask, "subject": subject})

    async def code(self) -> str:
        (code,) = parse_qs(urlsplit((await self.pick()).headers["location"]).query)["code"]
        return code

    async def exchange(self, code: str, **changed: str) -> httpx2.Response:
        sent = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "client_id": "motcua",
            "code_verifier": self.verifier, **changed,
        }
        return await self.provider.http.post("/api/token", data=sent)


async def test_a_picked_person_signs_in_with_their_claims(provider: Standing) -> None:
    client = Client(provider)
    shown = await provider.http.get("/authorize", params=client.ask)
    tokens = (await client.exchange(await client.code())).json()
    keys = KeySet.import_key_set((await provider.http.get("/api/jwks")).json())
    about = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert LIEU.full_name in shown.text
    assert (about["iss"], about["aud"], about["nonce"]) == (provider.url, "motcua", "n-1")
    assert (about["cccd"], about["name"], about["birthdate"]) == ("000199004821", LIEU.full_name, "1999-03-12")
    assert (about["gender"], about["level"], about["acr"]) == ("female", 2, "level2")
    userinfo = await provider.http.get("/api/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert userinfo.json()["sub"] == about["sub"] == LIEU.subject


async def test_claims_follow_the_scope(provider: Standing) -> None:
    client = Client(provider)
    client.ask["scope"] = "openid email"
    tokens = (await client.exchange(await client.code())).json()
    userinfo = await provider.http.get("/api/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert set(userinfo.json()) == {"sub", "email", "email_verified"}


@pytest.mark.parametrize("changed", [{"redirect_uri": BACK + "/"}, {"redirect_uri": "http://x"}, {"client_id": "other"}])
async def test_nobody_is_sent_to_an_address_that_was_not_registered(
    provider: Standing, changed: dict[str, str]
) -> None:
    client = Client(provider)
    client.ask |= changed
    for answer in (await provider.http.get("/authorize", params=client.ask), await client.pick()):
        assert answer.status_code == 400
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"), ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"), ({"state": ""}, "invalid_request"), ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"), ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_careless_request_comes_back_with_an_error(
    provider: Standing, changed: dict[str, str], error: str
) -> None:
    client = Client(provider)
    client.ask |= changed
    for answer in (await provider.http.get("/authorize", params=client.ask), await client.pick()):
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert query["error"] == [error]
        assert "code" not in query


async def test_who_declines_is_sent_back_without_a_code(provider: Standing) -> None:
    answer = await Client(provider).pick(subject="")
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["access_denied"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"), ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": HOME}, "invalid_grant"), ({"code": "never-given"}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_client"), ({"client_secret": "guess"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_code_is_given_only_to_who_asked_for_it(
    provider: Standing, changed: dict[str, str], error: str
) -> None:
    client = Client(provider)
    answer = await client.exchange(**{"code": await client.code(), **changed})
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


async def test_a_code_used_twice_withdraws_what_it_gave(provider: Standing) -> None:
    client = Client(provider)
    code = await client.code()
    token = (await client.exchange(code)).json()["access_token"]
    again = await client.exchange(code)
    userinfo = await provider.http.get("/api/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert again.json()["error"] == "invalid_grant"
    assert userinfo.status_code == 401


async def test_a_client_with_a_secret_shows_it(start: Starter) -> None:
    provider = await start("identity", *OPTIONS, "--client-secret", "of the client")
    client = Client(provider)
    without = await client.exchange(await client.code())
    with_it = await client.exchange(await client.code(), client_secret="of the client")
    assert (without.status_code, with_it.status_code) == (401, 200)


async def test_the_signing_key_survives_a_restart(start: Starter) -> None:
    provider = await start("identity", *OPTIONS)
    before = (await provider.http.get("/api/jwks")).json()
    await provider.killed_and_started_again()
    assert (await provider.http.get("/api/jwks")).json() == before
    assert "d" not in before["keys"][0]


async def test_signing_out_goes_on_only_to_a_registered_address(provider: Standing) -> None:
    client = Client(provider)
    hint = (await client.exchange(await client.code())).json()["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": HOME, "state": "s-2"}
    home = await provider.http.get("/end-session", params=asked)
    astray = await provider.http.get("/end-session", params={**asked, "post_logout_redirect_uri": "http://x"})
    assert home.headers["location"] == f"{HOME}?state=s-2"
    assert (astray.status_code, "location" in astray.headers) == (200, False)


async def test_discovery_names_this_issuer(provider: Standing) -> None:
    told = (await provider.http.get("/.well-known/openid-configuration")).json()
    assert told["issuer"] == provider.url
    assert told["code_challenge_methods_supported"] == ["S256"]
