"""The national identity provider (VNeID over OpenID Connect): code flow with PKCE, state and nonce."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.citizens.service import Identity
from app.kit.errors import Refused, Unavailable
from app.kit.words import N_

LEAST_LEVEL: Final = 2


class ProviderAway(Unavailable):
    """The identity provider does not answer, or makes no sense."""

    says = N_("Đăng nhập VNeID đang gián đoạn. Bạn vẫn tra cứu được bằng mã hồ sơ, hoặc nộp tại quầy.")


class SignInNotFinished(Refused):
    """The way back from the provider does not fit the way there: another browser, an old page, a forged address."""

    says = N_("Lần đăng nhập này chưa xong. Hãy bấm Đăng nhập để làm lại.")


class LevelTooLow(Refused):
    """The account is not of level 2."""

    says = N_("Tài khoản VNeID của bạn ở mức 1. Cần mức 2 để nộp hồ sơ. Hãy làm mức 2 tại công an xã, hoặc nộp tại quầy.")


@dataclass(frozen=True, slots=True)
class Departure:
    """What is remembered while somebody is at the provider."""

    address: str
    state: str
    nonce: str
    verifier: str


def level_of(claims: Mapping[str, Any]) -> int:
    """The level of the account: `level`, else the digit of `acr`; 0 when nothing is said."""
    said = re.search(r"\d", str(claims.get("level") or claims.get("acr") or ""))
    return int(said[0]) if said else 0


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """The claims as the office keeps people. Raises SignInNotFinished without a name."""
    name = " ".join(str(claims.get("name") or "").split())
    if not name:
        raise SignInNotFinished
    number = str(claims.get("cccd") or "")
    return Identity(
        name=name[:200], subject=str(claims["sub"]), personal_number=number if re.fullmatch(r"\d{12}", number) else None,
        birth=_birth(str(claims.get("birthdate") or "")), sex=claims.get("gender"), address=claims.get("residence"),
        phone=claims.get("phone_number"), email=claims.get("email"),
    )


def _birth(text: str) -> tuple[int | None, int | None, int | None]:
    """1999-03-12, 1999-03 or 1999: a birth date may be known in part."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    if found is None or found[1] == "0000":
        return None, None, None
    return int(found[1]), int(found[2]) if found[2] else None, int(found[3]) if found[3] else None
