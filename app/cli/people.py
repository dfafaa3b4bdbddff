"""The first offices and officers of an installation, written by the person who installs it."""

import re
from typing import Any

from app.cli.calls import refuse
from app.cli.upkeep import database
from app.kit import clock
from app.org import people
from app.org.models import Office, OfficeKind, Officer, Role
from app.org.sign_in import hash_password, new_totp_secret, totp_address
from app.settings import Settings

SHORTEST_PASSWORD = 12
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,79}")
OFFICE_CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9]{1,3}){0,3}")


async def found_office(
    settings: Settings, facts: dict[str, Any], parent: str | None, seal_key: str | None = None
) -> str:
    """Add an office; `seal_key` names its seal in the keys folder.

    Ends with words when its code is taken, or the parent is not there.
    """
    if not OFFICE_CODE.fullmatch(facts["code"]):
        refuse("The code is an electronic identifier such as H99.08.22.")
    if not re.fullmatch(r"[0-9]{2}([0-9]{3})?", facts["territory_code"]):
        refuse("The territory code has 5 digits for a commune, 2 for a province.")
    kind = OfficeKind.PROVINCE if len(facts["territory_code"]) == 2 else OfficeKind.COMMUNE
    async with database(settings) as opened, opened.transaction() as db:
        if await people.office_by_code(db, facts["code"]):
            refuse(f"There is an office {facts['code']} already.")
        above = await people.office_by_code(db, parent) if parent else None
        if parent and above is None:
            refuse(f"There is no office {parent}; add the province's first.")
        above_it = {"parent_authority": above.authority} if above else {}      # the upper line of a paper's head
        seals_with = {"seal_key": seal_key} if seal_key else {}
        office = Office(
            **facts, kind=kind, parent_id=above.id if above else None, valid_from=clock.now(),
            settings=above_it | seals_with,
        )
        await db.add(office)
    return f"Office {office.code} is added. Next: motcua officer add --office {office.code} --role administrator"


async def appoint(
    settings: Settings, office_code: str, facts: dict[str, Any], roles: tuple[str, ...], password: str
) -> str:
    """Add an officer with a password and a second factor; the text shows the second factor, this once."""
    unknown = set(roles) - {role.value for role in Role}
    if unknown or not roles:
        refuse(f"A role is one of: {', '.join(Role)}.")
    if not LOGIN.fullmatch(facts["login"]):
        refuse("A login has 3 to 80 small letters, digits, and . _ @ -, and begins with a letter or digit.")
    if len(password) < SHORTEST_PASSWORD or facts["login"] in password.lower():
        refuse(f"A password has at least {SHORTEST_PASSWORD} characters and does not contain the login.")
    second_factor = new_totp_secret()
    async with database(settings) as opened:
        async with opened.transaction() as db:
            office = await people.office_by_code(db, office_code)
        if office is None or office.id is None:
            refuse(f"There is no office {office_code}; add it with: motcua office add")
        async with opened.transaction(offices=[office.id]) as db:
            if await db.value("SELECT 1 FROM officer WHERE login = $1", facts["login"]):
                refuse(f"There is an officer {facts['login']} already.")
            await db.add(
                Officer(
                    **facts,
                    office_id=office.id,
                    roles=sorted(roles),
                    password_hash=hash_password(password),
                    totp_secret=second_factor,
                    created_at=clock.now(),
                )
            )
    return "\n".join(
        [
            f"{facts['login']} may sign in to {office.short_name} as {', '.join(sorted(roles))}.",
            "Put this second factor into an authenticator app now; it is not shown again:",
            f"  {second_factor}",
            f"  {totp_address(second_factor, facts['login'])}",
        ]
    )
