"""`motcua demo`: a whole office on one machine, from nothing, and again in a few seconds.

The folder holds everything: database, objects, keys, books of the simulated systems, logs. The web opens as soon as
the procedures are published; on the first start about sixty dossiers are then played into it while it is open.
"""

import asyncio
import errno
import json
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from app.demo.opening import Opening, Say, Wishes
from app.demo.plan import clear, make_plan
from app.demo.table import PASSWORD, SignIn
from app.embedded import PostgresRefused
from app.supervisor import AlreadyRunning, PartRefused, Supervisor, clear_left_over, only_one

__all__ = ["PASSWORD", "SignIn", "Wishes", "run"]

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(wishes: Wishes, say: Say) -> int:
    """Run until Ctrl-C. The exit code: 0 after a wished end, 2 after one clear line when the office cannot open."""
    try:
        asyncio.run(_until_signal(_open(wishes, say)))
    except AlreadyRunning as running:
        say(f"{running} {_address(wishes.folder)}")
        return 2
    except (PartRefused, PostgresRefused) as refused:
        say(str(refused))
        return 2
    except OSError as error:
        say(_in_words(error, wishes.folder))
        return 2
    say("The office is closed; nothing is left running and its data is kept.")
    return 0


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Cancel `work` at the first signal. Whoever presses twice still gets an orderly end, which takes seconds."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()

    def stop() -> None:
        if not asked.is_set():
            asked.set()
            task.cancel()

    for number in STOPPING:
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not asked.is_set():
            raise


async def _open(wishes: Wishes, say: Say) -> None:
    folder = await asyncio.to_thread(wishes.folder.resolve)
    with only_one(folder):
        await clear_left_over(folder)
        if wishes.fresh:
            await asyncio.to_thread(clear, folder)
        plan = make_plan(folder, wishes.port)
        for name, old in plan.moved.items():
            say(f"Port {old} is taken by another program; {name} is on {plan.ports[name]} (choose with --port).")
        supervisor = Supervisor(folder, say)
        try:
            await Opening(wishes, plan, supervisor, say).carry_out()
        finally:
            await supervisor.stop()


def _address(folder: Path) -> str:
    try:
        return f"It is at http://127.0.0.1:{json.loads((folder / 'ports.json').read_text())['web']}/"
    except (OSError, ValueError, KeyError):
        return ""


def _in_words(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {folder} is full. Free some space and start again; nothing that was saved is lost."
    return f"{error.filename or folder}: {error.strerror or error}. Mend that and start again."
