"""`python -m simulators.pki --folder DIR --port N [--host ADDRESS]`: the development PKI as a process."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from simulators.pki import authority, server


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m simulators.pki", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, required=True, help="keys, certificates and the book live here"
    )
    parser.add_argument(
        "--port", type=int, required=True, help="HTTP port; it is written into the certificates"
    )
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args()
    url = f"http://{options.host}:{options.port}"
    try:
        web = server.make(options.folder, options.host, options.port)
    except (OSError, SystemExit):
        print(f"pki: port {options.port} is busy; choose another with --port", file=sys.stderr)
        return 1
    authority.ensure(options.folder, url)

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    print(f"pki: {url}, root {options.folder / 'root.pem'}", flush=True)
    try:
        web.serve_forever()
    except KeyboardInterrupt:
        web.server_close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
