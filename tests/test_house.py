"""The house keeps its own rules: which folder may know which, drawings and code, models and migrations, words."""

import ast
import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from babel.messages.pofile import read_po

from app.dossiers.commands import COMMANDS
from app.dossiers.effects import EFFECTS
from app.dossiers.instant import instant_effect
from app.embedded import EmbeddedPostgres
from app.org.models import Role
from app.procedures.reading import Package, read_folder

ROOT = Path(__file__).parent.parent
PACKAGES = [read_folder(path.parent) for path in sorted((ROOT / "workflows").glob("*/procedure.toml"))]
LANES = {role.value for role in Role} | {"applicant"}


def test_imports_flow_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def test_models_and_migrations_describe_the_same_tables(postgres: EmbeddedPostgres) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = postgres.owner_dsn
    await asyncio.to_thread(command.check, config)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.procedure.code)
def test_every_service_task_has_its_effect(package: Package) -> None:
    unknown = {name for name in package.drawing.effects if name not in EFFECTS and instant_effect(name) is None}
    assert not unknown


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.procedure.code)
def test_every_lane_is_a_role(package: Package) -> None:
    assert package.drawing.roles <= LANES


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.procedure.code)
def test_every_action_is_a_command_of_the_office(package: Package) -> None:
    named = {action.command for step in package.procedure.steps.values() for action in step.actions}
    assert named <= set(COMMANDS)


def test_every_sentence_people_read_is_said_in_english() -> None:
    known = set()
    for po in (ROOT / "app" / "locales" / "en").glob("*.po"):
        with po.open("rb") as source:
            known |= {message.id if isinstance(message.id, str) else message.id[0]
                      for message in read_po(source, locale="en") if message.id and message.string}
    missing = sorted(_sentences() - known)
    assert not missing, f"{len(missing)} without English, first: {missing[:5]}"


def _sentences() -> set[str]:
    """Every msgid in Python (N_, _, say, gettext) and in templates (_(…), trans)."""
    found: set[str] = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in {"N_", "_", "gettext"} and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found.add(text.value)
    for path in (ROOT / "app").rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        found |= {one.replace('\\"', '"') for one in re.findall(r'\b_\(\s*"((?:[^"\\]|\\.)*)"', text)}
    return {one for one in found if one.strip()}


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
