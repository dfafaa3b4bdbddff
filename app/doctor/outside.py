"""Systems outside the house: does anybody answer at the address we were given?"""

import asyncio
import contextlib
from urllib.parse import urlsplit

import httpx2

from app.doctor.findings import Finding, absent, broken, fine, warning
from app.settings import Settings

SYSTEMS = {"sms": "SMS broker", "payment": "payment platform", "post": "post", "population": "population database"}
PATIENCE = 5


async def check(settings: Settings) -> list[Finding]:
    """Mail, the four systems, and the identity provider, all at once."""
    return list(
        await asyncio.gather(
            _mail(settings.smtp_url),
            *(_system(name, getattr(settings, f"{name}_url")) for name in SYSTEMS),
            _identity(settings.oidc_issuer),
        )
    )


async def _mail(url: str) -> Finding:
    if not url:
        return absent("mail", "not connected; applicants get no letters", "Set MOTCUA_SMTP_URL.")
    parts = urlsplit(url)
    mend = "Start the mail server, or mend MOTCUA_SMTP_URL."
    try:
        async with asyncio.timeout(PATIENCE):
            secure = parts.scheme == "smtps"
            port = parts.port or (465 if secure else 587)
            reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure or None)
            greeting = await reader.readline()
            writer.write(b"QUIT\r\n")
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    except (OSError, TimeoutError, ValueError) as error:
        return broken("mail", f"does not answer: {error or 'silence'}", mend)
    if not greeting.startswith(b"220"):
        return broken("mail", "somebody answers who is not a mail server", mend)
    return fine("mail", "answers")


async def _system(name: str, url: str) -> Finding:
    if not url:
        return absent(name, f"the {SYSTEMS[name]} is not connected", f"Set MOTCUA_{name.upper()}_URL.")
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            answer = await client.get(url)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return broken(name, f"the {SYSTEMS[name]} does not answer: {error or type(error).__name__}",
                      f"Ask its operator, or mend MOTCUA_{name.upper()}_URL.")      # fmt: skip
    if answer.status_code >= 500:
        return warning(name, f"the {SYSTEMS[name]} answers {answer.status_code}", "Ask its operator.")
    return fine(name, f"the {SYSTEMS[name]} answers")


async def _identity(issuer: str) -> Finding:
    area = "sign-in of citizens"
    if not issuer:
        return absent(area, "no identity provider is connected; citizens cannot sign in", "Set MOTCUA_OIDC_ISSUER.")
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            answer = await client.get(issuer.rstrip("/") + "/.well-known/openid-configuration")
        answer.raise_for_status()
        named = answer.json().get("issuer", "")
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, AttributeError) as error:
        return broken(area, f"the identity provider does not answer: {error or type(error).__name__}",
                      "Ask its operator, or mend MOTCUA_OIDC_ISSUER.")      # fmt: skip
    if named.rstrip("/") != issuer.rstrip("/"):
        return broken(area, f"the provider calls itself {named}, not {issuer}", "Set MOTCUA_OIDC_ISSUER to its own name.")
    return fine(area, "the identity provider answers")
