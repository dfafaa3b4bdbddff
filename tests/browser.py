"""A real Chromium for tests: fixtures, the accessibility check, and what every page must keep.

`tests/conftest.py` imports the fixtures once: a fixture imported a second time is a second Chromium.
"""

import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Error, Page, async_playwright

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

    def __post_init__(self) -> None:
        self._listeners: dict[str, Callable[[Any], None]] = {
            "request": lambda request: self.requests.append(request.url),
            "pageerror": lambda error: self.complaints.append(str(error)),
            "console": lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None,
        }
        for event, listener in self._listeners.items():
            self.page.on(event, listener)  # type: ignore[call-overload]

    def end(self) -> None:
        """Watch no longer."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def told(self, home: str) -> list[str]:
        """What it complained of and whom it asked since the last time this was asked."""
        found = [*self.complaints, *self.strangers(home)]
        self.complaints.clear()
        self.requests.clear()
        return found

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


@pytest.fixture(scope="session")
def wiped() -> dict[bool, list[Page]]:
    """Pages earlier tests are done with, by whether they run scripts. A new one costs Chromium a whole process."""
    return {True: [], False: []}


@pytest.fixture
async def visit(browser: Browser, wiped: dict[bool, list[Page]]) -> AsyncIterator[Visit]:
    """`await visit(address, size=PHONE, scripts=False)` opens a page with cookies of its own and watches it."""
    opened: list[tuple[Watched, bool | None]] = []

    async def open_page(
        address: str, *, size: tuple[int, int] = DESK, scripts: bool = True, **options: Any
    ) -> Watched:
        if options or not wiped[scripts]:
            context = await browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                java_script_enabled=scripts,
                locale="vi-VN",
                timezone_id="Asia/Ho_Chi_Minh",
                **options,
            )
            page = await context.new_page()
        else:
            page = wiped[scripts].pop()
            await turned(page, size)
        watched = Watched(page)
        opened.append((watched, None if options else scripts))
        await page.goto(address)
        return watched

    yield open_page
    for watched, scripts in opened:
        watched.end()
        if scripts is not None and await wipe(watched.page):
            wiped[scripts].append(watched.page)
        else:
            await watched.page.context.close()


async def wipe(page: Page) -> bool:
    """Forget everything a test left in a page and its context; False for a page that is still on its way elsewhere."""
    try:
        for other in page.context.pages:
            if other is not page:
                await other.close()
        await page.unroute_all(behavior="wait")
        await page.evaluate("{ try { localStorage.clear(); sessionStorage.clear() } catch {} }")
        await page.context.clear_cookies()
        await page.emulate_media(media="null")
        await page.goto("about:blank")
    except Error:
        return False
    return True


async def turned(page: Page, size: tuple[int, int]) -> None:
    """Give the page this width and height."""
    await page.set_viewport_size({"width": size[0], "height": size[1]})


async def axe(page: Page) -> list[str]:
    """Every violation axe-core finds, no rule switched off: WCAG 2.0–2.2 A and AA, and its best practices."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(axe_script())
    found = await page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [f"{one['id']}: {one['help']} {[node['html'][:160] for node in one['nodes']][:4]}" for one in found]


@cache
def axe_script() -> str:
    """The vendored axe-core."""
    return AXE.read_text(encoding="utf-8")


async def looked_at(page: Page, name: str = "") -> list[str]:
    """What is wrong with the page as it stands, once as wide as a desk's screen and once as a phone's.

    It is loaded once and turned. The width it has comes first and the other stays, so of a walk's pages every
    second one is loaded narrow. Each complaint begins with the width and `name`; pictures of that name go to
    the folder of MOTCUA_SHOTS.
    """
    wrong = []
    shots = os.environ.get("MOTCUA_SHOTS")
    widths = (PHONE, DESK) if page.viewport_size and page.viewport_size["width"] == PHONE[0] else (DESK, PHONE)
    for size in widths:
        await turned(page, size)
        wrong += [f"{size[0]} {name}: {one}" for one in await axe(page)]
        if not await no_horizontal_scroll(page):
            wrong.append(f"{size[0]} {name}: scrolls sideways")
        if shots:
            file = "".join(letter if letter.isalnum() else "-" for letter in name.strip("/"))
            await page.screenshot(path=str(Path(shots) / f"{file}-{size[0]}.png"), full_page=True)
    return wrong


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
