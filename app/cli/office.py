"""First-time set-up of a real office: the country's units, the office, the people who work in it."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import calls

units = typer.Typer(help="Provinces and communes.", no_args_is_help=True)
office = typer.Typer(help="Offices of this installation.", no_args_is_help=True)
officer = typer.Typer(help="People who work in an office.", no_args_is_help=True)


@units.command("import")
def import_units(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Take in the country's units with validity dates and successors from a CSV file."""
    calls.carry_out("app.cli.upkeep", "import_units", calls.any_settings(), file)


@units.callback()
def _units() -> None:
    """Provinces and communes."""


@office.command("add")
def add_office(
    code: Annotated[str, typer.Option(help="Electronic identifier (QĐ 20/2020), as H99.08.22.", prompt=True)],
    territory: Annotated[str, typer.Option(help="Territory code: 5 digits, 2 for a province.", prompt=True)],
    name: Annotated[str, typer.Option(help="Full name, as on papers.", prompt=True)],
    short_name: Annotated[str, typer.Option(help="As people say it: Xã Tân Mai.", prompt=True)],
    authority: Annotated[str, typer.Option(help="Who signs: Ủy ban nhân dân xã Tân Mai.", prompt=True)],
    place: Annotated[str, typer.Option(help='The place in "…, ngày … tháng …".', prompt=True)],
    address: Annotated[str, typer.Option(prompt=True)],
    phone: Annotated[str, typer.Option(prompt=True)],
    email: Annotated[str | None, typer.Option()] = None,
    website: Annotated[str | None, typer.Option()] = None,
    parent: Annotated[str | None, typer.Option(help="Code of the province's office.")] = None,
    seal_key: Annotated[str | None, typer.Option(help="Name of the agency's key in the keys folder; it seals.")] = None,
) -> None:
    """Add a commune's office, or the province's when the territory code has two digits."""
    facts = {
        "code": code, "territory_code": territory, "name": name, "short_name": short_name, "authority": authority,
        "place": place, "address": address, "phone": phone, "email": email, "website": website,
    }   # fmt: skip
    typer.echo(calls.carry_out("app.cli.people", "found_office", calls.any_settings(), facts, parent, seal_key))


@office.callback()
def _office() -> None:
    """Offices of this installation."""


@officer.command("add")
def add_officer(
    office_code: Annotated[str, typer.Option("--office", help="Code of the office.", prompt="Office")],
    login: Annotated[str, typer.Option(prompt=True)],
    name: Annotated[str, typer.Option(prompt=True)],
    title: Annotated[str, typer.Option(help="As under a signature.", prompt=True)],
    role: Annotated[list[str], typer.Option(help="May be given several times.")],
    email: Annotated[str | None, typer.Option()] = None,
    phone: Annotated[str | None, typer.Option()] = None,
    signing_key: Annotated[str | None, typer.Option(help="Name of the key in the keys folder.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="Instead of being asked.", exists=True)] = None,
) -> None:
    """Add an officer; prints the second factor to put into an authenticator app, once."""
    # Never an argument: those are seen by everybody on the machine.
    password = (
        password_file.read_text().rstrip("\r\n")
        if password_file
        else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    facts = {"login": login, "name": name, "title": title, "email": email, "phone": phone, "signing_key": signing_key}
    appointed = calls.carry_out(
        "app.cli.people", "appoint", calls.any_settings(), office_code, facts, tuple(role), password
    )
    typer.echo(appointed)


@officer.callback()
def _officer() -> None:
    """People who work in an office."""
