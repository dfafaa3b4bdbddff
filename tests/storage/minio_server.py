"""A second S3 server for the tests: MinIO, as the Go toolchain builds its last published module, over TLS.

By hand: `python -m tests.storage.minio_server --folder FOLDER`. Looks for the binary in MOTCUA_TEST_MINIO, then on
PATH. Runs as root and as an ordinary user; certificate and keys are made anew for each start in an empty folder.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.storage.processes import free_port, listening, start, stop, wait_until
from tests.storage.servers import S3Server, run_by_hand

INSTALL = "GOBIN=FOLDER go install github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"


def binary() -> str | None:
    """The MinIO program of this machine."""
    return os.environ.get("MOTCUA_TEST_MINIO") or shutil.which("minio")


class MinioServer:
    """One MinIO in `folder`, one drive. Objects survive a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.port, self._console_port = free_port(), free_port()
        self._secret = secrets.token_urlsafe(24)
        self._key_store = f"testkey-1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> S3Server:
        """Where it listens, with which keys and whose certificate."""
        authority = str(self.folder / "certs" / "public.crt")
        return S3Server("minio", f"127.0.0.1:{self.port}", "office", self._secret, secure=True, authority=authority)

    def start(self) -> None:
        """Bring it up: 1 to 3 s. Raises ServerDidNotStart with the log's end."""
        certificates = self.folder / "certs"
        if not certificates.exists():
            certificates.mkdir(parents=True)
            _write_certificate(certificates)
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            "MINIO_ROOT_USER": "office",
            "MINIO_ROOT_PASSWORD": self._secret,
            "MINIO_KMS_SECRET_KEY": self._key_store,
            "MINIO_UPDATE": "off",
            "MINIO_BROWSER": "off",
        }
        command = [
            binary() or "minio", "server", "--quiet", "--certs-dir", str(certificates),
            "--address", f"127.0.0.1:{self.port}", "--console-address", f"127.0.0.1:{self._console_port}",
            str(self.folder / "data"),
        ]  # fmt: skip
        log = self.folder / "minio.log"
        self._process = start(command, log=log, environment=environment)
        wait_until(lambda: listening(self.port), self._process, log=log, patience=30)

    def kill_gateway(self) -> None:
        """kill -9."""
        stop(self._process, kill=True)

    def revive_gateway(self) -> None:
        """The same again, on the same port and folder."""
        self.start()

    def stop(self) -> None:
        """End it."""
        stop(self._process)


def _write_certificate(folder: Path) -> None:
    """A certificate that signs itself, for 127.0.0.1, one week."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "motcua test store")])
    began = datetime.now(UTC) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "public.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "private.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


if __name__ == "__main__":
    sys.exit(run_by_hand(MinioServer, missing="" if binary() else f"minio; install: {INSTALL}", about=__doc__ or ""))
