"""How a long-lived process is loaded and what it gives back: before `serve` and `worker`, and nowhere else."""

import ctypes
import gc
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

M_MMAP_THRESHOLD: Final = -3  # glibc's malloc.h
LARGE: Final = 2 * 1024 * 1024  # bytes


@contextmanager
def all_that_stays() -> Iterator[None]:
    """What is made within stays as long as the process: the collector looks neither for waste in it nor at it."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def leave_rich_out() -> None:
    """structlog loads rich and pygments when it finds them, for coloured tracebacks we never write: 5 MB a process."""
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
    importlib.import_module("structlog")
    if sys.modules["rich"] is None:
        del sys.modules["rich"]


def give_back_large_blocks() -> None:
    """Blocks from 2 MB on come from the kernel and go back to it when they are freed.

    glibc raises that limit to the largest block it ever saw freed, up to 32 MB. One photograph later those of every thread
    lie in heaps of their own that are never given back: 300 MB after fifty of them, 20 MB with this, for a sixth more
    processor time on pictures (pages that come from the kernel come empty).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # another C library has none, and need not
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)
