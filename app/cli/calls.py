"""What the commands call: modules imported at the last moment, failures told in one line."""

import asyncio
import importlib
import inspect
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
REFUSED = 2         # the exit code after words about what to mend


def refuse(*lines: str) -> NoReturn:
    """Say the lines on the error stream and end with 2."""
    for line in lines:
        print(line, file=sys.stderr, flush=True)
    raise SystemExit(REFUSED)


def any_settings() -> "Settings":
    """The settings, complete or not; ends when one cannot be read."""
    from app.settings import SettingsRefused, load

    try:
        return load()
    except SettingsRefused as refused:
        refuse(*refused.complaints)


def office_settings() -> "Settings":
    """The settings of an office that may serve people; ends when something is missing or unsafe."""
    from app.settings import SettingsRefused, load_checked

    try:
        return load_checked()
    except SettingsRefused as refused:
        refuse(*refused.complaints)


def take_environment_of(folder: Path) -> None:
    """Be, for this command, in the environment of the demo in `folder`."""
    from app.demo.plan import read_environment

    try:
        os.environ.update(read_environment(folder))
    except FileNotFoundError:
        refuse(f"No demo was opened in {folder} yet: motcua demo --folder {folder}")


def carry_out(module: str, function: str, *arguments: object, **options: object) -> Any:
    """Call `module.function`, and wait for it when it is a coroutine. A part that is not there is named."""
    try:
        found = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as error:
        if not error.name or not (module + ".").startswith(error.name + "."):
            raise
        refuse(f"This release has no {module}; it cannot do that.")
    except AttributeError:
        refuse(f"This release has no {module}.{function}; it cannot do that.")
    from app.kit.errors import Refusal

    try:
        answer = found(*arguments, **options)
        return asyncio.run(answer) if inspect.iscoroutine(answer) else answer
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Refusal as refusal:
        refuse(refusal.words())


def open_demo(**wishes: Any) -> int:
    """`motcua demo`."""
    from app.demo import Wishes, run

    return run(Wishes(**wishes), lambda line: print(line, flush=True))


def serve(settings: "Settings") -> None:
    """Serve until SIGTERM; requests in progress may end (3 s in the demo, 20 s in an office)."""
    import uvicorn

    from app.cli.loading import all_that_stays, give_back_large_blocks, leave_rich_out
    from app.cli.web import serve_forked
    from app.embedded.ports import port_is_free

    if settings.port and not port_is_free(settings.port, settings.host):
        refuse(f"Port {settings.port} on {settings.host} is taken by another program; choose with MOTCUA_PORT.")
    give_back_large_blocks()
    leave_rich_out()
    with all_that_stays():
        application: FastAPI = carry_out("app.main", "create_app", settings)
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "proxy_headers": True,
        "forwarded_allow_ips": settings.trusted_proxies,
        "access_log": False,
        "server_header": False,
        "log_config": None,
        "ws": "none",  # no page has one; uvicorn would load what it takes
        "timeout_graceful_shutdown": 3 if settings.demo else 20,
    }
    if settings.web_processes == 1:
        uvicorn.run(application, **options)
    else:
        serve_forked(application, settings.web_processes, **options)


def work(settings: "Settings") -> None:
    """Do queued work until SIGTERM."""
    from app.cli.loading import all_that_stays, give_back_large_blocks, leave_rich_out

    give_back_large_blocks()
    leave_rich_out()
    with all_that_stays():
        importlib.import_module("app.worker")
    carry_out("app.worker", "run", settings)


def migrate(settings: "Settings") -> None:
    """Alembic, to the newest revision, as the owner of the tables."""
    if not settings.owner_database_url:
        refuse("MOTCUA_OWNER_DATABASE_URL is not set: migrations need the role that owns the tables (motcua_owner).")
    from alembic import command
    from alembic.config import Config

    if not (ROOT / "migrations" / "env.py").exists():
        refuse(f"There are no migrations in {ROOT / 'migrations'}.")
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = settings.owner_database_url
    try:
        command.upgrade(config, "head")
    except OSError as error:
        refuse(f"The database does not answer: {error}.")
