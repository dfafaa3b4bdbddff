"""Staff sign-in: password by argon2id, then a time-based code."""

from datetime import timedelta
from functools import cache
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Refused
from app.kit.words import N_

_HASHER = PasswordHasher()  # argon2id, the library's current parameters
MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)


class SignInRefused(Refused):
    """Login or password is wrong, or the officer is not active; which of them is not said."""

    says = N_("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy thử lại, hoặc hỏi quản trị của đơn vị.")


class SignInLocked(Refused):
    """Too many wrong tries."""

    says = N_("Đã thử sai quá nhiều lần. Hãy chờ 15 phút rồi thử lại, hoặc hỏi quản trị của đơn vị.")


class CodeRefused(Refused):
    """The second factor is wrong."""

    says = N_("Mã xác thực chưa đúng. Hãy nhập 6 số đang hiện trên điện thoại.")


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


async def check_password(db: Db, login: str, password: str) -> UUID:
    """The officer with this login and password.

    Raises SignInRefused, SignInLocked. A failure must be committed by the caller (`failed` counts it), so this returns
    only on success and the caller calls `failed` in a transaction of its own otherwise.
    """
    row = await db.row(
        "SELECT id, password_hash, locked_until FROM officer WHERE login = $1 AND active", login.strip().lower()
    )
    if row is not None and row["locked_until"] is not None and row["locked_until"] > clock.now():
        raise SignInLocked
    try:
        _HASHER.verify(row["password_hash"] if row else _nobodys(), password)
    except (VerificationError, InvalidHashError):
        raise SignInRefused from None
    if row is None:
        raise SignInRefused
    await db.run(
        "UPDATE officer SET failed_sign_ins = 0, locked_until = NULL WHERE id = $1 AND failed_sign_ins > 0", row["id"]
    )
    officer_id: UUID = row["id"]
    return officer_id


@cache
def _nobodys() -> str:
    """Verified when the login is unknown, so that both answers take the same time. Slow on purpose, so not at start-up."""
    return _HASHER.hash("nobody has this password")


async def failed(db: Db, login: str) -> None:
    """Count a wrong try; lock after too many."""
    await db.run(
        "UPDATE officer SET failed_sign_ins = failed_sign_ins + 1, locked_until = CASE WHEN failed_sign_ins + 1 >= $2"
        " THEN $3 ELSE locked_until END WHERE login = $1",
        login.strip().lower(), MOST_FAILURES, clock.now() + LOCKED_FOR,
    )


async def require_not_locked(db: Db, officer_id: UUID) -> None:
    """Wrong codes count like wrong passwords. Raises SignInLocked."""
    until = await db.value("SELECT locked_until FROM officer WHERE id = $1", officer_id)
    if until is not None and until > clock.now():
        raise SignInLocked


async def check_code(db: Db, officer_id: UUID, code: str) -> None:
    """The six digits of the officer's authenticator, one step early or late allowed. Raises CodeRefused."""
    secret = await db.value("SELECT totp_secret FROM officer WHERE id = $1", officer_id)
    digits = "".join(letter for letter in code if letter.isdigit())
    if not secret or not pyotp.TOTP(secret).verify(digits, for_time=clock.now(), valid_window=1):
        raise CodeRefused


def new_totp_secret() -> str:
    """A secret for an authenticator app."""
    return pyotp.random_base32()


def totp_address(secret: str, login: str) -> str:
    """What the authenticator's QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Một Cửa")
