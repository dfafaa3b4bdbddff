"""The doctor finds what is broken, says what to do about it, and calls a healthy office healthy."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.doctor import Finding, State, examine
from app.embedded import EmbeddedPostgres, embedded_postgres
from app.settings import Settings, load
from app.supervisor import Part, Supervisor, answers
from simulators.pki import authority
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Office:
    """An office that stands: migrated database, folder store, a PKI that answers, one key."""

    postgres: EmbeddedPostgres
    folder: Path
    key: Path

    def settings(self, **changed: object) -> Settings:
        pki = authority.ensure(self.folder / "pki").url
        values: dict[str, object] = {
            "demo": True,
            "database_url": self.postgres.app_dsn,
            "owner_database_url": self.postgres.owner_dsn,
            "store_url": f"folder://{self.folder}/objects",
            "secret_key": "k" * 48,
            "tsa_url": f"{pki}/motcua/tsa/tsa",
            "trust_roots": self.folder / "pki/root.pem",
            "keys_folder": self.key.parent,
            "workflows_folder": self.folder,
        }
        return load(**(values | changed))


@pytest.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    port = free_port()
    authority.ensure(folder / "pki", f"http://127.0.0.1:{port}")
    subject = authority.Subject("Ủy ban nhân dân xã Tân Mai", "Ủy ban nhân dân xã Tân Mai")
    key = authority.issue(folder / "pki", subject, "seal")
    pki = (sys.executable, "-m", "simulators.pki", "--folder", str(folder / "pki"), "--port", str(port))
    parts = Supervisor(folder, print)
    async with embedded_postgres(folder / "postgres", fast=True) as postgres:
        try:
            await parts.start(Part("pki", pki, ready=answers(f"http://127.0.0.1:{port}/livez"), folder=ROOT))
            owner = {"MOTCUA_OWNER_DATABASE_URL": postgres.owner_dsn}
            await parts.run_once(Part("migrate", (sys.executable, "-m", "app.cli", "migrate"), owner, folder=ROOT))
            yield Office(postgres, folder, kept(key, folder / "keys"))
        finally:
            await parts.stop()


def kept(issued: authority.Issued, keys: Path) -> Path:
    """The key as an office keeps it: `name.p12` with its `name.passphrase`, closed to others."""
    keys.mkdir()
    for source, suffix in ((issued.p12, ".p12"), (issued.passphrase_file, ".passphrase")):
        (keys / f"seal{suffix}").write_bytes(source.read_bytes())
        (keys / f"seal{suffix}").chmod(0o600)
    return keys / "seal.p12"


async def about(settings: Settings, area: str) -> list[Finding]:
    return [one for one in await examine(settings) if one.area == area]


async def states(settings: Settings, area: str) -> set[State]:
    return {one.state for one in await about(settings, area)}


@pytest.mark.parametrize(
    "area", ["settings", "migrations", "trust roots", "keys", "certificates", "time-stamps", "clock", "queue", "fonts"]
)
async def test_what_is_in_order_is_called_so(office: Office, area: str) -> None:
    found = await about(office.settings(), area)
    assert {one.state for one in found} == {State.FINE}, found


async def test_the_role_of_the_app_is_bound(office: Office) -> None:
    assert State.BROKEN not in await states(office.settings(), "database")


@pytest.mark.parametrize("role", ["owner_dsn", "superuser_dsn"])
async def test_serving_as_a_mightier_role_is_broken(office: Office, role: str) -> None:
    mighty = office.settings(database_url=getattr(office.postgres, role))
    assert State.BROKEN in await states(mighty, "database")


async def test_a_folder_is_not_called_worm(office: Office) -> None:
    [store] = await about(office.settings(), "store")
    assert (store.state, store.found[:8]) == (State.WARNING, "no WORM:")


async def test_a_database_without_tables_names_the_command(office: Office, tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path / "postgres", fast=True) as bare:
        [finding] = await about(office.settings(database_url=bare.app_dsn), "migrations")
    assert (finding.state, finding.mend) == (State.BROKEN, "Run: motcua migrate")


@pytest.mark.parametrize(
    ("setting", "value", "area"),
    [
        ("database_url", "postgresql://motcua_app:x@127.0.0.1:1/motcua", "database"),
        ("tsa_url", "http://127.0.0.1:1/tsa", "time-stamps"),
        ("smtp_url", "smtp://127.0.0.1:1", "mail"),
        ("payment_url", "http://127.0.0.1:1", "payment"),
        ("oidc_issuer", "http://127.0.0.1:1", "sign-in of citizens"),
        ("store_url", "s3://key:secret@127.0.0.1:1/motcua?secure=0", "store"),
        ("trust_roots", "/nowhere/root.pem", "trust roots"),
        ("keys_folder", "/nowhere", "keys"),
    ],
)
async def test_what_does_not_answer_is_broken_and_has_a_remedy(
    office: Office, setting: str, value: str, area: str
) -> None:
    [finding] = await about(office.settings(**{setting: value}), area)
    assert finding.state is State.BROKEN
    assert finding.mend


async def test_a_key_without_its_passphrase_is_broken(office: Office, tmp_path: Path) -> None:
    (tmp_path / "seal.p12").write_bytes(office.key.read_bytes())
    (tmp_path / "seal.passphrase").write_text("wrong")
    assert await states(office.settings(keys_folder=tmp_path), "key seal") == {State.BROKEN}


async def test_a_key_others_may_read_is_pointed_out(office: Office, tmp_path: Path) -> None:
    for suffix in (".p12", ".passphrase"):
        copy = tmp_path / f"seal{suffix}"
        copy.write_bytes(office.key.with_suffix(suffix).read_bytes())
        copy.chmod(0o644)
    assert await states(office.settings(keys_folder=tmp_path), "key seal") == {State.WARNING}


async def test_a_certificate_that_has_ended_is_broken(office: Office, tmp_path: Path) -> None:
    ended = authority.issue(
        tmp_path / "pki",
        authority.Subject("Trần Thị Cũ", "Ủy ban nhân dân xã Tân Mai"),
        "leader",
        valid=("2020-01-01T00:00:00+00:00", "2021-01-01T00:00:00+00:00"),
    )
    keys = kept(ended, tmp_path / "keys").parent
    assert await states(office.settings(keys_folder=keys), "key seal") == {State.BROKEN}


def test_the_command_ends_with_one_when_something_is_broken() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    told = subprocess.run(
        [sys.executable, "-m", "app.cli", "doctor", "--json"], capture_output=True, text=True, cwd=ROOT, env=bare
    )
    assert told.returncode == 1, told.stderr
    assert json.loads(told.stdout)["healthy"] is False
