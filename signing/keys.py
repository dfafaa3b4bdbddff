"""Signing keys: from a file or on a token. A remote seal (CSC) would be a third class with the same three names."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pkcs11.util.ec import encode_ecdsa_signature

from signing.errors import KeyFileBroken, KeyNotOnToken, TokenMissing, WrongPassphrase, WrongPin

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class SigningKey(Protocol):
    """A private key that can be asked to sign. Long-lived: make it once and keep it; safe between threads.

    `certificate` and `chain` are DER; the chain runs from the issuer upwards and need not hold the root.
    RSA is wanted for PDF/A-2: an ECDSA signature turns the file into PDF 2.0.
    """

    @property
    def certificate(self) -> bytes: ...

    @property
    def chain(self) -> tuple[bytes, ...]: ...

    def sign(self, data: bytes, digest: str) -> bytes:
        """The raw signature over `data`: PKCS#1 v1.5 for RSA, DER for ECDSA. `digest`: sha256, sha384, sha512."""
        ...


@dataclass(frozen=True)
class FileKey:
    """A key from a PKCS#12 or PEM file. The key object is loaded and checked once, then reused."""

    certificate: bytes
    chain: tuple[bytes, ...]
    # Never printed, never compared.
    _key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_pkcs12(cls, file: Path | bytes, passphrase: str) -> FileKey:
        """Raises WrongPassphrase, KeyFileBroken."""
        data = file.read_bytes() if isinstance(file, Path) else file
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase.encode())
        except ValueError as error:
            if "password" in str(error).lower():
                raise WrongPassphrase("the PKCS#12 file does not open with this passphrase") from None
            raise KeyFileBroken("not a PKCS#12 file") from error
        return cls._of(key, certificate, others)

    @classmethod
    def from_pem(cls, key: bytes, certificates: bytes, passphrase: str | None = None) -> FileKey:
        """`certificates`: the signer's first, then the chain. Raises WrongPassphrase, KeyFileBroken."""
        try:
            loaded = serialization.load_pem_private_key(key, passphrase.encode() if passphrase else None)
            found = x509.load_pem_x509_certificates(certificates)
        except TypeError as error:
            raise WrongPassphrase("the PEM key wants a passphrase, or has none") from error
        except ValueError as error:
            if "password" in str(error).lower() or "decrypt" in str(error).lower():
                raise WrongPassphrase("the PEM key does not open with this passphrase") from None
            raise KeyFileBroken("not a PEM key with its certificate") from error
        return cls._of(loaded, found[0], found[1:])

    @classmethod
    def _of(
        cls, key: object, certificate: x509.Certificate | None, others: list[x509.Certificate]
    ) -> FileKey:
        if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyFileBroken("the file must hold one RSA or EC key and its certificate")
        if key.public_key() != certificate.public_key():
            raise KeyFileBroken("the key does not belong to the certificate")
        return cls(certificate.public_bytes(Encoding.DER), _upwards(certificate, others), key)

    def sign(self, data: bytes, digest: str) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), HASHES[digest])
        return self._key.sign(data, ec.ECDSA(HASHES[digest]))


class Token:
    """A PKCS#11 token with one open, logged-in session. Keep it open; `close()` when the officer leaves.

    One Token object per token and process: PKCS#11 logs in the process, not the caller, so a second one could
    not tell a right PIN from a wrong one and is refused (WrongPin).
    """

    def __init__(self, module: Path, label: str, pin: str) -> None:
        """`module`: the vendor's library; `label`: the token's. Raises TokenMissing, WrongPin."""
        try:
            self._token = pkcs11.lib(str(module)).get_token(token_label=label)
        except (
            pkcs11.NoSuchToken,
            pkcs11.TokenNotPresent,
            pkcs11.GeneralError,
            RuntimeError,
            OSError,
        ) as error:
            raise TokenMissing(f"no token {label!r} is plugged in") from error
        try:
            self._session = self._token.open(user_pin=pin)
        except pkcs11.PinLocked as error:
            raise WrongPin("the token is locked after too many wrong PINs", locked=True) from error
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
            raise WrongPin("the token refused the PIN") from error
        except pkcs11.UserAlreadyLoggedIn as error:
            raise WrongPin("the token is already open in this process; use that Token object") from error
        except pkcs11.PKCS11Error as error:
            raise TokenMissing(f"the token {label!r} does not answer") from error
        # A PKCS#11 session does one operation at a time.
        self._lock = threading.Lock()

    def key(self, label: str, *, chain: bytes = b"") -> TokenKey:
        """The key and certificate under this label. `chain`: PEM, issuer upwards. Raises KeyNotOnToken."""
        with self._lock:
            try:
                private = self._session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
            except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
                raise KeyNotOnToken(f"the token holds no single key {label!r}") from error
            wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: label}
            found = [bytes(item[pkcs11.Attribute.VALUE]) for item in self._session.get_objects(wanted)]
        if len(found) != 1:
            raise KeyNotOnToken(f"the token holds no single certificate {label!r}")
        others = x509.load_pem_x509_certificates(chain) if chain else []
        certificate = x509.load_der_x509_certificate(found[0])
        return TokenKey(found[0], _upwards(certificate, others), private, self._lock)

    def close(self) -> None:
        """Log out."""
        self._session.close()


@dataclass(frozen=True)
class TokenKey:
    """A key that never leaves its token (smart card, HSM)."""

    certificate: bytes
    chain: tuple[bytes, ...]
    _key: Any = field(repr=False, compare=False)
    _lock: threading.Lock = field(repr=False, compare=False)

    def sign(self, data: bytes, digest: str) -> bytes:
        """Raises TokenMissing when the token was pulled out."""
        try:
            with self._lock:
                if self._key.key_type == pkcs11.KeyType.RSA:
                    mechanism = getattr(pkcs11.Mechanism, f"{digest.upper()}_RSA_PKCS")
                    return bytes(self._key.sign(data, mechanism=mechanism))
                hasher = hashes.Hash(HASHES[digest])
                hasher.update(data)
                raw = self._key.sign(hasher.finalize(), mechanism=pkcs11.Mechanism.ECDSA)
                return bytes(encode_ecdsa_signature(raw))
        except pkcs11.PKCS11Error as error:
            raise TokenMissing("the token no longer answers") from error


def _upwards(certificate: x509.Certificate, others: list[x509.Certificate]) -> tuple[bytes, ...]:
    """The issuers among `others`, in order, up to and with a root if it is there."""
    chain: list[bytes] = []
    current = certificate
    while current.issuer != current.subject:
        issuer = next((other for other in others if other.subject == current.issuer), None)
        if issuer is None or (der := issuer.public_bytes(Encoding.DER)) in chain:
            break
        chain.append(der)
        current = issuer
    return tuple(chain)
