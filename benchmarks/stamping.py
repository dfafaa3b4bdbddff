"""A time-stamping authority that answers after a given time and costs next to nothing, in a process of its own.

The development PKI's own authority needs 10 ms for an answer; a client that makes hundreds of signatures a second would
wait for its processor and not for the network. This one splices each answer into a token that the PKI's authority made.

    python -m benchmarks.stamping KEY TOKEN PORT SECONDS
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from asn1crypto import algos, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from signing import Timestamper, TrustRoots
from signing.cms import _der as der
from signing.proofs import _parts as parts
from simulators.pki import ledger, tsa_url

SEQUENCE, SET, OCTETS, TAGGED = 0x30, 0x31, 0x04, 0xA0


class Authority:
    """Answers like the one that made the sample."""

    def __init__(self, key: rsa.RSAPrivateKey, token: bytes) -> None:
        self._key = key
        self._kind, wrapped = parts(token)
        self._signed = parts(parts(wrapped)[0])
        self._content_kind, content = parts(self._signed[2])
        inner = parts(content)[0]
        self._info = inner[len(inner) - _length(inner) :]
        self._signer = parts(parts(self._signed[-1])[0])
        self._sample = hashlib.sha256(self._info).digest()

    def answer(self, request: bytes) -> bytes:
        """A time-stamp response (RFC 3161) to a request with a nonce."""
        asked = parts(request)
        imprint, nonce = asked[1], next(part for part in asked[2:] if part[0] == 0x02)
        told = parts(self._info)
        told[2] = imprint
        told = [nonce if part[0] == 0x02 and n > 4 else part for n, part in enumerate(told)]
        info = der(SEQUENCE, *told)
        attributes = self._signer[3][:]
        attributes = attributes.replace(self._sample, hashlib.sha256(info).digest())
        value = self._key.sign(bytes((SET,)) + attributes[1:], padding.PKCS1v15(), hashes.SHA256())
        signer = der(SEQUENCE, *self._signer[:3], attributes, self._signer[4], der(OCTETS, value))
        content = der(SEQUENCE, self._content_kind, der(TAGGED, der(OCTETS, info)))
        signed = der(SEQUENCE, *self._signed[:2], content, *self._signed[3:-1], der(SET, signer))
        return der(SEQUENCE, bytes.fromhex("3003020100"), der(SEQUENCE, self._kind, der(TAGGED, signed)))


def _length(element: bytes) -> int:
    return int.from_bytes(element[2 : 2 + (element[1] & 0x7F)], "big") if element[1] & 0x80 else element[1]


@contextmanager
def pki(folder: Path) -> Iterator[str]:
    """The development PKI with its OCSP and revocation lists, on a port of its own; its address."""
    with _running("simulators.pki", "--folder", str(folder), "--port", str(port := _free())):
        url = f"http://127.0.0.1:{port}"
        _until_it_answers(f"{url}/livez")
        yield url


@contextmanager
def stamping(folder: Path, seconds: float) -> Iterator[tuple[Timestamper, TrustRoots]]:
    """The quick authority over a running PKI in `folder`."""
    book = ledger.read(folder)
    assert book is not None
    key = next(entry.key_file for entry in book.entries if entry.kind == "tsa")
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": bytes(32)}
    asked = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": 1 << 62, "cert_req": True}).dump()
    kind = {"Content-Type": "application/timestamp-query"}
    with urllib.request.urlopen(urllib.request.Request(tsa_url(folder), asked, kind), timeout=20) as told:
        token = tsp.TimeStampResp.load(told.read())["time_stamp_token"].dump()
    sample = folder / "sample.token"
    sample.write_bytes(token)
    port = _free()
    with _running("benchmarks.stamping", str(folder / key), str(sample), str(port), str(seconds)):
        _until_it_answers(f"http://127.0.0.1:{port}/livez")
        yield Timestamper(f"http://127.0.0.1:{port}/"), TrustRoots.from_pem((folder / "root.pem").read_bytes())


@contextmanager
def _running(*words: str) -> Iterator[None]:
    work = subprocess.Popen([sys.executable, "-m", *words], stdout=subprocess.DEVNULL, env=os.environ)
    try:
        yield
    finally:
        work.terminate()
        work.wait()


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _until_it_answers(url: str) -> None:
    last = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.05)


def serve(key: Path, token: Path, port: int, seconds: float) -> None:
    """Until the process is ended."""
    loaded = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    authority = Authority(loaded, token.read_bytes())

    async def stamp(request: web.Request) -> web.Response:
        asked = await request.read()
        await asyncio.sleep(seconds)
        return web.Response(body=authority.answer(asked), content_type="application/timestamp-reply")

    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="ok")

    application = web.Application()
    application.add_routes([web.post("/", stamp), web.get("/livez", alive)])
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
