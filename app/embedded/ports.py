"""Ports on the loopback: the one of last time, else the one wished for, else one that is free."""

import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
TRIES = 100         # ports above the wish that are tried before the system is asked for any


def choose_port(remembered: Path, wish: int | None = None, host: str = LOOPBACK) -> int:
    """The port of the last start, else the wish, else the next free one; written down for the next start."""
    last = remembered.read_text().strip() if remembered.exists() else ""
    port = free_port(int(last) if last.isdigit() else None, wish, host=host)
    if str(port) != last:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(f"{port}\n")
    return port


def free_port(last: int | None, wish: int | None, *, host: str = LOOPBACK, taken: frozenset[int] = frozenset()) -> int:
    """A port that can be listened on now and is not in `taken`."""
    wishes = [last] if last else []
    if wish:
        wishes += range(wish, min(wish + TRIES, 65536))
    for port in wishes:
        if port not in taken and port_is_free(port, host):
            return port
    with socket.socket() as trial:
        trial.bind((host, 0))
        return int(trial.getsockname()[1])


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    """True when this process could listen there now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
        return True
