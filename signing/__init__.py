"""PDF signatures: bytes in, bytes out. pyHanko stays behind this door. Start with README.md."""

import logging

from signing.appearance import Appearance, Box, LaterSignature, seal_box
from signing.batch import Outcome, Signing, sign_batch
from signing.certificates import check_certificate
from signing.cms import Maker
from signing.errors import (
    CertificateExpired,
    CertificateRevoked,
    CertificateUntrusted,
    KeyFileBroken,
    KeyNotOnToken,
    PlaceTaken,
    RevocationUnavailable,
    SigningError,
    TimestampUnavailable,
    TokenMissing,
    UnsuitablePdf,
    WrongPassphrase,
    WrongPin,
)
from signing.keys import FileKey, SigningKey, Token, TokenKey
from signing.reading_back import read_back
from signing.report import SignatureReport, TimestampReport, Verdict, Why
from signing.sign import Certify, Level, SignedPdf, sign_pdf
from signing.timestamps import Timestamper
from signing.trust import TrustRoots
from signing.validation_data import AugmentedPdf, add_validation_data
from signing.verify import verify_pdf

__all__ = [
    "Appearance",
    "AugmentedPdf",
    "Box",
    "CertificateExpired",
    "CertificateRevoked",
    "CertificateUntrusted",
    "Certify",
    "FileKey",
    "KeyFileBroken",
    "KeyNotOnToken",
    "LaterSignature",
    "Level",
    "Maker",
    "Outcome",
    "PlaceTaken",
    "RevocationUnavailable",
    "SignatureReport",
    "SignedPdf",
    "Signing",
    "SigningError",
    "SigningKey",
    "TimestampReport",
    "TimestampUnavailable",
    "Timestamper",
    "Token",
    "TokenKey",
    "TokenMissing",
    "TrustRoots",
    "UnsuitablePdf",
    "Verdict",
    "Why",
    "WrongPassphrase",
    "WrongPin",
    "add_validation_data",
    "check_certificate",
    "read_back",
    "seal_box",
    "sign_batch",
    "sign_pdf",
    "verify_pdf",
]

# Their own log lines name the people in the certificates. What we have to say is in errors and verdicts.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False
