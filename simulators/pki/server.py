"""Certomancer's web application, with a pulse and with bad moods."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PrivateKeyInfo
from certomancer import crypto_utils
from certomancer.crypto_utils import PycaCryptographyBackend
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import CertomancerConfig
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from werkzeug.serving import BaseWSGIServer, make_server

from simulators.pki import certificates, ledger

Environment = dict[str, Any]
StartResponse = Callable[..., Any]

_LONGEST_BODY = 64 * 1024


class _LoadedKeys(PycaCryptographyBackend):
    """Certomancer loads and checks the key for every answer: 40 of its 50 milliseconds. Ours are RSA."""

    def __init__(self) -> None:
        self._keys: dict[bytes, RSAPrivateKey] = {}

    def generic_sign(
        self, private_key: PrivateKeyInfo, tbs_bytes: bytes, sd_algo: SignedDigestAlgorithm
    ) -> bytes:
        der = private_key.dump()
        if der not in self._keys:
            key = load_der_private_key(der, password=None)
            assert isinstance(key, RSAPrivateKey)
            self._keys[der] = key
        return self._keys[der].sign(tbs_bytes, PKCS1v15(), SHA256())


class _WholeSeconds(Animator):
    """RFC 5280 and 6960 want moments without fractions; certomancer writes microseconds."""

    def at_time(self, request: Any) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)


class PkiApplication:
    """WSGI. `/livez` answers ok; `/behaviour` shows (GET) or sets (POST JSON) how a service misbehaves.

    Behaviour, per service (`tsa`, `ocsp`, `crls`): `{"delay": seconds, "status": 500, "down": true,
    "garbage": true}`; `{}` makes it well again. `down` closes the connection without an answer.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen = 0
        self._animator: Animator | None = None
        self._behaviour: dict[str, dict[str, Any]] = {}

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", "/"))
        if path == "/livez":
            return _answer(start_response, "200 OK", "text/plain", b"ok\n")
        if path == "/behaviour":
            return self._behave(environ, start_response)
        parts = path.split("/")
        mood = self._behaviour.get(parts[2], {}) if len(parts) > 2 else {}
        if mood.get("delay"):
            time.sleep(float(mood["delay"]))
        if mood.get("down"):
            return _hang_up(environ, start_response)
        if mood.get("garbage"):
            return _answer(
                start_response, "200 OK", f"application/{_REPLY.get(parts[2], 'octet-stream')}", b"?" * 40
            )
        if mood.get("status"):
            return _answer(
                start_response, f"{mood['status']} Simulated", "text/plain", b"simulated failure\n"
            )
        answered: Iterable[bytes] = self._current()(environ, start_response)
        return answered

    def _behave(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            length = min(int(environ.get("CONTENT_LENGTH") or 0), _LONGEST_BODY)
            try:
                wanted = json.loads(environ["wsgi.input"].read(length) or b"{}")
                self._behaviour = {str(service): dict(mood) for service, mood in wanted.items()}
            except (ValueError, AttributeError, TypeError):
                return _answer(start_response, "400 Bad Request", "text/plain", b"JSON object expected\n")
        return _answer(start_response, "200 OK", "application/json", json.dumps(self._behaviour).encode())

    def _current(self) -> Animator:
        """Certificates issued while we run are known at the next request: the book's date tells."""
        with self._lock:
            written = ledger.path(self._folder).stat().st_mtime_ns
            if self._animator is None or written != self._seen:
                book = ledger.read(self._folder)
                assert book is not None
                configuration = CertomancerConfig(
                    certificates.certomancer_configuration(self._folder, book),
                    key_search_dir=str(self._folder),
                    config_search_dir=str(self._folder),
                    lazy_load_keys=True,
                )
                self._animator = _WholeSeconds(AnimatorArchStore(configuration.pki_archs), with_web_ui=False)
                self._seen = written
            return self._animator


_REPLY = {"tsa": "timestamp-reply", "ocsp": "ocsp-response", "crls": "pkix-crl"}


def make(folder: Path, host: str, port: int) -> BaseWSGIServer:
    """A threaded server, not yet running. Port 0 takes a free one: read it from `server_port`."""
    crypto_utils.CRYPTO_BACKEND = _LoadedKeys()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return make_server(host, port, PkiApplication(folder), threaded=True)


def _answer(start_response: StartResponse, status: str, kind: str, body: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def _hang_up(environ: Environment, start_response: StartResponse) -> list[bytes]:
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return _answer(start_response, "503 Simulated", "text/plain", b"")
