"""Make the root, the issuing authority and certificates for named people and offices."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from simulators.pki import certificates, ledger
from simulators.pki.certificates import ARCHITECTURE
from simulators.pki.ledger import Entry, Ledger

Kind = Literal["leader", "seal"]

DEFAULT_URL = "http://127.0.0.1:8601"
# Far enough for any demonstration; the root below 2050 because certomancer writes UTCTime.
AUTHORITY_VALIDITY = ("2020-01-01T00:00:00+00:00", "2049-01-01T00:00:00+00:00")
SERVICE_VALIDITY = ("2020-01-01T00:00:00+00:00", "2042-01-01T00:00:00+00:00")
SIGNER_VALIDITY = ("2020-01-01T00:00:00+00:00", "2040-01-01T00:00:00+00:00")
REVOKED_SINCE = "2021-01-01T00:00:00+00:00"
MARK = "MẪU – KHÔNG CÓ GIÁ TRỊ"


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names. For an agency seal, `name` is the agency itself."""

    name: str
    organisation: str
    title: str = ""


@dataclass(frozen=True)
class Issued:
    """Where a signer's key lies: PKCS#12 with the chain, its passphrase in a file, the certificate as PEM."""

    label: str
    p12: Path
    passphrase_file: Path
    certificate: Path

    @property
    def passphrase(self) -> str:
        return self.passphrase_file.read_text("utf-8").strip()


def ensure(folder: Path, url: str = "") -> Ledger:
    """Make the PKI once, or bring an existing one to a new address.

    The address stands in every certificate (OCSP, revocation list). When it changes, all certificates but the
    root are issued again for the same keys: PKCS#12 files are rewritten and must be loaded again. Files signed
    before stay valid, for they carry their own validation data.
    """
    with ledger.locked(folder):
        book = ledger.read(folder)
        if book is None:
            return _make(folder, url or DEFAULT_URL)
        if url and url.rstrip("/") != book.url:
            return _move(folder, book, url.rstrip("/"))
        _package_what_is_missing(folder, book)
        return book


def issue(
    folder: Path,
    subject: Subject,
    kind: Kind,
    *,
    revoked: bool = False,
    valid: tuple[str, str] = SIGNER_VALIDITY,
) -> Issued:
    """A leader's certificate or an agency's seal, RSA-2048; the same subject gets the same one back.

    Works before the server starts and while it runs. `revoked` makes a signer whom nobody may accept;
    `valid` is a pair of ISO moments, to make an expired one.
    """
    ensure(folder)
    with ledger.locked(folder):
        book = ledger.read(folder)
        assert book is not None
        label = _label(subject, kind, revoked, valid)
        if book.current(label) is None:
            name = {
                "country-name": "VN",
                "organization-name": subject.organisation,
                "common-name": subject.name,
            }
            if subject.title:
                name["title"] = subject.title
            book = _issue(
                folder, book, label, kind, name, "issuing", valid, REVOKED_SINCE if revoked else None
            )
            ledger.write(folder, book)
            _package_what_is_missing(folder, book)
        return _issued(folder, label, book)


def revoke(folder: Path, issued: Issued, since: datetime | None = None) -> None:
    """From now on, or from `since` (aware), OCSP and the revocation list call this certificate revoked."""
    moment = (since or datetime.now(UTC)).isoformat()
    with ledger.locked(folder):
        book = ledger.read(folder)
        assert book is not None
        ledger.write(folder, book.revoke(issued.label, moment))


def tsa_url(folder: Path) -> str:
    """Where time-stamps are given (RFC 3161 over HTTP)."""
    return f"{ensure(folder).url}/{ARCHITECTURE}/tsa/tsa"


