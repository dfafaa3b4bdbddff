"""What docker-compose.yml promises: confined, pinned, without secrets in it; and its commands work as written.

There is no Docker here. Every command, environment and health check is run directly, with only addresses replaced,
against Debian's PostgreSQL and, where Ceph is installed, a real S3 server.
"""

import os
import re
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from app.embedded import find_binaries, prepare
from app.embedded.cluster import SUPERUSER, password_of
from app.settings import Settings
from app.supervisor import Part, Supervisor, answers
from simulators.pki import authority
from tests.ports import free_port
from tests.startup import compose
from tests.startup.compose import ROOT, Service
from tests.storage import radosgw

GIVEN = {"MOTCUA_PUBLIC_URL": "https://motcua.example", "MOTCUA_PROVINCE": "H99"}
SERVICES = compose.read(GIVEN)
OURS = ("migrate", "app", "worker")
JOBS = ("migrate",)
TRIALS = ("identity",)      # profiles for trying out, never for citizens
with_debian = pytest.mark.skipif(
    not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    reason="Debian's PostgreSQL is missing: apt-get install postgresql",
)


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> Service:
    return SERVICES[request.param]


def test_no_service_runs_as_root_or_may_become_it(service: Service) -> None:
    assert not str(service.raw["user"]).startswith(("0", "root"))
    assert service.raw["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service.raw["security_opt"]
    assert not service.raw.get("privileged")


def test_the_root_of_every_service_for_citizens_is_read_only(service: Service) -> None:
    assert service.raw["read_only"] is (service.name not in TRIALS)


def test_every_standing_service_is_asked_for_its_health(service: Service) -> None:
    assert bool(service.health) is (service.name not in JOBS)


def test_every_image_is_pinned(service: Service) -> None:
    tag = str(service.raw["image"]).rpartition(":")[2]
    assert re.search(r"\d", tag)
    assert tag != "latest"


def test_no_secret_stands_in_an_environment(service: Service) -> None:
    spelled_out = [
        name
        for name, value in service.environment.items()
        if re.search(r"(PASSWORD|SECRET|ACCESS_KEY|SECRET_KEY|DATABASE_URL)$", name) and value
    ]
    assert spelled_out == []


def test_nothing_is_published_beyond_this_machine(service: Service) -> None:
    assert [port for port in service.raw.get("ports", ()) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", OURS)
def test_every_setting_of_the_office_is_one_we_know(name: str) -> None:
    known = {f"MOTCUA_{field.upper()}{end}" for field in Settings.model_fields for end in ("", "_FILE")}
    assert set(SERVICES[name].environment) - known == set()


def test_only_migrate_knows_the_owner_of_the_tables() -> None:
    assert [name for name in OURS if "owner_database_url" in SERVICES[name].secrets] == ["migrate"]


def test_every_secret_a_service_reads_is_given_to_it(service: Service) -> None:
    text = " ".join([*service.argv, *service.environment.values()])
    assert set(re.findall(r"/run/secrets/(\w+)", text)) <= set(service.secrets)


def test_every_secret_is_made_by_the_script(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    made = {file.name for file in tmp_path.iterdir()}
    more = re.findall(r"deploy/secrets/(\w+)", (ROOT / "deploy" / "several.yml").read_text())
    assert {Path(file).name for file in compose.named_secrets().values()} | set(more) == made


def test_made_secrets_are_closed_to_others_and_never_made_again(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    first = {file.name: file.read_text() for file in tmp_path.iterdir()}
    make_secrets(tmp_path)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == first
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert len(first["secret_key"]) >= 32


def test_a_setting_that_must_be_given_is_asked_for() -> None:
    with pytest.raises(KeyError, match="MOTCUA_PUBLIC_URL must be given"):
        compose.read({})


def make_secrets(folder: Path) -> None:
    subprocess.run([ROOT / "deploy/make-secrets.sh", folder], check=True, capture_output=True)


# The services as they stand, run directly.


@dataclass(frozen=True)
class Machine:
    """Where the containers would be: Debian's PostgreSQL prepared by the service's own script, a store, secrets."""

    parts: Supervisor
    folder: Path
    environment: Mapping[str, str]     # what every process here needs besides its service's
    replaced: Mapping[str, str]        # addresses in containers → addresses here

    def local(self, text: str) -> str:
        for there, here in self.replaced.items():
            text = text.replace(there, here)
        return text

    def part(self, service: Service, **more: object) -> Part:
        environment = {name: self.local(value) for name, value in service.environment.items()}
        argv = tuple(self.local(word) for word in service.argv)
        return Part(service.name, argv, {**self.environment, **environment}, folder=self.folder, **more)  # type: ignore[arg-type]

    def healthy(self, service: Service) -> bool:
        command = [self.local(word) for word in service.health]
        return subprocess.run(command, env=dict(self.environment), capture_output=True, timeout=30).returncode == 0


@pytest.fixture(scope="module", params=["ceph", "folder"])
def store_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the objects go: a real S3 server, or the folder of a small office. Keys as URL parts, as in settings."""
    folder = tmp_path_factory.mktemp("store")
    if request.param == "folder":
        yield f"folder://{folder}/objects"
        return
    if missing := radosgw.missing_binaries():
        pytest.skip(f"no Ceph ({', '.join(missing)} missing): {radosgw.INSTALL}")
    gateway = radosgw.RadosGateway(folder)
    gateway.start()
    try:
        yield gateway.server.url("motcua")
    finally:
        gateway.stop()


@pytest.fixture(scope="module")
async def machine(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Machine]:
    folder = tmp_path_factory.mktemp("containers")
    parts = Supervisor(folder, print)
    try:
        yield await _stand_up(parts, folder, store_url)
    finally:
        await parts.stop()


async def _stand_up(parts: Supervisor, folder: Path, store_url: str) -> Machine:
    cluster = await prepare(folder / "postgres", binaries=find_binaries("debian"))
    options = SERVICES["postgres"].argv[1:]
    server = cluster.part()
    await parts.start(Part(**{**vars(server), "argv": (*server.argv, *options)}))
    secrets, keys, commands = folder / "secrets", folder / "keys", folder / "commands"
    make_secrets(secrets)
    for name in ("database_url", "owner_database_url"):
        told = (secrets / name).read_text().replace("@postgres:5432/", f"@127.0.0.1:{cluster.port}/")
        (secrets / name).unlink()
        (secrets / name).write_text(told)
    commands.mkdir()
    shim = commands / "motcua"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m app.cli "$@"\n')
    shim.chmod(0o755)
    environment = {
        "PATH": f"{commands}:{Path(sys.executable).parent}:{cluster.binaries}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "MOTCUA_WORKFLOWS_FOLDER": str(ROOT / "workflows"),        # of the image
    }
    script = Part(
        "roles",
        ("sh", str(ROOT / "deploy/postgres/10-roles.sh")),
        environment
        | {
            "MOTCUA_SECRETS": str(secrets),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(cluster.port),
            "PGPASSWORD": password_of(cluster.folder, SUPERUSER),
        },
    )
    await parts.run_once(script)
    authority.ensure(folder / "pki")
    office = authority.Subject("Ủy ban nhân dân xã Tân Mai", "Ủy ban nhân dân xã Tân Mai")
    seal = authority.issue(folder / "pki", office, "seal")
    keys.mkdir()
    seal.p12.rename(keys / "seal.p12")
    seal.passphrase_file.rename(keys / "seal.passphrase")
    (keys / "roots.pem").write_bytes((folder / "pki/root.pem").read_bytes())
    ports = {there: str(free_port()) for there in ("8000", "9100", "9101")}
    replaced = {
        "/run/secrets": str(secrets),
        "/etc/motcua/keys": str(keys),
        "s3://s3:9000/motcua?secure=0": store_url,
        "0.0.0.0": "127.0.0.1",
        "--host 127.0.0.1": f"--host 127.0.0.1 --port {cluster.port}",
        **ports,
    }
    if store_url.startswith("s3:"):
        access, secret = re.findall(r"s3://([^:]+):([^@]+)@", store_url)[0]
        for name, value in (("store_access_key", access), ("store_secret_key", secret)):
            (secrets / name).unlink()
            (secrets / name).write_text(value)
    return Machine(parts, folder, {**os.environ, **environment}, replaced)


@with_debian
async def test_the_roles_of_the_script_are_bound(machine: Machine) -> None:
    connection = await asyncpg.connect((machine.folder / "secrets/database_url").read_text())
    try:
        role = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
        assert role is not None
        assert not any(role[f"rol{right}"] for right in ("super", "bypassrls", "createdb", "createrole"))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE mine ()")
    finally:
        await connection.close()


@with_debian
async def test_migrate_prepares_database_store_and_procedures_and_may_run_again(machine: Machine) -> None:
    for _ in range(2):
        await machine.parts.run_once(machine.part(SERVICES["migrate"]))
    said = machine.parts.log_of("migrate").read_text()
    assert "The store is ready, " in said
    assert said.rstrip().splitlines()[-1].split()[1] == "unchanged"


@with_debian
async def test_app_and_worker_become_healthy(machine: Machine) -> None:
    await machine.parts.run_once(machine.part(SERVICES["migrate"]))
    port = machine.replaced["8000"]
    await machine.parts.start(machine.part(SERVICES["app"], ready=answers(f"http://127.0.0.1:{port}/readyz"), patience=90))
    assert machine.healthy(SERVICES["app"])
    metrics = answers(f"http://127.0.0.1:{machine.replaced['9101']}/metrics")
    await machine.parts.start(machine.part(SERVICES["worker"], ready=metrics, patience=90))
    assert machine.healthy(SERVICES["worker"])


@with_debian
def test_the_app_does_not_start_on_an_unsafe_setting(machine: Machine) -> None:
    part = machine.part(SERVICES["app"])
    unsafe = {**part.environment, "MOTCUA_SECOND_FACTOR": "false"}
    told = subprocess.run(part.argv, env=unsafe, capture_output=True, text=True, timeout=60)
    assert told.returncode == 2
    assert "MOTCUA_SECOND_FACTOR is off" in told.stderr
