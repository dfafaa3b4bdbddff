"""Ports for what a test starts: of a range from which no system hands out any.

A port that "is free now" because the system just gave it to us is given to somebody else as soon as we let go of it:
to another server, or to the near end of any connection. Linux hands out from 32768, gVisor from 16000; the offices of
tests/startup/test_demo.py stand from 10000 to 15999.
"""

import itertools
import os
import socket

FIRST, ROOM, PROCESSES = 4_000, 60, 100
_numbers = itertools.count()


def free_port() -> int:
    """The next port of this process's sixty on which it could listen now."""
    for number in itertools.islice(_numbers, 2 * ROOM):
        port = FIRST + os.getpid() % PROCESSES * ROOM + number % ROOM
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("every port of this process is taken")
