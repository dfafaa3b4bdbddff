"""What a web process loads at its start, what it leaves for later, and what it gives back."""

import subprocess
import sys
from pathlib import Path

import pytest

import signing

ROOT = Path(__file__).parent.parent.parent
LATER = ("pyhanko", "aiohttp", "authlib", "joserfc", "pgqueuer", "xlsxwriter", "phonenumbers", "fontTools", "minio", "rich")
LOADED = f"""
import sys
from app.cli.loading import all_that_stays, leave_rich_out
leave_rich_out()
with all_that_stays():
    from app.main import create_app
    from app.settings import Settings
    create_app(Settings())
print([name for name in {LATER} if name in sys.modules])
import rich
"""
# A block that was freed teaches glibc to keep the next one in its heap.
FREED = """
import ctypes, re, sys
from app.cli.loading import give_back_large_blocks
if sys.argv[1:]:
    give_back_large_blocks()
library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
library.free(library.malloc(24 << 20))
place = library.malloc(16 << 20)
heap = re.search(r"^([0-9a-f]+)-([0-9a-f]+) .*\\[heap\\]", open("/proc/self/maps").read(), re.M)
print(int(heap[1], 16) <= place < int(heap[2], 16))
"""


def said(*words: str) -> str:
    told = subprocess.run([sys.executable, "-c", *words], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_a_web_process_starts_without_what_most_pages_never_need() -> None:
    assert said(LOADED) == "[]"


@pytest.mark.parametrize("name", signing.__all__)
def test_every_name_of_signing_is_there_when_it_is_asked_for(name: str) -> None:
    assert getattr(signing, name) is not None
    assert name in dir(signing)


def test_signing_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="sing_pdf"):
        _ = signing.sing_pdf  # type: ignore[attr-defined]


@pytest.mark.skipif(not hasattr(__import__("ctypes").CDLL(None), "mallopt"), reason="glibc's malloc; run on Debian")
def test_a_large_block_goes_back_to_the_kernel() -> None:
    assert said(FREED) == "True"  # as glibc does it
    assert said(FREED, "mended") == "False"
