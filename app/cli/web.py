"""Several web processes out of one: the application is loaded once and then forked, so that they share its memory.

uvicorn starts each of its own workers from nothing: as often the start, as often the memory. No thread may run yet when
the forks are made (typst's would never wake up again in a child), so what starts threads does so in `lifespan`.
"""

import ctypes
import gc
import importlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fastapi import FastAPI

STEADY: Final = 5.0  # seconds of life after which a process that dies is started again at once
PAUSE: Final = 1.0  # else after this long: the database may be away
PR_SET_PDEATHSIG: Final = 1


def serve_forked(application: "FastAPI", processes: int, **options: Any) -> None:
    """Serve in `processes` children on one port until SIGTERM or SIGINT; a child that dies is started again.

    `options` are uvicorn's. Returns when all children are gone. Raises RuntimeError when a thread runs already.
    """
    import uvicorn

    running = len(list(Path("/proc/self/task").iterdir()))
    if running > 1:
        raise RuntimeError(f"{running - 1} threads run before the web processes are forked")
    config = uvicorn.Config(application, **options)
    # What each of them would load at its first request: once for all, and before their pages part.
    config.load()
    config.get_loop_factory()
    importlib.import_module("anyio._backends._asyncio")
    port = config.bind_socket()
    gc.freeze()  # what is loaded now is never looked at again by the collector, so its pages stay shared
    children: dict[int, float] = {}
    leaving = False

    def leave(*_: object) -> None:
        nonlocal leaving
        leaving = True
        for child in children:
            os.kill(child, signal.SIGTERM)

    def start() -> None:
        parent, child = os.getpid(), os.fork()
        if child == 0:
            _serve(uvicorn.Server(config), port, parent)
        children[child] = time.monotonic()
        if leaving:  # it was asked while the child was made
            os.kill(child, signal.SIGTERM)

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, leave)
    for _ in range(processes):
        start()
    while children:
        child, _ = os.wait()
        born = children.pop(child, None)
        if born is None or leaving:
            continue
        if time.monotonic() - born < STEADY:
            time.sleep(PAUSE)
        if not leaving:
            start()


def _serve(server: Any, port: Any, parent: int) -> None:
    """In the child: serve, and never return to what the parent was doing."""
    status = 1
    try:
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() == parent:  # else it died meanwhile, and nobody would tell us later
            server.run(sockets=[port])
            status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(status)
