"""Ask, before signing and when collecting validation data, whether certificates are good."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from asn1crypto import cms, x509
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.path import ValidationPath

from signing.errors import CertificateExpired, CertificateRevoked, CertificateUntrusted, RevocationUnavailable
from signing.keys import SigningKey
from signing.network import SECONDS_PER_QUESTION, http_session, run
from signing.trust import TrustRoots


def check_certificate(key: SigningKey, *, trust: TrustRoots) -> None:
    """May this key sign now? Asks the OCSP responder, or failing that the revocation list.

    Blocking (network); call it in a thread. Raises CertificateExpired, CertificateRevoked, CertificateUntrusted,
    RevocationUnavailable.
    """
    run(_check_alone(key, trust))


async def _check_alone(key: SigningKey, trust: TrustRoots) -> None:
    async with http_session() as session:
        await check_signer(key, trust, session)


async def check_signer(key: SigningKey, trust: TrustRoots, session: aiohttp.ClientSession) -> None:
    """`check_certificate` within a running call."""
    context = fetching_context(trust.signers, trust, session)
    certificate = x509.Certificate.load(key.certificate)
    others = [x509.Certificate.load(der) for der in key.chain]
    await good_path(certificate, others, context, key_usage={"non_repudiation"})


@dataclass(frozen=True)
class CertificateNames:
    """What a signature's journal line says of its certificate."""

    serial: str  # hexadecimal
    common_name: str
    valid_from: datetime
    valid_to: datetime


@functools.lru_cache(maxsize=256)
def certificate_names(certificate: bytes) -> CertificateNames:
    """Read once per certificate (DER)."""
    read = x509.Certificate.load(certificate)
    return CertificateNames(
        f"{read.serial_number:x}", str(read.subject.native.get("common_name", "")), read.not_valid_before,
        read.not_valid_after,
    )


def check_period(key: SigningKey, moment: datetime) -> None:
    """The certificate's own dates, without asking anybody. Raises CertificateExpired."""
    facts = certificate_names(key.certificate)
    if not facts.valid_from <= moment <= facts.valid_to:
        raise CertificateExpired("the signer's certificate is not valid at the time of signing")


def fetching_context(
    roots: Iterable[bytes], trust: TrustRoots, session: aiohttp.ClientSession
) -> ValidationContext:
    """Trusts `roots`, asks the network, and keeps every answer for the DSS.

    Certificates are never fetched from addresses found in certificates: what is missing must be given.
    """
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in roots],
        other_certs=[x509.Certificate.load(der) for der in trust.intermediates],
        allow_fetching=True,
        revocation_mode="hard-fail",
        fetcher_backend=AIOHttpFetcherBackend(session, per_request_timeout=SECONDS_PER_QUESTION),
    )
    context.certificate_registry.fetcher = None
    return context


async def good_path(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    context: ValidationContext,
    *,
    key_usage: set[str] | None = None,
    extended_key_usage: set[str] | None = None,
) -> ValidationPath:
    """A checked path to a root, or one of our named errors."""
    validator = CertificateValidator(certificate, intermediate_certs=list(others), validation_context=context)
    try:
        path: ValidationPath = await validator.async_validate_usage(
            key_usage or set(), extended_key_usage or None
        )
        return path
    except RevokedError as error:
        raise CertificateRevoked(
            f"the certificate was revoked at {error.revocation_dt.isoformat()}"
        ) from error
    except (ExpiredError, NotYetValidError) as error:
        raise CertificateExpired("a certificate on the path is not valid at this time") from error
    except InsufficientRevinfoError as error:
        raise RevocationUnavailable("nobody answers whether the certificate was revoked") from error
    except (PathBuildingError, PathValidationError, ValidationError) as error:
        raise CertificateUntrusted("no path to a trusted root, or the certificate may not do this") from error


async def good_signer_of(
    signed: cms.SignedData, context: ValidationContext, *, timestamp: bool
) -> ValidationPath:
    """The path of whoever made this CMS."""
    found = extract_certs_for_validation(signed)
    usage = {"extended_key_usage": {"time_stamping"}} if timestamp else {"key_usage": {"non_repudiation"}}
    return await good_path(found.signer_cert, found.other_certs, context, **usage)


def now() -> datetime:
    return datetime.now(UTC)
