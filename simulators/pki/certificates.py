"""X.509 as the development PKI writes it, and the same facts in certomancer's words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from simulators.pki.ledger import Entry, Ledger

ARCHITECTURE = "motcua"

_NAME_PARTS = {
    "country-name": NameOID.COUNTRY_NAME,
    "organization-name": NameOID.ORGANIZATION_NAME,
    "common-name": NameOID.COMMON_NAME,
    "title": NameOID.TITLE,
}


def load(folder: Path, entry: Entry | None) -> x509.Certificate:
    assert entry is not None
    return x509.load_pem_x509_certificate((folder / entry.certificate_file).read_bytes())


def build(
    entry: Entry, key: rsa.RSAPrivateKey, issuer: Entry, issuer_key: rsa.RSAPrivateKey, url: str
) -> bytes:
    """The certificate as PEM, with the addresses its kind needs."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(entry))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(entry.serial)
        .not_valid_before(datetime.fromisoformat(entry.valid_from))
        .not_valid_after(datetime.fromisoformat(entry.valid_to))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    for extension, critical in _extensions(entry, url):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def certomancer_configuration(folder: Path, book: Ledger) -> dict[str, Any]:
    """What certomancer must know to answer for every certificate in the book."""
    entities = {f"{e.serial:x}": e.name for e in book.entries}
    # One name per authority, although it may have had several certificates.
    entities |= {label: _current(book, label).name for label in ("root", "issuing")}
    certs: dict[str, Any] = {}
    for e in book.entries:
        authority = e.kind in ("root", "authority")
        spec: dict[str, Any] = {
            "subject": e.label if authority else f"{e.serial:x}",
            "subject-key": e.label,
            "issuer": e.issuer,
            "authority-key": e.issuer,
            "issuer-cert": f"{_current(book, e.issuer).serial:x}",
            "serial": e.serial,
            "validity": {"valid-from": e.valid_from, "valid-to": e.valid_to},
            "certificate-file": e.certificate_file,
        }
        if e.revoked_since:
            spec["revocation"] = {"revoked-since": e.revoked_since, "reason": "key_compromise"}
        certs[f"{e.serial:x}"] = spec
    root, issuing, ocsp, tsa = (
        f"{_current(book, label).serial:x}" for label in ("root", "issuing", "ocsp", "tsa")
    )
    return {
        "external-url-prefix": book.url,
        "keysets": {"all": {"keys": {e.label: {"path": e.key_file} for e in book.entries}}},
        "pki-architectures": {
            ARCHITECTURE: {
                "keyset": "all",
                "entities": entities,
                "certs": certs,
                "services": {
                    "ocsp": {
                        "issuing": {
                            "for-issuer": "issuing",
                            "issuer-cert": issuing,
                            "responder-cert": ocsp,
                            "signing-key": "ocsp",
                            # A week: validators that refuse yesterday's answer still accept yesterday's file.
                            "validity-period": {"days": 7},
                        }
                    },
                    "crl-repo": {
                        # Daily lists for signers; the root's own list changes hardly ever.
                        "issuing": {
                            "for-issuer": "issuing",
                            "issuer-cert": issuing,
                            "signing-key": "issuing",
                            "simulated-update-schedule": "P1D",
                        },
                        "root": {
                            "for-issuer": "root",
                            "issuer-cert": root,
                            "signing-key": "root",
                            "simulated-update-schedule": "P1D",
                        },
                    },
                    "cert-repo": {
                        "issuing": {"for-issuer": "issuing", "issuer-cert": issuing},
                        "root": {"for-issuer": "root", "issuer-cert": root},
                    },
                    "time-stamping": {
                        "tsa": {"signing-cert": tsa, "signing-key": "tsa", "certs-to-embed": [issuing]}
                    },
                },
            }
        },
    }


def _current(book: Ledger, label: str) -> Entry:
    entry = book.current(label)
    assert entry is not None
    return entry


def _name(entry: Entry) -> x509.Name:
    return x509.Name([x509.NameAttribute(_NAME_PARTS[part], text) for part, text in entry.name.items()])


def _extensions(entry: Entry, url: str) -> list[tuple[x509.ExtensionType, bool]]:
    authority = entry.kind in ("root", "authority")
    found: list[tuple[x509.ExtensionType, bool]] = [(_usage(entry.kind), True)]
    if authority:
        found.append((x509.BasicConstraints(ca=True, path_length=None if entry.kind == "root" else 0), True))
    if entry.kind == "tsa":
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True))
    if entry.kind == "ocsp":
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False))
        found.append((x509.OCSPNoCheck(), False))
    if entry.kind in ("leader", "seal", "tsa", "authority"):
        found.append((_information_access(entry, url), False))
    if entry.kind in ("leader", "seal", "tsa", "authority"):
        address = f"{url}/{ARCHITECTURE}/crls/{entry.issuer}/latest.crl"
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
        found.append((x509.CRLDistributionPoints([point]), False))
    return found


def _information_access(entry: Entry, url: str) -> x509.AuthorityInformationAccess:
    """Where the issuer's certificate is, and who answers for this one."""
    repository = f"{url}/{ARCHITECTURE}/certs/{entry.issuer}/ca.crt"
    places = [(AuthorityInformationAccessOID.CA_ISSUERS, repository)]
    if entry.kind != "authority":
        places.append((AuthorityInformationAccessOID.OCSP, f"{url}/{ARCHITECTURE}/ocsp/issuing"))
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(place)) for method, place in places]
    )


def _usage(kind: str) -> x509.KeyUsage:
    authority = kind in ("root", "authority")
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=kind in ("leader", "seal"),
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
