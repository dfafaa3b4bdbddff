"""Child processes of the test servers: started with their log in a file, and gone when we are gone."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.ports import free_port

__all__ = ["ServerDidNotStart", "free_port", "start"]


class ServerDidNotStart(RuntimeError):
    """A test server ended, or stayed silent; carries the end of its log."""


def start(command: Sequence[str], *, log: Path, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start `command` in the background; the kernel kills it when this process dies, even by kill -9."""
    setpriv = shutil.which("setpriv")
    guarded = [setpriv, "--pdeathsig", "KILL", *command] if setpriv else list(command)
    with log.open("ab") as output:
        return subprocess.Popen(guarded, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)


def stop(process: subprocess.Popen[bytes] | None, *, kill: bool = False, patience: float = 10.0) -> None:
    """End `process` and wait for it: politely first, or at once with `kill`. `patience` is in seconds."""
    if process is None or process.poll() is not None:
        return
    if kill:
        process.kill()
    else:
        process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], *, log: Path, patience: float) -> None:
    """Poll `ready` every 20 ms for at most `patience` seconds; raises ServerDidNotStart with the log's end."""
    limit = time.monotonic() + patience
    while not ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > limit:
            why = f"ended with {process.returncode}" if ended else f"silent for {patience:.0f} s"
            raise ServerDidNotStart(f"{why}; the end of {log.name}:\n{_end_of(log)}")
        time.sleep(0.02)


def listening(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as caller:
        caller.settimeout(0.5)
        return caller.connect_ex(("127.0.0.1", port)) == 0


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
