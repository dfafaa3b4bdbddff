"""What stands on a page, read back from the PDF as a person would select it."""

import subprocess
from functools import cache
from shutil import which

import pytest

from app.papers.pages import page_sizes

__all__ = ["text_of"]


def text_of(pdf: bytes, page: int = 1) -> str:
    """The text of a page, blanks joined."""
    if not _poppler():
        pytest.skip("pdftotext is missing: apt-get install poppler-utils")
    assert page <= len(page_sizes(pdf))
    command = ["pdftotext", "-f", str(page), "-l", str(page), "-", "-"]
    read = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


@cache
def _poppler() -> bool:
    return which("pdftotext") is not None
