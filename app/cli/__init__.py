"""The command `motcua`. Nothing heavy is imported before a command is chosen."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import calls, office
from app.cli.deadline import deadline

app = typer.Typer(
    name="motcua",
    help="Một Cửa: the one-stop-shop back office for Vietnam's communes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(office.units, name="units")
app.add_typer(office.office, name="office")
app.add_typer(office.officer, name="officer")
app.command()(deadline)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the database, files, keys and logs are kept.")] = Path(".motcua"),
    port: Annotated[
        int | None, typer.Option(min=1, max=65_500, help="First port; the other parts take those behind it. [8000]")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything of earlier starts.")] = False,
    calm: Annotated[bool, typer.Option("--calm", help="The simulated outside systems behave well.")] = False,
    bare: Annotated[bool, typer.Option("--bare", help="Do not play the demonstration dossiers.")] = False,
    postgres: Annotated[str | None, typer.Option(help="Whose PostgreSQL: wheel or debian.")] = None,
) -> None:
    """Open a whole office on this machine, with everything it needs."""
    if postgres not in (None, "wheel", "debian"):
        raise typer.BadParameter("wheel or debian", param_hint="--postgres")
    raise typer.Exit(calls.open_demo(folder=folder, port=port, fresh=fresh, calm=calm, bare=bare, postgres=postgres))


@app.command()
def serve() -> None:
    """Serve the pages and the API."""
    calls.serve(calls.office_settings())


@app.command()
def worker() -> None:
    """Do queued work and wake due timers."""
    calls.work(calls.office_settings())


@app.command()
def migrate() -> None:
    """Bring the tables of the database to this release. Needs MOTCUA_OWNER_DATABASE_URL."""
    calls.migrate(calls.any_settings())


@app.command()
def publish() -> None:
    """Check the procedures in the workflows folder and publish what is new."""
    calls.carry_out("app.cli.upkeep", "publish", calls.office_settings())


@app.command()
def store() -> None:
    """Make the bucket or folder of the store, and find out whether its locks hold (WORM)."""
    calls.carry_out("app.cli.upkeep", "prepare_store", calls.office_settings())


@app.command(hidden=True)
def play() -> None:
    """Play the demonstration dossiers; `motcua demo` calls this."""
    calls.carry_out("app.demo_play", "play", calls.office_settings())


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    demo_folder: Annotated[Path | None, typer.Option("--demo", help="Look at the demo of this folder.")] = None,
) -> None:
    """Look at everything an office needs and say what to mend. Ends with 1 when something is broken."""
    if demo_folder:
        calls.take_environment_of(demo_folder)
    raise typer.Exit(calls.carry_out("app.doctor", "run", calls.any_settings(), as_json=as_json) or 0)


@app.command()
def smoke(
    url: Annotated[str, typer.Argument(help="The address of a running office.")],
    out: Annotated[Path, typer.Option(help="Where the received papers are put.")],
    commune: Annotated[str, typer.Option(help="Officers sign in as role@commune.")] = "tanmai",
    sign_ins: Annotated[
        Path | None, typer.Option(help="Instead: a file with lines of role login password [authenticator secret].")
    ] = None,
    password: Annotated[str, typer.Option(help="Of all officers, without --sign-ins.", envvar="MOTCUA_SMOKE_PASSWORD")] = (
        "mot-cua-demo"
    ),
    citizen: Annotated[str, typer.Option(help="Who to choose on the identity provider's page.")] = "Hoàng Thị Bích Liễu",
) -> None:
    """Play one dossier of every published procedure over HTTP, as citizen and officers would."""
    wishes = {"commune": commune, "sign_ins": sign_ins, "password": password, "person": citizen}
    raise typer.Exit(calls.carry_out("app.smoke", "run", url, out, **wishes) or 0)


@app.command(name="check-config")
def check_config() -> None:
    """Say what is missing or unsafe in the settings. Ends with 2 when something is."""
    calls.office_settings()
    typer.echo("The settings are complete and safe.")


@app.command()
def version() -> None:
    """Print the release."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as release

    try:
        typer.echo(f"motcua {release('motcua')}")
    except PackageNotFoundError:
        typer.echo("motcua, from a checkout")


def main() -> None:
    """The entry point of the installed command."""
    app()
