"""Stands in for VNeID: an OpenID provider whose sign-in page lets a demonstrator be one of the invented people.

Code flow only. Strict where a careless client would not notice: registered redirect addresses, PKCE with S256,
a nonce, codes that work once and for a minute. Sources: OpenID Connect Core 1.0, RFC 6749, RFC 7636.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulators.mischief import CALLS
from simulators.outside import Outside, command_line, serve, stand_up
from simulators.pages import page
from simulators.people import CITIZENS, Person

RATES = dict(CALLS)
SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_in (      -- one line per person sent back to the office
    id INTEGER PRIMARY KEY, subject TEXT NOT NULL, client_id TEXT NOT NULL, at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS _code (
    code TEXT PRIMARY KEY, subject TEXT NOT NULL, client_id TEXT NOT NULL, redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL, nonce TEXT NOT NULL, challenge TEXT NOT NULL, at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS _token (
    token TEXT PRIMARY KEY, code TEXT NOT NULL, subject TEXT NOT NULL, scope TEXT NOT NULL, until REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS _key (private TEXT NOT NULL);
"""
CODE_LASTS, TOKEN_LASTS = 60, 600      # seconds
SYSTEM = "VNeID giả lập"
SCOPES = {
    "profile": ("name", "birthdate", "gender", "cccd", "residence", "level"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
}


def claims(person: Person, scope: str) -> dict[str, object]:
    """What the client may know about a person under the scopes it asked for."""
    everything: dict[str, object] = {
        "name": person.full_name, "birthdate": person.birth_date.isoformat(), "cccd": person.personal_number,
        "gender": {"nam": "male", "nữ": "female"}[person.sex], "residence": person.residence, "level": person.level,
        "email": person.email, "email_verified": True, "phone_number": f"+84{person.phone[1:]}",
        "phone_number_verified": True,
    }
    shown = [name for one in scope.split() for name in SCOPES.get(one, ())]
    return {"sub": person.subject, **{name: everything[name] for name in shown}}


class TokenRefused(Exception):
    """The token endpoint's answer, in the words of RFC 6749 §5.2."""

    def __init__(self, error: str, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.error, self.why, self.status = error, why, status


class IdentityProvider:
    """One provider with one `client` (id, secret); `redirects` and `farewells` are compared as whole strings."""

    def __init__(
        self, outside: Outside, issuer: str, client: tuple[str, str], redirects: list[str], farewells: list[str]
    ) -> None:
        self.outside, self.book, self.issuer = outside, outside.book, issuer.rstrip("/")
        self.client_id, self.client_secret = client
        self.redirects, self.farewells = redirects, farewells
        self.people = {person.subject: person for person in CITIZENS}
        self.key = self._own_key()

    def _own_key(self) -> RSAKey:
        """The signing key is made once and kept in the book, so that a restart signs nobody out."""
        kept = self.book.value("SELECT private FROM _key")
        if kept is None:
            fresh = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
            kept = json.dumps(fresh.as_dict(private=True))
            self.book.run("INSERT INTO _key VALUES (?)", kept)
        return RSAKey.import_key(json.loads(kept))

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self.discovery),
            Route("/api/jwks", self.jwks),
            Route("/authorize", self.ask, methods=["GET"]),
            Route("/authorize", self.decide, methods=["POST"]),
            Route("/api/token", self.token, methods=["POST"]),
            Route("/api/userinfo", self.userinfo, methods=["GET", "POST"]),
            Route("/end-session", self.end_session, methods=["GET", "POST"]),
        ]

    async def discovery(self, request: Request) -> Response:
        return JSONResponse({
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/api/token", "userinfo_endpoint": f"{self.issuer}/api/userinfo",
            "jwks_uri": f"{self.issuer}/api/jwks", "end_session_endpoint": f"{self.issuer}/end-session",
            "response_types_supported": ["code"], "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", *SCOPES], "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "claims_supported": ["sub", *(name for names in SCOPES.values() for name in names)],
            "authorization_response_iss_parameter_supported": True,
        })

    async def jwks(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def _complaint(self, asked: Mapping[str, str]) -> str:
        """What is wrong with an authorization request after client and address were found right."""
        if asked.get("response_type") != "code":
            return "unsupported_response_type"
        if "openid" not in asked.get("scope", "").split():
            return "invalid_scope"
        strict = asked.get("code_challenge_method") == "S256" and len(asked.get("code_challenge", "")) == 43
        if not strict or not asked.get("nonce") or not asked.get("state"):
            return "invalid_request"
        return "login_required" if asked.get("prompt") == "none" else ""

    def _back(self, asked: Mapping[str, str], **answer: str) -> Response:
        query = urlencode({**answer, "state": asked.get("state", ""), "iss": self.issuer})
        joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
        return RedirectResponse(f"{asked['redirect_uri']}{joint}{query}", 303)

    def _stranger(self, asked: Mapping[str, str]) -> Response | None:
        """Nobody is sent to an address that was not registered."""
        if asked.get("client_id") == self.client_id and asked.get("redirect_uri") in self.redirects:
            return None
        return page(SYSTEM, "Yêu cầu bị từ chối", "<p>client_id hoặc redirect_uri chưa đăng ký.</p>", 400)

    async def ask(self, request: Request) -> Response:
        """The sign-in page: pick a person, or decline."""
        asked = dict(request.query_params)
        if stranger := self._stranger(asked):
            return stranger
        if complaint := self._complaint(asked):
            return self._back(asked, error=complaint)
        hidden = "".join(
            f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in asked.items()
        )
        people = "".join(
            f'<p><button name="subject" value="{one.subject}">{escape(one.full_name)}<br>'
            f"{one.personal_number} · {one.birth_date:%d/%m/%Y} · {escape(one.residence)} · mức độ {one.level}"
            "</button></p>"
            for one in CITIZENS
        )
        decline = '<p><button class="quiet" name="subject" value="">Không đăng nhập (decline)</button></p>'
        form = f'<form method="post" action="/authorize">{hidden}{people}{decline}</form>'
        return page(SYSTEM, "Đăng nhập với tư cách", form)

    async def decide(self, request: Request) -> Response:
        asked = {key: str(value) for key, value in (await request.form()).items()}
        if stranger := self._stranger(asked):
            return stranger
        if complaint := self._complaint(asked):
            return self._back(asked, error=complaint)
        person = self.people.get(asked.get("subject", ""))
        if person is None:
            return self._back(asked, error="access_denied")
        code = secrets.token_urlsafe(32)
        with self.book.together():
            self.book.run(
                "INSERT INTO _code VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)", code, person.subject, self.client_id,
                asked["redirect_uri"], asked["scope"], asked["nonce"], asked["code_challenge"], time.time(),
            )
            self.book.run(
                "INSERT INTO sign_in (subject, client_id, at) VALUES (?, ?, ?)",
                person.subject, self.client_id, time.time(),
            )
        return self._back(asked, code=code)

    async def token(self, request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        quiet = {"Cache-Control": "no-store"}
        try:
            self._check_client(request, sent)
            return JSONResponse(self._exchange(sent), headers=quiet)
        except TokenRefused as refused:
            told = {"error": refused.error, "error_description": refused.why}
            return JSONResponse(told, refused.status, quiet)

    def _check_client(self, request: Request, sent: Mapping[str, str]) -> None:
        client_id, secret = sent.get("client_id", ""), sent.get("client_secret", "")
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                plain = base64.b64decode(value, validate=True).decode()
            except ValueError:
                raise TokenRefused("invalid_client", "unreadable Authorization header", 401) from None
            client_id, secret = (unquote(part) for part in (plain + ":").split(":")[:2])
        same = hmac.compare_digest(secret.encode(), self.client_secret.encode())
        if client_id != self.client_id or not same:
            raise TokenRefused("invalid_client", "unknown client or wrong secret", 401)

    def _exchange(self, sent: Mapping[str, str]) -> dict[str, object]:
        if sent.get("grant_type") != "authorization_code":
            raise TokenRefused("unsupported_grant_type", "only authorization_code")
        code = self.book.row("SELECT * FROM _code WHERE code = ?", sent.get("code", ""))
        if code is None or time.time() - code["at"] > CODE_LASTS:
            raise TokenRefused("invalid_grant", "no such code, or too old")
        if code["used"]:
            self.book.run("DELETE FROM _token WHERE code = ?", code["code"])
            raise TokenRefused("invalid_grant", "the code was used before; its tokens are withdrawn")
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not hmac.compare_digest(challenge, code["challenge"]):
            raise TokenRefused("invalid_grant", "code_verifier does not fit")
        if sent.get("redirect_uri") != code["redirect_uri"]:
            raise TokenRefused("invalid_grant", "redirect_uri is not the one of the request")
        return self._tokens(code)

    def _tokens(self, code: Mapping[str, Any]) -> dict[str, object]:
        person, now = self.people[code["subject"]], int(time.time())
        access = secrets.token_urlsafe(32)
        with self.book.together():
            self.book.run("UPDATE _code SET used = 1 WHERE code = ?", code["code"])
            values = (access, code["code"], person.subject, code["scope"], now + TOKEN_LASTS)
            self.book.run("INSERT INTO _token VALUES (?, ?, ?, ?, ?)", *values)
        about = {
            **claims(person, code["scope"]), "iss": self.issuer, "aud": self.client_id, "iat": now,
            "exp": now + TOKEN_LASTS, "auth_time": int(code["at"]), "nonce": code["nonce"],
            "acr": f"level{person.level}",
        }
        signed = jwt.encode({"alg": "RS256", "kid": self.key.kid}, about, self.key)
        return {
            "access_token": access, "token_type": "Bearer", "expires_in": TOKEN_LASTS, "scope": code["scope"],
            "id_token": signed,
        }

    async def userinfo(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        row = self.book.row("SELECT * FROM _token WHERE token = ? AND until > ?", token, time.time())
        if scheme.lower() != "bearer" or row is None:
            return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return JSONResponse(claims(self.people[row["subject"]], row["scope"]))

    async def end_session(self, request: Request) -> Response:
        """Say goodbye; send on to a registered address only when the ID token shows who asks."""
        sent = dict(request.query_params) | {k: str(v) for k, v in (await request.form()).items()}
        wanted = sent.get("post_logout_redirect_uri", "")
        try:
            known = jwt.decode(sent.get("id_token_hint", ""), self.key, algorithms=["RS256"]).claims
            ours = known.get("aud") == self.client_id
        except (JoseError, ValueError):
            ours = sent.get("client_id") == self.client_id
        if ours and wanted in self.farewells:
            query = f"?{urlencode({'state': sent['state']})}" if sent.get("state") else ""
            return RedirectResponse(wanted + query, 303)
        return page(SYSTEM, "Đã đăng xuất", "<p>Bạn có thể đóng trang này.</p>")


def main(argv: Sequence[str] | None = None) -> None:
    parser = command_line("identity", 9400, RATES)
    parser.add_argument("--issuer", default="", help="default: http://HOST:PORT")
    parser.add_argument("--client-id", default="motcua")
    parser.add_argument("--client-secret", default="", help="empty: a public client, PKCE alone")
    parser.add_argument("--redirect-uri", action="append", default=[])
    parser.add_argument("--post-logout-uri", action="append", default=[])
    told = parser.parse_args(argv)
    outside = stand_up("identity", told, SCHEMA, RATES)
    client = (told.client_id, told.client_secret)
    issuer = told.issuer or outside.url
    provider = IdentityProvider(outside, issuer, client, told.redirect_uri, told.post_logout_uri)
    serve(outside, provider.routes())


if __name__ == "__main__":
    main()