def _make(folder: Path, url: str) -> Ledger:
    for name in ("keys", "certificates", "signers"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    book = _services(folder, _authorities(folder, Ledger(url=url.rstrip("/")), root=True))
    _export_authorities(folder, book)
    ledger.write(folder, book)
    return book


def _move(folder: Path, book: Ledger, url: str) -> Ledger:
    signers = [e for e in book.entries if e.current and e.kind in ("leader", "seal")]
    book = Ledger(url=url, entries=book.entries)
    book = _services(folder, _authorities(folder, book, root=False))
    for e in signers:
        book = _issue(
            folder, book, e.label, e.kind, e.name, e.issuer, (e.valid_from, e.valid_to), e.revoked_since
        )
    _export_authorities(folder, book)
    ledger.write(folder, book)
    _package_what_is_missing(folder, book)
    return book


def _authorities(folder: Path, book: Ledger, *, root: bool) -> Ledger:
    def name(what: str) -> dict[str, str]:
        return {"country-name": "VN", "organization-name": f"Một Cửa ({MARK})", "common-name": what}

    if root:
        book = _issue(
            folder, book, "root", "root", name("Gốc thử nghiệm Một Cửa"), "root", AUTHORITY_VALIDITY
        )
    return _issue(
        folder, book, "issuing", "authority", name("CA thử nghiệm Một Cửa"), "root", AUTHORITY_VALIDITY
    )


def _services(folder: Path, book: Ledger) -> Ledger:
    for label, kind, what, issuer in (
        ("tsa", "tsa", "Dấu thời gian thử nghiệm Một Cửa", "issuing"),
        ("ocsp", "ocsp", "OCSP thử nghiệm Một Cửa", "issuing"),
    ):
        name = {"country-name": "VN", "organization-name": f"Một Cửa ({MARK})", "common-name": what}
        book = _issue(folder, book, label, kind, name, issuer, SERVICE_VALIDITY)
    return book


def _issue(
    folder: Path,
    book: Ledger,
    label: str,
    kind: str,
    name: dict[str, str],
    issuer: str,
    valid: tuple[str, str],
    revoked_since: str | None = None,
) -> Ledger:
    entry = Entry(
        label=label,
        kind=kind,
        name=name,
        serial=secrets.randbits(64) | 1 << 64,
        issuer=issuer,
        valid_from=valid[0],
        valid_to=valid[1],
        revoked_since=revoked_since,
    )
    key = _key(folder, entry)
    issuer_entry = entry if label == issuer else book.current(issuer)
    assert issuer_entry is not None
    issuer_key = _key(folder, issuer_entry)
    pem = certificates.build(entry, key, issuer_entry, issuer_key, book.url)
    (folder / entry.certificate_file).write_bytes(pem)
    return book.add(entry)


def _key(folder: Path, entry: Entry) -> rsa.RSAPrivateKey:
    file = folder / entry.key_file
    if file.exists():
        # Our own file: the checks of the numbers cost 40 ms per key and find nothing.
        key = serialization.load_pem_private_key(
            file.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
        )
        assert isinstance(key, rsa.RSAPrivateKey)
        return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_secret(file, pem)
    return key


def _package_what_is_missing(folder: Path, book: Ledger) -> None:
    """PKCS#12 files follow the book, so that a process killed in between loses nothing."""
    for entry in book.entries:
        if entry.current and entry.kind in ("leader", "seal"):
            done = (folder / "signers" / entry.label).with_suffix(".serial")
            if not done.exists() or done.read_text() != f"{entry.serial:x}":
                _package(folder, entry, book)
                done.write_text(f"{entry.serial:x}")


def _package(folder: Path, entry: Entry, book: Ledger) -> None:
    issued = _issued(folder, entry.label, book)
    if not issued.passphrase_file.exists():
        _write_secret(issued.passphrase_file, secrets.token_urlsafe(18).encode())
    chain = [certificates.load(folder, book.current(label)) for label in ("issuing", "root")]
    data = pkcs12.serialize_key_and_certificates(
        entry.name["common-name"].encode(),
        _key(folder, entry),
        certificates.load(folder, entry),
        chain,
        serialization.BestAvailableEncryption(issued.passphrase.encode()),
    )
    _write_secret(issued.p12, data)


def _issued(folder: Path, label: str, book: Ledger) -> Issued:
    entry = book.current(label)
    assert entry is not None
    base = folder / "signers" / label
    return Issued(label, base.with_suffix(".p12"), base.with_suffix(".pass"), folder / entry.certificate_file)


def _export_authorities(folder: Path, book: Ledger) -> None:
    for label, file in (("root", "root.pem"), ("issuing", "issuing.pem")):
        entry = book.current(label)
        assert entry is not None
        (folder / file).write_bytes((folder / entry.certificate_file).read_bytes())


def _label(subject: Subject, kind: str, revoked: bool, valid: tuple[str, str]) -> str:
    """A readable file name that two different subjects never share."""
    whole = "\n".join((subject.name, subject.organisation, subject.title, kind, str(revoked), *valid))
    plain = unicodedata.normalize("NFD", subject.name.replace("đ", "d").replace("Đ", "D"))
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")[:40]
    return f"{kind}-{slug}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def _write_secret(file: Path, data: bytes) -> None:
    draft = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
    draft.replace(file)
