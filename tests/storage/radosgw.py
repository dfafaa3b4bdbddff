"""A real S3 server for the tests: Ceph's gateway with one monitor and one store in memory.

By hand: `python -m tests.storage.radosgw --folder FOLDER` prints where it listens and its keys, and stays up until
Ctrl-C. Needs Debian's radosgw, ceph-mon and ceph-osd; runs as root and as an ordinary user; no systemd, no docker.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.storage.processes import free_port, listening, start, stop, wait_until
from tests.storage.servers import S3Server, run_by_hand

BINARIES = ("ceph-mon", "ceph-osd", "radosgw", "ceph", "radosgw-admin", "monmaptool")
INSTALL = "apt-get install --no-install-recommends radosgw ceph-mon ceph-osd"

# Made before the gateway starts: one after the other the gateway needs a second for each.
POOLS = (
    ".rgw.root", "default.rgw.log", "default.rgw.control", "default.rgw.meta",
    "default.rgw.buckets.index", "default.rgw.buckets.data", "default.rgw.buckets.non-ec",
)  # fmt: skip

# `ms mon client mode = crc`: without keys the gateway would wait for ever for a "secure" connection to the monitor.
CONFIGURATION = """\
[global]
fsid = {cluster}
mon host = [v2:127.0.0.1:{monitor_port}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms bind ipv6 = false
run dir = {folder}
log file =
log to stderr = true
mon cluster log file = /dev/null
admin socket =
pid file =
crash dir = {folder}
keyring = /dev/null
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 0
mon osd full ratio = 0.99
paxos propose interval = 0.01
[mon.a]
mon data = {folder}/mon
[osd.0]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd class load list = *
osd class default list = *
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:{gateway_port} tcp_nodelay=1
rgw data = {folder}/rgw
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw cache enabled = {memory}
rgw enable usage log = false
rgw enable gc threads = false
"""


def missing_binaries() -> list[str]:
    """The programs of Ceph this machine lacks."""
    return [name for name in BINARIES if shutil.which(name) is None]


class RadosGateway:
    """One small Ceph in `folder`. Objects live in memory: they survive the gateway's death, not the store's.

    `mortal`: the gateway will be killed, and remembers nothing; it is slower. With a memory, whoever makes a bucket
    after its death waits up to 30 s for the dead one to forget.
    """

    def __init__(self, folder: Path, *, mortal: bool = False) -> None:
        self._memory = "false" if mortal else "true"
        self.folder = folder.absolute()
        self.port = free_port()
        self._monitor: subprocess.Popen[bytes] | None = None
        self._store: subprocess.Popen[bytes] | None = None
        self._gateway: subprocess.Popen[bytes] | None = None
        self._access_key = ""
        self._secret_key = ""

    @property
    def server(self) -> S3Server:
        """Where it listens and with which keys."""
        return S3Server("radosgw", f"127.0.0.1:{self.port}", self._access_key, self._secret_key)

    def start(self) -> None:
        """Make the cluster and bring it up: 6 to 15 s. Raises ServerDidNotStart with the log's end."""
        for name in ("mon", "osd", "rgw"):
            (self.folder / name).mkdir(parents=True)
        cluster = str(uuid.uuid4())
        monitor_port = free_port()
        self._configuration.write_text(
            CONFIGURATION.format(
                cluster=cluster,
                folder=self.folder,
                monitor_port=monitor_port,
                gateway_port=self.port,
                memory=self._memory,
            )
        )
        try:
            self._start_monitor(cluster, monitor_port)
            self._start_store()
            self._make_pools()
            self._start_gateway()
            self._make_keys()
        except BaseException:
            self.stop()
            raise

    def kill_gateway(self) -> None:
        """kill -9: what a power cut does to the S3 door."""
        stop(self._gateway, kill=True)

    def revive_gateway(self) -> None:
        """Open the door again on the same port; everything acknowledged is still there."""
        self._start_gateway()

    def stop(self) -> None:
        """End all three processes."""
        for process in (self._gateway, self._store, self._monitor):
            # Nothing in memory is worth a polite shutdown, and the monitor takes seconds for it.
            stop(process, kill=True)

    @property
    def _configuration(self) -> Path:
        return self.folder / "ceph.conf"

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [command[0], "-c", str(self._configuration), *command[1:]],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[-800:]}")
        return done.stdout

    def _start_monitor(self, cluster: str, port: int) -> None:
        map_file = str(self.folder / "monmap")
        subprocess.run(
            ["monmaptool", "--create", "--fsid", cluster, "--addv", "a", f"[v2:127.0.0.1:{port}]", map_file],
            check=True, capture_output=True,
        )  # fmt: skip
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map_file)
        command = ["ceph-mon", "-c", str(self._configuration), "-f", "-i", "a"]
        self._monitor = start(command, log=self._log("mon"))
        wait_until(lambda: listening(port), self._monitor, log=self._log("mon"), patience=30)

    def _start_store(self) -> None:
        name = str(uuid.uuid4())
        self._run("ceph", "osd", "new", name)
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", name)
        command = ["ceph-osd", "-c", str(self._configuration), "-f", "-i", "0"]
        self._store = start(command, log=self._log("osd"))

    def _make_pools(self) -> None:
        with ThreadPoolExecutor(len(POOLS)) as together:
            list(together.map(lambda pool: self._run("ceph", "osd", "pool", "create", pool, "1"), POOLS))

    def _start_gateway(self) -> None:
        command = ["radosgw", "-c", str(self._configuration), "-f", "-n", "client.rgw.a"]
        self._gateway = start(command, log=self._log("rgw"))
        wait_until(lambda: listening(self.port), self._gateway, log=self._log("rgw"), patience=60)

    def _make_keys(self) -> None:
        made = self._run("radosgw-admin", "user", "create", "--uid=office", "--display-name=Office")
        keys = json.loads(made)["keys"][0]
        self._access_key, self._secret_key = keys["access_key"], keys["secret_key"]


if __name__ == "__main__":
    lacking = missing_binaries()
    sys.exit(run_by_hand(RadosGateway, missing=f"{lacking}; install: {INSTALL}" if lacking else "", about=__doc__ or ""))
