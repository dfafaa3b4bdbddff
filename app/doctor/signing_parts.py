"""Keys, certificates, and whoever vouches for them: files, roots, revocation (OCSP), time-stamps."""

import asyncio
import hashlib
import secrets
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from asn1crypto import algos, tsp
from cryptography import x509

from app.doctor.findings import Finding, absent, broken, by_offset, fine, warning
from app.settings import Settings
from signing import errors
from signing.certificates import check_certificate
from signing.keys import FileKey
from signing.trust import TrustRoots

SOON = timedelta(days=60)


async def check(settings: Settings) -> list[Finding]:
    """The keys of the folder with the roots we accept, one revocation answer, one time-stamp."""
    trust, found = _roots(settings.trust_roots)
    keys, about_keys = await asyncio.to_thread(_keys, settings.keys_folder)
    found += about_keys
    if keys and trust:
        found.append(await asyncio.to_thread(_revocation, keys[0], trust))
    found += await time_stamp(settings.tsa_url)
    return found


def _roots(file: Path | None) -> tuple[TrustRoots | None, list[Finding]]:
    if file is None:
        return None, [broken("trust roots", "MOTCUA_TRUST_ROOTS is not set", "Name a PEM file with the roots you accept.")]
    try:
        roots = TrustRoots.from_pem(file.read_bytes())
    except (OSError, ValueError) as error:
        return None, [broken("trust roots", f"{file} cannot be used: {error}", "Put the roots there as PEM.")]
    return roots, [fine("trust roots", f"{len(roots.signers)} in {file}")]


def _keys(folder: Path | None) -> tuple[list[FileKey], list[Finding]]:
    if folder is None:
        return [], [absent("keys", "MOTCUA_KEYS_FOLDER is not set; nothing can be signed or sealed here")]
    files = sorted(folder.glob("*.p12")) if folder.is_dir() else []
    if not files:
        return [], [broken("keys", f"{folder} holds no key (*.p12)", "Put the office's seal key there.")]
    keys, found = [], []
    for file in files:
        key, finding = _key(file)
        keys += [key] if key else []
        found += [finding] if finding.state != "fine" else []
    return keys, found or [fine("keys", f"{len(keys)} in {folder}, each with its certificate, none ending soon")]


def _key(file: Path) -> tuple[FileKey | None, Finding]:
    area = f"key {file.stem}"
    spoken = file.with_suffix(".passphrase")
    try:
        key = FileKey.from_pkcs12(file, spoken.read_text("utf-8").strip() if spoken.is_file() else "")
        files = [one for one in (file, spoken) if one.is_file()]
        exposed = any(one.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) for one in files)
    except OSError as error:
        return None, broken(area, f"{error.filename}: {error.strerror}", "Let the app's account read it, and nobody else.")
    except errors.SigningError as error:
        return None, broken(area, str(error), "Put the right file there, with its passphrase beside it as .passphrase.")
    ends = x509.load_der_x509_certificate(key.certificate).not_valid_after_utc
    left = ends - datetime.now(UTC)
    if left < timedelta(0):
        return key, broken(area, f"its certificate ended on {ends:%Y-%m-%d}", "Ask the authority for a new certificate.")
    if left < SOON:
        return key, warning(area, f"its certificate ends in {left.days} days", "Ask for a new certificate now.")
    if exposed:
        return key, warning(area, "others on this machine may read it", "Run: chmod 600 on it and on its .passphrase")
    return key, fine(area, f"valid until {ends:%Y-%m-%d}")


def _revocation(key: FileKey, trust: TrustRoots) -> Finding:
    area = "certificates"
    try:
        check_certificate(key, trust=trust)
    except errors.RevocationUnavailable as error:
        return broken(area, f"nobody says whether they are revoked: {error}", "Let this machine reach the OCSP responder.")
    except errors.SigningError as error:
        return broken(area, str(error), "Check the certificate, its chain and the accepted roots.")
    return fine(area, "a path to an accepted root, and the OCSP responder says not revoked")


async def time_stamp(url: str) -> list[Finding]:
    """Ask for a real time-stamp and compare its time with ours."""
    area, mend = "time-stamps", "Let this machine reach the time-stamping authority, or mend MOTCUA_TSA_URL."
    if not url:
        return [broken(area, "MOTCUA_TSA_URL is not set", "Give the address of the time-stamping authority.")]
    digest, nonce = hashlib.sha256(b"motcua doctor").digest(), secrets.randbits(63)
    imprint = tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    )
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    before = time.time()
    try:
        async with httpx2.AsyncClient(timeout=10, trust_env=False) as client:
            answer = await client.post(
                url, content=request.dump(), headers={"Content-Type": "application/timestamp-query"}
            )
        answer.raise_for_status()
        response = tsp.TimeStampResp.load(answer.content)
        status = response["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            return [broken(area, f"the authority said {status}", mend)]
        told = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        if told["message_imprint"]["hashed_message"].native != digest or told["nonce"].native != nonce:
            return [broken(area, "the authority answered another question", mend)]
        at: datetime = told["gen_time"].native
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return [broken(area, f"the authority does not answer: {error or type(error).__name__}", mend)]
    except (ValueError, TypeError, KeyError, AttributeError):
        return [broken(area, "the answer is not a time-stamp", mend)]
    offset = at.timestamp() - (before + time.time()) / 2
    # Most authorities write whole seconds.
    return [fine(area, "a time-stamp was given"), by_offset("clock", offset if abs(offset) > 1 else 0.0, "the authority")]
