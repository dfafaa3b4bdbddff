"""The command answers at once, refuses in words, and sets a real office up from nothing."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import asyncpg
import pyotp
import pytest

from app.cli import calls
from app.demo.plan import read_environment, write_environment
from app.embedded import EmbeddedPostgres, embedded_postgres

ROOT = Path(__file__).parent.parent.parent
BARE = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
HEAVY = ("fastapi", "sqlalchemy", "sqlmodel", "pydantic", "asyncpg", "alembic", "rich", "uvicorn", "pyhanko", "typst")
OFFICE = {
    "--code": "H99.08.22",
    "--territory": "26122",
    "--name": "Trung tâm Phục vụ hành chính công xã Tân Mai",
    "--short-name": "Xã Tân Mai",
    "--authority": "Ủy ban nhân dân xã Tân Mai",
    "--place": "Tân Mai",
    "--address": "Số 1 đường Thử Nghiệm, xã Tân Mai",
    "--phone": "0900 000 001",
}


FEW_UNITS = """\
code,name,kind,parent_code,valid_from
99,Tỉnh Thanh Giang,tỉnh,,2025-07-01
99122,Xã Tân Mai,xã,99,2025-07-01
"""


def motcua(*words: str, environment: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=BARE | dict(environment), stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    async with embedded_postgres(tmp_path_factory.mktemp("cli") / "postgres", fast=True) as server:
        owner = {"MOTCUA_OWNER_DATABASE_URL": server.owner_dsn}
        migrated = await asyncio.to_thread(motcua, "migrate", environment=owner)
        assert migrated.returncode == 0, migrated.stderr
        yield server


@pytest.fixture
def office(postgres: EmbeddedPostgres) -> dict[str, str]:
    return {"MOTCUA_DATABASE_URL": postgres.app_dsn}


def test_help_loads_nothing_heavy() -> None:
    look = f"import sys; import app.cli; print([name for name in {HEAVY} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT, env=BARE)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["serve", "worker", "publish", "store", "check-config"])
def test_no_command_starts_on_a_bare_environment(command: str) -> None:
    told = motcua(command)
    assert told.returncode == 2
    assert "MOTCUA_SECRET_KEY is not set" in told.stderr
    assert "Traceback" not in told.stderr


def test_migrate_asks_for_the_owner() -> None:
    told = motcua("migrate")
    assert told.returncode == 2
    assert "motcua_owner" in told.stderr


def test_a_part_this_release_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        calls.carry_out("app.no_such_part", "run")
    assert capsys.readouterr().err == "This release has no app.no_such_part; it cannot do that.\n"


def test_a_broken_part_is_not_called_missing() -> None:
    with pytest.raises(ZeroDivisionError):
        calls.carry_out("operator", "floordiv", 1, 0)


def test_the_doctor_of_a_demo_that_was_never_opened_names_the_command(tmp_path: Path) -> None:
    told = motcua("doctor", "--demo", str(tmp_path))
    assert told.returncode == 2
    assert "motcua demo --folder" in told.stderr


def test_the_environment_of_a_demo_is_read_back_as_it_was(tmp_path: Path) -> None:
    given = {"MOTCUA_SECRET_KEY": "a b'c\"d$e", "MOTCUA_DEMO": "true"}
    write_environment(tmp_path, given)
    assert read_environment(tmp_path) == given
    assert (tmp_path / "environment").stat().st_mode & 0o077 == 0


def add_office(office: Mapping[str, str], **changed: str) -> subprocess.CompletedProcess[str]:
    facts = OFFICE | {f"--{name}": value for name, value in changed.items()}
    return motcua("office", "add", *(word for pair in facts.items() for word in pair), environment=office)


def add_officer(office: Mapping[str, str], folder: Path, login: str, password: str, role: str = "administrator",
                code: str = "H99.08.22") -> subprocess.CompletedProcess[str]:  # fmt: skip
    (folder / "password").write_text(password + "\n")
    words = ["--office", code, "--login", login, "--name", "Nguyễn Văn Thử", "--title", "Quản trị", "--role", role]
    return motcua("officer", "add", *words, "--password-file", str(folder / "password"), environment=office)


async def test_an_office_and_its_first_administrator_are_added(
    postgres: EmbeddedPostgres, office: dict[str, str], tmp_path: Path
) -> None:
    added = await asyncio.to_thread(add_office, office)
    assert added.returncode == 0, added.stderr
    again = await asyncio.to_thread(add_office, office)
    assert (again.returncode, again.stderr) == (2, "There is an office H99.08.22 already.\n")
    told = await asyncio.to_thread(add_officer, office, tmp_path, "quantri", "mot-mat-khau-dai")
    assert told.returncode == 0, told.stderr
    connection = await asyncpg.connect(postgres.superuser_dsn)
    try:
        row = await connection.fetchrow("SELECT * FROM officer WHERE login = 'quantri'")
    finally:
        await connection.close()
    assert row is not None
    assert row["password_hash"].startswith("$argon2id$")
    assert row["totp_secret"] in told.stdout
    assert pyotp.parse_uri(told.stdout.split()[-1]).name == "quantri"


async def test_an_added_office_knows_its_seal_and_who_stands_above_it(
    postgres: EmbeddedPostgres, office: dict[str, str]
) -> None:
    above = {"code": "H98", "territory": "98", "authority": "Ủy ban nhân dân tỉnh Mẫu"}
    below = {"code": "H98.01.01", "territory": "98001", "parent": "H98", "seal-key": "seal"}
    for facts in (above, below):
        added = await asyncio.to_thread(add_office, office, **facts)
        assert added.returncode == 0, added.stderr
    connection = await asyncpg.connect(postgres.superuser_dsn)
    try:
        settings = await connection.fetchval("SELECT settings FROM office WHERE code = 'H98.01.01'")
    finally:
        await connection.close()
    assert json.loads(settings) == {"seal_key": "seal", "parent_authority": "Ủy ban nhân dân tỉnh Mẫu"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"login": "Ông A"}, "A login has"),
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "quantri2-quantri2", "login": "quantri2"}, "does not contain the login"),
        ({"role": "king"}, "A role is one of: reception"),
        ({"code": "H99.00.00"}, "There is no office H99.00.00"),
    ],
)
def test_a_wrong_appointment_is_refused_in_words(
    office: dict[str, str], tmp_path: Path, changed: dict[str, str], words: str
) -> None:
    told = add_officer(office, tmp_path, **({"login": "canbo", "password": "mot-mat-khau-dai"} | changed))
    assert told.returncode == 2
    assert words in told.stderr


def test_units_are_taken_in_once(office: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(FEW_UNITS, encoding="utf-8")
    first = motcua("units", "import", str(tmp_path / "units.csv"), environment=office)
    again = motcua("units", "import", str(tmp_path / "units.csv"), environment=office)
    assert first.stdout.startswith("2 added"), first.stderr
    assert again.stdout.endswith("2 unchanged.\n")


def test_a_wrong_units_file_is_refused_in_words(office: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("mã,tên\n1,2\n", encoding="utf-8")
    told = motcua("units", "import", str(tmp_path / "units.csv"), environment=office)
    assert told.returncode == 2
    assert "thiếu cột" in told.stderr
