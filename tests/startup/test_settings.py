"""The office refuses to open on an unsafe environment, and says why in whole sentences."""

import os
from pathlib import Path

import pytest

from app.settings import Settings, SettingsRefused, load, load_checked

LONG = "k" * 48


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("MOTCUA_"):
            monkeypatch.delenv(name)


def safe(tmp_path: Path, **changed: object) -> Settings:
    values: dict[str, object] = {
        "database_url": "postgresql://motcua_app:9f8e7d@db/motcua",
        "owner_database_url": "postgresql://motcua_owner:7d6c5b@db/motcua",
        "store_url": "s3://s3:9000/motcua",
        "store_access_key": "office",
        "store_secret_key": LONG,
        "secret_key": LONG,
        "public_url": "https://motcua.example",
        "workflows_folder": tmp_path,
    }
    return load(**(values | changed))


def test_a_complete_office_has_nothing_to_mend(tmp_path: Path) -> None:
    assert safe(tmp_path).check() == []


def test_a_bare_environment_names_every_missing_setting() -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_checked(workflows_folder="/nowhere")
    named = {complaint.split()[0].rstrip(":") for complaint in refused.value.complaints}
    missing = ("DATABASE_URL", "STORE_URL", "SECRET_KEY", "WORKFLOWS_FOLDER")
    assert {f"MOTCUA_{name}" for name in missing} <= named


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"second_factor": False}, "SECOND_FACTOR"),
        ({"database_url": "postgresql://motcua_app:motcua@db/motcua"}, "DATABASE_URL"),
        ({"database_url": "postgresql://motcua_owner:7d6c5b@db/motcua"}, "DATABASE_URL"),
        ({"database_url": "postgresql://postgres:7d6c5b@db/motcua"}, "DATABASE_URL"),
        ({"store_secret_key": "minioadmin"}, "STORE_SECRET_KEY"),
        ({"payment_url": "https://pay.example"}, "PAYMENT_SECRET"),
        ({"public_url": "http://motcua.example"}, "PUBLIC_URL"),
        ({"oidc_issuer": "http://vneid.example"}, "OIDC_ISSUER"),
    ],
)
def test_an_unsafe_setting_is_refused_outside_the_demo(
    tmp_path: Path, changed: dict[str, object], named: str
) -> None:
    assert any(f"MOTCUA_{named}" in complaint for complaint in safe(tmp_path, **changed).check())
    assert safe(tmp_path, **changed, demo=True).check() == []


def test_a_secret_comes_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(LONG + "\n")
    monkeypatch.setenv("MOTCUA_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert load().secret_key.get_secret_value() == LONG


def test_a_value_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(LONG)
    monkeypatch.setenv("MOTCUA_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("MOTCUA_SECRET_KEY", LONG)
    with pytest.raises(SettingsRefused, match="both set"):
        load()


def test_a_missing_secret_file_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_SECRET_KEY_FILE", "/nowhere/key")
    with pytest.raises(SettingsRefused, match="cannot be read"):
        load()


def test_a_nonsensical_value_names_its_variable() -> None:
    with pytest.raises(SettingsRefused, match="MOTCUA_PORT"):
        load(port="tám nghìn")


def test_no_secret_is_printed(tmp_path: Path) -> None:
    printed = repr(safe(tmp_path))
    assert LONG not in printed
    assert "9f8e7d" not in printed


def test_the_keys_of_the_store_are_written_into_its_address(tmp_path: Path) -> None:
    settings = safe(tmp_path, store_secret_key="a/b+c", store_url="s3://s3:9000/motcua?secure=0")
    assert settings.store_address == "s3://office:a%2Fb%2Bc@s3:9000/motcua?secure=0"
    assert safe(tmp_path, store_url="folder:///objects").store_address == "folder:///objects"
