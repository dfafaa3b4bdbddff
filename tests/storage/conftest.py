"""The stores under test: a folder, and every real S3 server this machine has.

A server is found by MOTCUA_TEST_S3 (an `s3://` address; its keys must be allowed to make buckets) or by its binaries.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from minio import Minio

from storage import ObjectStore, open_store
from storage.s3_client import BriefPool, connect
from storage.s3_store import S3Store
from tests.storage import minio_server, radosgw
from tests.storage.limits import LIMITS
from tests.storage.minio_server import MinioServer
from tests.storage.radosgw import RadosGateway
from tests.storage.servers import S3Server, Supervised

SERVERS = ("radosgw", "minio", "other")


def why_not(kind: str) -> str:
    """Why this machine cannot run the server; empty when it can."""
    if kind == "radosgw" and (missing := radosgw.missing_binaries()):
        return f"no Ceph ({', '.join(missing)} missing): {radosgw.INSTALL}"
    if kind == "minio" and not minio_server.binary():
        return f"no MinIO: {minio_server.INSTALL}, then put it on PATH or into MOTCUA_TEST_MINIO"
    if kind == "other" and not os.environ.get("MOTCUA_TEST_S3"):
        return "no server of your own: set MOTCUA_TEST_S3=s3://KEY:SECRET@host:port/?secure=0"
    return ""


def supervised(kind: str, folder: Path, *, mortal: bool = False) -> Supervised:
    """A server of our own, not started yet; `mortal` when it will be killed."""
    return MinioServer(folder) if kind == "minio" else RadosGateway(folder, mortal=mortal)


class Servers:
    """Starts each server when the first test asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, Supervised] = {}

    def get(self, kind: str) -> S3Server:
        """Skips the test with a reason when the machine lacks the server."""
        if reason := why_not(kind):
            pytest.skip(reason)
        if kind == "other":
            return _own_server(os.environ["MOTCUA_TEST_S3"])
        if kind not in self._running:
            started = supervised(kind, self._folder / kind)
            started.start()
            self._running[kind] = started
        return self._running[kind].server

    def stop(self) -> None:
        """Every one of them."""
        for one in self._running.values():
            one.stop()


def _own_server(url: str) -> S3Server:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return S3Server(
        "other", parts.netloc.rpartition("@")[2], unquote(parts.username or ""), unquote(parts.password or ""),
        secure=options.get("secure", "1") == "1", region=options.get("region", "us-east-1"),
        authority=options.get("authority"),
    )  # fmt: skip


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """All servers of the session."""
    all_servers = Servers(tmp_path_factory.mktemp("s3"))
    yield all_servers
    all_servers.stop()


# "other" only where somebody named one: a server nobody has is not a gap worth a line in every report.
_asked = [kind for kind in SERVERS if kind != "other" or os.environ.get("MOTCUA_TEST_S3")]


def _expect_limits(request: pytest.FixtureRequest, kind: str) -> None:
    name = getattr(request.node, "originalname", "")
    if reason := LIMITS.get(kind, {}).get(name):
        request.applymarker(pytest.mark.xfail(reason=f"{kind}: {reason}", strict=True))


@pytest.fixture(params=_asked)
def server(request: pytest.FixtureRequest, servers: Servers) -> S3Server:
    """One real S3 server after the other; a known limit of it turns the test into one that must fail."""
    _expect_limits(request, request.param)
    return servers.get(request.param)


@pytest.fixture
def connection(server: S3Server) -> Iterator[tuple[Minio, BriefPool]]:
    """The SDK's client for `server` and its connections."""
    client, pool = connect(
        server.endpoint, access_key=server.access_key, secret_key=server.secret_key,
        secure=server.secure, region=server.region, authority=server.authority,
    )  # fmt: skip
    yield client, pool
    pool.clear()


@pytest.fixture
def client(connection: tuple[Minio, BriefPool]) -> Minio:
    """The SDK's client."""
    return connection[0]


@pytest.fixture
def browser(connection: tuple[Minio, BriefPool]) -> BriefPool:
    """Plain HTTP, without keys."""
    return connection[1]


@pytest.fixture
def bucket(client: Minio) -> str:
    """A new bucket."""
    name = f"plain-{uuid.uuid4().hex}"
    client.make_bucket(name)
    return name


@pytest.fixture
def locked_bucket(client: Minio) -> str:
    """A new bucket with object lock."""
    name = f"locked-{uuid.uuid4().hex}"
    client.make_bucket(name, object_lock=True)
    return name


LOCKED = ["folder", *(f"{kind}-locked" for kind in _asked)]
PLAIN = [f"{kind}-plain" for kind in _asked]


async def _opened(request: pytest.FixtureRequest, servers: Servers, folder: Path) -> AsyncIterator[ObjectStore]:
    kind, _, lock = request.param.partition("-")
    _expect_limits(request, kind)
    if kind == "folder":
        yield open_store(f"folder://{folder}/objects")
        return
    opened = open_store(servers.get(kind).url(f"{lock}-{uuid.uuid4().hex}"))
    assert isinstance(opened, S3Store)
    await opened.ensure_bucket(object_lock=lock == "locked")
    yield opened
    await opened.close()


@pytest.fixture(params=LOCKED + PLAIN)
async def store(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> AsyncIterator[ObjectStore]:
    """Every store behind the port: a folder, and each server with a locked and with a plain bucket."""
    async for opened in _opened(request, servers, tmp_path):
        yield opened


@pytest.fixture(params=LOCKED)
async def keeping_store(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> AsyncIterator[ObjectStore]:
    """Those that can keep an object until a moment."""
    async for opened in _opened(request, servers, tmp_path):
        yield opened


@pytest.fixture
async def s3_store(server: S3Server) -> AsyncIterator[ObjectStore]:
    """An S3 store with object lock."""
    opened = open_store(server.url(f"store-{uuid.uuid4().hex}"))
    await opened.prepare()
    yield opened
    await opened.close()
