"""docker-compose.yml as a test reads it: values filled in, and a service's command with its environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "docker-compose.yml"


@dataclass(frozen=True)
class Service:
    """One service. `argv` is entrypoint and command together, as the container would run them."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    health: tuple[str, ...]
    secrets: tuple[str, ...]
    raw: Mapping[str, Any]


def read(values: Mapping[str, str]) -> dict[str, Service]:
    """All services, of every profile. `values` is what `.env` would say. Raises KeyError for one that must be given."""
    whole = _filled(yaml.safe_load(FILE.read_text("utf-8")), values)
    return {name: _service(name, raw) for name, raw in whole["services"].items()}


def named_secrets() -> dict[str, str]:
    """The secrets of the file with the path of each."""
    whole = yaml.safe_load(FILE.read_text("utf-8"))
    return {name: told["file"] for name, told in whole["secrets"].items()}


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Compose's own substitution: ${NAME}, ${NAME:-default}, ${NAME:?must be given}, and $$ for a dollar."""

    def one(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        name, kind, word = found["name"], found["kind"], found["word"]
        if value := values.get(name):
            return value
        if kind == "-":
            return str(word)
        raise KeyError(f"{name} must be given: {word}")

    return re.sub(r"(?P<dollar>\$\$)|\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<word>[^}]*))?\}", one, text)


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """As Compose does it: first YAML, then substitution, so that an empty value stays a text."""
    if isinstance(value, dict):
        return {key: _filled(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values) for one in value]
    return fill_in(value, values) if isinstance(value, str) else value


def _service(name: str, raw: Mapping[str, Any]) -> Service:
    entry = raw.get("entrypoint") or (["motcua"] if str(raw["image"]).startswith("motcua:") else [])
    command = raw.get("command", [])
    health = raw.get("healthcheck", {}).get("test", ["NONE"])
    environment = {key: str(value) for key, value in raw.get("environment", {}).items()}
    return Service(name, (*entry, *command), environment, tuple(health[1:]), tuple(raw.get("secrets", ())), raw)
