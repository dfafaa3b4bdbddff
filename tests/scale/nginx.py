"""Debian's nginx with deploy/nginx.conf as it is delivered, but for addresses, folders and TLS."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.supervisor import Part, listens

ROOT = Path(__file__).parents[2]


def program() -> str:
    """Where nginx is. Skips where there is none."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip("nginx is not installed: apt-get install -y nginx-light")
    return found


def proxy(folder: Path, port: int, webs: Sequence[int]) -> Part:
    """nginx on `port` before the web processes on these ports, as a part for a supervisor."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "nginx.conf"
    settings.write_text(as_delivered(folder, port, webs))
    user = "user root; " if os.geteuid() == 0 else ""
    return Part(
        "nginx", (program(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(settings), "-g",
                  f"{user}daemon off;"),
        ready=listens(port), folder=folder,
    )


def as_delivered(folder: Path, port: int, webs: Sequence[int]) -> str:
    """deploy/nginx.conf with this machine's addresses, without TLS and without its second server for plain http."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = re.sub(r"(?m)^ *ssl_.*\n|^ *add_header Strict.*\n", "", text)
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    text = re.sub(r"(?m)^    server \{\n        listen 80;(.|\n)*?\n    \}\n", "", text)
    lines = iter(webs)
    text = re.sub(r"server app-\d:8000", lambda _: f"server 127.0.0.1:{next(lines)}", text)
    text = text.replace("/run/nginx.pid", f"{folder}/nginx.pid").replace("/var/log/nginx", str(folder))
    waiting = " ".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return text.replace("http {", f"http {{ {waiting}", 1)
