"""PDF signatures: bytes in, bytes out. pyHanko stays behind this door. Start with README.md.

What signs or judges is read when it is first asked for: it brings pyHanko, aiohttp and fontTools along, half a second and
40 MB that a process which signs nothing can do without. `import signing` brings none of them.
"""

import importlib
import logging
from typing import TYPE_CHECKING, Any, Final

from signing.appearance import Appearance, Box, LaterSignature, seal_box
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
from signing.report import SignatureReport, TimestampReport, Verdict, Why
from signing.timestamper import Timestamper

if TYPE_CHECKING:
    from signing.batch import Outcome, Signing, sign_batch
    from signing.certificates import check_certificate
    from signing.cms import Maker
    from signing.keys import FileKey, SigningKey, Token, TokenKey
    from signing.reading_back import read_back
    from signing.sign import Certify, Level, SignedPdf, sign_pdf
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

_LATER: Final = {
    "batch": ("Outcome", "Signing", "sign_batch"),
    "certificates": ("check_certificate",),
    "cms": ("Maker",),
    "keys": ("FileKey", "SigningKey", "Token", "TokenKey"),
    "reading_back": ("read_back",),
    "sign": ("Certify", "Level", "SignedPdf", "sign_pdf"),
    "trust": ("TrustRoots",),
    "validation_data": ("AugmentedPdf", "add_validation_data"),
    "verify": ("verify_pdf",),
}
_HOME_OF: Final = {name: home for home, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


# Their own log lines name the people in the certificates. What we have to say is in errors and verdicts.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False
