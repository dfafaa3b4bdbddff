"""Come in as officers by login and password, and as a citizen through the identity provider, as a browser would."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pyotp

from app.smoke.calling import Caller, CallFailed
from app.smoke.pages import forms_of, press

ROLES: Final = ("reception", "specialist", "head", "leader", "clerk")
COOKIE: Final = "motcua"
MOST_HOPS: Final = 6


class CannotSignIn(Exception):
    """Nobody is in, so nothing can be played."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How an officer comes in. `secret` is the authenticator's, where the office asks for a second factor."""

    login: str
    password: str
    secret: str = ""


def demo_sign_ins(commune: str, password: str) -> dict[str, SignIn]:
    """The demonstration's officers."""
    return {role: SignIn(f"{role}@{commune}", password) for role in ROLES}


def read_sign_ins(file: Path) -> dict[str, SignIn]:
    """One officer a line: role, login, password and perhaps the authenticator's secret. Raises CannotSignIn."""
    found: dict[str, SignIn] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        parts = line.split()
        if not parts or line.startswith("#"):
            continue
        if len(parts) not in (3, 4) or parts[0] not in ROLES:
            raise CannotSignIn(f"{file}, line {number}: a line is role login password [secret]; roles: {', '.join(ROLES)}.")
        found[parts[0]] = SignIn(*parts[1:])
    if missing := [role for role in ROLES if role not in found]:
        raise CannotSignIn(f"{file} names nobody for: {', '.join(missing)}.")
    return found


def officers(url: str, sign_ins: Mapping[str, SignIn]) -> dict[str, Caller]:
    """Everybody the drawings need, by role. Raises CannotSignIn."""
    return {role: _officer(url, role, one) for role, one in sign_ins.items()}


def _officer(url: str, role: str, one: SignIn) -> Caller:
    body: dict[str, Any] = {"login": one.login, "password": one.password}
    if one.secret:
        body["code"] = pyotp.TOTP(one.secret).now()
    door = Caller(url, one.login)
    try:
        token = door.post("/session", body)["token"]
    except CallFailed as failed:
        if isinstance(failed.__cause__, httpx2.HTTPError):
            raise CannotSignIn(f"no office answers at {url} ({failed.__cause__}); is the address right?") from failed
        raise CannotSignIn(f"{one.login} cannot sign in. {failed}") from failed
    finally:
        door.close()
    return Caller(url, role, token)


def citizen(url: str, wanted: str) -> Caller:
    """A citizen signed in on the provider's own page: whose button's value or words hold `wanted`. Raises CannotSignIn."""
    with httpx2.Client(base_url=url, timeout=30, follow_redirects=True, trust_env=False) as browser:
        page = browser.get("/sign-in", params={"next": "/dossiers"})
        for _ in range(MOST_HOPS):
            word = browser.cookies.get(COOKIE, domain=httpx2.URL(url).host) or browser.cookies.get(COOKIE)
            if word and str(page.url).startswith(url.rstrip("/")):
                signed = Caller(url, "citizen", word)
                try:
                    signed.get("/session")
                    return signed
                except CallFailed as failed:
                    raise CannotSignIn(f"The identity provider let the citizen in, the office did not. {failed}") from failed
            page = _choose(browser, page, wanted)
    raise CannotSignIn(f"The citizen did not come back from the identity provider; the last page was {page.url}.")


def _choose(browser: httpx2.Client, page: httpx2.Response, wanted: str) -> httpx2.Response:
    if page.status_code >= 400:
        raise CannotSignIn(f"Signing in as a citizen: GET {page.url} → {page.status_code}.")
    for form in forms_of(page):
        for name, value, words in form.buttons:
            if value and wanted in f"{value} {words}":
                return press(browser, form, name, value)
    raise CannotSignIn(f"{page.url} offers nobody called “{wanted}”. Choose with --citizen.")
