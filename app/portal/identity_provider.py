"""Ask the national identity provider: its description, its keys, a code for a token. Brings authlib and joserfc along."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.citizens.service import Identity
from app.portal.identity import (
    LEAST_LEVEL,
    Departure,
    LevelTooLow,
    ProviderAway,
    SignInNotFinished,
    identity_of,
    level_of,
)

SCOPE: Final = "openid profile email phone"
ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
KNOWN_FOR: Final = 600.0  # seconds the provider's description and keys are kept


@dataclass(slots=True)
class Known:
    """The provider's description of itself and its keys."""

    about: dict[str, Any]
    keys: dict[str, Any]
    until: float


class IdentityProvider:
    """One provider; an empty issuer is one that never answers. Raises ProviderAway after five seconds without sense."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, redirect: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._id, self._secret, self._redirect = client_id, client_secret, redirect
        self._known: Known | None = None

    async def depart(self) -> Departure:
        """Where to send the citizen, and what must come back with them."""
        if not self.issuer:
            raise ProviderAway
        verifier, nonce = generate_token(64), secrets.token_urlsafe(24)
        async with self._client() as client:
            about = (await self._description(client)).about
            address, state = client.create_authorization_url(
                str(about["authorization_endpoint"]), code_verifier=verifier, nonce=nonce
            )
        return Departure(address, state, nonce, verifier)

    async def arrive(self, code: str, departure: Mapping[str, str]) -> Identity:
        """Who came back with this code. Raises SignInNotFinished, LevelTooLow, ProviderAway."""
        async with self._client() as client:
            known = await self._description(client)
            try:
                token = await client.fetch_token(
                    str(known.about["token_endpoint"]), code=code, code_verifier=departure["verifier"],
                    grant_type="authorization_code",
                )
            except OAuthError as refused:
                raise SignInNotFinished from refused
            except (httpx2.HTTPError, OSError, ValueError, TypeError, AttributeError, KeyError) as away:
                raise ProviderAway from away
        claims = self._claims(str(token.get("id_token") or ""), known, departure["nonce"])
        if level_of(claims) < LEAST_LEVEL:
            raise LevelTooLow
        return identity_of(claims)

    def _claims(self, id_token: str, known: Known, nonce: str) -> dict[str, Any]:
        try:
            found = jwt.decode(id_token, KeySet.import_key_set(known.keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
            jwt.JWTClaimsRegistry(
                leeway=60, iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": self._id},
                exp={"essential": True}, nonce={"essential": True, "value": nonce}, sub={"essential": True},
            ).validate(found)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as wrong:
            self._known = None  # perhaps the provider has changed its keys
            raise SignInNotFinished from wrong
        return dict(found)

    async def _description(self, client: AsyncOAuth2Client) -> Known:
        if self._known is not None and time.monotonic() < self._known.until:
            return self._known
        try:
            about = await self._read(client, f"{self.issuer}/.well-known/openid-configuration")
            if str(about["issuer"]).rstrip("/") != self.issuer:
                raise ValueError("another issuer")
            if not all(str(about[name]).startswith(("http://", "https://")) for name in _ENDPOINTS):
                raise ValueError("no addresses")
            keys = await self._read(client, str(about["jwks_uri"]))
            KeySet.import_key_set(keys)  # type: ignore[arg-type]
        except (httpx2.HTTPError, OSError, ValueError, KeyError, TypeError, AttributeError, JoseError) as away:
            raise ProviderAway from away
        self._known = Known(about, keys, time.monotonic() + KNOWN_FOR)
        return self._known

    async def _read(self, client: AsyncOAuth2Client, address: str) -> dict[str, Any]:
        answer = await client.request("GET", address, withhold_token=True)
        return dict(answer.raise_for_status().json())

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._id, client_secret=self._secret, scope=SCOPE, redirect_uri=self._redirect,
            code_challenge_method="S256", timeout=httpx2.Timeout(5.0, connect=2.0), trust_env=False,
        )
