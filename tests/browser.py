"""A real Chromium for tests: fixtures, the accessibility check, and what every page must keep.

Import what you need into a `conftest.py`: `from tests.browser import browser, visit  # noqa: F401`.
"""

import shutil
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DESK = (1366, 768)
PHONE = (320, 640)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@dataclass
class Watched:
    """A page and everything it did that a test may want to complain about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """Console errors and warnings, script errors, breaches of the content policy."""

    def strangers(self, home: str) -> list[str]:
        """Addresses asked for that are not ours, and every font file."""
        return [one for one in self.requests if not one.startswith(home) or ".woff" in one or ".ttf" in one]


Visit = Callable[..., Awaitable[Watched]]


def chromium_path() -> str:
    """Where Debian's Chromium is. Skips the test, saying what to install, where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed: apt-get install -y chromium")
    return found


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    path = chromium_path()
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        await started.close()


@pytest.fixture
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """`await visit(address, size=PHONE, scripts=False)` opens a page of its own and watches it."""
    contexts = []

    async def open_page(
        address: str, *, size: tuple[int, int] = DESK, scripts: bool = True, **options: Any
    ) -> Watched:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            **options,
        )
        contexts.append(context)
        watched = Watched(await context.new_page())
        page = watched.page
        page.on("request", lambda request: watched.requests.append(request.url))
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: watched.complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        await page.goto(address)
        return watched

    yield open_page
    for context in contexts:
        await context.close()


async def axe(page: Page) -> list[str]:
    """Every violation axe-core finds, no rule switched off: WCAG 2.0–2.2 A and AA, and its best practices."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [f"{one['id']}: {one['help']} {[node['html'][:160] for node in one['nodes']][:4]}" for one in found]


async def no_horizontal_scroll(page: Page) -> bool:
    """Whether the page fits its width. (A region that scrolls inside itself is not the page.)"""
    width = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return bool(width[0] <= width[1])


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an ASGI app on a free port of this machine, in a thread; gives its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    ready = threading.Event()
    startup = server.startup

    async def announce(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets=sockets)
        ready.set()

    server.startup = announce  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        if not ready.wait(20):
            raise RuntimeError("the server did not start")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
