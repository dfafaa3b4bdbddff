"""The whole office for journeys: the application on a free port, the test database, calm outside systems."""

import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.embedded import EmbeddedPostgres
from app.equipment import equip
from app.kit.db import Database
from app.main import create_app
from app.settings import Settings
from app.worker import wake_timers
from tests.factories import Make
from tests.simulators.standing import SECRET, Standing, free_port, stand

CONNECTED = ("payment", "post", "sms", "population")  # each has a client in the office and a simulator


@dataclass(frozen=True)
class Live:
    """A running office. `make` plays officers and the worker on the same database, store and keys."""

    home: str
    settings: Settings
    make: Make
    outside: dict[str, Standing]

    async def worked(self) -> None:
        """Everything queued is done and every due timer fired, as the worker does it."""
        await self.make.worked()
        while await wake_timers(self.make.tools):
            await self.make.worked()


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """The application of these settings, in a thread of its own, on their port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((settings.host, settings.port))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", lifespan="on"))
    ready, startup = threading.Event(), server.startup

    async def announce(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets=sockets)
        ready.set()

    server.startup = announce  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        if not ready.wait(30):
            raise RuntimeError("the office did not start")
        yield
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.fixture(scope="session")
async def live(
    postgres: EmbeddedPostgres, database: Database, keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Live]:
    """One office a test run. Citizens sign in at the identity simulator; `live.worked()` is the worker."""
    folder = tmp_path_factory.mktemp("live")
    port = free_port()
    home = f"http://127.0.0.1:{port}"
    outside = {
        name: await stand(name, folder / f"{name}.sqlite", "--calm", *_options(name, home))
        for name in ("identity", *CONNECTED)
    }
    settings = Settings(
        demo=True, second_factor=False, host="127.0.0.1", port=port, public_url=home, metrics_port=0,
        database_url=postgres.app_dsn, store_url=f"folder://{folder / 'objects'}", secret_key="for tests only",
        keys_folder=keys, trust_roots=keys.parent / "root.pem", oidc_issuer=outside["identity"].url,
        oidc_client_id="motcua", log_level="warning",
        **{f"{name}_url": outside[name].url for name in CONNECTED}, **{f"{name}_secret": SECRET for name in CONNECTED},
    )
    with serving(settings):
        # The development PKI does not stand beside these tests: signing without its anchors asks it nothing.
        async with equip(settings.model_copy(update={"trust_roots": None})) as tools:
            yield Live(home, settings, Make(database, tools), outside)
    for one in outside.values():
        await one.stop()


def _options(name: str, home: str) -> list[str]:
    if name == "identity":
        return ["--redirect-uri", f"{home}/sign-in/back", "--client-secret", ""]
    return [] if name == "population" else ["--callback-url", f"{home}/hooks/{name}"]


async def sign_in(page: Any, home: str, person: str, *, next: str = "/dossiers") -> None:
    """Sign a citizen in through the identity provider's own page, by name."""
    await page.goto(f"{home}/sign-in?next={next}")
    await page.get_by_role("button", name=person).click()


__all__ = ["Live", "live", "serving", "sign_in"]
