"""The example of the README, as a newcomer would run it."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from pathlib import Path

from tests.storage.servers import S3Server

REPOSITORY = Path(__file__).parents[2]


def printed(address: str) -> list[str]:
    """What the example prints for the store at `address`."""
    [example] = re.findall(r"```python\n(.*?)```", (REPOSITORY / "storage" / "README.md").read_text(), re.DOTALL)
    command = [sys.executable, "-W", "error", "-c", example, address]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_example_runs_on_a_folder(tmp_path: Path) -> None:
    assert printed(f"folder://{tmp_path}/objects") == ["taken by True", "b'%PDF-1.7'", "no worm"]


def test_the_example_runs_on_a_real_server(server: S3Server) -> None:
    assert printed(server.url(f"readme-{uuid.uuid4().hex}")) == ["taken by True", "b'%PDF-1.7'", "worm"]


def test_a_folder_store_does_without_the_s3_client() -> None:
    program = "import sys, storage; sys.exit('minio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY).returncode == 0
