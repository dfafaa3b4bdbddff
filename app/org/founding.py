"""Set up an installation: open offices, appoint officers. Used by `motcua office add`, the demo and the tests alike."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Conflict, Refused
from app.kit.words import N_
from app.org.models import Office, OfficeKind, Officer, Role
from app.org.sign_in import hash_password, new_totp_secret


class LoginTaken(Conflict):
    """Another officer signs in with this name."""

    says = N_("Tên đăng nhập “{login}” đã có người dùng. Hãy chọn tên khác.")


class RoleUnknown(Refused):
    """Not a role of the office."""

    says = N_("Không có vai trò “{role}”.")


async def open_office(
    db: Db, *, code: str, territory_code: str, kind: OfficeKind, name: str, short_name: str, authority: str, place: str,
    address: str, phone: str, parent_id: int | None = None, settings: dict[str, Any] | None = None,
    email: str | None = None, website: str | None = None,
) -> Office:
    """The office with this electronic code, opened now; the same one when it already stands."""
    row = await db.row("SELECT * FROM office WHERE code = $1", code)
    if row is not None:
        return Office(**dict(row))
    return await db.add(Office(
        code=code, territory_code=territory_code, kind=kind.value, name=name, short_name=short_name, authority=authority,
        place=place, address=address, phone=phone, email=email, website=website, parent_id=parent_id,
        settings=settings or {}, valid_from=clock.now(),
    ))


async def appoint(
    db: Db, *, office_id: int, login: str, name: str, title: str, roles: Sequence[str], password: str,
    signing_key: str | None = None, phone: str | None = None, password_hash: str | None = None,
) -> Officer:
    """A new officer of an office. Raises LoginTaken, RoleUnknown. The second factor's secret is made here.

    `password_hash` spares the slow hashing where many officers of a demo share one password.
    """
    known = {role.value for role in Role}
    for role in roles:
        if role not in known:
            raise RoleUnknown(role=role)
    login = login.strip().lower()
    if await db.value("SELECT 1 FROM officer WHERE login = $1", login):
        raise LoginTaken(login=login)
    return await db.add(Officer(
        office_id=office_id, login=login, name=name, title=title, phone=phone, roles=list(roles),
        password_hash=password_hash or hash_password(password), totp_secret=new_totp_secret(), signing_key=signing_key,
        created_at=clock.now(),
    ))


async def dismiss(db: Db, officer_id: UUID) -> None:
    """A leaver: signed out everywhere at once, the name stays in the journal."""
    await db.run("UPDATE officer SET active = false WHERE id = $1", officer_id)
    await db.run("DELETE FROM session WHERE officer_id = $1", officer_id)
