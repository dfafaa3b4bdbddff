"""What one demo folder holds: its ports, its secrets, and the environment its parts are given."""

import json
import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.embedded.cluster import kept_secret
from app.embedded.ports import LOOPBACK, free_port
from app.settings import PREFIX

ROOT = Path(__file__).resolve().parent.parent.parent        # the checkout: workflows/, migrations/, simulators/
FIRST_PORT = 8000
# Distance from the first port. Written down at the first start and kept as long as they are free.
PORTS = {
    "web": 0, "web metrics": 1, "worker metrics": 2, "postgres": 3,
    "pki": 10, "identity": 11, "population": 12, "sms": 13, "payment": 14, "post": 15, "mailbox": 16, "smtp": 17,
}   # fmt: skip
SIGNED = ("population", "sms", "payment", "post")           # systems that share a secret with the office
CALLED_BACK = ("sms", "payment", "post")                    # systems that call the office, and may call late
TSA_PATH = "/motcua/tsa/tsa"                                # where simulators.pki gives time-stamps
KEPT = ("lock", "ports.json")                               # what --fresh leaves in the folder


@dataclass(frozen=True)
class Plan:
    """One start of a demo folder. `moved`: ports that could not be those of last time, by name, with the old one."""

    folder: Path
    ports: Mapping[str, int]
    moved: Mapping[str, int]

    @property
    def public_url(self) -> str:
        return self.url("web")

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def secret(self, name: str) -> str:
        return kept_secret(self.folder / "secrets" / name)

    def callback_url(self, system: str) -> str:
        """Where an outside system tells the office its news."""
        return f"{self.public_url}/hooks/{system}"

    def environment(self, app_dsn: str, owner_dsn: str) -> dict[str, str]:
        """`MOTCUA_…` for the parts of the office. What the person has set by hand stands."""
        ours: dict[str, object] = {
            "demo": "true",
            "second_factor": "false",
            "database_url": app_dsn,
            "owner_database_url": owner_dsn,
            "store_url": f"folder://{self.folder / 'objects'}",
            "secret_key": self.secret("secret_key"),
            "public_url": self.public_url,
            "port": self.ports["web"],
            "metrics_port": self.ports["web metrics"],
            "worker_metrics_port": self.ports["worker metrics"],
            "smtp_url": f"smtp://{LOOPBACK}:{self.ports['smtp']}",
            "oidc_issuer": self.url("identity"),
            "oidc_client_id": "motcua",
            "oidc_client_secret": self.secret("oidc"),
            "tsa_url": self.url("pki") + TSA_PATH,
            "trust_roots": self.folder / "pki" / "root.pem",
            "keys_folder": self.folder / "keys",
            "workflows_folder": ROOT / "workflows",
        }
        for system in SIGNED:
            ours |= {f"{system}_url": self.url(system), f"{system}_secret": self.secret(system)}
        named = {PREFIX + name.upper(): str(value) for name, value in ours.items()}
        chosen = {name: value for name, value in named.items() if name not in os.environ}
        write_environment(self.folder, chosen)
        return chosen


def write_environment(folder: Path, environment: Mapping[str, str]) -> None:
    """For the shell and for `motcua doctor --demo`: what the parts of this demo are given. Carries secrets: 0600."""
    draft = folder / "environment.half-written"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in environment.items()))
    draft.rename(folder / "environment")


def read_environment(folder: Path) -> dict[str, str]:
    """What `write_environment` wrote. Raises FileNotFoundError when no demo was opened in `folder`."""
    lines = (folder / "environment").read_text().splitlines()
    return dict(shlex.split(line)[0].split("=", 1) for line in lines)


def make_plan(folder: Path, first_port: int | None = None) -> Plan:
    """The ports of last time where they are free, others where not. A `first_port` given now wins over last time."""
    remembered = folder / "ports.json"
    last: dict[str, int] = json.loads(remembered.read_text()) if remembered.exists() else {}
    if first_port is not None and last.get("web") != first_port:
        last = {}
    base = first_port if first_port is not None else last.get("web", FIRST_PORT)
    ports: dict[str, int] = {}
    for name, distance in PORTS.items():
        wish = last.get(name, base + distance)
        # Others' wishes are left to them, so that one busy port moves one part and not all behind it.
        others = frozenset({base + step for step in PORTS.values()} - {wish}) | frozenset(ports.values())
        ports[name] = free_port(wish, base + distance, taken=others)
    moved = {
        name: last.get(name, base + distance)
        for name, distance in PORTS.items()
        if ports[name] != last.get(name, base + distance)
    }
    folder.mkdir(parents=True, exist_ok=True)
    draft = remembered.with_suffix(".half-written")
    draft.write_text(json.dumps(ports, indent=1))
    draft.rename(remembered)
    return Plan(folder, ports, moved)


def clear(folder: Path) -> None:
    """Forget everything but the ports: the next start is a first start."""
    for entry in folder.iterdir():
        if entry.name in KEPT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
